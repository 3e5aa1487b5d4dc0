"""Who wants whom, from a lock alone.

A pylock of pinkeeper says what each package asks for and what the user asked for. Other tools' pylocks say names only,
and a requirements file says in ``# via`` comments who wants a package. Where neither says anything, a package stands
as a root of unknown origin, so that every package of the lock is somewhere in the graph.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.utils import NormalizedName

from pinkeeper.errors import InputError
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import Requirement
from pinkeeper.model.tree_result import Dependency, DependencyGraph, Root

__all__ = ["MarkerEnvironment", "dependency_graph", "fewest_starts"]

MarkerEnvironment = Mapping[str, str]

_WANTS = frozenset({OriginKind.REQUIREMENTS, OriginKind.PYPROJECT, OriginKind.COMMAND_LINE})
_QUOTED = re.compile(r""""([^"]*)"|'([^']*)'""")


def dependency_graph(
    lock: Lock,
    *,
    environment: MarkerEnvironment | None = None,
    declared: Callable[[], Sequence[MarkerEnvironment]] = tuple,
) -> DependencyGraph:
    """The graph of a lock.

    environment: the marker environment of the one target to show; what does not hold there is left out. None shows all
    targets; then `declared` gives the environments of those that the lock was made for. It is asked only where a
    package has several pins, to tell which of them a requirement meets. Raises InputError for a marker that is none.
    """
    if environment is not None:
        judge = _Judge((environment,))
    else:
        has_several_pins = len({package.name for package in lock.packages}) < len(lock.packages)
        judge = _Judge(declared() if has_several_pins else ())
    return _Builder(lock, judge, is_one_target=environment is not None).graph()


class _Judge:
    """Says on which of the environments a marker holds, as a set of bits; one bit, set, where none are known."""

    def __init__(self, environments: Sequence[MarkerEnvironment]) -> None:
        self._environments = environments
        self._known: dict[tuple[str, frozenset[NormalizedName]], int] = {}
        self.knows_environments = bool(environments)
        self.everywhere = (1 << len(environments)) - 1 or 1

    def of_pin(self, package: LockedPackage) -> int:
        return self._of(package.marker, frozenset(), package.name)

    def of_need(self, need: Requirement, parent: LockedPackage | None) -> int:
        """Where a need holds, its parent being installed; a parent's extras are those that the lock has of it."""
        if parent is None:
            return self._of(None if need.marker is None else str(need.marker), frozenset(), need.name)
        mask = self._of(None if need.marker is None else str(need.marker), parent.extras, parent.name)
        return mask & self.of_pin(parent)

    def _of(self, marker: str | None, extras: frozenset[NormalizedName], name: NormalizedName) -> int:
        if marker is None or not self._environments:
            return self.everywhere
        known = self._known.get((marker, extras))
        if known is None:
            try:
                parsed = Marker(marker)
                known = sum(
                    1 << place
                    for place, environment in enumerate(self._environments)
                    if _holds(parsed, marker, environment, extras)
                )
            except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, RecursionError) as error:
                reason = str(error).partition("\n")[0]
                raise InputError(
                    f"the marker of {name} cannot be judged: {reason}",
                    remedy="make the lock again with pinkeeper lock",
                ) from error
            self._known[marker, extras] = known
        return known


def _holds(marker: Marker, text: str, environment: MarkerEnvironment, parent_extras: frozenset[NormalizedName]) -> bool:
    """Whether a marker holds for some choice of extras and groups: none of those that it names, one of them, or all.

    PEP 751 lets a lock ask for them in ``extras`` and ``dependency_groups``; ``extra`` is as in core metadata.
    """
    choices: list[frozenset[str]] = [frozenset()]
    if "extras" in text or "dependency_groups" in text:
        named = sorted({double or single for double, single in _QUOTED.findall(text)})
        choices += [*(frozenset({name}) for name in named), frozenset(named)]
    asked = ("", *sorted(parent_extras)) if "extra" in text else ("",)
    return any(
        marker.evaluate(
            {**environment, "extra": extra, "extras": choice, "dependency_groups": choice}, context="lock_file"
        )
        for choice in choices
        for extra in asked
    )


