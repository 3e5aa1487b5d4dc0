"""The paths to a package as lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.model.tree_result import DependencyPath, WhyResult
from pinkeeper.reports.dependency_label import dependency_label, pin_label, root_label

__all__ = ["why_text"]


def why_text(result: WhyResult) -> str:
    """The pins of the package and how many paths lead to them, then a line for each path, ending with a newline."""
    return "".join(f"{line}\n" for line in _lines(result))


def _lines(result: WhyResult) -> Iterator[str]:
    has_markers = result.target is None
    pins = ", ".join(pin_label(result.graph.packages[place], has_markers=has_markers) for place in result.found)
    yield f"{pins}: {_number(result)}"
    for path in result.paths:
        yield f"  {_path(result, path, has_markers=has_markers)}"
    if result.more != 0:
        yield f"  and {'' if result.more is None else f'{result.more} '}more; --limit shows more of them"


def _number(result: WhyResult) -> str:
    count = len(result.paths) + (result.more or 0)
    return f"{'more than ' if result.more is None else ''}{count} path{'' if count == 1 else 's'}"


def _path(result: WhyResult, path: DependencyPath, *, has_markers: bool) -> str:
    labels = [root_label(result.graph, path.root, has_markers=has_markers)]
    labels += [dependency_label(result.graph, step, has_markers=has_markers) for step in path.steps]
    return " -> ".join(labels)
