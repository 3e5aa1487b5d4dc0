"""A dependency tree, and the paths to a package, as JSON for machines.

Schema ``pinkeeper.tree/1``: ``lock`` (path), ``target`` (text; null: all targets), ``inverted`` (boolean), ``depth``
(number or null), ``starts`` (ids), ``packages`` (``id``, ``name``, ``version``, ``extras``, ``marker``, ``url``,
``root``), ``dependencies`` (``parent`` and ``child``, both ids, ``asks``), ``cut`` (ids of packages where the depth
ends though more stands below), ``missing`` (``parent``: an id or null for the user, ``name``, ``asks``: asked for, but
not in the lock) and ``notes`` (texts). It is a graph: a package stands in it once, a circle of packages is one.
``root`` is null but for a package that something outside the lock asks for; then it has ``asks`` and ``by`` (texts that
name inputs), both empty where the lock does not say who. ``asks`` is a list of ``extras``, ``specifier``, ``marker``,
``url``; it is empty where the lock does not say what is asked. An id is a number that means nothing outside its
document.

Schema ``pinkeeper.why/1``: ``lock``, ``target``, ``name``, ``extras``, ``found`` (``name``, ``version``, ``extras``,
``marker``, ``url`` of each pin), ``paths`` (the shortest first), ``more`` (number of further paths; null: not counted),
``notes``. A path is a list of steps from a root to the package, each with ``name``, ``version``, ``extras``,
``marker``, ``url`` and ``asks`` (what the step before asks of it); the first has ``by`` too.

URLs are without credentials.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pinkeeper.model.lock import LockedPackage
from pinkeeper.model.requirement import Requirement
from pinkeeper.model.tree_result import DependencyPath, Root, TreeResult, WhyResult
from pinkeeper.model.url import redact
from pinkeeper.reports.shown_graph import shown_graph

__all__ = ["tree_json", "why_json"]


def tree_json(result: TreeResult) -> str:
    """The result of ``pinkeeper tree`` in the schema ``pinkeeper.tree/1``, ending with a newline."""
    graph, shown = result.graph, shown_graph(result)
    return _text(
        {
            "schema": "pinkeeper.tree/1",
            "lock": result.lock,
            "target": result.target,
            "inverted": result.inverted,
            "depth": result.depth,
            "starts": list(result.starts),
            "packages": [
                {"id": place, **_package(graph.packages[place]), "root": _root(graph.root_of.get(place))}
                for place in shown.places
            ],
            "dependencies": [
                {"parent": dependency.parent, "child": dependency.child, "asks": _asks(dependency.asks)}
                for dependency in shown.dependencies
            ],
            "cut": list(shown.cut),
            "missing": [{"parent": parent, "name": need.name, "asks": _asks([need])} for parent, need in graph.missing],
            "notes": list(result.notes),
        }
    )


def why_json(result: WhyResult) -> str:
    """The result of ``pinkeeper why`` in the schema ``pinkeeper.why/1``, ending with a newline."""
    return _text(
        {
            "schema": "pinkeeper.why/1",
            "lock": result.lock,
            "target": result.target,
            "name": result.name,
            "extras": sorted(result.extras),
            "found": [_package(result.graph.packages[place]) for place in result.found],
            "paths": [_path(result, path) for path in result.paths],
            "more": result.more,
            "notes": list(result.notes),
        }
    )


def _path(result: WhyResult, path: DependencyPath) -> list[dict[str, Any]]:
    packages, root = result.graph.packages, path.root
    first = {**_package(packages[root.package]), "asks": _asks(root.asks), "by": list(root.by)}
    return [first, *({**_package(packages[step.child]), "asks": _asks(step.asks)} for step in path.steps)]


def _package(package: LockedPackage) -> dict[str, Any]:
    return {
        "name": package.name,
        "version": str(package.version),
        "extras": sorted(package.extras),
        "marker": package.marker,
        "url": None if package.url is None else redact(package.url),
    }


def _root(root: Root | None) -> dict[str, Any] | None:
    return None if root is None else {"asks": _asks(root.asks), "by": list(root.by)}


def _asks(asks: Iterable[Requirement]) -> list[dict[str, Any]]:
    return [
        {
            "extras": sorted(need.extras),
            "specifier": str(need.specifier),
            "marker": None if need.marker is None else str(need.marker),
            "url": None if need.url is None else redact(need.url),
        }
        for need in asks
    ]


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2) + "\n"
