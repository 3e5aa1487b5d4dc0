"""A walk through given choices: what the roots reach, and where a need meets no choice that fulfils it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from pinkeeper.resolver.needs import Candidate, Identifier, Need
from pinkeeper.resolver.provider import Provider

__all__ = ["Misfit", "Walk", "walk"]


class Misfit(Struct, frozen=True, kw_only=True):
    """A need that is not fulfilled. parent: who has it, None for the user's own; found: what was chosen, if anything.

    Where the need is an `Impossible`, it is the parent itself that cannot be used.
    """

    need: Need
    parent: Candidate | None
    found: Candidate | None


class Walk(Struct, frozen=True, kw_only=True):
    """What was reached, in the order in which it was met; misfits: empty where the choices are a whole tree."""

    reached: Mapping[Identifier, Candidate]
    misfits: tuple[Misfit, ...]


def walk(
    roots: Iterable[Need],
    provider: Provider,
    choose: Callable[[Need], Candidate | None],
    *,
    stops_at_misfit: bool = False,
) -> Walk:
    """Go from the roots through what each choice needs, breadth first.

    choose: the choice for the identifier of a need, asked once for each; None where there is none. Raises what the
    provider's source raises for the network.
    """
    reached: dict[Identifier, Candidate] = {}
    absent: set[Identifier] = set()
    misfits: list[Misfit] = []
    todo: list[tuple[Need, Candidate | None]] = [(root, None) for root in roots]
    for need, parent in todo:  # grows while it is walked
        identifier = need.identifier
        found = reached.get(identifier)
        if found is None and identifier not in absent:
            found = choose(need)
            if found is None:
                absent.add(identifier)
            else:
                reached[identifier] = found
                todo += [(below, found) for below in provider.get_dependencies(found)]
        if found is None or not provider.is_satisfied_by(need, found):
            misfits.append(Misfit(need=need, parent=parent, found=found))
            if stops_at_misfit:
                break
    return Walk(reached=reached, misfits=tuple(misfits))
