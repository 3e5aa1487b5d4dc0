"""A dependency tree as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pinkeeper.errors import ConfigurationError
from pinkeeper.model.tree_result import Dependency, TreeResult
from pinkeeper.reports.dependency_label import dependency_label, parent_label, pin_label, root_label, wanted_by

__all__ = ["tree_text"]

_MOST_LINES = 100_000
_MOST_LEVELS = 500  # each level indents further; no tree of people's making is so deep


class _Lines(NamedTuple):
    """What the branches are drawn with."""

    branch: str
    last: str
    passing: str
    blank: str


_BOXES = _Lines("├── ", "└── ", "│   ", "    ")
_ASCII = _Lines("|-- ", "`-- ", "|   ", "    ")


class _Line(NamedTuple):
    """A line to come. dependency: what led there, None for a start. indent: before the branch."""

    place: int
    dependency: Dependency | None
    level: int
    indent: str
    is_last: bool


def tree_text(result: TreeResult, *, is_ascii: bool = False, is_expanded: bool = False) -> str:
    """The tree, ending with a newline; empty where nothing is in the lock.

    A package's own dependencies stand where it comes first; after that ``(*)`` says so, or, with is_expanded, they are
    repeated. ``(cycle)`` marks a package that stands above itself, ``...`` one whose dependencies the depth leaves out.
    is_ascii: draw without box characters. Raises ConfigurationError for a tree that is too long for anybody to read.
    """
    lines = []
    for line in _walk(result, _ASCII if is_ascii else _BOXES, is_expanded=is_expanded):
        lines.append(line)
        if len(lines) > _MOST_LINES:
            raise ConfigurationError(
                f"the tree has more than {_MOST_LINES} lines",
                where=result.lock,
                remedy="show less with --depth or --package" + (", or leave out --no-dedupe" if is_expanded else ""),
            )
    if any(line.endswith(" (*)") for line in lines):
        lines.append(f"(*) {'what asks for it' if result.inverted else 'what it asks for'} is shown above")
    return "".join(f"{line}\n" for line in lines)


def _walk(result: TreeResult, style: _Lines, *, is_expanded: bool) -> Iterator[str]:
    deepest = _MOST_LEVELS if result.depth is None else min(result.depth, _MOST_LEVELS)
    levels_shown: dict[int, int] = {}  # below each package that was shown with what is below it
    trail: list[int] = []
    above: set[int] = set()
    waiting = [_Line(place, None, 0, "", is_last=True) for place in reversed(result.starts)]
    while waiting:
        line = waiting.pop()
        above.difference_update(trail[line.level :])
        del trail[line.level :]
        following = result.next_to(line.place)
        mark = ""
        if line.place in above:
            mark, following = " (cycle)", ()
        elif following and line.level >= deepest:
            mark, following = " ...", ()
        elif following and not is_expanded and levels_shown.get(line.place, -1) >= deepest - line.level:
            mark, following = " (*)", ()
        elif following:
            levels_shown[line.place] = deepest - line.level if result.depth is not None else _MOST_LEVELS
        drawn = "" if line.dependency is None else style.last if line.is_last else style.branch
        yield f"{line.indent}{drawn}{_label(result, line)}{mark}"
        if following:
            trail.append(line.place)
            above.add(line.place)
            ends = "" if line.dependency is None else style.blank if line.is_last else style.passing
            waiting += [
                _Line(
                    result.far_end(dependency),
                    dependency,
                    line.level + 1,
                    line.indent + ends,
                    is_last=dependency is following[-1],
                )
                for dependency in reversed(following)
            ]


def _label(result: TreeResult, line: _Line) -> str:
    graph, has_markers = result.graph, result.target is None
    root = graph.root_of.get(line.place)
    if result.inverted:
        label = (
            pin_label(graph.packages[line.place], has_markers=has_markers)
            if line.dependency is None
            else parent_label(graph, line.dependency, has_markers=has_markers)
        )
        return label if root is None else f"{label} (wanted: {wanted_by(root, has_markers=has_markers)})"
    if line.dependency is not None:
        return dependency_label(graph, line.dependency, has_markers=has_markers)
    if root is not None:
        return root_label(graph, root, has_markers=has_markers)
    return pin_label(graph.packages[line.place], has_markers=has_markers)
