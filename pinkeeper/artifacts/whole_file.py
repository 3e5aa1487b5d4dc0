"""A distribution file read from any place, its failures being `ArtifactError`."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from pinkeeper.artifacts.archive_limits import CHUNK
from pinkeeper.errors import ArtifactError

__all__ = ["bytes_at", "hashed"]


def hashed(file: BinaryIO, *, filename: str) -> tuple[str, int]:
    """The sha256 of all bytes in hexadecimal, and how many there are."""
    digest = hashlib.sha256()
    size = 0
    try:
        file.seek(0)
        while piece := file.read(CHUNK):
            digest.update(piece)
            size += len(piece)
    except (OSError, ValueError) as error:
        raise _unreadable(filename, error) from error
    return digest.hexdigest(), size


def bytes_at(file: BinaryIO, offset: int, size: int, *, filename: str) -> bytes:
    """Up to ``size`` bytes, fewer only at the end of the file."""
    parts = []
    try:
        file.seek(offset)
        while size > 0 and (part := file.read(size)):
            parts.append(part)
            size -= len(part)
    except (OSError, OverflowError, ValueError) as error:
        raise _unreadable(filename, error) from error
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _unreadable(filename: str, error: Exception) -> ArtifactError:
    return ArtifactError(f"it cannot be read: {error}", where=filename)
