"""The lines of a text file that changed, and the hunks that show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from pinkeeper.model.hunk import DiffLine, Hunk, LineKind
from pinkeeper.review.comparison.edits import Block, changed_blocks, joined

__all__ = ["CONTEXT", "LINE_LIMIT", "LineChanges", "compare_lines", "hunks_of", "text_lines"]

CONTEXT = 3
"""Lines shown around what changed."""

LINE_LIMIT = 5000
"""Characters of a line beyond which a hunk does not show it whole."""

_SHIFTS = 200


class LineChanges(Struct, frozen=True, kw_only=True):
    """Two texts by lines. blocks: what is replaced, by 0-based numbers, the ends not included."""

    old: Sequence[bytes]
    new: Sequence[bytes]
    blocks: Sequence[Block]

    @property
    def added(self) -> int:
        """Lines that only the new text has."""
        return sum(new_end - new_start for _, _, new_start, new_end in self.blocks)

    @property
    def removed(self) -> int:
        """Lines that only the old text has."""
        return sum(old_end - old_start for old_start, old_end, _, _ in self.blocks)


def text_lines(content: bytes) -> list[bytes]:
    r"""The lines without their ends (``\n``, ``\r\n``, ``\r``, as Python counts them)."""
    return content.splitlines()


def compare_lines(old: Sequence[bytes], new: Sequence[bytes]) -> LineChanges:
    """What must be replaced in `old` to make `new` of it."""
    if not old or not new:
        blocks = [(0, len(old), 0, len(new))] if old or new else []
        return LineChanges(old=old, new=new, blocks=blocks)
    start = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), None)
    if start is None:
        start = min(len(old), len(new))
    numbers: dict[bytes, int] = {}
    left = [numbers.setdefault(line, len(numbers)) for line in old[start:]]
    right = [numbers.setdefault(line, len(numbers)) for line in new[start:]]
    found = [
        (block[0] + start, block[1] + start, block[2] + start, block[3] + start)
        for block in changed_blocks(left, right)
    ]
    return LineChanges(old=old, new=new, blocks=_slid(old, new, found))


def hunks_of(changes: LineChanges, *, limit: int) -> tuple[tuple[Hunk, ...], bool]:
    """Hunks with `CONTEXT` lines around, of at most `limit` lines together; whether all that changed is in them.

    Bytes that are not UTF-8 become surrogates. A line over `LINE_LIMIT` is cut, and says so at its end.
    """
    hunks: list[Hunk] = []
    for group in _groups(changes.blocks):
        lines = _hunk_lines(changes, group)
        shown = tuple(islice(lines, limit))
        limit -= len(shown)
        if any(line.kind is not LineKind.SAME for line in shown):
            hunks.append(Hunk(lines=shown))
        if limit <= 0 and any(line.kind is not LineKind.SAME for line in lines):
            return tuple(hunks), False
    return tuple(hunks), True


def _groups(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks whose context would touch, together."""
    groups: list[list[Block]] = []
    for block in blocks:
        if groups and block[0] - groups[-1][-1][1] <= 2 * CONTEXT:
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


def _hunk_lines(changes: LineChanges, group: Sequence[Block]) -> Iterator[DiffLine]:
    old_at = max(group[0][0] - CONTEXT, 0)
    offset = group[0][2] - group[0][0]
    for old_start, old_end, new_start, new_end in group:
        offset = new_start - old_start
        for at in range(old_at, old_start):
            yield DiffLine(LineKind.SAME, at + 1, at + offset + 1, _text(changes.old[at]))
        for at in range(old_start, old_end):
            yield DiffLine(LineKind.REMOVED, at + 1, None, _text(changes.old[at]))
        for at in range(new_start, new_end):
            yield DiffLine(LineKind.ADDED, None, at + 1, _text(changes.new[at]))
        old_at, offset = old_end, new_end - old_end
    for at in range(old_at, min(old_at + CONTEXT, len(changes.old))):
        yield DiffLine(LineKind.SAME, at + 1, at + offset + 1, _text(changes.old[at]))


def _text(line: bytes) -> str:
    text = line.decode("utf-8", "surrogateescape")
    if len(text) <= LINE_LIMIT:
        return text
    return f"{text[:LINE_LIMIT]} [and {len(text) - LINE_LIMIT:,} more characters]"


def _slid(old: Sequence[bytes], new: Sequence[bytes], blocks: list[Block]) -> list[Block]:
    """The same changes, told so that whole functions are added or removed, where a block could as well begin elsewhere.

    Of a function added between two others an algorithm may find the end of the one before in place of its own.
    """
    found: list[Block] = []
    for number, (old_start, old_end, new_start, new_end) in enumerate(blocks):
        before = found[-1] if found else (0, 0, 0, 0)
        after = blocks[number + 1] if number + 1 < len(blocks) else (len(old), len(old), len(new), len(new))
        if old_start == old_end:
            room = max(before[1] - old_start, before[3] - new_start), min(after[0] - old_end, after[2] - new_end)
            shift = _best_shift(new, new_start, new_end, *room)
        elif new_start == new_end:
            room = max(before[1] - old_start, before[3] - new_start), min(after[0] - old_end, after[2] - new_end)
            shift = _best_shift(old, old_start, old_end, *room)
        else:
            shift = 0
        found.append((old_start + shift, old_end + shift, new_start + shift, new_end + shift))
    return joined(found)


def _best_shift(lines: Sequence[bytes], start: int, end: int, lowest: int, highest: int) -> int:
    """By how many lines a block is best moved: to where its first line is least indented, behind a blank line."""
    first = last = 0
    while first > max(lowest, -_SHIFTS) and lines[start + first - 1] == lines[end + first - 1]:
        first -= 1
    while last < min(highest, _SHIFTS) and lines[start + last] == lines[end + last]:
        last += 1
    if first == last:
        return 0
    return min(range(first, last + 1), key=lambda shift: (*_cost(lines, start + shift), abs(shift)))


def _cost(lines: Sequence[bytes], at: int) -> tuple[bool, int, bool]:
    line = lines[at]
    stripped = line.lstrip()
    return not stripped, len(line) - len(stripped), at > 0 and bool(lines[at - 1].strip())
