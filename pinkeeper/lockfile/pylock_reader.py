"""Reads a ``pylock.toml`` (PEP 751) that any tool wrote; `packaging.pylock` says whether it is one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from msgspec.structs import replace
from packaging.requirements import InvalidRequirement
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pinkeeper.errors import InputError
from pinkeeper.lockfile.requirement_comments import read_origin
from pinkeeper.lockfile.url_versions import version_in_url
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.lock import Lock, LockedPackage, TargetSpelling
from pinkeeper.model.origin import Origin
from pinkeeper.model.publisher import is_identity
from pinkeeper.model.requirement import Requirement, parse_requirement
from pinkeeper.model.url import redact

if TYPE_CHECKING:
    from packaging.pylock import Package, PackageArchive, PackageSdist, PackageWheel

__all__ = ["read_pylock"]

_ENTRY = re.compile(r"[ \t]*\[\[[ \t]*packages[ \t]*\]\]")
_WORDS_OF_A_TARGET = 2
_HEX = re.compile(r"[0-9a-f]{64}")
_URL = re.compile(r"[^\s\x00-\x20<>\"{}|\\^`]+")  # RFC 3986 leaves these out; elsewhere they end or expand it


def read_pylock(text: str, *, path: str, default_only: bool = False) -> Lock:
    """The packages of a lock, with what ``tool.pinkeeper`` says of them if it is ours.

    default_only: of a lock for several uses, only what is installed where nobody asks for extras or groups, with
    markers that PEP 508 knows.
    Entries that no hash pins (a directory, version control) are in `Lock.unpinned` alone. Raises InputError for what
    is no TOML or no valid lock of version 1, and for a text that would not stay what it is on a line of another file.
    """
    from packaging.pylock import Pylock, PylockValidationError  # noqa: PLC0415 - most locks are requirements files

    data = _decoded(text, path=path)
    try:
        pylock = Pylock.from_dict(data)
    except PylockValidationError as error:
        reason = error.message.partition("\n")[0]
        context = f" in {error.context}" if error.context else ""
        raise InputError(f"not a valid lock (PEP 751): {reason}{context}", where=path) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(f"not a valid lock (PEP 751): {error or type(error).__name__}", where=path) from error
    lines = [number for number, line in enumerate(text.split("\n"), start=1) if _ENTRY.match(line)]
    if len(lines) != len(pylock.packages):
        lines = [0] * len(pylock.packages)
    packages = []
    unpinned = []
    groups = frozenset(pylock.default_groups or ())
    for place, (entry, line) in enumerate(zip(pylock.packages, lines, strict=True)):
        where = f"{path}:{line}" if line else f"{path} (packages[{place}])"
        marker = None if entry.marker is None else _one_line(str(entry.marker), where=where)
        if default_only and marker is not None:
            left = _default_marker(marker, groups, where=where)
            if left is False:
                continue
            marker = None if left is True else left
        package = _package(entry, where=where)
        if package is None:
            unpinned.append(f"{entry.name}: {_kind(entry)}")
        else:
            packages.append(replace(package, marker=marker, line=line or None))
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

    from pinkeeper.model.toml_text import parse_toml  # noqa: PLC0415 - same

    try:
        return parse_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}", where=path) from error
    except RecursionError as error:
        raise InputError("not TOML that can be read: it is nested too deeply", where=path) from error
    except ValueError as error:
        raise InputError(f"not TOML that can be read: {error}", where=path) from error


def _default_marker(marker: str, groups: frozenset[str], *, where: str) -> str | bool:
    from pinkeeper.lockfile.default_install import default_marker  # noqa: PLC0415 - only for an export

    try:
        return default_marker(marker, groups)
    except RecursionError as error:
        raise InputError("its marker is nested too deeply", where=where) from error


def _kind(entry: Package) -> str:
    if entry.directory is not None:
        return "a directory"
    return "version control" if entry.vcs is not None else "an archive that does not tell its version"


def _package(entry: Package, *, where: str) -> LockedPackage | None:
    """A pin, without marker and line; None for an entry that no hash pins, or of which no version is known."""
    own = _Own(_table(entry.tool, "pinkeeper", where=where), where=where)
    sdists = () if entry.sdist is None else (entry.sdist,)
    files = tuple(_file(file, entry, where=where) for file in (*(entry.wheels or ()), *sdists))
    url, hashes = None, frozenset(digest for file in files for digest in file.digests)
    if entry.archive is not None:
        folder = entry.archive.subdirectory
        url = _location(entry.archive, where=where) + (f"#subdirectory={quote(folder)}" if folder else "")
        hashes = frozenset(_digests(entry.archive.hashes, where=where))
    version = entry.version or (own.version() if url else None) or _version_in(url, files, name=entry.name)
    if not version or not (files or url):
        return None
    return LockedPackage(
        name=entry.name,
        version=version,
        hashes=hashes,
        extras=frozenset(_name(extra, where=where) for extra in own.texts("extras")),
        requested_by=tuple(_origin(text) for text in own.texts("requested-by")),
        needs=own.requirements("needs") or tuple(_needs(entry, where=where)),
        url=url,
        reference=own.reference() if url else None,
        files=tuple(sorted(files, key=lambda file: file.filename)),
        index=None if entry.index is None else _url(entry.index, where=where),
        requires_python=None if entry.requires_python is None else str(entry.requires_python),
        publishers=tuple(sorted(_published(own.texts("publishers"), where=where))),
    )


def _published(texts: Iterable[str], *, where: str) -> Iterator[tuple[str, str]]:
    for text in texts:
        sha256, _, identity = text.partition(" ")
        if not _HEX.fullmatch(sha256) or not is_identity(identity):
            raise InputError(f"publishers: not a SHA-256 and an identity: {text!r}", where=where)
        yield sha256, identity


def _file(file: PackageWheel | PackageSdist, entry: Package, *, where: str) -> DistributionFile:
    filename = file.filename
    return DistributionFile(
        filename=filename,
        url=_location(file, where=where),
        digests=tuple(sorted(_digests(file.hashes, where=where))),
        size=file.size,
        upload_time=_in_utc(file.upload_time, where=where),
        requires_python=None if entry.requires_python is None else str(entry.requires_python),
        wheel_tags="-".join(filename[: -len(".whl")].split("-")[-3:]) if filename.endswith(".whl") else None,
        local=file.url is None,
    )


def _location(file: PackageWheel | PackageSdist | PackageArchive, *, where: str) -> str:
    """The URL without credentials, else the path."""
    return _one_line(file.path or "", where=where) if file.url is None else _url(file.url, where=where)


def _url(text: str, *, where: str) -> str:
    url = redact(_one_line(text, where=where))
    if not _URL.fullmatch(url) or not _has_parts(url):
        raise InputError(f"not a URL: {url}", where=where)
    return url


def _has_parts(url: str) -> bool:
    try:
        return bool(urlsplit(url).scheme)
    except ValueError:
        return False


def _digests(hashes: Mapping[str, str], *, where: str) -> Iterable[Digest]:
    """The hashes of the algorithms that we compute; the standard admits whatever Python does."""
    for algorithm, value in hashes.items():
        if algorithm.lower() in Digest.ALGORITHMS:
            try:
                yield Digest.parse(f"{algorithm}:{value}")
            except ValueError as error:
                raise InputError(str(error), where=where) from error


def _in_utc(moment: datetime | None, *, where: str) -> datetime | None:
    """A time in UTC, as the standard wants it; one without an offset is taken to be."""
    if moment is None or moment.tzinfo is None:
        return moment and moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InputError(f"not a time in UTC: {moment}", where=where) from None


def _needs(entry: Package, *, where: str) -> Iterable[Requirement]:
    """Names, each once, of what an entry of another tool depends on."""
    names = {name for table in entry.dependencies or () if isinstance(name := table.get("name"), str)}
    return (Requirement(name=_name(name, where=where)) for name in sorted(names))


def _name(text: str, *, where: str) -> NormalizedName:
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName as error:
        raise InputError(f"not a name: {text!r}", where=where) from error


def _one_line(text: str, *, where: str) -> str:
    """A text that stays on its line wherever it is written. Raises InputError for one that does not."""
    if not text.isprintable():
        raise InputError(f"it has a character that is none to print: {text!r}", where=where)
    return text


def _with_parents(packages: Iterable[LockedPackage]) -> tuple[LockedPackage, ...]:
    listed = sorted(packages, key=lambda package: (package.name, package.version, package.marker or ""))
    parents: dict[NormalizedName, set[NormalizedName]] = {}
    for package in listed:
        for need in package.needs:
            parents.setdefault(need.name, set()).add(package.name)
    return tuple(replace(package, required_by=tuple(sorted(parents.get(package.name, ())))) for package in listed)


def _version_in(url: str | None, files: Sequence[DistributionFile], *, name: NormalizedName) -> Version | None:
    """The version that the name of a wheel or sdist tells, which stands for all of them; None where none does."""
    return version_in_url(files[0].filename if files else url or "", name=name)


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
        return tuple(_one_line(item, where=self.where) for item in value)

    def reference(self) -> str | None:
        """What the user wrote for a direct reference."""
        text = self.text("reference")
        return None if text is None else _url(text, where=self.where)

    def version(self) -> Version | None:
        """The version of an archive, where the standard has no place for it."""
        text = self.text("version")
        try:
            return None if text is None else Version(text)
        except InvalidVersion as error:
            raise InputError(f"not a version: {text!r}", where=self.where) from error

    def requirements(self, key: str) -> tuple[Requirement, ...]:
        try:
            return tuple(parse_requirement(redact(text)) for text in self.texts(key))
        except InvalidRequirement as error:
            raise InputError(f"{key}: not a requirement: {str(error).splitlines()[0]}", where=self.where) from error
