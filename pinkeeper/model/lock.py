"""A lock: packages pinned to releases and to the hashes of distribution files."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.digest import Digest
from pinkeeper.model.origin import Origin

__all__ = ["Lock", "LockedPackage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedPackage:
    """One pin.

    extras: those that anything in the tree asks for. hashes: of the distribution files that may be installed.
    requested_by: the places in the user's inputs that name it (constraints too, when they bound it).
    required_by: the packages of this lock that depend on it. url: set for a direct reference (PEP 440), else None.
    marker: a PEP 508 marker, None where the pin holds on every target.
    """

    name: NormalizedName
    version: Version
    hashes: frozenset[Digest] = frozenset()
    extras: frozenset[NormalizedName] = frozenset()
    requested_by: tuple[Origin, ...] = ()
    required_by: tuple[NormalizedName, ...] = ()
    url: str | None = None
    marker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """All pins, sorted by name (then version)."""

    packages: tuple[LockedPackage, ...] = ()
