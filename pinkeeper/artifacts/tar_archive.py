"""Compressed tar archives read as a stream under limits, nothing written to disk."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from pinkeeper.artifacts.hostile_text import is_unsafe_path, shown
from pinkeeper.errors import ArtifactError, PinkeeperError

__all__ = ["TAR_SUFFIXES", "TarMember", "tar_members"]

TAR_SUFFIXES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")

_MEMBER_COUNT_LIMIT = 100_000
_TOTAL_LIMIT = 1024 * 1024 * 1024
# Source code compresses 3 to 10 times; test data of zeros is why a small archive may go beyond the ratio.
_RATIO_LIMIT = 200
_RATIO_FREE = 64 * 1024 * 1024
# `tarfile` reads an extended header of any announced length into memory; real ones have some hundred bytes.
_READ_LIMIT = 16 * 1024 * 1024
_SKIP_STEP = 256 * 1024


class TarMember:
    """One member, of which the content can be read until the next member is asked for."""

    def __init__(self, tar: tarfile.TarFile, info: tarfile.TarInfo, filename: str) -> None:
        self.name = info.name
        self.size = info.size
        self.is_file = info.isreg() and not info.issparse()
        self.is_folder = info.isdir()
        self.is_executable = bool(info.mode & 0o100)
        self.link_target = info.linkname if info.issym() or info.islnk() else None
        self.is_symbolic_link = info.issym()
        self._tar = tar
        self._info = info
        self._filename = filename

    def read(self, *, limit: int) -> bytes:
        """The content. Raises `ArtifactError` where the member is no regular file or over ``limit`` bytes."""
        if not self.is_file:
            raise _refusal(self._filename, f"the member {shown(self.name)} is not a regular file")
        if self.size > limit:
            raise _refusal(self._filename, f"the member {shown(self.name)} is larger than {limit} bytes")
        with _refusing(self._filename):
            file = self._tar.extractfile(self._info)
            content = file.read() if file is not None else b""
        if len(content) != self.size:
            raise _refusal(self._filename, f"the member {shown(self.name)} is cut")
        return content


def tar_members(file: BinaryIO, *, filename: str) -> Iterator[TarMember]:
    """The members in order, whatever their kind; links, devices and the like are for the caller to pass over.

    filename: its suffix, one of `TAR_SUFFIXES`, says the compression. Raises `ArtifactError` for damage, for a name
    that is absolute or has a parent step, and where counts or sizes are out of all reason. What the file itself raises
    as a `PinkeeperError` passes through.
    """
    with _refusing(filename):
        size = file.seek(0, 2)
        file.seek(0)
        limit = min(_TOTAL_LIMIT, max(_RATIO_FREE, _RATIO_LIMIT * size))
        stream = _LimitedStream(_decompressed(file, filename), filename, limit)
        # Not mode "r|": that one would gather a header of any announced length before we see how long it is.
        tar = tarfile.TarFile(fileobj=cast("BinaryIO", stream), encoding="utf-8", errors="surrogateescape")
    count = 0
    while True:
        with _refusing(filename):
            info = tar.next()
        if info is None:
            return
        count += 1
        if count > _MEMBER_COUNT_LIMIT:
            raise _refusal(filename, f"it has more than {_MEMBER_COUNT_LIMIT} members")
        if is_unsafe_path(info.name):
            raise _refusal(filename, f"a member's name leaves the archive: {shown(info.name)}")
        yield TarMember(tar, info, filename)


class _LimitedStream:
    """What `tarfile` needs of a file, over a decompressor: reads, forward seeks and, as it does, one byte back."""

    def __init__(self, source: BinaryIO, filename: str, limit: int) -> None:
        self._source = source
        self._filename = filename
        self._limit = limit
        self._position = 0
        self._last = b""
        self._unread = b""

    def tell(self) -> int:
        return self._position

    def seek(self, position: int) -> int:
        if position == self._position - 1 and self._last and not self._unread:
            self._unread = self._last
            self._position = position
        while self._position < position and self.read(min(_SKIP_STEP, position - self._position)):
            pass
        # A place that cannot be reached is told by tell() and by the empty read that follows.
        return self._position

    def read(self, size: int) -> bytes:
        if size > _READ_LIMIT:
            raise _refusal(self._filename, "it has a header of an absurd length")
        if size <= 0:
            return b""
        unread, self._unread = self._unread, b""
        content = unread + self._source.read(size - len(unread))
        self._position += len(content)
        self._last = content[-1:] or self._last
        if self._position > self._limit:
            raise _refusal(self._filename, f"it unpacks to more than {self._limit} bytes")
        return content


def _decompressed(file: BinaryIO, filename: str) -> BinaryIO:
    """Modules are imported here since an sdist is rarely opened and bz2 and lzma hardly ever."""
    if filename.endswith(".tar.bz2"):
        import bz2  # noqa: PLC0415

        return cast("BinaryIO", bz2.BZ2File(file))
    if filename.endswith(".tar.xz"):
        import lzma  # noqa: PLC0415

        return cast("BinaryIO", lzma.LZMAFile(file))
    import gzip  # noqa: PLC0415

    return cast("BinaryIO", gzip.GzipFile(fileobj=file, mode="rb"))


@contextmanager
def _refusing(filename: str) -> Iterator[None]:
    try:
        yield
    except PinkeeperError:
        raise
    # No closed set of exceptions is documented for bad bytes: besides TarError, EOFError, OSError, zlib.error and
    # LZMAError there are ValueError, IndexError, RecursionError, MemoryError and more.
    except Exception as error:
        raise _refusal(filename, str(error) or type(error).__name__) from error


def _refusal(filename: str, what: str) -> ArtifactError:
    return ArtifactError(
        f"the archive cannot be read safely: {what}",
        where=filename,
        remedy="download it again with --no-cache; if it stays so, do not install it and tell the index's owner",
    )
