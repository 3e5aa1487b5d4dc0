"""Code that is not new: added lines that stood elsewhere in the old release."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

__all__ = ["MovedCode"]

_WINDOW = 4
"""Lines that must follow each other in both places."""

_TRIVIAL = 8  # bytes; shorter lines (``else:``, ``)``, ``return x``) stand everywhere
_LIMIT = 400_000
"""Windows kept of each side; what comes later is taken as new."""


class MovedCode:
    """Learns what stood in old files and what was added to new ones, in any order, and then tells what was moved.

    Blanks around lines, blank lines and very short ones do not count, so that code which was only indented is found.
    """

    def __init__(self) -> None:
        self._old: dict[Hashable, set[int]] = {}
        self._added: dict[str, list[tuple[Hashable, int, tuple[int, ...]]]] = {}
        self._old_left = self._added_left = _LIMIT

    def stood(self, lines: Sequence[bytes], *, group: Hashable) -> None:
        """The lines of an old file. group: code moves only within one; what was data is new as code."""
        known = self._old.setdefault(group, set())
        windows = _windows(enumerate(lines), self._old_left)
        known.update(window for window, _ in windows)
        self._old_left -= len(windows)

    def was_added(self, path: str, lines: Sequence[bytes], start: int, end: int, *, group: Hashable) -> None:
        """Lines of the new file at `path`, the end not included."""
        if end - start < _WINDOW:
            return
        windows = _windows(((at, lines[at]) for at in range(start, end)), self._added_left)
        self._added_left -= len(windows)
        self._added.setdefault(path, []).extend((group, window, numbers) for window, numbers in windows)

    def count(self, path: str) -> int:
        """How many of the lines added to a file were moved there, without blank and very short ones."""
        found: set[int] = set()
        for group, window, numbers in self._added.get(path, ()):
            if window in self._old.get(group, ()):
                found.update(numbers)
        return len(found)


def _windows(lines: Iterable[tuple[int, bytes]], limit: int) -> list[tuple[int, tuple[int, ...]]]:
    """Each run of `_WINDOW` lines that say something: its hash, and the numbers of its lines."""
    found: list[tuple[int, tuple[int, ...]]] = []
    hashes: list[int] = []
    numbers: list[int] = []
    for number, line in lines:
        stripped = line.strip()
        if len(stripped) < _TRIVIAL:
            continue
        hashes.append(hash(stripped))
        numbers.append(number)
        if len(hashes) >= _WINDOW:
            if len(found) >= limit:
                break
            found.append((hash(tuple(hashes[-_WINDOW:])), tuple(numbers[-_WINDOW:])))
    return found
