"""Hunks as lines for a terminal: numbered, cut where they are too long, with nothing pushed out of sight."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pinkeeper.model.hunk import DiffLine, Hunk, LineKind
from pinkeeper.reports.plain import printable

__all__ = ["cut", "flat", "hunk_lines", "window", "wrapped"]

Line = tuple[str, str | None]

_STYLES = {LineKind.SAME: "quiet", LineKind.ADDED: "added", LineKind.REMOVED: "removed"}
_LONG_GAP = re.compile(r"(?<=\S) {40,}(?=\S)")
_NUMBER = 8
_ROWS_LOOKED_AT = 3
_LONGEST = 4000


def hunk_lines(lines: tuple[DiffLine, ...], *, width: int, is_whole: bool, about: int | None = None) -> Iterator[Line]:
    """The lines of a hunk, each with its number. is_whole: long lines are wrapped, else they are cut.

    about: the number of the line that is looked at, which gets a few rows before it is cut. Room that code could be
    pushed out of sight with is written as ``[200 spaces]``.
    """
    for line in lines:
        number = line.old if line.kind is LineKind.REMOVED else line.new
        head = f"{number or '':>{_NUMBER}} {line.kind} "
        text = flat(line.text)
        room = max(width - len(head), 20)
        if not is_whole:
            is_looked_at = line.kind is not LineKind.SAME and number == about
            text = cut(text, room * _ROWS_LOOKED_AT if is_looked_at else room)
        for start in range(0, max(len(text), 1), room):
            yield f"{' ' * len(head) if start else head}{text[start : start + room]}".rstrip(), _STYLES[line.kind]


def window(hunk: Hunk, line: int | None, *, most: int) -> tuple[DiffLine, ...]:
    """At most so many lines of a hunk, those around a line of the new file, or of the old one, where it has it."""
    if len(hunk.lines) <= most:
        return hunk.lines
    places = [place for place, shown in enumerate(hunk.lines) if line is not None and line in {shown.new, shown.old}]
    changed = [place for place, shown in enumerate(hunk.lines) if shown.kind is not LineKind.SAME]
    middle = next(iter([place for place in places if place in set(changed)] or places or changed), 0)
    start = max(0, min(middle - most // 3, len(hunk.lines) - most))
    return hunk.lines[start : start + most]


def flat(text: str) -> str:
    """One line of a file as it can be shown: tabs as spaces, what is not seen as escapes, long gaps told.

    Of a line of more than 4,000 characters the beginning, with how much is missing.
    """
    shown = printable(cut(text, _LONGEST).expandtabs(4))
    return _LONG_GAP.sub(lambda gap: f" [{len(gap[0])} spaces] ", shown)


def cut(text: str, most: int) -> str:
    """The text, or its beginning with how much is missing."""
    if len(text) <= most:
        return text
    kept = max(most - len(f" [+{len(text):,}]"), 1)
    return f"{text[:kept]} [+{len(text) - kept:,}]"


def wrapped(text: str, *, width: int, indent: int) -> Iterator[str]:
    """A sentence on as many rows as it needs, words kept whole where they fit."""
    room = max(width - indent, 20)
    row = ""
    for word in flat(" ".join(text.split())).split(" "):
        if row and len(row) + 1 + len(word) > room:
            yield f"{' ' * indent}{row}"
            row = ""
        row = f"{row} {word}" if row else word
        while len(row) > room:
            yield f"{' ' * indent}{row[:room]}"
            row = row[room:]
    if row:
        yield f"{' ' * indent}{row}"
