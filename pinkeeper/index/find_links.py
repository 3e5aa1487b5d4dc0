"""``--find-links``: a folder of distributions, or a page that links to some."""

from __future__ import annotations

import threading
from html import escape
from pathlib import Path

from packaging.utils import NormalizedName

from pinkeeper.errors import InputError, NetworkError
from pinkeeper.index.client import Client
from pinkeeper.index.html_page import html_anchors, html_page_of
from pinkeeper.index.page import Listing
from pinkeeper.index.repository import ABSENT, MAX_PAGE_BYTES, Absent
from pinkeeper.model.url import IndexURL, path_of_file_url

__all__ = ["FindLinks"]

_WEB = ("http://", "https://")


class FindLinks:
    """Releases found at one ``--find-links`` location, read once. offline: no page on another machine is asked for."""

    def __init__(self, location: IndexURL, client: Client, *, offline: bool = False) -> None:
        self.index = location
        self._client = client
        self._offline = offline
        self._lock = threading.Lock()
        self._anchors: tuple[str, ...] | None = None
        self._base = ""
        self._local = False

    def remembered(self, name: NormalizedName) -> Listing | Absent | None:
        """The listing, if the location was read before."""
        return None if self._anchors is None else self._listing(name, self._anchors)

    def fetch(self, name: NormalizedName) -> Listing | Absent:
        """Read the location. Raises InputError for a missing folder, NetworkError and IndexPageError for a page."""
        with self._lock:
            if self._anchors is None:
                self._anchors = self._read()
        return self._listing(name, self._anchors)

    def _listing(self, name: NormalizedName, anchors: tuple[str, ...]) -> Listing | Absent:
        record = html_page_of(anchors, base=self._base, name=name)
        if not record.head.versions:
            return ABSENT
        return Listing(name, record, index=self.index.url, local=self._local)

    def _read(self) -> tuple[str, ...]:
        folder = _folder(self.index.url)
        if folder is None:
            if self._offline and self.index.url.startswith(_WEB):
                raise NetworkError(
                    "--offline forbids to ask for this --find-links page",
                    url=self.index.url,
                    remedy="name a folder, or run without --offline",
                )
            response = self._client.get(
                _address(self.index.url), headers={"accept": "text/html"}, max_bytes=MAX_PAGE_BYTES
            )
            text = response.body.decode("utf-8", errors="replace")
            self._base, anchors = html_anchors(text, url=response.url)
            return tuple(anchors)
        self._local = True
        try:
            paths = sorted(path for path in folder.iterdir() if path.is_file())
        except OSError as error:
            raise InputError(f"the --find-links folder cannot be read: {error.strerror}", where=str(folder)) from error
        # A folder is a page whose anchors nobody wrote down.
        return tuple(f'{escape(path.resolve().as_uri())}"' for path in paths)


def _folder(location: str) -> Path | None:
    """The folder that a location names; None where it is a page."""
    if location.startswith(_WEB):
        return None
    path = Path(path_of_file_url(location) if location.startswith("file:") else location)
    return path if path.is_dir() or path.suffix not in {".html", ".htm"} else None


def _address(location: str) -> str:
    return location if location.startswith((*_WEB, "file:")) else Path(location).resolve().as_uri()
