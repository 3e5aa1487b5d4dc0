"""Distribution files as a whole: fetched once, their hashes checked, kept in the cache under what they hash to."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

from pinkeeper.errors import NetworkError
from pinkeeper.index.cache import Cache
from pinkeeper.index.client import Client
from pinkeeper.index.ranges import RangeFile, RangesRefusedError
from pinkeeper.model.distribution import DistributionFile

__all__ = ["FileReader"]

_MOST_BYTES = 8 * 2**30
_IN_MEMORY_BYTES = 32 * 2**20
_SHELF = "files"


class FileReader:
    """Opens distribution files. Safe to use from several threads."""

    def __init__(self, client: Client, cache: Cache, *, offline: bool) -> None:
        self._client = client
        self._cache = cache
        self._offline = offline

    def opened(self, file: DistributionFile) -> BinaryIO:
        """All bytes of a file, from the cache or from its address, open for reading at their start.

        Raises HashMismatchError, NetworkError.
        """
        if file.sha256 is not None:
            kept = self._kept(file.sha256)
            if kept is not None:
                return kept
        self._check_online(file)
        folder = None if file.url.startswith("file:") else self._cache.folder(_SHELF)
        if folder is None or file.sha256 is None:
            return self._fetched(file)
        return self._fetched_into(folder, file, file.sha256)

    def remote(self, file: DistributionFile) -> BinaryIO | None:
        """A file of which only those parts are fetched that are read; None where its server does not give parts.

        Raises NetworkError.
        """
        if file.sha256 is not None and (kept := self._kept(file.sha256)) is not None:
            return kept
        if file.url.startswith("file:"):
            return self.opened(file)
        self._check_online(file)
        try:
            return cast("BinaryIO", RangeFile(self._client, file.url, size=file.size))
        except RangesRefusedError:
            return None

    def _check_online(self, file: DistributionFile) -> None:
        if self._offline and not file.url.startswith("file:"):
            raise NetworkError(
                f"{file.filename} is not in the cache, and --offline forbids to fetch it",
                url=file.url,
                remedy="run once without --offline",
            )

    def _kept(self, sha256: str) -> BinaryIO | None:
        """A file that was kept, if it still is what its name says."""
        folder = self._cache.folder(_SHELF)
        if folder is None:
            return None
        try:
            content = (folder / sha256).open("rb")
        except OSError:
            return None
        if hashlib.file_digest(content, "sha256").hexdigest() != sha256:
            content.close()
            with contextlib.suppress(OSError):
                (folder / sha256).unlink()
            return None
        content.seek(0)
        return content

    def _fetched(self, file: DistributionFile) -> BinaryIO:
        whole = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES))  # noqa: SIM115 - it is given away open
        try:
            self._client.download(file.url, to=whole, digests=file.digests, max_bytes=_MOST_BYTES)
        except BaseException:
            whole.close()
            raise
        whole.seek(0)
        return whole

    def _fetched_into(self, folder: Path, file: DistributionFile, sha256: str) -> BinaryIO:
        """Fetch beside the place where it is to be kept, and move it there when its hashes are right."""
        try:
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
        except OSError:
            return self._fetched(file)  # a cache that cannot be written to is no reason to fail
        content = os.fdopen(handle, "w+b")
        try:
            self._client.download(file.url, to=content, digests=file.digests, max_bytes=_MOST_BYTES)
            content.flush()
            with contextlib.suppress(OSError):
                Path(temporary).replace(folder / sha256)
        except BaseException:
            content.close()
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
        content.seek(0)
        return content
