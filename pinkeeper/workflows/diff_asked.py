"""What a comparison is asked about: two releases, each a file on disk or a release of an index."""

from __future__ import annotations

import hashlib
import re
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
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["SDISTS", "Asked", "ChosenSide", "PathAsked", "ReleaseAsked", "check_same_project", "read_asked"]

SDISTS = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
_RELEASE = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*==\s*([^\s=]+)\s*\Z")
_PIECE = 2**20


class PathAsked(Struct, frozen=True):
    """A distribution file on disk."""

    path: str
    filename: str
    name: NormalizedName
    version: Version

    def opened(self, surroundings: Surroundings) -> BinaryIO:
        """The file, open for reading. Raises InputError."""
        try:
            return (surroundings.directory / self.path).open("rb")
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            raise InputError(
                "there is no such file" if missing else f"it cannot be read: {error.strerror}", where=self.path
            ) from error

    def sha256(self, surroundings: Surroundings) -> str:
        """The SHA-256 of the file, in hexadecimal. Raises InputError."""
        digest = hashlib.sha256()
        with self.opened(surroundings) as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
        return digest.hexdigest()


class ReleaseAsked(Struct, frozen=True):
    """A release of an index."""

    name: NormalizedName
    version: Version


Asked = PathAsked | ReleaseAsked


class ChosenSide(Struct, frozen=True, kw_only=True):
    """The files of one side, before any is opened.

    by_path: what a path of the command line names; then nothing more is known. wheel: what the target would install.
    others: the wheels for other environments. A side without any file is the nothing that stands before a package.
    """

    version: Version
    wheel: DistributionFile | None = None
    sdist: DistributionFile | None = None
    others: tuple[DistributionFile, ...] = ()
    by_path: PathAsked | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether there is no release on this side."""
        return self.by_path is None and self.wheel is None and self.sdist is None

    @property
    def filenames(self) -> tuple[str, ...]:
        """All files that the index lists; empty for a path."""
        files = (self.wheel, self.sdist, *self.others)
        return tuple(sorted(file.filename for file in files if file is not None))

    def digests(self, surroundings: Surroundings) -> tuple[str, ...] | None:
        """Names and SHA-256 of all files; None where the bytes of one are not known before it is read."""
        if self.by_path is not None:
            return self.by_path.filename, self.by_path.sha256(surroundings)
        parts: list[str] = []
        for file in (self.wheel, self.sdist, *self.others):
            if file is not None and file.sha256 is None:
                return None
            parts += ["-", "-"] if file is None else [file.filename, file.sha256 or ""]
        return tuple(parts)


def read_asked(text: str) -> Asked:
    """What a word of the command line names. Raises InputError."""
    if text.endswith((".whl", *SDISTS)):
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


def check_same_project(old: Asked, new: Asked) -> None:
    """Raises ConfigurationError where two releases are of different projects."""
    if old.name != new.name:
        raise ConfigurationError(
            f"{old.name} and {new.name} are different projects", remedy="compare two releases of one project"
        )


def _identity(filename: str, text: str) -> tuple[NormalizedName, Version]:
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[:2]
        if filename.endswith((".tar.gz", ".zip")):
            return parse_sdist_filename(filename)
        stem = next(filename.removesuffix(suffix) for suffix in SDISTS if filename.endswith(suffix))
        name, _, version = stem.rpartition("-")
        return canonicalize_name(name), Version(version)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion) as error:
        raise InputError(
            f"not the name of a wheel or an sdist: {error}", where=text, remedy="distribution files keep their names"
        ) from error
