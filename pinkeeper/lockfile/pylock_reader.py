"""Reads a ``pylock.toml`` (PEP 751) that any tool wrote; `packaging.pylock` says whether it is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from packaging.requirements import InvalidRequirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from pinkeeper.errors import InputError
from pinkeeper.lockfile.requirement_comments import read_origin
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.lock import Lock, LockedPackage, TargetSpelling
from pinkeeper.model.origin import Origin
from pinkeeper.model.requirement import Requirement, parse_requirement
from pinkeeper.model.url import redact

if TYPE_CHECKING:
    from packaging.pylock import Package, PackageArchive, PackageSdist, PackageWheel

__all__ = ["read_pylock"]

_ENTRY = re.compile(r"^[ \t]*\[\[[ \t]*packages[ \t]*\]\]", re.MULTILINE)
_WORDS_OF_A_TARGET = 2
_HEX = re.compile(r"[0-9a-f]{64}")


def read_pylock(text: str, *, path: str) -> Lock:
    """The packages of a lock, with what ``tool.pinkeeper`` says of them if it is ours.

    Entries that no hash pins (a directory, version control) are in `Lock.unpinned` alone. Raises InputError for what
    is no TOML or no valid lock of version 1.
    """
    from packaging.pylock import Pylock, PylockValidationError  # noqa: PLC0415 - most locks are requirements files

    data = _decoded(text, path=path)
    try:
        pylock = Pylock.from_dict(data)
    except PylockValidationError as error:
        raise InputError(f"not a valid lock (PEP 751): {error}", where=path) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(f"not a valid lock (PEP 751): {error or type(error).__name__}", where=path) from error
    lines = [text.count("\n", 0, found.start()) + 1 for found in _ENTRY.finditer(text)]
    if len(lines) != len(pylock.packages):
        lines = [0] * len(pylock.packages)
    packages = []
    unpinned = []
    for place, (entry, line) in enumerate(zip(pylock.packages, lines, strict=True)):
        where = f"{path}:{line}" if line else f"{path} (packages[{place}])"
        package = _package(entry, where=where)
        if package is None:
            unpinned.append(f"{entry.name}: {_kind(entry)}")
        else:
            packages.append(replace(package, line=line or None))
    own = _Own(_table(pylock.tool, "pinkeeper", where=path), where=f"{path} (tool.pinkeeper)")
    fingerprint = own.text("fingerprint")
    return Lock(
        packages=_with_parents(packages),
        roots=own.requirements("roots"),
        targets=tuple(_target(words, where=own.where) for words in own.texts("targets")),
        environments=tuple(map(str, pylock.environments or ())),
        requires_python=None if pylock.requires_python is None else str(pylock.requires_python),
        fingerprint=fingerprint if fingerprint and _HEX.fullmatch(fingerprint) else None,
        command=own.text("command"),
        unpinned=tuple(unpinned),
    )


def _decoded(text: str, *, path: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - most locks are requirements files

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}", where=path) from error
    except (RecursionError, ValueError) as error:
        raise InputError(f"not TOML: {type(error).__name__}", where=path) from error


def _kind(entry: Package) -> str:
    if entry.directory is not None:
        return "a directory"
    return "version control" if entry.vcs is not None else "an archive that does not tell its version"


def _package(entry: Package, *, where: str) -> LockedPackage | None:
    """A pin; None for an entry that no hash pins, or of which no version is known."""
    own = _Own(_table(entry.tool, "pinkeeper", where=where), where=where)
    sdists = () if entry.sdist is None else (entry.sdist,)
    files = tuple(_file(file, entry, where=where) for file in (*(entry.wheels or ()), *sdists))
    url, hashes = None, frozenset(digest for file in files for digest in file.digests)
    if entry.archive is not None:
        folder = entry.archive.subdirectory
        url = _location(entry.archive) + (f"#subdirectory={quote(folder)}" if folder else "")
        hashes = frozenset(_digests(entry.archive.hashes, where=where))
    version = entry.version or next((_version(file.filename) for file in files), None) or (url and _version(url))
    if not version or not (files or url):
        return None
    return LockedPackage(
        name=entry.name,
        version=version,
        hashes=hashes,
        extras=frozenset(canonicalize_name(extra) for extra in own.texts("extras")),
        requested_by=tuple(_origin(text) for text in own.texts("requested-by")),
        needs=own.requirements("needs") or tuple(_needs(entry)),
        url=url,
        marker=None if entry.marker is None else str(entry.marker),
        files=tuple(sorted(files, key=lambda file: file.filename)),
        index=None if entry.index is None else redact(entry.index),
        requires_python=None if entry.requires_python is None else str(entry.requires_python),
    )


def _file(file: PackageWheel | PackageSdist, entry: Package, *, where: str) -> DistributionFile:
    filename = file.filename
    return DistributionFile(
        filename=filename,
        url=_location(file),
        digests=tuple(sorted(_digests(file.hashes, where=where))),
        size=file.size,
        upload_time=file.upload_time,
        requires_python=None if entry.requires_python is None else str(entry.requires_python),
        wheel_tags="-".join(filename[: -len(".whl")].split("-")[-3:]) if filename.endswith(".whl") else None,
        local=file.url is None,
    )


def _location(file: PackageWheel | PackageSdist | PackageArchive) -> str:
    """The URL without credentials, else the path."""
    return redact(file.url) if file.url is not None else file.path or ""


def _digests(hashes: Mapping[str, str], *, where: str) -> Iterable[Digest]:
    for algorithm, value in hashes.items():
        try:
            yield Digest.parse(f"{algorithm}:{value}")
        except ValueError as error:
            raise InputError(str(error), where=where) from error


def _needs(entry: Package) -> Iterable[Requirement]:
    """Names, each once, of what an entry of another tool depends on."""
    names = {name for table in entry.dependencies or () if isinstance(name := table.get("name"), str)}
    return (Requirement(name=canonicalize_name(name)) for name in sorted(names))


def _with_parents(packages: Iterable[LockedPackage]) -> tuple[LockedPackage, ...]:
    listed = sorted(packages, key=lambda package: (package.name, package.version, package.marker or ""))
    parents: dict[NormalizedName, set[NormalizedName]] = {}
    for package in listed:
        for need in package.needs:
            parents.setdefault(need.name, set()).add(package.name)
    return tuple(replace(package, required_by=tuple(sorted(parents.get(package.name, ())))) for package in listed)


def _version(location: str) -> Version | None:
    """The version in the name of a wheel or sdist."""
    name = unquote(urlsplit(location).path.rpartition("/")[2])
    try:
        return parse_wheel_filename(name)[1] if name.endswith(".whl") else parse_sdist_filename(name)[1]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None


def _origin(text: str) -> Origin:
    return read_origin(text) or Origin(path=text)


def _target(text: str, *, where: str) -> TargetSpelling:
    words = text.split()
    if len(words) != _WORDS_OF_A_TARGET:
        raise InputError(f"not a target: {text!r}", where=where)
    return words[0], words[1]


def _table(tool: Mapping[str, Any] | None, name: str, *, where: str) -> Mapping[str, Any]:
    table = (tool or {}).get(name, {})
    if not isinstance(table, Mapping):
        raise InputError(f"tool.{name} is not a table", where=where)
    return table


class _Own:
    """What ``tool.pinkeeper`` says; a value of another kind than we write is a mistake."""

    def __init__(self, table: Mapping[str, Any], *, where: str) -> None:
        self._table = table
        self.where = where

    def text(self, key: str) -> str | None:
        value = self._table.get(key)
        if value is not None and not isinstance(value, str):
            raise InputError(f"{key} is not a text", where=self.where)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InputError(f"{key} is not an array of texts", where=self.where)
        return tuple(value)

    def requirements(self, key: str) -> tuple[Requirement, ...]:
        try:
            return tuple(map(parse_requirement, self.texts(key)))
        except InvalidRequirement as error:
            raise InputError(f"{key}: not a requirement: {str(error).splitlines()[0]}", where=self.where) from error
