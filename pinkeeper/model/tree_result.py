"""Who wants whom in a lock, and what ``pinkeeper tree`` and ``pinkeeper why`` found there, for reports to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct
from packaging.utils import NormalizedName

from pinkeeper.model.lock import LockedPackage
from pinkeeper.model.requirement import Requirement

__all__ = ["Dependency", "DependencyGraph", "DependencyPath", "Root", "TreeResult", "WhyResult"]


class Root(Struct, frozen=True, kw_only=True):
    """A package that something outside the lock asks for.

    package: its place in the graph's packages. asks: the requirements, where the lock says them. by: the inputs that
    name it, as ``# via`` lines spell them. Both are empty where nothing in the lock says who wants it.
    """

    package: int
    asks: tuple[Requirement, ...] = ()
    by: tuple[str, ...] = ()

    @property
    def is_unknown(self) -> bool:
        """Whether nothing in the lock says who wants it."""
        return not self.asks and not self.by


class Dependency(Struct, frozen=True, kw_only=True):
    """One package that asks for another, both by their places in the graph's packages.

    asks: what it asks for; several where it asks differently on different targets, empty where the lock does not say.
    """

    parent: int
    child: int
    asks: tuple[Requirement, ...] = ()


class DependencyGraph(Struct, frozen=True, kw_only=True, dict=True):
    """The packages of a lock and who asks for whom.

    packages: sorted by name, version, marker. roots: sorted by package, one each at most. dependencies: sorted by
    parent, then child; one at most for a pair, none from a package to itself. missing: what is asked for (by the
    package at the place, None for the user) though nothing in the lock answers it. Every package is reached from a
    root.
    """

    packages: tuple[LockedPackage, ...]
    roots: tuple[Root, ...]
    dependencies: tuple[Dependency, ...]
    missing: tuple[tuple[int | None, Requirement], ...] = ()

    @cached_property
    def root_of(self) -> Mapping[int, Root]:
        """The root of a package that is one."""
        return {root.package: root for root in self.roots}

    @cached_property
    def below(self) -> Sequence[Sequence[Dependency]]:
        """For each package, what it asks for."""
        below: list[list[Dependency]] = [[] for _ in self.packages]
        for dependency in self.dependencies:
            below[dependency.parent].append(dependency)
        return below

    @cached_property
    def above(self) -> Sequence[Sequence[Dependency]]:
        """For each package, what asks for it."""
        above: list[list[Dependency]] = [[] for _ in self.packages]
        for dependency in self.dependencies:
            above[dependency.child].append(dependency)
        return above

    def named(self, name: NormalizedName) -> tuple[int, ...]:
        """The places of a package, one for each of its pins."""
        return tuple(place for place, package in enumerate(self.packages) if package.name == name)


class TreeResult(Struct, frozen=True, kw_only=True):
    """What ``tree`` shows.

    lock: the path. target: the name of the one environment that the graph is for, None for all. starts: the packages
    that stand at the left edge, in order. inverted: whether the lines below a package are those that ask for it.
    depth: how many levels below the starts are shown, None for all. notes: one sentence each, for a person.
    """

    lock: str
    target: str | None
    graph: DependencyGraph
    starts: tuple[int, ...]
    inverted: bool = False
    depth: int | None = None
    notes: tuple[str, ...] = ()

    def next_to(self, place: int) -> Sequence[Dependency]:
        """The dependencies whose other ends stand below a package."""
        return self.graph.above[place] if self.inverted else self.graph.below[place]

    def far_end(self, dependency: Dependency) -> int:
        """The end of a dependency that stands below the other."""
        return dependency.parent if self.inverted else dependency.child


class DependencyPath(Struct, frozen=True, kw_only=True):
    """How a root leads to a package: the root, then each step; no package twice."""

    root: Root
    steps: tuple[Dependency, ...] = ()


class WhyResult(Struct, frozen=True, kw_only=True):
    """What ``why`` found.

    lock, target, graph, notes: as in `TreeResult`. name, extras: what was asked about. found: its pins. paths: the
    shortest first, then by name. more: how many further paths there are, None where they were not counted.
    """

    lock: str
    target: str | None
    graph: DependencyGraph
    name: NormalizedName
    extras: frozenset[NormalizedName]
    found: tuple[int, ...]
    paths: tuple[DependencyPath, ...]
    more: int | None
    notes: tuple[str, ...] = ()
