"""What must be replaced in one sequence to make another of it.

Equal lines that are the only ones of their kind on both sides are anchors (patience diff); what lies between two of
them is compared by itself, and where there are none by Myers' algorithm ("An O(ND) difference algorithm and its
variations", 1986). Both have budgets: sequences made to be slow get a coarser answer, which is as true.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

__all__ = ["Block", "changed_blocks", "joined"]

Block = tuple[int, int, int, int]
"""Start and end in the old sequence, start and end in the new one: the first is replaced by the second."""

_PASSES = 30
"""How many times a line may be looked at before the rest is taken as replaced."""

_DIFFERENCES_LIMIT = 300
_STEPS_LIMIT = 1_000_000


def changed_blocks(old: Sequence[int], new: Sequence[int]) -> list[Block]:
    """Blocks in order that do not touch each other; all that lies outside of them is equal on both sides."""
    return _Comparison(old, new).blocks()


class _Comparison:
    def __init__(self, old: Sequence[int], new: Sequence[int]) -> None:
        self._old, self._new = old, new
        self._looks = _PASSES * (len(old) + len(new) + 100)
        self._steps = _STEPS_LIMIT
        self._found: list[Block] = []

    def blocks(self) -> list[Block]:
        pending: list[Block] = [(0, len(self._old), 0, len(self._new))]
        while pending:
            block = self._trimmed(pending.pop())
            old_start, old_end, new_start, new_end = block
            if old_start == old_end and new_start == new_end:
                continue
            if old_start == old_end or new_start == new_end or self._looks <= 0:
                self._found.append(block)
                continue
            self._looks -= old_end - old_start + new_end - new_start
            parts = self._between_anchors(block)
            if parts is not None:
                pending += parts
            else:
                self._found += self._by_myers(block)
        return joined(sorted(self._found))

    def _trimmed(self, block: Block) -> Block:
        """Without what is equal at both ends."""
        old, new = self._old, self._new
        old_start, old_end, new_start, new_end = block
        while old_start < old_end and new_start < new_end and old[old_start] == new[new_start]:
            old_start += 1
            new_start += 1
        while old_start < old_end and new_start < new_end and old[old_end - 1] == new[new_end - 1]:
            old_end -= 1
            new_end -= 1
        return old_start, old_end, new_start, new_end

    def _between_anchors(self, block: Block) -> list[Block] | None:
        """The parts between lines that stand once on each side and in the same order, None where there are none."""
        old_start, old_end, new_start, new_end = block
        once_old = _once(self._old, old_start, old_end)
        once_new = _once(self._new, new_start, new_end)
        common = sorted((once_old[line], once_new[line]) for line in once_old.keys() & once_new.keys())
        if not common:
            return None
        parts: list[Block] = []
        for old_at, new_at in _increasing(common):
            parts.append((old_start, old_at, new_start, new_at))
            old_start, new_start = old_at + 1, new_at + 1
        parts.append((old_start, old_end, new_start, new_end))
        return parts

    def _by_myers(self, block: Block) -> list[Block]:
        """Compare the lines that both sides have; the others are in the way, and no matches are lost with them."""
        old_start, old_end, new_start, new_end = block
        common = set(self._old[old_start:old_end]) & set(self._new[new_start:new_end])
        old_places = [at for at in range(old_start, old_end) if self._old[at] in common]
        new_places = [at for at in range(new_start, new_end) if self._new[at] in common]
        matches = self._matches([self._old[at] for at in old_places], [self._new[at] for at in new_places])
        found: list[Block] = []
        for old_index, new_index in matches:
            old_at, new_at = old_places[old_index], new_places[new_index]
            found.append((old_start, old_at, new_start, new_at))
            old_start, new_start = old_at + 1, new_at + 1
        found.append((old_start, old_end, new_start, new_end))
        return [part for part in found if part[0] < part[1] or part[2] < part[3]]

    def _matches(self, old: list[int], new: list[int]) -> list[tuple[int, int]]:
        """Indices of equal elements in order, as many as can be; none where that would take too long."""
        reach: dict[int, int] = {1: 0}
        history: list[dict[int, int]] = []
        for differences in range(min(len(old) + len(new), _DIFFERENCES_LIMIT) + 1):
            history.append(reach)
            reach = dict(reach)
            for diagonal in range(-differences, differences + 1, 2):
                down = diagonal == -differences or (
                    diagonal != differences and reach[diagonal - 1] < reach[diagonal + 1]
                )
                at = start = reach[diagonal + 1] if down else reach[diagonal - 1] + 1
                while at < len(old) and at - diagonal < len(new) and old[at] == new[at - diagonal]:
                    at += 1
                self._steps -= at - start + 1
                reach[diagonal] = at
                if at >= len(old) and at - diagonal >= len(new):
                    return _traced(history, len(old), len(new))
            self._steps -= len(reach)
            if self._steps <= 0:
                break
        return []


def _once(sequence: Sequence[int], start: int, end: int) -> dict[int, int]:
    """Where the elements stand that stand once in a part of the sequence."""
    part = sequence[start:end]
    counts = Counter(part)
    return {line: at for at, line in enumerate(part, start) if counts[line] == 1}


def _increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part in which both numbers grow, of pairs whose first numbers do (patience sorting)."""
    tops: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for at, (_, number) in enumerate(pairs):
        pile = bisect_left(tops, number)
        before.append(last[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(number)
            last.append(at)
        else:
            tops[pile], last[pile] = number, at
    found = []
    at = last[-1]
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def _traced(history: list[dict[int, int]], old_at: int, new_at: int) -> list[tuple[int, int]]:
    """The matches on the way back from the end. history: how far each diagonal reached before each round."""
    found = []
    for differences in range(len(history) - 1, -1, -1):
        reach = history[differences]
        diagonal = old_at - new_at
        down = diagonal == -differences or (diagonal != differences and reach[diagonal - 1] < reach[diagonal + 1])
        previous = diagonal + 1 if down else diagonal - 1
        start = reach[previous] if down else reach[previous] + 1
        found += [(at, at - diagonal) for at in range(old_at - 1, start - 1, -1)]
        old_at, new_at = reach[previous], reach[previous] - previous
    return found[::-1]


def joined(blocks: list[Block]) -> list[Block]:
    """Blocks that touch become one."""
    found: list[Block] = []
    for block in blocks:
        if found and found[-1][1] == block[0] and found[-1][3] == block[2]:
            found[-1] = (found[-1][0], block[1], found[-1][2], block[3])
        else:
            found.append(block)
    return found
