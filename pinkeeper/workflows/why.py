"""Why a package is in a lock: every path that leads to it, from the lock alone."""

from __future__ import annotations

from msgspec import Struct, field
from packaging.utils import NormalizedName

from pinkeeper.errors import NotLockedError
from pinkeeper.lockfile.dependency_paths import dependency_paths
from pinkeeper.model.tree_result import WhyResult
from pinkeeper.workflows.lock_graph import LockChoice, lock_graph
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["WhyOptions", "why"]


class WhyOptions(Struct, frozen=True, kw_only=True):
    """The command line of ``why``, decoded. extras: that must be asked for, all of them. limit: paths, at least 1."""

    name: NormalizedName
    extras: frozenset[NormalizedName] = frozenset()
    lock: LockChoice = field(default_factory=LockChoice)
    limit: int = 20


def why(options: WhyOptions, surroundings: Surroundings) -> WhyResult:
    """The paths from the roots to a package.

    Raises InputError and ConfigurationError for what was asked, NotLockedError for what the lock lacks.
    """
    read = lock_graph(options.lock, surroundings)
    found, notes = read.places(options.name), read.notes
    paths, more = dependency_paths(read.graph, found, extras=options.extras, limit=options.limit)
    if options.extras and not paths:
        found = tuple(place for place in found if options.extras <= read.graph.packages[place].extras)
        asked = f"{options.name}[{','.join(sorted(options.extras))}]"
        if not found:
            locked = sorted(
                {extra for place in read.places(options.name) for extra in read.graph.packages[place].extras}
            )
            raise NotLockedError(asked, where=read.where, near=[f"{options.name}[{extra}]" for extra in locked])
        notes = (*notes, f"{read.path} does not say who asks for {asked}; these are the paths to {options.name}")
        paths, more = dependency_paths(read.graph, found, extras=frozenset(), limit=options.limit)
    return WhyResult(
        lock=read.path,
        target=read.target,
        graph=read.graph,
        name=options.name,
        extras=options.extras,
        found=found,
        paths=paths,
        more=more,
        notes=notes,
    )
