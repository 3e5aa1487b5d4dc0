"""How a package and what is asked of it are said on one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pinkeeper.model.lock import LockedPackage
from pinkeeper.model.requirement import Requirement
from pinkeeper.model.tree_result import Dependency, DependencyGraph, Root
from pinkeeper.model.url import redact
from pinkeeper.reports.plain import printable

__all__ = ["asked", "dependency_label", "parent_label", "pin_label", "root_label", "wanted_by"]


def pin_label(package: LockedPackage, *, has_markers: bool, asks: Sequence[Requirement] = ()) -> str:
    """``uvicorn[standard] 0.30.1``: with the extras that are asked for, else those of the pin.

    has_markers: whether to say where the pin holds, unless what is asked says the same; idle where one target is shown.
    """
    extras = {extra for need in asks for extra in need.extras} if asks else package.extras
    is_said = not has_markers or package.marker in {None, *(str(need.marker) for need in asks)}
    where = "" if is_said else f" where {package.marker}"
    return _safe(f"{package.name}{_bracketed(extras)} {package.version}{where}")


def asked(asks: Iterable[Requirement], *, has_markers: bool) -> str:
    """``>=0.22; python_version < "3.12"``, ``any`` where every version would do; empty where the lock does not say."""
    return _safe(" | ".join(dict.fromkeys(_ask(need, has_markers=has_markers) or "any" for need in asks)))


def wanted_by(root: Root, *, has_markers: bool) -> str:
    """What asks for a root: the requirement, the inputs that name it, or that neither is known."""
    inputs = _safe(f"from {', '.join(root.by)}") if root.by else ""
    known = filter(None, (asked(root.asks, has_markers=has_markers), inputs))
    return "unknown origin" if root.is_unknown else ", ".join(known)


def root_label(graph: DependencyGraph, root: Root, *, has_markers: bool) -> str:
    """A root with what asks for it."""
    label = pin_label(graph.packages[root.package], has_markers=has_markers, asks=root.asks)
    return f"{label} ({wanted_by(root, has_markers=has_markers)})"


def dependency_label(graph: DependencyGraph, dependency: Dependency, *, has_markers: bool) -> str:
    """The package that is asked for, with what is asked of it."""
    label = pin_label(graph.packages[dependency.child], has_markers=has_markers, asks=dependency.asks)
    asks = asked(dependency.asks, has_markers=has_markers)
    return f"{label} ({asks})" if asks else label


def parent_label(graph: DependencyGraph, dependency: Dependency, *, has_markers: bool) -> str:
    """The package that asks, with what it asks for, and with what asks for it where it is a root."""
    label = pin_label(graph.packages[dependency.parent], has_markers=has_markers)
    name = graph.packages[dependency.child].name
    texts = [
        f"{name}{_bracketed(need.extras)}{_ask(need, has_markers=has_markers, joins_name=True)}"
        for need in dependency.asks
    ]
    return f"{label} (asks for {_safe(' | '.join(dict.fromkeys(texts)))})" if texts else label


def _ask(need: Requirement, *, has_markers: bool, joins_name: bool = False) -> str:
    url = f"{' ' if joins_name else ''}@ {need.url}" if need.url else ""
    marker = f"{' ' if need.url else ''}; {need.marker}" if has_markers and need.marker is not None else ""
    body = url or str(need.specifier)
    return f"{body or ('' if joins_name or not marker else 'any')}{marker}"


def _bracketed(extras: Iterable[str]) -> str:
    listed = ",".join(sorted(extras))
    return f"[{listed}]" if listed else ""


def _safe(text: str) -> str:
    return printable(redact(text))
