"""Which files of two releases are compared: given by path, or chosen from what an index lists."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from msgspec import Struct
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from pinkeeper.errors import ConfigurationError, InputError
from pinkeeper.index.filenames import wheel_tags
from pinkeeper.inputs.near import nearest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.target import Target
from pinkeeper.resolver.policy import Policy
from pinkeeper.resolver.selection import Rejected, Selector
from pinkeeper.resolver.source import ProjectListing
from pinkeeper.workflows.surroundings import Surroundings

__all__ = [
    "Asked",
    "ChosenFiles",
    "PathAsked",
    "ReleaseAsked",
    "check_same_project",
    "choose_files",
    "digest_of_path",
    "opened_path",
    "read_asked",
]

_PIECE = 2**20

_RELEASE = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*==\s*([^\s=]+)\s*\Z")
_SDISTS = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")


class PathAsked(Struct, frozen=True):
    """A distribution file on disk."""

    path: str
    filename: str
    name: NormalizedName
    version: Version


class ReleaseAsked(Struct, frozen=True):
    """A release of an index."""

    name: NormalizedName
    version: Version


Asked = PathAsked | ReleaseAsked


class ChosenFiles(Struct, frozen=True, kw_only=True):
    """Of a release: the wheel that the target would install, the sdist, and the other wheels."""

    wheel: DistributionFile | None
    sdist: DistributionFile | None
    others: tuple[DistributionFile, ...]


def read_asked(text: str) -> Asked:
    """What a word of the command line names. Raises InputError."""
    if text.endswith((".whl", *_SDISTS)):
        filename = re.split(r"[/\\]", text)[-1]
        name, version = _identity(filename, text)
        return PathAsked(text, filename, name, version)
    match = _RELEASE.match(text)
    if match is None:
        raise InputError(
            f"neither a wheel or an sdist, nor a release: {text}", remedy="name a file, or a release as name==version"
        )
    try:
        return ReleaseAsked(canonicalize_name(match[1]), Version(match[2]))
    except InvalidVersion:
        raise InputError(f"not a version: {match[2]}", where=text, remedy="write it as name==1.2.3") from None


def digest_of_path(asked: PathAsked, surroundings: Surroundings) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises InputError."""
    digest = hashlib.sha256()
    with opened_path(asked, surroundings) as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def opened_path(asked: PathAsked, surroundings: Surroundings) -> BinaryIO:
    """The file that a path names. Raises InputError."""
    try:
        return (surroundings.directory / asked.path).open("rb")
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise InputError(
            "there is no such file" if missing else f"it cannot be read: {error.strerror}", where=asked.path
        ) from error


def choose_files(
    old: ReleaseAsked, new: ReleaseAsked, old_listing: ProjectListing, new_listing: ProjectListing, target: Target
) -> tuple[ChosenFiles, ChosenFiles]:
    """The files of both releases, wheels of the same kind where both have them. Raises InputError."""
    old_wheels, new_wheels = _wheels(old, old_listing, target), _wheels(new, new_listing, target)
    new_wheel = next(iter(new_wheels), None)
    kind = None if new_wheel is None else new_wheel.wheel_tags
    old_wheel = next((file for file in old_wheels if file.wheel_tags == kind), next(iter(old_wheels), None))
    if old_wheel is not None and new_wheel is not None and old_wheel.wheel_tags != kind:
        new_wheel = next((file for file in new_wheels if file.wheel_tags == old_wheel.wheel_tags), new_wheel)
    return _chosen(old_wheel, old_listing, old.version), _chosen(new_wheel, new_listing, new.version)


def _chosen(wheel: DistributionFile | None, listing: ProjectListing, version: Version) -> ChosenFiles:
    files = listing.files(str(version))
    sdists = [file for file in files if not file.is_wheel and file.filename.endswith(_SDISTS)]
    return ChosenFiles(
        wheel=wheel,
        sdist=next(iter(sorted(sdists, key=lambda file: (not file.filename.endswith(".tar.gz"), file.filename))), None),
        others=tuple(file for file in files if file.is_wheel and file != wheel),
    )


def _wheels(asked: ReleaseAsked, listing: ProjectListing, target: Target) -> Sequence[DistributionFile]:
    """The wheels of a release, those that the target would install first."""
    text = str(asked.version)
    if text not in listing.versions:
        near = nearest(text, listing.versions)
        raise InputError(
            f"the index lists no release {asked.version} of {asked.name}",
            remedy=f"did you mean {near}?" if near else "look at what the index lists",
        )
    judged = Selector(Policy(target=target, now=datetime(1970, 1, 1, tzinfo=UTC))).judge(listing, text)
    best = () if isinstance(judged, Rejected) else judged.files
    return [*_only_wheels(best), *(file for file in _only_wheels(listing.files(text)) if file not in best)]


def _only_wheels(files: Iterable[DistributionFile]) -> list[DistributionFile]:
    return [file for file in files if file.is_wheel]


def _identity(filename: str, text: str) -> tuple[NormalizedName, Version]:
    try:
        if filename.endswith(".whl"):
            wheel_tags(filename)
            return parse_wheel_filename(filename)[:2]
        if filename.endswith((".tar.gz", ".zip")):
            return parse_sdist_filename(filename)
        stem = next(filename.removesuffix(suffix) for suffix in _SDISTS if filename.endswith(suffix))
        name, _, version = stem.rpartition("-")
        return canonicalize_name(name), Version(version)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion) as error:
        raise InputError(
            f"not the name of a wheel or an sdist: {error}", where=text, remedy="distribution files keep their names"
        ) from error


def check_same_project(old: Asked, new: Asked) -> None:
    """Raises ConfigurationError where two releases are of different projects."""
    if old.name != new.name:
        raise ConfigurationError(
            f"{old.name} and {new.name} are different projects", remedy="compare two releases of one project"
        )
