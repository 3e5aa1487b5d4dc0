"""Every way from a root to a package."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from packaging.utils import NormalizedName

from pinkeeper.model.requirement import Requirement
from pinkeeper.model.tree_result import Dependency, DependencyGraph, DependencyPath

__all__ = ["dependency_paths"]

# Where packages are in circles a search can go astray without end. This many steps for each path that is wanted are far
# more than any real lock needs.
_STEPS_FOR_A_PATH = 25_000
_FEWEST = 20
_LARGEST_COUNT = 2**53  # what a JSON reader takes exactly


def dependency_paths(
    graph: DependencyGraph, goals: Collection[int], *, extras: frozenset[NormalizedName], limit: int
) -> tuple[tuple[DependencyPath, ...], int | None]:
    """The paths from any root to any goal, the shortest first, then by name, and how many more there are.

    A path has no package twice and ends at the first goal. extras: what its last step must ask of the goal, all of
    them. limit: how many paths to give, at least 1. The number is None where it is too large or where circles of
    packages make counting hard.
    """
    return _Search(graph, goals, extras).paths(limit)


class _Search:
    """The part of a graph that leads from roots to goals."""

    def __init__(self, graph: DependencyGraph, goals: Collection[int], extras: frozenset[NormalizedName]) -> None:
        self._graph = graph
        self._goals = goals
        above = {
            goal: [dependency for dependency in graph.above[goal] if _asks_for(dependency.asks, extras)]
            for goal in goals
        }
        self._distance = _distances(graph, goals, above)
        self._below: Mapping[int, Sequence[Dependency]] = {
            place: []
            if place in goals
            else [
                dependency
                for dependency in graph.below[place]
                if dependency.child in self._distance
                and (dependency.child not in goals or _asks_for(dependency.asks, extras))
            ]
            for place in self._distance
        }
        self._starts = [
            root.package
            for root in graph.roots
            if root.package in self._distance and (root.package not in goals or _asks_for(root.asks, extras))
        ]

    def paths(self, limit: int) -> tuple[tuple[DependencyPath, ...], int | None]:
        total = self._count()
        found: list[tuple[int, ...]] = []
        more = 0
        # What is known to be shortest comes first; of equals, the first by name, as places are sorted by name.
        heap: list[tuple[int, tuple[int, ...]]] = [(self._distance[start], (start,)) for start in self._starts]
        heapq.heapify(heap)
        work = _STEPS_FOR_A_PATH * max(limit, _FEWEST)
        while heap and work > 0 and (len(found) < limit or total is None):
            _, path = heapq.heappop(heap)
            if path[-1] in self._goals:
                more += len(found) >= limit
                if len(found) < limit:
                    found.append(path)
                continue
            for dependency in self._below[path[-1]]:
                if dependency.child not in path:
                    longer = (*path, dependency.child)
                    heapq.heappush(heap, (len(path) + self._distance[dependency.child], longer))
                    work -= len(longer)
        if total is not None:
            counted: int | None = total - len(found)
        else:
            counted = None if heap else more
        return (
            tuple(map(self._spelled, found)),
            None if counted is None or counted > _LARGEST_COUNT else counted,
        )

    def _spelled(self, path: Sequence[int]) -> DependencyPath:
        steps = []
        for parent, child in pairwise(path):
            steps += [dependency for dependency in self._below[parent] if dependency.child == child]
        return DependencyPath(root=self._graph.root_of[path[0]], steps=tuple(steps))

    def _count(self) -> int | None:
        """How many paths there are, by counting the ways on from each package; None where some are in a circle."""
        order, waiting = [], dict.fromkeys(self._reached(), 0)
        for place in waiting:
            for dependency in self._below[place]:
                waiting[dependency.child] += 1
        ready = [place for place, number in waiting.items() if not number]
        while ready:
            place = ready.pop()
            order.append(place)
            for dependency in self._below[place]:
                waiting[dependency.child] -= 1
                if not waiting[dependency.child]:
                    ready.append(dependency.child)
        if len(order) != len(waiting):
            return None
        ways = dict.fromkeys(self._goals, 1)
        for place in reversed(order):
            if place not in self._goals:
                on = sum(ways[dependency.child] for dependency in self._below[place])
                ways[place] = min(on, 2 * _LARGEST_COUNT)
        return sum(ways[start] for start in self._starts)

    def _reached(self) -> list[int]:
        reached = dict.fromkeys(self._starts)
        todo = deque(self._starts)
        while todo:
            for dependency in self._below[todo.popleft()]:
                if dependency.child not in reached:
                    reached[dependency.child] = None
                    todo.append(dependency.child)
        return list(reached)


def _asks_for(asks: Sequence[Requirement], extras: frozenset[NormalizedName]) -> bool:
    return not extras or any(extras <= need.extras for need in asks)


def _distances(
    graph: DependencyGraph, goals: Collection[int], above: Mapping[int, Sequence[Dependency]]
) -> dict[int, int]:
    """For each package that leads to a goal, by how few steps; `above`: the last steps that count."""
    distances = dict.fromkeys(sorted(goals), 0)
    todo = deque(distances)
    while todo:
        place = todo.popleft()
        for dependency in above[place] if place in above else graph.above[place]:
            if dependency.parent not in distances:
                distances[dependency.parent] = distances[place] + 1
                todo.append(dependency.parent)
    return distances
