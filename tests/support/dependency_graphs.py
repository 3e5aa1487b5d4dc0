"""Small dependency graphs of every shape, for properties."""

from __future__ import annotations

from hypothesis import strategies as st

from pinkeeper.lockfile.dependency_graph import DependencyGraph, dependency_graph
from tests.support.pinned import lock_of, pin

__all__ = ["graphs"]


@st.composite
def graphs(draw: st.DrawFn, *, has_circles: bool = True) -> DependencyGraph:
    """Up to six packages ``p0``, ``p1`` ..., at the places of their numbers, that may ask each other for an extra x."""
    count = draw(st.integers(1, 6))
    packages = []
    for number in range(count):
        others = range(count) if has_circles else range(number + 1, count)
        children = draw(st.sets(st.sampled_from(others), max_size=4)) if others else set()
        needs = [f"p{child}{draw(st.sampled_from(['', '[x]']))}" for child in sorted(children)]
        packages.append(pin(f"p{number} 1", *needs))
    roots = draw(st.lists(st.sampled_from([f"p{n}{x}" for n in range(count) for x in ("", "[x]")]), min_size=1))
    return dependency_graph(lock_of(*packages, roots=roots))
