"""Reads a hashed requirements file that pinkeeper, pip-compile, uv, PDM or Poetry wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from pinkeeper.errors import InputError
from pinkeeper.lockfile.requirement_comments import (
    Annotation,
    header_command,
    header_fingerprint,
    header_without,
    read_annotations,
    version_below,
)
from pinkeeper.lockfile.url_versions import name_in_url, version_in_url
from pinkeeper.model.digest import Digest
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.logical_lines import logical_lines
from pinkeeper.model.url import redact

__all__ = ["read_requirements_lock"]

_HASH = re.compile(r"\s--hash[=\s]\s*(\S+)")
_PATH = re.compile(r"(\./[^\s;\[\]]+)(\[[^\]]*\])?(\s+;.*)?")
_OPTIONS = re.compile(r"\s--?[a-zA-Z].*")
# What all of these tools write for all but a few packages; the rest takes the long way.
_PLAIN_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[([A-Za-z0-9._, -]*)\])?\s*==\s*([A-Za-z0-9.!+_-]+)\s*\Z")


def read_requirements_lock(text: str, *, path: str) -> Lock:
    """The pins of a lock with who wants them, its option lines, and what its header says of its making.

    Requirements that pin nothing are passed over. Raises InputError, with file and line, for a line that no such tool
    writes.
    """
    packages: list[LockedPackage] = []
    options: list[tuple[int, str]] = []
    lines = text.splitlines()
    for line, content in logical_lines(text):
        if content.startswith("-"):
            options.append((line, redact(content)))
            continue
        package = _package(content, line=line, lines=lines, where=f"{path}:{line}")
        if package is not None:
            packages.append(package)
    said = read_annotations(text, (package.line for package in packages if package.line is not None))
    return Lock(
        packages=tuple(
            sorted(
                (_annotated(package, said) for package in packages),
                key=lambda package: (package.name, package.version, package.marker or ""),
            )
        ),
        unserved=header_without(text),
        fingerprint=header_fingerprint(text),
        command=header_command(text),
        options=tuple(options),
    )


def _annotated(package: LockedPackage, said: Mapping[int, Annotation]) -> LockedPackage:
    annotation = said.get(package.line or 0)
    if annotation is None:
        return package
    return replace(package, requested_by=annotation.requested_by, required_by=annotation.required_by)


def _package(content: str, *, line: int, lines: Sequence[str], where: str) -> LockedPackage | None:
    try:
        hashes = frozenset(Digest.parse(text) for text in _HASH.findall(content))
    except ValueError as error:
        raise InputError(str(error), where=where) from None
    text = _OPTIONS.sub("", content).strip()
    if (plain := _PLAIN_PIN.match(text)) is not None:
        name, extras, version = plain.groups()
        return LockedPackage(
            name=canonicalize_name(name),
            version=_version(version, where=where),
            hashes=hashes,
            extras=frozenset(canonicalize_name(extra.strip()) for extra in (extras or "").split(",") if extra.strip()),
            line=line,
        )
    try:
        requirement = Requirement(_named(text))
    except InvalidRequirement as error:
        if text.startswith((".", "/")) or "://" in text.partition("@")[0]:
            return None  # a local project or a bare address: nothing here is a pin
        raise InputError(f"not a requirement: {str(error).splitlines()[0]}", where=where) from None
    name = canonicalize_name(requirement.name)
    version = reference = None
    if requirement.url is None:
        pinned = _pinned(requirement)
        version = None if pinned is None else _version(pinned, where=where)
    elif (said := version_below(lines, line)) is not None:
        version, reference = _version(said[0], where=where), said[1]
    else:
        version = version_in_url(requirement.url, name=name)
    if version is None:
        return None
    return LockedPackage(
        name=name,
        version=version,
        hashes=hashes,
        extras=frozenset(canonicalize_name(extra) for extra in requirement.extras),
        url=requirement.url and redact(requirement.url),
        reference=reference,
        marker=None if requirement.marker is None else str(requirement.marker),
        line=line,
    )


def _named(text: str) -> str:
    """A path to a wheel or sdist, as pip takes it, with the name that its file tells; anything else as it is."""
    found = _PATH.fullmatch(text)
    if found is None:
        return text
    path, extras, marker = found.groups(default="")
    name = name_in_url(path)
    return text if name is None else f"{name}{extras} @ {path}{marker}"


def _pinned(requirement: Requirement) -> str | None:
    parts = list(requirement.specifier)
    if len(parts) != 1 or parts[0].operator not in {"==", "==="} or parts[0].version.endswith(".*"):
        return None
    return parts[0].version


def _version(text: str, *, where: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        raise InputError(f"not a version: {text}", where=where) from None
