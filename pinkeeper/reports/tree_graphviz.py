"""A dependency tree as a picture, in Graphviz's DOT language."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.model.tree_result import TreeResult
from pinkeeper.reports.dependency_label import asked, pin_label, wanted_by
from pinkeeper.reports.plain import printable
from pinkeeper.reports.shown_graph import shown_graph

__all__ = ["tree_graphviz"]


def tree_graphviz(result: TreeResult) -> str:
    """A ``digraph`` whose arrows go from what asks to what is asked for, in either direction of the tree.

    The lock itself is a node that leads to the roots, dashed where the origin is unknown. A dashed box has more
    beyond the depth.
    """
    return "".join(f"{line}\n" for line in _lines(result))


def _lines(result: TreeResult) -> Iterator[str]:
    graph, shown, has_markers = result.graph, shown_graph(result), result.target is None
    roots = [root for root in graph.roots if root.package in set(shown.places)]
    yield "digraph pinkeeper {"
    yield "  rankdir=LR;"
    yield "  node [shape=box];"
    if roots:
        yield f"  lock [label={_quoted(printable(result.lock))}, shape=note];"
    for place in shown.places:
        style = ", style=dashed" if place in shown.cut else ""
        yield f"  p{place} [label={_quoted(pin_label(graph.packages[place], has_markers=has_markers))}{style}];"
    for root in roots:
        style = ", style=dashed" if root.is_unknown else ""
        yield f"  lock -> p{root.package} [label={_quoted(wanted_by(root, has_markers=has_markers))}{style}];"
    for dependency in shown.dependencies:
        label = asked(dependency.asks, has_markers=has_markers)
        said = f" [label={_quoted(label)}]" if label else ""
        yield f"  p{dependency.parent} -> p{dependency.child}{said};"
    yield "}"


def _quoted(text: str) -> str:
    """A quoted string that is shown as it is: a label has escapes after a backslash, and HTML's after an ampersand."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f'"{escaped}"'
