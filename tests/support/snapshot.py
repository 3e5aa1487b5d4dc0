"""Recorded facts about a real tree of packages, served without the packages.

A snapshot is a folder of one JSON file a project. It holds no URLs and no bytes of any package: names, versions,
hashes, sizes, times, and the fields of core metadata that resolving needs. Served, it is an index whose pages and core
metadata (PEP 658) are whole and whose files are all 404.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from tests.support.catalogue import StoredFile
from tests.support.index import LoopbackIndex

__all__ = [
    "SNAPSHOTS",
    "FileFacts",
    "MetadataFacts",
    "ProjectFacts",
    "ReleaseFacts",
    "read_snapshot",
    "serve_snapshot",
    "write_project",
]

SNAPSHOTS = Path(__file__).resolve().parents[2] / "testdata" / "snapshots"


class FileFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the index said of one file. yanked: the reason, perhaps empty; None when not yanked."""

    filename: str
    sha256: str
    size: int | None = None
    upload_time: datetime | None = None
    requires_python: str | None = None
    yanked: str | None = None


class MetadataFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Core metadata fields, in the order in which the distribution has them."""

    requires_python: str | None = None
    requires_dist: tuple[str, ...] = ()
    provides_extra: tuple[str, ...] = ()


class ReleaseFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One release. metadata: that of one wheel (of the sdist where there is none); None where it is not known."""

    metadata: MetadataFacts | None = None
    files: tuple[FileFacts, ...]


class ProjectFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One project; releases by version, oldest first."""

    name: str
    releases: dict[str, ReleaseFacts]


def serve_snapshot(index: LoopbackIndex, directory: Path) -> None:
    """List every project of a snapshot.

    All wheels of a release share the one metadata that was recorded; so do its sdists where it has no wheel. Raises
    FileNotFoundError for a folder without a snapshot, msgspec.DecodeError for another format.
    """
    for project in read_snapshot(directory):
        index.add_project(project.name)
        for version, release in project.releases.items():
            metadata = None if release.metadata is None else _render(project.name, version, release.metadata)
            has_wheel = any(file.filename.endswith(".whl") for file in release.files)
            for file in release.files:
                described = file.filename.endswith(".whl") or not has_wheel
                index.catalogue.add(
                    StoredFile(
                        project=canonicalize_name(project.name),
                        version=version,
                        filename=file.filename,
                        content=None,
                        hashes={"sha256": file.sha256},
                        size=file.size,
                        upload_time=file.upload_time,
                        requires_python=file.requires_python,
                        yanked=file.yanked,
                        metadata=metadata if described else None,
                    )
                )


def read_snapshot(directory: Path) -> Iterator[ProjectFacts]:
    """Give the projects of a snapshot, by name."""
    paths = sorted(directory.glob("*.json"))
    if not paths:
        raise FileNotFoundError(f"no snapshot in {directory}")
    for path in paths:
        yield msgspec.json.decode(path.read_bytes(), type=ProjectFacts)


def write_project(directory: Path, project: ProjectFacts) -> None:
    """Write a project's file, a line a release and a line a distribution file, so that a new record can be read."""
    releases = []
    for version, release in project.releases.items():
        files = ",\n  ".join(_encode(file) for file in release.files)
        metadata = "" if release.metadata is None else f'"metadata":{_encode(release.metadata)},'
        releases.append(f' {_encode(version)}:{{{metadata}"files":[\n  {files}\n ]}}')
    body = ",\n".join(releases)
    text = f'{{"name":{_encode(project.name)},"releases":{{\n{body}\n}}}}\n'
    assert msgspec.json.decode(text, type=ProjectFacts) == project
    (directory / f"{project.name}.json").write_text(text, encoding="utf-8", newline="\n")


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _render(name: str, version: str, facts: MetadataFacts) -> bytes:
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    if facts.requires_python is not None:
        lines.append(f"Requires-Python: {facts.requires_python}")
    lines += [f"Requires-Dist: {requirement}" for requirement in facts.requires_dist]
    lines += [f"Provides-Extra: {extra}" for extra in facts.provides_extra]
    return "".join(f"{line}\n" for line in lines).encode()
