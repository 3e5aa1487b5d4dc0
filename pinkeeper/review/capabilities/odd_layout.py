"""Code where nobody looks: far to the right, after other code or a wide gap; and blanks that stand for something."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.source_spans import Span, spans

__all__ = ["FAR", "data_in_blanks", "long_lines", "off_screen"]

FAR = 500
"""Columns beyond which a statement that follows another one on its line is told."""

_GAP = 100
"""Columns of blanks that push code off a screen."""

_TAB = 8
_FEW_TABS = "\t" * (_GAP // _TAB + 1)
_MANY_SPACES = " " * _GAP
_BLANKS = lazy_pattern(rf"[ \t\f]{{{_GAP // _TAB},}}")
_TABS_APART = lazy_pattern(rf"(?: *+\t){{{_GAP // _TAB + 1}}}")
_REST = lazy_pattern(r"[)\]},:\\ \t\f]*+([^\n#][^\n]*)?")
_POWER = lazy_pattern(r"[(;=@]|\bimport\b")
_AFTER_TEXT = lazy_pattern(r"\s*(?:;|and\b|or\b|if\b)\s*[^\s#]")
_WHITE = lazy_pattern(r"(?:\t++ ++){16,}")
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")

Sight = tuple[int, str]
"""The offset in characters, and a few words."""


def long_lines(lines: list[str], tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Numbers of lines on which a statement begins far behind another one. Long tables and texts are everyday."""
    long = {number for number, line in enumerate(lines, 1) if len(line) > FAR}
    if not long:
        return
    columns: dict[int, list[int]] = {}
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt) and node.lineno in long:
            columns.setdefault(node.lineno, []).append(node.col_offset)
        for name in _BLOCKS:
            pending.extend(getattr(node, name, ()))
    for number, begun in sorted(columns.items()):
        far = [column for column in begun if column > FAR and column > min(begun)]
        if far:
            statements = "a statement begins" if len(far) == 1 else f"{len(far):,} statements begin"
            yield number, f"{statements} beyond column {FAR} of {len(lines[number - 1]):,}"


def off_screen(text: str) -> Iterator[Sight]:
    """Code behind a wide gap. Aligned comments, backslashes and columns of tables are everyday, and gaps in texts."""
    if _MANY_SPACES not in text and _FEW_TABS not in text and ("\t" not in text or not _TABS_APART.search(text)):
        return
    found = spans(text)
    at = 0
    for gap in _BLANKS.finditer(text):
        width = len(gap[0].replace("\t", " " * _TAB))
        if width < _GAP:
            continue
        while at < len(found) and found[at].end <= gap.start():
            at += 1
        span = found[at] if at < len(found) and found[at].start < gap.start() else None
        is_odd = _is_odd_in(span, text, gap) if span else _is_odd(text, gap, width)
        if is_odd:
            yield gap.end(), f"behind {width:,} columns of blanks"


def _is_odd_in(span: Span, text: str, gap: re.Match[str]) -> bool:
    """Whether code goes on behind a text that has a gap in its last line."""
    return not span.is_comment and "\n" not in text[gap.end() : span.end] and bool(_AFTER_TEXT.match(text, span.end))


def _is_odd(text: str, gap: re.Match[str], width: int) -> bool:
    rest = _REST.match(text, gap.end())
    assert rest is not None
    if rest[1] is None or not _POWER.search(rest[1]):
        return False
    start = text.rfind("\n", 0, gap.start()) + 1
    if start < gap.start():
        return True
    # It is the indentation of a line, which is everyday where the line is aligned to something in the line before.
    before = text[:start].rstrip()[-4 * _GAP :].rpartition("\n")[2]
    return width > len(before.expandtabs(_TAB)) + _GAP // 4


def data_in_blanks(text: str) -> Iterator[Sight]:
    """Runs of spaces and tabs in turn that are no layout."""
    if "\t \t" in text and " \t " in text:
        for found in _WHITE.finditer(text):
            yield found.start(), f"{len(found[0]):,} spaces and tabs in turn"
