"""Releases as scenario files describe them, given to the resolver without a network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pinkeeper.errors import MetadataUnavailableError, UnknownPackageError
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.metadata import CoreMetadata, MetadataSource, group_by_extra


class ScenarioListing:
    """One project of a scenario."""

    index = "https://index.invalid/simple"

    def __init__(self, name: NormalizedName, releases: Mapping[str, Mapping[str, Any]]) -> None:
        self.name = name
        self.versions = tuple(str(v) for v in sorted(map(Version, releases), reverse=True))
        self.releases = {str(Version(version)): facts for version, facts in releases.items()}

    def filenames(self, version: str) -> tuple[str, ...]:
        return tuple(sorted(file.filename for file in self.files(version)))

    def file(self, version: str, filename: str) -> DistributionFile:
        return next(file for file in self.files(version) if file.filename == filename)

    def files(self, version: str) -> tuple[DistributionFile, ...]:
        facts = self.releases[version]
        stem = f"{self.name.replace('-', '_')}-{version}"
        named = [(f"{stem}-{tag}.whl", tag) for tag in facts.get("wheels", ["py3-none-any"])]
        if facts.get("sdist", False):
            named.append((f"{stem}.tar.gz", None))
        return tuple(self._file(filename, tag, facts) for filename, tag in named)

    def _file(self, filename: str, tag: str | None, facts: Mapping[str, Any]) -> DistributionFile:
        uploaded = facts.get("uploaded", "2024-01-01T00:00:00Z")
        return DistributionFile(
            filename=filename,
            url=f"https://files.invalid/{filename}",
            digests=(Digest("sha256", hashlib.sha256(filename.encode()).hexdigest()),),
            upload_time=datetime.fromisoformat(uploaded).astimezone(UTC) if uploaded else None,
            requires_python=facts.get("requires-python"),
            yanked=facts.get("yanked"),
            wheel_tags=tag,
        )


class ScenarioSource:
    """A `ReleaseSource` over the ``[packages]`` table of a scenario; counts what it is asked."""

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
        facts = self._listings[name].releases[str(version)]
        future: Future[CoreMetadata] = Future()
        if facts.get("opaque"):
            future.set_exception(
                MetadataUnavailableError("its sdist does not say statically what it needs", where=file.filename)
            )
            return future
        requires, by_extra = group_by_extra(facts.get("requires", []))
        future.set_result(
            CoreMetadata(
                requires=requires,
                requires_by_extra=by_extra,
                requires_python=facts.get("metadata-requires-python"),
                provides_extras=frozenset(canonicalize_name(extra) for extra in facts.get("extras", [])),
                source=MetadataSource.INDEX,
            )
        )
        return future
