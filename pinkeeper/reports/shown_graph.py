"""The part of a dependency graph that a tree shows, each package once: for formats that draw a graph, not a tree."""

from __future__ import annotations

from msgspec import Struct

from pinkeeper.model.tree_result import Dependency, TreeResult

__all__ = ["ShownGraph", "shown_graph"]


class ShownGraph(Struct, frozen=True, kw_only=True):
    """The part that is shown.

    places: of the packages, sorted. dependencies: sorted by parent, then child. cut: the places where the depth ends
    though more stands below.
    """

    places: tuple[int, ...]
    dependencies: tuple[Dependency, ...]
    cut: tuple[int, ...]


def shown_graph(result: TreeResult) -> ShownGraph:
    """What is reached from the starts within the depth."""
    places = dict.fromkeys(result.starts)
    dependencies: list[Dependency] = []
    level, edge, depth = 0, list(places), result.depth
    while edge and (depth is None or level < depth):
        following: dict[int, None] = {}
        for place in edge:
            for dependency in result.next_to(place):
                dependencies.append(dependency)
                if (other := result.far_end(dependency)) not in places:
                    places[other] = following[other] = None
        level, edge = level + 1, list(following)
    return ShownGraph(
        places=tuple(sorted(places)),
        dependencies=tuple(
            sorted(dependencies, key=lambda dependency: (dependency.parent, dependency.child)),
        ),
        cut=tuple(sorted(place for place in edge if result.next_to(place))),
    )
