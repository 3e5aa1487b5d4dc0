"""Pages and files of the index that pip would use, fetched one after another and kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from pinkeeper.errors import PinkeeperError
from pinkeeper.index.cache import Cache
from pinkeeper.index.client import Client, ClientOptions
from pinkeeper.index.repository import Absent, Repository
from pinkeeper.model.digest import Digest
from pinkeeper.model.url import IndexURL
from tests.benchmarks.default_index import pip_index
from tests.review.bumps.plan import Bump, PlannedFile, choose_bumps

__all__ = ["Downloads"]

_MAX_BYTES = 100_000_000


class Downloads:
    """A folder with the plan of each project (``plans/NAME.json``) and the files of its releases (``files/NAME/``)."""

    def __init__(self, folder: Path, *, ca_bundle: str | None) -> None:
        self._folder = folder
        self._client = Client(ClientOptions(ca_bundle=ca_bundle, use_keyring=False), sleep=None)
        self._repository: Repository | None = None

    def plan(self, package: str) -> tuple[Bump, ...]:
        """The bumps of a project: as they were written down, else chosen now. Raises PinkeeperError."""
        place = self._folder / "plans" / f"{package}.json"
        if place.is_file():
            return msgspec.json.decode(place.read_bytes(), type=tuple[Bump, ...])
        if self._repository is None:
            index = IndexURL.parse(pip_index())
            self._repository = Repository(index, self._client, Cache(self._folder / "pages"))
        listing = self._repository.fetch(canonicalize_name(package))
        bumps = () if isinstance(listing, Absent) else choose_bumps(listing)
        _write(place, msgspec.json.format(msgspec.json.encode(bumps)))
        return bumps

    def place(self, package: str, file: PlannedFile) -> Path:
        """Where a file is, or will be."""
        return self._folder / "files" / package / file.filename

    def has(self, bump: Bump) -> bool:
        """Whether all files of a bump are there."""
        return all(self.place(bump.package, file).is_file() for file in (*bump.old_files, *bump.new_files))

    def fetch(self, bumps: Sequence[Bump]) -> None:
        """Fetch what is not there yet. A file that cannot be had is told on stderr and left out."""
        for bump in bumps:
            for file in (*bump.old_files, *bump.new_files):
                place = self.place(bump.package, file)
                if place.is_file():
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                unfinished = place.with_name(f"{place.name}.part")
                digests = () if file.sha256 is None else (Digest(algorithm="sha256", value=file.sha256),)
                try:
                    with unfinished.open("wb+") as to:
                        self._client.download(file.url, to=to, digests=digests, max_bytes=_MAX_BYTES)
                except PinkeeperError as error:
                    sys.stderr.write(f"{file.filename}: {error}\n")
                    unfinished.unlink(missing_ok=True)
                    continue
                unfinished.replace(place)

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f"{place.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(place)
