"""Flagged bumps in units: each is proposed on its own, with what cannot be told apart from it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct
from packaging.utils import NormalizedName

from pinkeeper.inputs.update_settings import UpdateGroup
from pinkeeper.updates.moves import Move
from pinkeeper.updates.policy import matches

__all__ = ["Unit", "proposal_id", "units_of"]

_MOST_CHARACTERS = 60
_DIGEST = 8


class Unit(Struct, frozen=True, kw_only=True, order=True):
    """Packages that are proposed together. id: fit for the name of a branch, and the same whatever the versions are."""

    id: str
    names: tuple[NormalizedName, ...]


def units_of(
    flagged: Collection[Move],
    moves: Collection[Move],
    *,
    required_by: Mapping[NormalizedName, Collection[NormalizedName]],
    groups: Iterable[UpdateGroup],
) -> tuple[Unit, ...]:
    """Flagged moves, each in one unit at least.

    moves: all that move. required_by: who depends on a package in the new state. A package that comes new cannot move
    by itself: it stands in the unit of each package that moves and brings it in. A group is one unit where any package
    of it is flagged.
    """
    members: dict[str, set[NormalizedName]] = {}
    standing = {move.name for move in moves if move.old is not None and move.new is not None}
    for move in flagged:
        for name in _bringers(move, standing, required_by):
            group = next((each for each in groups if matches(name, each.patterns)), None)
            if group is None:
                members.setdefault(name, set()).add(name)
            else:
                grouped = {each for each in standing if matches(each, group.patterns)}
                members.setdefault(f"group-{group.name}", set()).update(grouped, {name})
    return tuple(Unit(id=key, names=tuple(sorted(names))) for key, names in sorted(members.items()))


def _bringers(
    move: Move, standing: Collection[NormalizedName], required_by: Mapping[NormalizedName, Collection[NormalizedName]]
) -> tuple[NormalizedName, ...]:
    """The packages whose move brings a flagged one; itself where it was there, or where nothing that moves wants it."""
    if move.old is not None:
        return (move.name,)
    found: set[NormalizedName] = set()
    seen = {move.name}
    todo = [move.name]
    for name in todo:  # grows while it is walked
        for parent in required_by.get(name, ()):
            if parent in standing:
                found.add(parent)
            elif parent not in seen:
                seen.add(parent)
                todo.append(parent)
    return tuple(sorted(found)) or (move.name,)


def proposal_id(unit_ids: Iterable[str]) -> str:
    """The id of a proposal of some units: their ids joined; cut, with a digest of the whole, where that is long."""
    joined = "-".join(sorted(unit_ids))
    if len(joined) <= _MOST_CHARACTERS:
        return joined
    return f"{joined[:_MOST_CHARACTERS].rstrip('-.')}-{hashlib.sha256(joined.encode()).hexdigest()[:_DIGEST]}"
