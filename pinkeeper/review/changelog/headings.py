"""The headings of a text, whatever it is written in.

Markdown and reStructuredText are read by their lines alone, not by a parser of either: changelogs break both languages'
rules freely, and a parser that fails at one old entry would hide the new ones. All of it takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.changelog.version_titles import TITLE_LIMIT

__all__ = ["HEADING_LIMIT", "WEAK", "Heading", "find_headings"]

HEADING_LIMIT = 20_000
"""Headings that are looked for in one text."""

WEAK = 100
"""The level of lines that may be headings: plain lines, bold lines, items of a list."""

_DIRECTIVE_LEVEL = 50
_HTML = lazy_pattern(r"\s*<(?:h([1-6])|summary)\b[^<>]*>(.*)", re.IGNORECASE)
_HTML_END = lazy_pattern(r"</(?:h[1-6]|summary)\s*>", re.IGNORECASE)
_ATX = lazy_pattern(r" {0,3}(#{1,6})(?!#)(.*)")
_RELEASE_ITEM = lazy_pattern(r"[-*] :release:`([^`]*)`\s*")  # the Sphinx extension "releases"
_CHANGELOG_DIRECTIVE = lazy_pattern(r"\.\. changelog::\s*(.*)")  # the Sphinx extension "changelog"
_VERSION_FIELD = lazy_pattern(r"\s+:version:\s*(.*)")
_DIRECTIVE_REACH = 8  # lines in which a directive has its fields
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_SHORTEST_UNDERLINE = 3
_WEAK_LIMIT = 120  # characters of a line that may be a heading without the marks of one
_WEAK_WORDS = 10
_NUMBER_NEAR_START = lazy_pattern(r".{0,40}?[0-9]\.[0-9]|[^0-9]{0,16}\b(?:v|version|release) ?[0-9]", re.IGNORECASE)


class Heading(Struct, frozen=True, kw_only=True):
    """One heading. start, end: indices of its first line and of the line after it. level: 1 is the highest."""

    start: int
    end: int
    level: int
    title: str


def find_headings(lines: Sequence[str], *, markup: str) -> list[Heading]:
    """All headings in their order. markup: ``markdown``, ``rst`` or ``plain``."""
    found: list[Heading] = []
    styles: dict[tuple[str, bool], int] = {}
    fence = ""
    skip_to = 0
    for index, line in enumerate(lines):
        if index < skip_to or not line or len(line) > TITLE_LIMIT:
            continue
        if markup == "markdown":
            mark = line.lstrip()[:3]
            if fence:
                fence = "" if mark == fence and not line.strip().strip(fence[0]) else fence
                continue
            if mark in ("```", "~~~"):
                fence = mark
                continue
        heading = _heading(lines, index, styles, markup=markup)
        if heading is not None:
            found.append(heading)
            skip_to = heading.end
            if len(found) == HEADING_LIMIT:
                break
    return found


def _heading(lines: Sequence[str], index: int, styles: dict[tuple[str, bool], int], *, markup: str) -> Heading | None:
    line = lines[index]
    if markup != "rst" and (match := _ATX.match(line)) is not None:
        title = match.group(2)
        if title[:1] in (" ", "\t") or title.lstrip("vV[")[:1].isdecimal():
            return Heading(start=index, end=index + 1, level=len(match.group(1)), title=title.strip().rstrip("# "))
    if "<" in line and (match := _HTML.match(line)) is not None:
        title = _HTML_END.split(match.group(2))[0]
        return Heading(start=index, end=index + 1, level=int(match.group(1) or 6), title=title.strip())
    if line[0] in "-*." and (directive := _directive(lines, index)) is not None:
        return directive
    underlined = _underlined(lines, index, styles, markup=markup)
    return underlined if underlined is not None else _weak(lines, index)


def _underlined(
    lines: Sequence[str], index: int, styles: dict[tuple[str, bool], int], *, markup: str
) -> Heading | None:
    """A title with a line of marks below it, and perhaps one above it."""
    over = _marks(lines[index])
    at = index + 1 if over else index
    if at + 1 >= len(lines):
        return None
    title, under = lines[at], _marks(lines[at + 1])
    if not under or (over and over[0] != under[0]) or len(title) > TITLE_LIMIT or _marks(title):
        return None
    if not title.strip() or (title[0] in " \t" and not over):
        return None
    if markup == "markdown" and (over or under[0] not in "=-" or title.lstrip().startswith(("-", "*", ">", "|"))):
        return None
    style = (under[0], bool(over))
    level = ("=-".index(under[0]) + 1) if markup == "markdown" else styles.setdefault(style, len(styles) + 1)
    return Heading(start=index, end=at + 2, level=level, title=title.strip())


def _marks(line: str) -> str:
    """The line if it is nothing but one mark again and again, else nothing."""
    text = line.rstrip()
    is_marks = len(text) >= _SHORTEST_UNDERLINE and text[0] in _PUNCTUATION and text == text[0] * len(text)
    return text if is_marks else ""


def _directive(lines: Sequence[str], index: int) -> Heading | None:
    line = lines[index]
    if (match := _RELEASE_ITEM.match(line)) is not None:
        return Heading(start=index, end=index + 1, level=_DIRECTIVE_LEVEL, title=match.group(1))
    if (match := _CHANGELOG_DIRECTIVE.match(line)) is not None:
        for at in range(index + 1, min(index + _DIRECTIVE_REACH, len(lines))):
            if lines[at][:1] not in ("", " ", "\t"):
                break
            if len(lines[at]) <= TITLE_LIMIT and (field := _VERSION_FIELD.match(lines[at])) is not None:
                return Heading(start=index, end=at + 1, level=_DIRECTIVE_LEVEL, title=field.group(1))
    return None


def _weak(lines: Sequence[str], index: int) -> Heading | None:
    """A line that has a number near its start and could be a heading all the same."""
    line = lines[index].rstrip()
    if len(line) > _WEAK_LIMIT or line[:2] == "  " or not line or line[0] in "\t|>":
        return None
    if _NUMBER_NEAR_START.match(line) is None or line.count(" ") >= _WEAK_WORDS:
        return None
    is_item = line.lstrip()[:2] in ("- ", "* ", "+ ")
    if not is_item and index and lines[index - 1].strip() and not _marks(lines[index - 1]):
        return None  # in the middle of a paragraph
    return Heading(start=index, end=index + 1, level=WEAK, title=line.strip(" \t*-+=:"))
