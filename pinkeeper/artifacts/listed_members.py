"""The names and sizes of a wheel's members from its directory alone, as a range request can have it."""

from __future__ import annotations

from typing import BinaryIO

from msgspec import Struct

from pinkeeper.artifacts.archive_anomalies import AnomalyLog
from pinkeeper.artifacts.member_names import printable
from pinkeeper.artifacts.whole_file import bytes_at
from pinkeeper.artifacts.zip_directory import read_directory
from pinkeeper.errors import ArtifactError

__all__ = ["Listed", "listed_members"]


class Listed(Struct, frozen=True, kw_only=True, gc=False):
    """What the directory says of a regular file. path: printable. sizes: bytes, of the content and as it is packed."""

    path: str
    size: int
    crc32: int
    compressed_size: int


def listed_members(file: BinaryIO, *, filename: str) -> tuple[Listed, ...]:
    """The files of a wheel by path; of a name that stands twice the last. Two reads at most, at the file's end.

    file: any seekable one. Raises ArtifactError where no directory can be found; what the file itself raises as a
    `PinkeeperError` passes through.
    """
    try:
        file_size = file.seek(0, 2)
    except (OSError, ValueError) as error:
        raise ArtifactError(f"it cannot be read: {error}", where=filename) from error

    def read_at(offset: int, size: int) -> bytes:
        return bytes_at(file, offset, size, filename=filename)

    directory = read_directory(read_at, file_size=file_size, filename=filename, log=AnomalyLog())
    found = {}
    for entry in directory.entries:
        if not entry.is_folder:
            path = printable(entry.name)
            found[path] = Listed(path=path, size=entry.size, crc32=entry.crc, compressed_size=entry.packed_size)
    return tuple(found[path] for path in sorted(found))
