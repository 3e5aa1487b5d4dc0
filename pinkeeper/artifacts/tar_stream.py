"""What a compressed tar archive unpacks to, read forward only; the end of what is sound is an end, and told."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from pinkeeper.artifacts.archive_anomalies import AnomalyLog
from pinkeeper.artifacts.archive_limits import CHUNK
from pinkeeper.artifacts.contents import AnomalyKind
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.errors import ArtifactError

__all__ = ["TarStream"]

_PACKED_CHUNK = 256 * 1024
_GZIP_MAGIC, _BZIP2_MAGIC, _XZ_MAGIC = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0"
_GZIP_BITS = 16 + zlib.MAX_WBITS
# Each stream costs some microseconds, and twenty bytes make one.
_STREAM_COUNT_LIMIT = 1000
# xz's strongest preset needs half of it.
_XZ_MEMORY_LIMIT = 128 * 1024 * 1024


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


class TarStream:
    """position: of what is read next. filename: its suffix says the compression. limit: bytes it may unpack to."""

    def __init__(self, file: BinaryIO, *, filename: str, limit: int, log: AnomalyLog) -> None:
        self.position = 0
        self._filename = filename
        self._limit = limit
        self._log = log
        self._pieces = self._unpacked(file)
        self._piece = b""
        self._start = 0

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes, fewer at the end."""
        parts = list(self.pieces(size))
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def pieces(self, size: int) -> Iterator[bytes]:
        """The next ``size`` bytes as they come."""
        while size > 0:
            if self._start == len(self._piece):
                piece = next(self._pieces, None)
                if piece is None:
                    return
                self._piece, self._start = piece, 0
            part = self._piece[self._start : self._start + size]
            self._start += len(part)
            self.position += len(part)
            size -= len(part)
            yield part

    def skip_to(self, position: int) -> None:
        """Pass over what stands before a position."""
        for _ in self.pieces(position - self.position):
            pass

    def _unpacked(self, file: BinaryIO) -> Iterator[bytes]:
        """Pieces of `CHUNK` at most, none empty."""
        total = streams = 0
        packed = _read(file, self._filename)
        magic = _magic(self._filename)
        if not packed.startswith(magic):
            raise self._refusal("it is not packed as its name says")
        while True:
            streams += 1
            decompressor = _decompressor(magic)
            for piece in self._one_stream(decompressor, packed, file, is_first=streams == 1):
                total += len(piece)
                if total > self._limit:
                    self._log.refuse(AnomalyKind.BOMB, self._filename, f"it unpacks to more than {self._limit} bytes")
                    return
                yield piece
            if not decompressor.eof:
                return
            packed = _behind(decompressor.unused_data, file, self._filename, len(magic))
            if not packed:
                return
            if not packed.startswith(magic) or streams == _STREAM_COUNT_LIMIT:
                self._log.add(AnomalyKind.HIDDEN_DATA, None, "bytes stand behind its packed data")
                return
            if streams == 1:
                self._log.add(
                    AnomalyKind.HIDDEN_DATA, None, "it is packed in several pieces, of which some readers see the first"
                )

    def _one_stream(
        self, decompressor: _Decompressor, packed: bytes, file: BinaryIO, *, is_first: bool
    ) -> Iterator[bytes]:
        is_empty = is_first
        while not decompressor.eof:
            try:
                piece = decompressor.decompress(packed, CHUNK)
            # LZMAError is an Exception of its own, in a module that is not always there.
            except Exception as error:
                if is_empty:
                    raise self._refusal(str(error)) from error
                self._log.refuse(
                    AnomalyKind.DAMAGED_MEMBER, self._filename, f"its packed data is damaged: {shown(str(error))}"
                )
                return
            if piece:
                is_empty = False
                yield piece
            packed = getattr(decompressor, "unconsumed_tail", b"")
            # A full piece: more may be held back, of what was already given to the decompressor too.
            if packed or len(piece) == CHUNK or not getattr(decompressor, "needs_input", True) or decompressor.eof:
                continue
            packed = _read(file, self._filename)
            if not packed:
                if is_empty:
                    raise self._refusal("it is cut")
                self._log.refuse(AnomalyKind.DAMAGED_MEMBER, self._filename, "its packed data is cut")
                return

    def _refusal(self, what: str) -> ArtifactError:
        return ArtifactError(
            f"the archive cannot be read: {what}",
            where=self._filename,
            remedy="download it again with --no-cache; if it stays so, do not install it and tell the index's owner",
        )


def _read(file: BinaryIO, filename: str) -> bytes:
    try:
        return file.read(_PACKED_CHUNK)
    except (OSError, ValueError) as error:
        raise ArtifactError(f"it cannot be read: {error}", where=filename) from error


def _behind(packed: bytes, file: BinaryIO, filename: str, size: int) -> bytes:
    """What stands behind a stream and the zeros that may follow it; at least ``size`` bytes where there are as many."""
    while not (packed := packed.lstrip(b"\0")):
        packed = _read(file, filename)
        if not packed:
            return b""
    return packed if len(packed) >= size else packed + _read(file, filename)


def _magic(filename: str) -> bytes:
    if filename.endswith(".tar.bz2"):
        return _BZIP2_MAGIC
    return _XZ_MAGIC if filename.endswith(".tar.xz") else _GZIP_MAGIC


def _decompressor(magic: bytes) -> _Decompressor:
    """Modules are imported here since bz2 and lzma are hardly ever needed."""
    if magic == _BZIP2_MAGIC:
        import bz2  # noqa: PLC0415

        return bz2.BZ2Decompressor()
    if magic == _XZ_MAGIC:
        import lzma  # noqa: PLC0415

        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY_LIMIT)
    return zlib.decompressobj(_GZIP_BITS)
