"""A folder with what an index gave: pages, core metadata and files, each written once.

Nothing of it belongs in a repository: it names the hosts that files came from, and it is large.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from threading import get_ident
from typing import Any
from urllib.parse import urlsplit

from tests.support.recorded_page import ListedFile

__all__ = ["MissingError", "Recordings", "path_of"]


class MissingError(Exception):
    """A thing was asked for that is not recorded."""


class Recordings:
    """Things of an index by name or by path. A thing that the index does not have is recorded as None."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digests: dict[str, str | None] = {}
        self._described = {place.name for place in folder.glob("metadata/*/*")}

    def page(self, name: str, *, fetch: Callable[[], list[ListedFile] | None] | None) -> list[ListedFile] | None:
        """The files of a project. fetch: reads them where they are missing, else MissingError is raised."""

        def fetched() -> bytes | None:
            files = fetch() if fetch else None
            if files is None:
                return None
            return json.dumps([asdict(file) for file in files], default=datetime.isoformat).encode()

        content = self._kept(self._folder / "pages" / f"{name}.json", fetched if fetch else None)
        return None if content is None else [_listed(entry) for entry in json.loads(content)]

    def metadata(self, path: str, *, fetch: Callable[[], bytes | None] | None) -> bytes | None:
        """The core metadata of the file that the index has at a path.

        Raises MissingError, also for what another process recorded by now: pages do not tell its digest yet.
        """
        place = self._place("metadata", path)
        if fetch is None and place.name not in self._described:
            raise MissingError
        content = self._kept(place, fetch)
        self._described.add(place.name)
        return content

    def metadata_digest(self, path: str) -> str | None:
        """The SHA-256 of the core metadata in hexadecimal, None where the index has none. Raises MissingError."""
        key = self._place("metadata", path).name
        if key not in self._described:
            raise MissingError
        if key not in self._digests:
            content = self.metadata(path, fetch=None)
            self._digests[key] = None if content is None else hashlib.sha256(content).hexdigest()
        return self._digests[key]

    def file(self, path: str, *, fetch: Callable[[], bytes | None] | None) -> bytes | None:
        """A file that the index has at a path. Raises MissingError."""
        return self._kept(self._place("files", path), fetch)

    def _place(self, kind: str, path: str) -> Path:
        key = hashlib.sha256(path.encode()).hexdigest()
        return self._folder / kind / key[:2] / key

    @staticmethod
    def _kept(place: Path, fetch: Callable[[], bytes | None] | None) -> bytes | None:
        """Read a thing, or fetch and keep it. An empty file stands for what the index does not have."""
        try:
            return place.read_bytes() or None
        except FileNotFoundError:
            if fetch is None:
                raise MissingError from None
        content = fetch()
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f"{place.name}.{os.getpid()}.{get_ident()}")
        part.write_bytes(content or b"")
        part.replace(place)
        return content


def path_of(file: ListedFile) -> str:
    """The path under which a file is served: that of its own URL."""
    return urlsplit(file.url).path


def _listed(entry: dict[str, Any]) -> ListedFile:
    uploaded = entry["upload_time"]
    return ListedFile(**{**entry, "upload_time": datetime.fromisoformat(uploaded) if uploaded else None})
