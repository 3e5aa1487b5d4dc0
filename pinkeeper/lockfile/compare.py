"""Two locks side by side."""

from __future__ import annotations

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.digest import Digest
from pinkeeper.model.lock import Lock
from pinkeeper.model.lock_result import LockChanges, PinChange

__all__ = ["HashChange", "compare_hashes", "compare_locks"]


class HashChange(Struct, frozen=True, kw_only=True):
    """One release that both locks pin, with different hashes. gone: only the old lock has them; added: only the new."""

    name: NormalizedName
    version: Version
    gone: tuple[Digest, ...]
    added: tuple[Digest, ...]


def compare_locks(old: Lock, new: Lock) -> LockChanges:
    """What moved. A package at several releases (by markers) counts by the releases that only one lock has."""
    before, after = _versions(old), _versions(new)
    added: list[PinChange] = []
    removed: list[PinChange] = []
    upgraded: list[PinChange] = []
    downgraded: list[PinChange] = []
    for name in sorted({*before, *after}):
        gone = sorted(before.get(name, set()) - after.get(name, set()))
        come = sorted(after.get(name, set()) - before.get(name, set()))
        while gone and come:
            change = PinChange(name=name, old=gone.pop(), new=come.pop())
            assert change.old is not None
            assert change.new is not None
            (upgraded if change.new > change.old else downgraded).append(change)
        added += [PinChange(name=name, old=None, new=version) for version in come]
        removed += [PinChange(name=name, old=version, new=None) for version in gone]
    return LockChanges(
        added=tuple(added), removed=tuple(removed), upgraded=tuple(upgraded), downgraded=tuple(downgraded)
    )


def compare_hashes(old: Lock, new: Lock) -> tuple[HashChange, ...]:
    """Hash sets that differ though the release did not move; pins that had no hashes are passed over."""
    before, after = _hashes(old), _hashes(new)
    return tuple(
        HashChange(
            name=name,
            version=version,
            gone=tuple(sorted(before[name, version] - hashes)),
            added=tuple(sorted(hashes - before[name, version])),
        )
        for (name, version), hashes in after.items()
        if before.get((name, version)) and before[name, version] != hashes
    )


def _hashes(lock: Lock) -> dict[tuple[NormalizedName, Version], frozenset[Digest]]:
    """Hashes by release, for all targets together."""
    hashes: dict[tuple[NormalizedName, Version], frozenset[Digest]] = {}
    for package in lock.packages:
        key = (package.name, package.version)
        hashes[key] = hashes.get(key, frozenset()) | package.hashes
    return hashes


def _versions(lock: Lock) -> dict[NormalizedName, set[Version]]:
    versions: dict[NormalizedName, set[Version]] = {}
    for package in lock.packages:
        versions.setdefault(package.name, set()).add(package.version)
    return versions
