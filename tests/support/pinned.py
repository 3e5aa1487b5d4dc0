"""Locks as tests write them: pins with what they ask for."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.model.lock import Lock, LockedPackage, TargetSpelling
from pinkeeper.model.origin import Origin
from pinkeeper.model.requirement import parse_requirement

__all__ = ["lock_of", "pin"]


def pin(
    text: str,
    *needs: str,
    extras: Iterable[str] = (),
    marker: str | None = None,
    url: str | None = None,
    via: Iterable[str | Origin] = (),
) -> LockedPackage:
    """``pin("anyio 4.4.0", "idna>=2.8")``. via: names of packages, and places in inputs."""
    name, _, version = text.partition(" ")
    return LockedPackage(
        name=canonicalize_name(name),
        version=Version(version),
        extras=frozenset(map(canonicalize_name, extras)),
        needs=tuple(map(parse_requirement, needs)),
        marker=marker,
        url=url,
        required_by=tuple(canonicalize_name(parent) for parent in via if isinstance(parent, str)),
        requested_by=tuple(origin for origin in via if isinstance(origin, Origin)),
    )


def lock_of(*packages: LockedPackage, roots: Iterable[str] = (), targets: Iterable[TargetSpelling] = ()) -> Lock:
    """A lock of these pins; roots: what the user asked for."""
    return Lock(packages=packages, roots=tuple(map(parse_requirement, roots)), targets=tuple(targets))
