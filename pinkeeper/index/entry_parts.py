"""Cache entries in parts: a head, which is read at once, and parts that are read one by one.

Of a page of some megabytes a run looks at a few releases, mostly the newest. The layout, numbers being 32-bit and
little-endian: a mark; the CRC-32 of all from here to the first part; the size of the head; how many parts there are;
their sizes; their CRC-32s; the head; the parts.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Sequence
from io import FileIO
from itertools import accumulate

__all__ = ["Parts", "opened", "spelled"]

_MARK = b"pkp1"
_CHECK = struct.Struct("<4sI")
_SIZES = struct.Struct("<II")
_FIXED = _CHECK.size + _SIZES.size
_NUMBER = 4  # bytes

# What is read at first: all of most entries, and of others the parts that are asked for most.
_FIRST_READ = 32 * 1024


class Parts:
    """An entry in parts, as far as it was read. head: what was kept before the parts."""

    def __init__(self, path: str, head: bytes, *, ends: Sequence[int], checks: Sequence[int], start: bytes) -> None:
        self.head = head
        self._path = path
        self._ends = ends
        self._checks = checks
        self._start = start

    def part(self, number: int) -> bytes | None:
        """One of the parts, counted from 0; None where it is damaged, or was taken away since."""
        begin, end = self._ends[number], self._ends[number + 1]
        content = self._start[begin:end] if end <= len(self._start) else self._read(begin, end)
        return content if content is not None and zlib.crc32(content) == self._checks[number] else None

    def _read(self, begin: int, end: int) -> bytes | None:
        try:
            with open(self._path, "rb", buffering=0) as file:  # noqa: PTH123 - a path object costs more than the read
                file.seek(begin)
                return file.read(end - begin)
        except OSError:
            return None


def spelled(head: bytes, parts: Sequence[bytes]) -> tuple[bytes, ...]:
    """An entry, piece by piece."""
    numbers = struct.pack(f"<{2 * len(parts)}I", *map(len, parts), *map(zlib.crc32, parts))
    start = _SIZES.pack(len(head), len(parts)) + numbers + head
    return (_CHECK.pack(_MARK, zlib.crc32(start)), start, *parts)


def opened(file: FileIO, path: str) -> Parts | None:
    """The entry in a file that was just opened; None where it is damaged, as far as that shows before a part is read.

    Raises OSError.
    """
    start = file.read(_FIRST_READ)
    if len(start) < _FIXED:
        return None
    mark, check = _CHECK.unpack_from(start)
    head_size, count = _SIZES.unpack_from(start, _CHECK.size)
    head_begin = _FIXED + 2 * _NUMBER * count
    body = head_begin + head_size
    if mark != _MARK or body > os.fstat(file.fileno()).st_size:
        return None
    if len(start) < body:
        start += file.read(body - len(start))
    if zlib.crc32(memoryview(start)[_CHECK.size : body]) != check:
        return None
    numbers = struct.unpack_from(f"<{2 * count}I", start, _FIXED)
    ends = tuple(accumulate(numbers[:count], initial=body))
    if ends[-1] != os.fstat(file.fileno()).st_size:
        return None
    return Parts(path, start[head_begin:body], ends=ends, checks=numbers[count:], start=start)
