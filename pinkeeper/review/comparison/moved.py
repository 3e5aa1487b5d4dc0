"""Code that is not new: added lines that stood elsewhere in the old release."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

__all__ = ["MovedCode"]

_WINDOW = 4
"""Lines that must follow each other in both places."""

_TRIVIAL = 8  # bytes; shorter lines (``else:``, ``)``, ``return x``) stand everywhere
_LIMIT = 400_000
"""Lines kept of each side; what comes later is taken as new."""

_Run = tuple[Hashable, list[tuple[int, int]]]
"""A group, and lines that follow each other: the hash of each and its number."""


class MovedCode:
    """Learns what stood in old files and what was added to new ones, in any order, and then tells what was moved.

    Blanks around lines, blank lines and very short ones do not count, so that code which was only indented is found.
    """

    def __init__(self) -> None:
        self._old: dict[Hashable, set[int]] = {}
        self._added: dict[str, list[_Run]] = {}
        self._old_left = self._added_left = _LIMIT

    def stood(self, lines: Sequence[bytes], *, group: Hashable) -> None:
        """The lines of an old file. group: code moves only within one; what was data is new as code."""
        hashes = [hash(text) for line in lines if len(text := line.strip()) >= _TRIVIAL]
        if len(hashes) <= self._old_left:
            self._old.setdefault(group, set()).update(_windows(hashes))
            self._old_left -= len(hashes)

    def was_added(self, path: str, lines: Sequence[bytes], start: int, end: int, *, group: Hashable) -> None:
        """Lines of the new file at `path`, the end not included."""
        if end - start < _WINDOW:
            return
        run = [(hash(text), at) for at in range(start, end) if len(text := lines[at].strip()) >= _TRIVIAL]
        if _WINDOW <= len(run) <= self._added_left:
            self._added.setdefault(path, []).append((group, run))
            self._added_left -= len(run)

    def count(self, path: str) -> int:
        """How many of the lines added to a file were moved there, without blank and very short ones."""
        found: set[int] = set()
        for group, run in self._added.get(path, ()):
            known = self._old.get(group, ())
            for at, window in enumerate(_windows([text for text, _ in run])):
                if window in known:
                    found.update(number for _, number in run[at : at + _WINDOW])
        return len(found)


def _windows(hashes: Sequence[int]) -> Iterator[int]:
    """Each run of `_WINDOW` lines as one number."""
    return map(hash, zip(*(hashes[at:] for at in range(_WINDOW)), strict=False))
