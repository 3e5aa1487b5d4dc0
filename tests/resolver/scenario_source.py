"""Releases as scenario files describe them, given to the resolver without a network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pinkeeper.errors import MetadataUnavailableError, UnknownPackageError
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.metadata import CoreMetadata, MetadataSource, group_by_extra
from tests.resolver.scenario_files import ScenarioFile, files_of

__all__ = ["ScenarioSource"]


class ScenarioListing:
    """One project of a scenario."""

    index = "https://index.invalid/simple"

    def __init__(self, name: NormalizedName, releases: Mapping[str, Mapping[str, Any]]) -> None:
        self.name = name
        self.versions = tuple(str(v) for v in sorted(map(Version, releases), reverse=True))
        self.described = {
            str(Version(version)): {file.filename: file for file in files_of(name, version, facts)}
            for version, facts in releases.items()
        }
        self._files = {
            version: {filename: _distribution_file(file) for filename, file in files.items()}
            for version, files in self.described.items()
        }

    def filenames(self, version: str) -> tuple[str, ...]:
        return tuple(sorted(self._files[version]))

    def file(self, version: str, filename: str) -> DistributionFile:
        return self._files[version][filename]

    def files(self, version: str) -> tuple[DistributionFile, ...]:
        return tuple(self._files[version].values())


def _distribution_file(file: ScenarioFile) -> DistributionFile:
    return DistributionFile(
        filename=file.filename,
        url=f"https://files.invalid/{file.filename}",
        digests=(Digest("sha256", hashlib.sha256(file.filename.encode()).hexdigest()),),
        upload_time=file.uploaded,
        requires_python=file.requires_python,
        yanked=file.yanked,
        wheel_tags=file.tag,
    )


class ScenarioSource:
    """A `ReleaseSource` over the ``[packages]`` table of a scenario; notes what it is asked."""

    def __init__(self, packages: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
        self._listings = {
            canonicalize_name(name): ScenarioListing(canonicalize_name(name), releases)
            for name, releases in packages.items()
        }
        self.metadata_asked: list[str] = []

    def listing(self, name: NormalizedName) -> Future[ScenarioListing]:
        future: Future[ScenarioListing] = Future()
        if name in self._listings:
            future.set_result(self._listings[name])
        else:
            future.set_exception(UnknownPackageError(name, where=None, remedy="check the spelling"))
        return future

    def metadata(self, name: NormalizedName, version: Version, file: DistributionFile) -> Future[CoreMetadata]:
        self.metadata_asked.append(f"{name}=={version}")
        described = self._listings[name].described[str(version)][file.filename]
        future: Future[CoreMetadata] = Future()
        if described.opaque:
            future.set_exception(
                MetadataUnavailableError("its sdist does not say statically what it needs", where=file.filename)
            )
            return future
        requires, by_extra = group_by_extra(described.requires)
        future.set_result(
            CoreMetadata(
                requires=requires,
                requires_by_extra=by_extra,
                requires_python=described.metadata_requires_python or described.requires_python,
                provides_extras=frozenset(map(canonicalize_name, described.extras)),
                source=MetadataSource.INDEX,
            )
        )
        return future
