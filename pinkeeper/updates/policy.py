"""Which packages may move, and how far: the user's policy as what the resolver is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from fnmatch import fnmatchcase

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from pinkeeper.inputs.update_settings import IgnoredReleases, Level, UpdateSettings
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.proposal import Holder, HolderKind

__all__ = ["ANY", "Refusals", "but", "expired", "level_bound", "matches", "moving", "policy_holder", "refusals"]

# Versions that are no candidates, by package.
Refusals = Mapping[NormalizedName, tuple[SpecifierSet, ...]]

ANY = SpecifierSet("")
"""Every version."""


def matches(name: NormalizedName, patterns: Iterable[str]) -> bool:
    """Whether a name is one of some, in which ``*`` and ``?`` stand for any letters."""
    return any(fnmatchcase(name, _normalized(pattern)) for pattern in patterns)


def _normalized(pattern: str) -> str:
    """A pattern as the names that it is held against are written (PEP 503)."""
    return "*".join("?".join(map(canonicalize_name, part.split("?"))) for part in pattern.split("*"))


def moving(
    locks: Iterable[Lock],
    settings: UpdateSettings,
    *,
    names: frozenset[NormalizedName] = frozenset(),
    affected: frozenset[NormalizedName] | None = None,
) -> frozenset[NormalizedName]:
    """The locked packages that may move of their own accord.

    names: those that the user names, which count for all that settings choose; empty where none is. affected: those
    that an advisory is about, None where that does not count.
    """
    packages: dict[NormalizedName, list[LockedPackage]] = {}
    for lock in locks:
        for package in lock.packages:
            packages.setdefault(package.name, []).append(package)
    return frozenset(
        name
        for name, pins in packages.items()
        if (name in names if names else _chosen(name, pins, settings))
        and (affected is None or name in affected)
        and all(pin.url is None for pin in pins)
    )


def _chosen(name: NormalizedName, pins: Iterable[LockedPackage], settings: UpdateSettings) -> bool:
    if settings.packages and not matches(name, settings.packages):
        return False
    return not matches(name, settings.exclude) and (not settings.direct or any(pin.requested_by for pin in pins))


def refusals(
    locks: Iterable[Lock], settings: UpdateSettings, today: date
) -> dict[NormalizedName, tuple[SpecifierSet, ...]]:
    """What the policy keeps out: releases that are ignored, and those beyond the level of each locked package."""
    found: dict[NormalizedName, list[SpecifierSet]] = {}
    for ignored in settings.ignore:
        if today <= ignored.until:
            found.setdefault(ignored.package, []).append(ignored.versions)
    for name, version in _highest(locks).items():
        bound = level_bound(version, _level_of(name, settings))
        if bound is not None:
            found.setdefault(name, []).append(bound)
    return {name: tuple(specifiers) for name, specifiers in found.items()}


def expired(settings: UpdateSettings, today: date) -> tuple[IgnoredReleases, ...]:
    """The entries of ``ignore`` that have run out."""
    return tuple(ignored for ignored in settings.ignore if ignored.until < today)


def level_bound(version: Version, level: Level) -> SpecifierSet | None:
    """The versions that are further away than a level from a locked one; None where there is no bound."""
    epoch = f"{version.epoch}!" if version.epoch else ""
    match level:
        case "major":
            return None
        case "minor":
            return SpecifierSet(f">={epoch}{version.major + 1}.dev0")
        case "patch":
            return SpecifierSet(f">={epoch}{version.major}.{version.minor + 1}.dev0")


def but(versions: Iterable[Version]) -> SpecifierSet:
    """Every version but some."""
    return SpecifierSet(",".join(f"!={version}" for version in sorted(versions)))


def policy_holder(
    name: NormalizedName, version: Version, *, locks: Iterable[Lock], settings: UpdateSettings, today: date
) -> Holder | None:
    """Which part of the policy keeps a release out; None where none does."""
    for ignored in settings.ignore:
        if ignored.package == name and today <= ignored.until and ignored.versions.contains(version, prereleases=True):
            return Holder(
                kind=HolderKind.IGNORED,
                text=f"{name}{ignored.versions} is ignored until {ignored.until}: {ignored.reason}",
                by="tool.pinkeeper.update.ignore",
            )
    level = _level_of(name, settings)
    current = _highest(locks).get(name)
    bound = None if current is None else level_bound(current, level)
    if bound is not None and bound.contains(version, prereleases=True):
        return Holder(
            kind=HolderKind.POLICY,
            text=f"the policy takes {name} no further than to another {level} release of {current}",
            by="tool.pinkeeper.update.level",
        )
    return None


def _level_of(name: NormalizedName, settings: UpdateSettings) -> Level:
    return dict(settings.levels).get(name, settings.level)


def _highest(locks: Iterable[Lock]) -> dict[NormalizedName, Version]:
    found: dict[NormalizedName, Version] = {}
    for lock in locks:
        for package in lock.packages:
            found[package.name] = max(package.version, found.get(package.name, package.version))
    return found
