"""Foreign text made harmless for HTML: escaped, and with what is not seen shown as marks."""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup

from pinkeeper.reports.plain import printable

__all__ = ["finalized", "marked"]

_GAP = re.compile(" {40,}")
_UNSEEN = re.compile(r"[^\t\x20-\x7e]")


def finalized(value: object) -> object:
    """What stands for a value in a page, before it is escaped; markup of our own stays as it is."""
    return value if isinstance(value, Markup) else printable(str(value))


def marked(text: str, *, is_line_start: bool = False) -> Markup:
    """A part of one line of code, escaped; unseen characters, and long gaps inside the line, as marked words.

    Tabs stay. is_line_start: spaces at the beginning are an indentation.
    """
    indent = len(text) - len(text.lstrip(" ")) if is_line_start else 0
    parts = [text[:indent]]
    start = indent
    for gap in _GAP.finditer(text, indent):
        parts += [_seen(text[start : gap.start()]), _mark(f"[{len(gap[0])} spaces]")]
        start = gap.end()
    parts.append(_seen(text[start:]))
    return Markup("".join(parts))  # noqa: S704 - each part is escaped


def _seen(text: str) -> str:
    if not _UNSEEN.search(text):
        return escape(text)
    parts = []
    before = " "
    for character in text:
        shown = printable(before + character)[len(printable(before)) :]
        parts.append(escape(character) if character in {"\t", shown} else _mark(shown))
        before = character
    return "".join(parts)


def _mark(word: str) -> str:
    return f'<span class="x">{escape(word)}</span>'
