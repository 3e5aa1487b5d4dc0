"""What criteria imply, and what another team's come to here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pinkeeper.model.ledger import BUILT_IN_CRITERIA, Criteria, Import

__all__ = ["built_in", "carried", "implied", "mapped"]

_DESCRIPTIONS = {
    "safe-to-run": "It may run on a developer's machine and in CI: it does no harm to who runs it.",
    "safe-to-deploy": "It may run where secrets and the data of users are.",
}


def built_in() -> dict[str, Criteria]:
    """The criteria that every ledger has, by name."""
    return {
        name: Criteria(name=name, description=_DESCRIPTIONS[name], implies=implies)
        for name, implies in BUILT_IN_CRITERIA.items()
    }


def implied(names: Iterable[str], criteria: Mapping[str, Criteria]) -> frozenset[str]:
    """Some criteria and all that they imply, over any number of steps; names that nobody defined imply nothing."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name in criteria:
                waiting += criteria[name].implies
    return frozenset(found)


def carried(names: Iterable[str], criteria: Mapping[str, Criteria]) -> frozenset[str]:
    """What an entry with these criteria carries: they and what they imply, as far as the project defines them."""
    return frozenset(name for name in implied(names, criteria) if name in criteria)


def mapped(names: Iterable[str], source: Import) -> tuple[str, ...]:
    """What another team's criteria come to here, sorted."""
    found: set[str] = set()
    for name in names:
        found.update(source.criteria.get(name, (name,) if name in BUILT_IN_CRITERIA else ()))
    return tuple(sorted(found))
