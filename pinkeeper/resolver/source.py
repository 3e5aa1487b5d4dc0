"""What the resolver needs to know of the world; ``index`` fulfils it."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.metadata import CoreMetadata

__all__ = ["ProjectListing", "ReleaseSource"]


class ProjectListing(Protocol):
    """The releases of one project.

    versions: canonical texts, newest first. index: the URL of the index that owns the name, without credentials.
    """

    name: NormalizedName
    index: str
    versions: tuple[str, ...]

    def filenames(self, version: str) -> tuple[str, ...]:
        """The names of the distribution files of one of `versions`, sorted."""
        ...

    def file(self, version: str, filename: str) -> DistributionFile:
        """One of these files."""
        ...

    def files(self, version: str) -> tuple[DistributionFile, ...]:
        """All of them."""
        ...


class ReleaseSource(Protocol):
    """Gives listings and metadata, each at most once per run, ahead of need when asked early.

    Both methods return at once; equal calls return the same future. Futures hold `PinkeeperError`s:
    `UnknownPackageError` and `NetworkError` for listings; `MetadataUnavailableError` and `ArtifactError` where one
    release cannot be read, anything else where the run cannot go on.
    """

    def listing(self, name: NormalizedName) -> Future[ProjectListing]:
        """The releases of a project."""
        ...

    def metadata(self, name: NormalizedName, version: Version, file: DistributionFile) -> Future[CoreMetadata]:
        """The core metadata of a release, read from one of its files."""
        ...
