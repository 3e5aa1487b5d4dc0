"""What moves between two states of a project's locks."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.lock import Lock
from pinkeeper.model.proposal import BumpKind

__all__ = ["LockState", "Move", "kind_of", "moves_between"]


class LockState(Struct, frozen=True, kw_only=True):
    """One lock of a project, as it stands and as it would be. name: None where the project has one alone."""

    name: str | None
    old: Lock
    new: Lock


class Move(Struct, frozen=True, kw_only=True, order=True):
    """One package that goes from one release to another. old: None where it comes new; new: None where it leaves."""

    name: NormalizedName
    old: Version | None
    new: Version | None

    def __str__(self) -> str:
        return f"{self.name} {self.old or 'nothing'} -> {self.new or 'nothing'}"


def kind_of(move: Move) -> BumpKind:
    """How far it goes, by the segments of the release (PEP 440); another epoch is as another first segment."""
    old, new = move.old, move.new
    if old is None:
        return BumpKind.ADDED
    if new is None:
        return BumpKind.REMOVED
    if new < old:
        return BumpKind.DOWNGRADED
    if (old.epoch, old.major) != (new.epoch, new.major):
        return BumpKind.MAJOR
    return BumpKind.MINOR if old.minor != new.minor else BumpKind.PATCH


def moves_between(states: Iterable[LockState]) -> dict[Move, tuple[str, ...]]:
    """Each move of any lock, with the names of the locks where it happens; sorted.

    A package may have several releases in a lock, each for other targets. Those that come are set against those that
    go, the newest against the newest; one that comes beside what stays is set against the nearest below it, and one
    that goes without another coming goes to the nearest that stays.
    """
    found: dict[Move, list[str]] = {}
    for state in states:
        before, after = _versions(state.old), _versions(state.new)
        for name in {*before, *after}:
            for old, new in _pairs(before.get(name, set()), after.get(name, set())):
                locks = found.setdefault(Move(name=name, old=old, new=new), [])
                if state.name is not None:
                    locks.append(state.name)
    order = sorted(found, key=lambda move: (move.name, str(move.new), str(move.old)))
    return {move: tuple(sorted(found[move])) for move in order}


def _versions(lock: Lock) -> dict[NormalizedName, set[Version]]:
    versions: dict[NormalizedName, set[Version]] = {}
    for package in lock.packages:
        versions.setdefault(package.name, set()).add(package.version)
    return versions


def _pairs(before: set[Version], after: set[Version]) -> Iterable[tuple[Version | None, Version | None]]:
    gone, come, stay = sorted(before - after), sorted(after - before), sorted(before & after)
    while gone and come:
        yield gone.pop(), come.pop()
    for new in come:
        yield _nearest(new, stay or sorted(before)), new
    for old in gone:
        yield old, _nearest(old, stay or sorted(after))


def _nearest(version: Version, among: list[Version]) -> Version | None:
    """The highest of some versions that is not above another one, else the lowest."""
    below = [each for each in among if each <= version]
    return below[-1] if below else next(iter(among), None)
