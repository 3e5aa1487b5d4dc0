"""Releases that the user named by a direct reference (PEP 508, ``name @ URL``): the only ones of their projects.

Markers say on which targets a reference counts; elsewhere the project is that of an index, or of another reference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from typing import TypeVar

from msgspec import Struct
from packaging.markers import Marker
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import InputError
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.metadata import CoreMetadata
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.model.url import canonical_url, redact
from pinkeeper.resolver.dependencies import UnusableRequirementError
from pinkeeper.resolver.source import ProjectListing, ReleaseSource

__all__ = ["DirectRelease", "DirectReleases", "DirectSource", "direct_references", "reference_of"]

_T = TypeVar("_T")


class DirectRelease(Struct, frozen=True, kw_only=True):
    """A release that is one file; what the file needs is known already."""

    name: NormalizedName
    version: Version
    file: DistributionFile
    metadata: CoreMetadata


# By project and by the URL that the user wrote, as `canonical_url` has it.
DirectReleases = Mapping[tuple[NormalizedName, str], DirectRelease]


def reference_of(asked: InputRequirement) -> tuple[NormalizedName, str]:
    """What a direct reference names, to be compared and looked up."""
    return asked.requirement.name, canonical_url(asked.requirement.url or "")


def direct_references(
    requirements: Iterable[InputRequirement],
    constraints: Iterable[InputRequirement],
    overrides: Iterable[InputRequirement],
    *,
    excludes: Collection[NormalizedName],
    holds: Callable[[Marker | None], bool],
) -> dict[NormalizedName, tuple[InputRequirement, ...]]:
    """By which lines the user names the file of a project on one target; all of these name the same one.

    An override takes the place of requirements. holds: judges a marker on the target. Raises InputError for a project
    that is asked for from two places.
    """
    replacing: dict[NormalizedName, InputRequirement | None] = {}
    for override in overrides:
        if replacing.setdefault(override.requirement.name, None) is None and _holds(override, holds):
            replacing[override.requirement.name] = override
    standing = [
        *(override for override in replacing.values() if override is not None),
        *(asked for asked in requirements if asked.requirement.name not in replacing),
        *constraints,
    ]
    found: dict[NormalizedName, tuple[InputRequirement, ...]] = {}
    for asked in standing:
        name = asked.requirement.name
        if asked.requirement.url is None or name in excludes or not _holds(asked, holds):
            continue
        lines = found[name] = (*found.get(name, ()), asked)
        if reference_of(lines[0]) != reference_of(asked):
            raise InputError(
                f"{name} is asked for from two places",
                details=[f"{line.origin.place()} asks for {redact(line.requirement.url or '')}" for line in lines],
                remedy="ask for one of them, or tell them apart by markers",
            )
    return found


def _holds(asked: InputRequirement, holds: Callable[[Marker | None], bool]) -> bool:
    try:
        return holds(asked.requirement.marker)
    except UnusableRequirementError as error:
        raise InputError(f"{asked.requirement.name} cannot be locked: {error}", where=asked.origin.place()) from error


class _DirectListing:
    """A `ProjectListing` of one direct release. No index owns it."""

    def __init__(self, release: DirectRelease) -> None:
        self.name = release.name
        self.index = ""
        self.versions: tuple[str, ...] = (str(release.version),)
        self._file = release.file

    def filenames(self, version: str) -> tuple[str, ...]:
        return (self.file(version, self._file.filename).filename,)

    def file(self, version: str, filename: str) -> DistributionFile:
        if (version, filename) != (self.versions[0], self._file.filename):
            raise KeyError(version, filename)
        return self._file

    def files(self, version: str) -> tuple[DistributionFile, ...]:
        return (self.file(version, self._file.filename),)


class DirectSource:
    """A `ReleaseSource` where some projects are direct releases; all others come from another source."""

    def __init__(self, releases: Iterable[DirectRelease], others: ReleaseSource) -> None:
        self._others = others
        self._listings: dict[NormalizedName, Future[ProjectListing]] = {}
        self._metadata: dict[NormalizedName, Future[CoreMetadata]] = {}
        for release in releases:
            self._listings[release.name] = _done(_DirectListing(release))
            self._metadata[release.name] = _done(release.metadata)

    def listing(self, name: NormalizedName) -> Future[ProjectListing]:
        """The releases of a project."""
        return self._listings.get(name) or self._others.listing(name)

    def metadata(self, name: NormalizedName, version: Version, file: DistributionFile) -> Future[CoreMetadata]:
        """The core metadata of a release, read from one of its files."""
        return self._metadata.get(name) or self._others.metadata(name, version, file)


def _done(value: _T) -> Future[_T]:
    future: Future[_T] = Future()
    future.set_result(value)
    return future