class _Builder:
    """Finds the edges of one lock."""

    def __init__(self, lock: Lock, judge: _Judge, *, is_one_target: bool) -> None:
        self._judge = judge
        self._is_one_target = is_one_target
        self._roots_asked = lock.roots
        # Only a lock that says its roots says specifiers; elsewhere a need is a name, perhaps with what tells its pin.
        self._says_asks = bool(lock.roots)
        self._names = frozenset(package.name for package in lock.packages)
        self._packages = tuple(
            package
            for package in sorted(
                lock.packages, key=lambda package: (package.name, package.version, package.marker or "")
            )
            if not is_one_target or judge.of_pin(package)
        )
        self._pins: dict[NormalizedName, list[int]] = defaultdict(list)
        for place, package in enumerate(self._packages):
            self._pins[package.name].append(place)
        self._asks: dict[tuple[int, int], list[Requirement]] = {}
        self._root_asks: dict[int, list[Requirement]] = defaultdict(list)
        self._root_by: dict[int, set[str]] = defaultdict(set)
        self._missing: list[tuple[int | None, Requirement]] = []

    def graph(self) -> DependencyGraph:
        for need in self._roots_asked:
            for place in self._met_by(need, None):
                self._root_asks[place].append(need)
        for place, package in enumerate(self._packages):
            for need in package.needs:
                if need.name != package.name:
                    for child in self._met_by(need, place):
                        asks = self._asks.setdefault((place, child), [])
                        asks += [need] if self._says_asks else []
            self._root_by[place] |= _inputs(package.requested_by)
        for place in range(len(self._packages)):
            self._from_annotations(place)
        dependencies = tuple(
            Dependency(parent=parent, child=child, asks=_distinct(asks))
            for (parent, child), asks in sorted(self._asks.items())
        )
        known = [
            Root(package=place, asks=_distinct(self._root_asks[place]), by=tuple(sorted(self._root_by[place])))
            for place in range(len(self._packages))
            if self._root_asks[place] or self._root_by[place]
        ]
        onward: list[list[int]] = [[] for _ in self._packages]
        for dependency in dependencies:
            onward[dependency.parent].append(dependency.child)
        unknown = fewest_starts(onward, [root.package for root in known])
        return DependencyGraph(
            packages=self._packages,
            roots=tuple(sorted((*known, *(Root(package=place) for place in unknown)), key=lambda root: root.package)),
            dependencies=dependencies,
            missing=tuple(self._missing),
        )

    def _met_by(self, need: Requirement, parent: int | None) -> Sequence[int]:
        """The pins that a need leads to; none, and a note of it, where the lock lacks the package."""
        pins = self._pins.get(need.name, ())
        asker = None if parent is None else self._packages[parent]
        if len(pins) == 1 and not self._is_one_target:
            return pins
        mask = self._judge.of_need(need, asker) if self._is_one_target or len(pins) > 1 else 1
        if self._is_one_target and not mask:
            return ()
        if not pins:
            self._missing.append((parent, need))
        if self._judge.knows_environments:
            met = [place for place in pins if mask & self._judge.of_pin(self._packages[place])]
        else:
            met = [place for place in pins if need.specifier.contains(self._packages[place].version, prereleases=True)]
        return met or pins

    def _from_annotations(self, child: int) -> None:
        """The edges that ``# via`` comments say, where the parent itself says nothing."""
        package = self._packages[child]
        here = self._judge.of_pin(package)
        for name in package.required_by:
            if name not in self._names:  # such as the project itself, which some tools write
                self._root_by[child].add(name)
            for parent in self._pins.get(name, ()):
                asker = self._packages[parent]
                if name != package.name and not asker.needs and here & self._judge.of_pin(asker):
                    self._asks.setdefault((parent, child), [])


def _inputs(origins: Iterable[Origin]) -> set[str]:
    """The inputs that want a package; one that only bounds or overrides it does not."""
    return {origin.via() for origin in origins if origin.kind in _WANTS}


def _distinct(needs: Iterable[Requirement]) -> tuple[Requirement, ...]:
    return tuple({str(need): need for need in sorted(needs, key=str)}.values())


def fewest_starts(onward: Sequence[Sequence[int]], given: Iterable[int] = ()) -> tuple[int, ...]:
    """The fewest places, beside the given ones, from which every place is reached; of a circle the first is taken.

    onward: for each place, where it leads.
    """
    reached: set[int] = set()
    for place in given:
        _finished(place, onward, reached)
    # What finishes last is in a group that nothing outside it leads to (Kosaraju), and is the first in it: such a group
    # is entered only where a search starts.
    finished: list[int] = []
    seen = set(reached)
    for place in range(len(onward)):
        finished += _finished(place, onward, seen)
    starts = []
    for place in reversed(finished):
        if place not in reached:
            starts.append(place)
            _finished(place, onward, reached)
    return tuple(sorted(starts))


def _finished(start: int, onward: Sequence[Sequence[int]], seen: set[int]) -> list[int]:
    """Search from a package through what was not seen yet; what was found, each after all that it leads to."""
    if start in seen:
        return []
    seen.add(start)
    order: list[int] = []
    open_ones = [(start, iter(onward[start]))]
    while open_ones:
        place, rest = open_ones[-1]
        following = next((other for other in rest if other not in seen), None)
        if following is None:
            order.append(place)
            open_ones.pop()
        else:
            seen.add(following)
            open_ones.append((following, iter(onward[following])))
    return order
