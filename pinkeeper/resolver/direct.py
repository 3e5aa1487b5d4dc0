"""Releases that the user named by a direct reference (PEP 508, ``name @ URL``): the only ones of their projects."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.metadata import CoreMetadata
from pinkeeper.resolver.source import ProjectListing, ReleaseSource

__all__ = ["DirectRelease", "DirectSource"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectRelease:
    """A release that is one file; what the file needs is known already."""

    name: NormalizedName
    version: Version
    file: DistributionFile
    metadata: CoreMetadata


class _DirectListing:
    """A `ProjectListing` of direct releases. No index owns it."""

    def __init__(self, name: NormalizedName, releases: Iterable[DirectRelease]) -> None:
        self.name = name
        self.index = ""
        self._files: dict[str, dict[str, DistributionFile]] = {}
        for release in sorted(releases, key=lambda release: release.version, reverse=True):
            self._files.setdefault(str(release.version), {})[release.file.filename] = release.file
        self.versions = tuple(self._files)

    def filenames(self, version: str) -> tuple[str, ...]:
        return tuple(sorted(self._files[version]))

    def file(self, version: str, filename: str) -> DistributionFile:
        return self._files[version][filename]

    def files(self, version: str) -> tuple[DistributionFile, ...]:
        return tuple(self._files[version][filename] for filename in self.filenames(version))


class DirectSource:
    """A `ReleaseSource` where some projects are direct releases; all others come from another source."""

    def __init__(self, releases: Iterable[DirectRelease], others: ReleaseSource) -> None:
        self._others = others
        self._listings: dict[NormalizedName, Future[ProjectListing]] = {}
        self._metadata: dict[str, Future[CoreMetadata]] = {}
        by_name: dict[NormalizedName, list[DirectRelease]] = {}
        for release in releases:
            by_name.setdefault(release.name, []).append(release)
            self._metadata[release.file.url] = _done(release.metadata)
        for name, found in by_name.items():
            self._listings[name] = _done(_DirectListing(name, found))

    def listing(self, name: NormalizedName) -> Future[ProjectListing]:
        """The releases of a project."""
        return self._listings.get(name) or self._others.listing(name)

    def metadata(self, name: NormalizedName, version: Version, file: DistributionFile) -> Future[CoreMetadata]:
        """The core metadata of a release, read from one of its files."""
        return self._metadata.get(file.url) or self._others.metadata(name, version, file)


def _done(value: _T) -> Future[_T]:
    future: Future[_T] = Future()
    future.set_result(value)
    return future
