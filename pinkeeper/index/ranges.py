"""A remote file read piecewise by HTTP range requests (RFC 9110, section 14)."""

from __future__ import annotations

import io
import re
from http import HTTPStatus

from pinkeeper.errors import NetworkError
from pinkeeper.index.client import Client

__all__ = ["RangeFile", "RangesRefusedError", "tail_for"]

# METADATA and the central directory are the last things in a wheel. Measured on the wheels of a gateway: one request of
# 16 KiB holds both for five of six projects.
_TAIL_BYTES = 16 * 1024
_LONGEST_TAIL = 2**20
_MAX_READ = 64 * 2**20
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)\Z")


class RangesRefusedError(Exception):
    """The server does not give parts of this file; it must be taken whole."""


def tail_for(reach: int) -> int:
    """How much of its tail to ask for of a file like one that was read this far before its end; 0 for the usual."""
    return reach + reach // 16 if reach <= _LONGEST_TAIL else 0


class RangeFile(io.RawIOBase):
    """A read-only, seekable file of which only the parts that are read are fetched.

    Made with the file's tail, in one request where the server understands a suffix range. tail: how many bytes of it
    are likely to be needed. Raises RangesRefusedError and NetworkError, on making and on reading.
    """

    def __init__(self, client: Client, url: str, *, size: int | None, tail: int = 0) -> None:
        super().__init__()
        self._client = client
        self._url = url
        self._position = 0
        self._parts: list[tuple[int, bytes]] = []
        length = min(max(tail, _TAIL_BYTES), _LONGEST_TAIL)
        if size is None:
            self._size = self._fetch(f"bytes=-{length}")
        else:
            start = max(0, size - length)
            self._size = self._fetch(f"bytes={start}-{size - 1}")

    def _fetch(self, requested: str) -> int:
        """Get one range; give the size of the whole file."""
        try:
            response = self._client.get(
                self._url,
                headers={"range": requested, "accept-encoding": "identity"},
                max_bytes=_MAX_READ,
                accept_statuses=frozenset({HTTPStatus.PARTIAL_CONTENT}),
            )
        except NetworkError as error:
            if error.status is not None and (
                error.status == HTTPStatus.OK
                or error.status
                in (
                    HTTPStatus.BAD_REQUEST,
                    HTTPStatus.METHOD_NOT_ALLOWED,
                    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
                    HTTPStatus.NOT_IMPLEMENTED,
                )
            ):
                raise RangesRefusedError from error
            raise
        match = _CONTENT_RANGE.match(response.headers.get("content-range", ""))
        if match is None:
            raise RangesRefusedError
        start, end, size = (int(group) for group in match.groups())
        if end - start + 1 != len(response.body):
            raise RangesRefusedError
        self._parts.append((start, response.body))
        return size

    @property
    def reach(self) -> int:
        """How far before the end of the file reading went, in bytes."""
        return self._size - min(start for start, _ in self._parts)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought in."""
        return True

    def tell(self) -> int:
        """Give the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position; nothing is fetched."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Give up to `size` bytes from the position, all the rest where it is negative."""
        end = self._size if size < 0 else min(self._position + size, self._size)
        if end <= self._position:
            return b""
        content = self._known(self._position, end)
        if content is None:
            # Small reads follow one another: a local header, then its content. One request should serve both.
            wanted = max(end, min(self._position + _TAIL_BYTES, self._size))
            self._fetch(f"bytes={self._position}-{wanted - 1}")
            content = self._known(self._position, end)
            if content is None:
                raise RangesRefusedError
        self._position = end
        return content

    def _known(self, start: int, end: int) -> bytes | None:
        for at, part in self._parts:
            if at <= start and end <= at + len(part):
                return part[start - at : end - at]
        return None
