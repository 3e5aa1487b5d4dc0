"""All places that packages may come from, as the resolver sees them: one owner for each name, everything once."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ConfigurationError, UnknownPackageError
from pinkeeper.index.metadata import MetadataReader
from pinkeeper.index.page import Listing
from pinkeeper.index.repository import Absent, Repository
from pinkeeper.index.workers import Workers
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.metadata import CoreMetadata
from pinkeeper.resolver.source import ProjectListing

if TYPE_CHECKING:
    from pinkeeper.index.find_links import FindLinks

__all__ = ["IndexSource"]


class IndexSource:
    """A `pinkeeper.resolver.source.ReleaseSource` over indexes and ``--find-links`` locations.

    places: asked in this order; the first that lists a name owns it, and no other is asked about it, so that a name
    on a public index cannot take the place of a private one. pinned: the only place for some names.
    What is fresh in the cache is given at once, by the thread that asks; only the network is left to the workers.
    """

    def __init__(
        self,
        places: Sequence[Repository | FindLinks],
        *,
        pinned: Iterable[tuple[NormalizedName, Repository]] = (),
        metadata: MetadataReader,
        workers: Workers,
    ) -> None:
        self._places = tuple(places)
        self._pinned = dict(pinned)
        self._metadata = metadata
        self._workers = workers
        self._lock = threading.Lock()
        self._listings: dict[NormalizedName, Future[ProjectListing]] = {}
        self._files: dict[str, Future[CoreMetadata]] = {}

    def listing(self, name: NormalizedName) -> Future[ProjectListing]:
        """The releases of a project on the index that owns its name."""
        with self._lock:
            future = self._listings.get(name)
            if future is not None:
                return future
            future = self._listings[name] = Future()
        places = self._places_for(name)
        try:
            known = _remembered(name, places)
        except BaseException as error:
            future.set_exception(error)  # whoever waits for it must not wait for ever
            raise
        if known is None:
            self._workers.run(partial(self._fetch_listing, name, places), future)
        else:
            future.set_result(known)
        return future

    def metadata(self, name: NormalizedName, version: Version, file: DistributionFile) -> Future[CoreMetadata]:
        """The core metadata of a release, read from one of its files."""
        key = file.direct or file.url  # one archive may hold several projects, each in a folder of its own
        with self._lock:
            future = self._files.get(key)
            if future is not None:
                return future
            future = self._files[key] = Future()
        try:
            known = self._metadata.remembered(name, file)
        except BaseException as error:
            future.set_exception(error)
            raise
        if known is not None:
            future.set_result(known)
        else:
            self._workers.run(lambda: self._metadata.fetch(name, version, file), future)
        return future

    def sha256s(self, files: Iterable[DistributionFile]) -> dict[str, str]:
        """The SHA-256 of files by URL; those that no index gives are computed from the bytes, in parallel."""
        futures = {file.url: self._workers.submit(partial(self._metadata.sha256, file)) for file in files}
        return {url: future.result() for url, future in futures.items()}

    def _places_for(self, name: NormalizedName) -> tuple[Repository | FindLinks, ...]:
        pinned = self._pinned.get(name)
        return self._places if pinned is None else (pinned,)

    def _fetch_listing(self, name: NormalizedName, places: Sequence[Repository | FindLinks]) -> ProjectListing:
        for place in places:
            found = place.remembered(name) or place.fetch(name)
            if isinstance(found, Listing):
                return found
        if not self._places_for(name):
            raise ConfigurationError(
                "there is no place to look for packages: --no-index without --find-links",
                remedy="name a folder with --find-links, or drop --no-index",
            )
        raise self._unknown(name)

    def _unknown(self, name: NormalizedName) -> UnknownPackageError:
        asked = [place.index.url for place in self._places_for(name)]
        return UnknownPackageError(
            name,
            where=None,
            details=(f"asked: {', '.join(asked)}",),
            near=partial(self._near, name),
        )

    def _near(self, name: NormalizedName) -> Sequence[str]:
        from pinkeeper.index.near_names import near_names  # noqa: PLC0415 - only on the way to an error

        return near_names(name, [place for place in self._places_for(name) if isinstance(place, Repository)])


def _remembered(name: NormalizedName, places: Sequence[Repository | FindLinks]) -> Listing | None:
    """What the cache knows, walking the places as far as it knows them; None where one of them must be asked."""
    for place in places:
        match place.remembered(name):
            case None:
                return None
            case Absent():
                continue
            case Listing() as listing:
                return listing
    return None
