"""``--find-links``: a folder of distributions, or a page that links to some."""

from __future__ import annotations

import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from packaging.utils import NormalizedName

from pinkeeper.errors import InputError
from pinkeeper.index.client import Client
from pinkeeper.index.html_page import html_files
from pinkeeper.index.page import Listing, group_releases
from pinkeeper.index.records import FileRecord
from pinkeeper.index.repository import ABSENT, MAX_PAGE_BYTES, Absent
from pinkeeper.model.url import IndexURL

__all__ = ["FindLinks"]


class FindLinks:
    """Releases found at one ``--find-links`` location, read once."""

    def __init__(self, location: IndexURL, client: Client) -> None:
        self.index = location
        self._client = client
        self._lock = threading.Lock()
        self._files: tuple[FileRecord, ...] | None = None
        self._base = ""
        self._local = False

    def remembered(self, name: NormalizedName) -> Listing | Absent | None:
        """The listing, if the location was read before."""
        return None if self._files is None else self._listing(name, self._files)

    def fetch(self, name: NormalizedName) -> Listing | Absent:
        """Read the location. Raises InputError for a missing folder, NetworkError and IndexPageError for a page."""
        with self._lock:
            if self._files is None:
                self._files = self._read()
        return self._listing(name, self._files)

    def _listing(self, name: NormalizedName, files: tuple[FileRecord, ...]) -> Listing | Absent:
        record = group_releases(files, base=self._base, name=name)
        if not record.versions:
            return ABSENT
        return Listing(name, record, index=self.index.url, local=self._local)

    def _read(self) -> tuple[FileRecord, ...]:
        folder = _folder(self.index.url)
        if folder is None:
            response = self._client.get(self.index.url, headers={"accept": "text/html"}, max_bytes=MAX_PAGE_BYTES)
            text = response.body.decode("utf-8", errors="replace")
            self._base, files = html_files(text, url=response.url)
            return tuple(files)
        self._local = True
        try:
            paths = sorted(path for path in folder.iterdir() if path.is_file())
        except OSError as error:
            raise InputError(f"the --find-links folder cannot be read: {error.strerror}", where=str(folder)) from error
        return tuple(FileRecord(path.name, path.resolve().as_uri()) for path in paths)


def _folder(location: str) -> Path | None:
    """The folder that a location names; None where it is a page."""
    if location.startswith(("http://", "https://")):
        return None
    if location.startswith("file:"):
        path = Path(url2pathname(unquote(urlsplit(location).path)))
        return path if path.is_dir() or path.suffix not in {".html", ".htm"} else None
    return Path(location)
