"""A dependency tree as a Mermaid flowchart, which forges draw where it stands in a Markdown text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pinkeeper.model.tree_result import TreeResult
from pinkeeper.reports.dependency_label import asked, pin_label, wanted_by
from pinkeeper.reports.plain import printable
from pinkeeper.reports.shown_graph import shown_graph

__all__ = ["tree_mermaid"]

# All else is written as an entity: Mermaid has meanings for quotes, angle brackets, backticks, hashes, colons and more.
_ENTITY = re.compile(r"[^A-Za-z0-9 ._,=!~()\[\]+*/@-]")


def tree_mermaid(result: TreeResult) -> str:
    """A ``flowchart`` whose arrows go from what asks to what is asked for, in either direction of the tree.

    The lock itself is a node that leads to the roots, by dotted arrows where the origin is unknown. A node with round
    ends has more beyond the depth.
    """
    return "".join(f"{line}\n" for line in _lines(result))


def _lines(result: TreeResult) -> Iterator[str]:
    graph, shown, has_markers = result.graph, shown_graph(result), result.target is None
    roots = [root for root in graph.roots if root.package in set(shown.places)]
    yield "flowchart LR"
    if roots:
        yield f"  lock[/{_quoted(printable(result.lock))}/]"
    for place in shown.places:
        label = _quoted(pin_label(graph.packages[place], has_markers=has_markers))
        yield f"  p{place}([{label}])" if place in shown.cut else f"  p{place}[{label}]"
    for root in roots:
        arrow = "-.->" if root.is_unknown else "-->"
        yield f"  lock {arrow}|{_quoted(wanted_by(root, has_markers=has_markers))}| p{root.package}"
    for dependency in shown.dependencies:
        label = asked(dependency.asks, has_markers=has_markers)
        said = f"|{_quoted(label)}|" if label else ""
        yield f"  p{dependency.parent} -->{said} p{dependency.child}"


def _quoted(text: str) -> str:
    """A quoted text that is shown as it is."""
    return '"' + _ENTITY.sub(lambda found: f"#{ord(found[0])};", text) + '"'
