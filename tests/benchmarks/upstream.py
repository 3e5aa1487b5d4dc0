"""The index that is recorded: pages, core metadata and files, as far as a tool asks for them."""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx

from tests.support.recorded_page import ACCEPT, ListedFile, listed_files

__all__ = ["LARGEST_FILE", "Upstream"]

LARGEST_FILE = 64 * 2**20
_BLOCK = 2**17
_SECONDS = 60
_METADATA = re.compile(r"[^/]+\.dist-info/METADATA\Z")
_PKG_INFO = re.compile(r"[^/]+/PKG-INFO\Z")
_STATIC = re.compile(r"^Metadata-Version: *(?:2\.[2-9]|[3-9])", re.IGNORECASE | re.MULTILINE)
_DYNAMIC = re.compile(r"^Dynamic: *(?:requires-dist|provides-extra)\b", re.IGNORECASE | re.MULTILINE)


class Upstream:
    """Reads an index. index_url: of its Simple API, without the names. May be used from several threads."""

    def __init__(self, index_url: str) -> None:
        self._index_url = index_url.rstrip("/")
        self._client = httpx.Client(follow_redirects=True, timeout=_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()

    def page(self, name: str) -> list[ListedFile] | None:
        """The files of a project, None where the index does not know it. Raises httpx.HTTPError, ValueError."""
        response = self._client.get(f"{self._index_url}/{name}/", headers={"Accept": ACCEPT})
        if response.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.GONE}:
            return None
        response.raise_for_status()
        return listed_files(
            response.content, url=str(response.url), content_type=response.headers.get("content-type", "")
        )

    def metadata(self, file: ListedFile) -> bytes | None:
        """The core metadata of a file, None where an sdist does not have them statically (PEP 643).

        Raises httpx.HTTPError, ValueError for an archive without metadata.
        """
        if file.has_metadata:
            response = self._client.get(f"{file.url}.metadata")
            if response.is_success:
                return response.content
        if file.filename.endswith(".whl"):
            with zipfile.ZipFile(_RemoteFile(self._client, file.url)) as wheel:
                return wheel.read(_first(_METADATA, wheel.namelist(), file))
        content = _pkg_info(self.file(file), file)
        text = content.decode("utf-8", "replace")
        return content if _STATIC.search(text) and not _DYNAMIC.search(text) else None

    def file(self, file: ListedFile) -> bytes:
        """The bytes of a file. Raises httpx.HTTPError, ValueError where it is larger than LARGEST_FILE."""
        pieces = []
        with self._client.stream("GET", file.url, headers={"Accept-Encoding": "identity"}) as response:
            response.raise_for_status()
            if int(response.headers.get("content-length", "0")) > LARGEST_FILE:
                raise ValueError(f"{file.filename} is too large to be recorded")
            pieces = list(response.iter_bytes())
        return b"".join(pieces)


class _RemoteFile(io.RawIOBase):
    """A seekable file of which blocks are fetched when they are read."""

    def __init__(self, client: httpx.Client, url: str) -> None:
        super().__init__()
        self._client = client
        self._url = url
        self._at = 0
        self._blocks: dict[int, bytes] = {}
        response = client.head(url, headers={"Accept-Encoding": "identity"})
        response.raise_for_status()
        self._size = int(response.headers["content-length"])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        end = self._size if size < 0 else min(self._size, self._at + size)
        blocks = range(self._at // _BLOCK, -(-end // _BLOCK))
        missing = [block for block in blocks if block not in self._blocks]
        if missing:
            self._fetch(missing[0], missing[-1])
        content = b"".join(self._blocks[block] for block in blocks)
        start = self._at - blocks.start * _BLOCK
        content = content[start : start + max(0, end - self._at)]
        self._at += len(content)
        return content

    def _fetch(self, first: int, last: int) -> None:
        begin, end = first * _BLOCK, min(self._size, (last + 1) * _BLOCK)
        response = self._client.get(
            self._url, headers={"Range": f"bytes={begin}-{end - 1}", "Accept-Encoding": "identity"}
        )
        response.raise_for_status()
        content = (
            response.content if response.status_code == HTTPStatus.PARTIAL_CONTENT else response.content[begin:end]
        )
        for block in range(first, last + 1):
            at = (block - first) * _BLOCK
            self._blocks[block] = content[at : at + _BLOCK]


def _first(pattern: re.Pattern[str], paths: list[str], file: ListedFile) -> str:
    for path in paths:
        if pattern.match(path):
            return path
    raise ValueError(f"{file.filename} has no core metadata")


def _pkg_info(content: bytes, file: ListedFile) -> bytes:
    if file.filename.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as sdist:
            return sdist.read(_first(_PKG_INFO, sdist.namelist(), file))
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        member = archive.extractfile(_first(_PKG_INFO, archive.getnames(), file))
        return member.read() if member else b""
