"""The content of a member of a ZIP archive: unpacked piece by piece, never to more than was announced."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from msgspec import Struct

from pinkeeper.artifacts.archive_limits import CHUNK

__all__ = ["DAMAGE", "DEFLATED", "KNOWN_METHODS", "STORED", "Digest", "digest_of", "unpacked"]

STORED, DEFLATED = 0, 8
_BZIP2, _LZMA = 12, 14
KNOWN_METHODS = frozenset({STORED, DEFLATED, _BZIP2, _LZMA})
"""The methods that `zipfile` of every supported Python reads."""

# The dictionary that an LZMA member may ask memory for, in bytes; xz's strongest preset has 64 MiB.
_LZMA_DICTIONARY_LIMIT = 64 * 1024 * 1024
_LZMA_HEADER = 4 + 5

# EOFError and ValueError: what decompressors raise for bytes behind an end, and for properties out of range.
DAMAGE = (zlib.error, OSError, EOFError, ValueError)
"""What `unpacked` raises for bytes that are not packed as they should be."""


class Digest(Struct, frozen=True, kw_only=True):
    """size: bytes of content. is_whole: the packed data came to its end. has_more: to more than was announced.

    left: packed bytes behind that end.
    """

    size: int
    sha256: str
    crc: int
    is_whole: bool
    has_more: bool
    left: int


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


class _Unpacking:
    """pieces: contents, whose ends are known once all were asked for."""

    def __init__(self, packed: Iterable[bytes], method: int, limit: int) -> None:
        self._packed = iter(packed)
        self._method = method
        self._limit = limit
        self.is_whole = False
        self.left = 0

    def pieces(self) -> Iterator[bytes]:
        """Up to `limit` bytes, in pieces of `CHUNK` at most where they were packed."""
        room = self._limit
        if self._method == STORED:
            for piece in self._packed:
                yield piece[:room]
                room -= len(piece)
                if room <= 0:
                    return
            self.is_whole = True
            return
        decompressor, pending = self._decompressor()
        while room > 0:
            asked = min(CHUNK, room)
            piece = decompressor.decompress(pending, asked)
            room -= len(piece)
            yield piece
            if decompressor.eof:
                self.is_whole = True
                self.left = len(decompressor.unused_data) + sum(map(len, self._packed))
                return
            pending = getattr(decompressor, "unconsumed_tail", b"")
            # A full piece: more may be held back, of what was already given to the decompressor too.
            if pending or len(piece) == asked or not getattr(decompressor, "needs_input", True):
                continue
            following = next(self._packed, None)
            if following is None:
                return
            pending = following

    def _decompressor(self) -> tuple[_Decompressor, bytes]:
        """A fresh one, and the first bytes to give to it."""
        packed = next(self._packed, b"")
        if self._method == DEFLATED:
            return zlib.decompressobj(-zlib.MAX_WBITS), packed
        if self._method == _BZIP2:
            import bz2  # noqa: PLC0415 - hardly any member needs it

            return bz2.BZ2Decompressor(), packed
        while len(packed) < _LZMA_HEADER and (more := next(self._packed, b"")):
            packed += more
        return _lzma_decompressor(packed[:_LZMA_HEADER]), packed[_LZMA_HEADER:]


def digest_of(packed: Iterable[bytes], method: int, size: int) -> Digest:
    """Unpack a member announced to have ``size`` bytes once; what comes beyond them does not count as content."""
    unpacking = _Unpacking(packed, method, size + 1)
    sha256, crc, total, has_more = hashlib.sha256(), 0, 0, False
    for piece in unpacking.pieces():
        content = piece
        if total + len(content) > size:
            content, has_more = content[: size - total], True
        total += len(content)
        sha256.update(content)
        crc = zlib.crc32(content, crc)
    return Digest(
        size=total,
        sha256=sha256.hexdigest(),
        crc=crc,
        is_whole=unpacking.is_whole,
        has_more=has_more,
        left=unpacking.left,
    )


def unpacked(packed: Iterable[bytes], method: int, size: int) -> bytes:
    """The content, of which ``size`` bytes are asked for."""
    return b"".join(_Unpacking(packed, method, size).pieces())


def _lzma_decompressor(header: bytes) -> _Decompressor:
    """Of a raw stream whose properties stand before it (PKWARE APPNOTE 5.8)."""
    import lzma  # noqa: PLC0415 - hardly any member needs it

    if len(header) < _LZMA_HEADER or header[2:4] != b"\x05\x00":
        raise ValueError("it has no LZMA properties")
    properties, dictionary = header[4], int.from_bytes(header[5:9], "little")
    if dictionary > _LZMA_DICTIONARY_LIMIT:
        raise ValueError("it asks for too much memory to be unpacked")
    numbers = {"lc": properties % 9, "lp": properties // 9 % 5, "pb": properties // 45}
    lzma_filter = {"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), **numbers}
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[lzma_filter])
