"""Every way from a root to a package, against a search that tries everything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from pinkeeper.lockfile.dependency_graph import dependency_graph
from pinkeeper.lockfile.dependency_paths import dependency_paths
from tests.support.dependency_graphs import graphs
from tests.support.pinned import lock_of, pin


def search(graph, name, *, extra=None, limit=20):
    """The paths as texts, and how many more."""
    extras = frozenset() if extra is None else frozenset({canonicalize_name(extra)})
    paths, more = dependency_paths(graph, graph.named(canonicalize_name(name)), extras=extras, limit=limit)
    return [" ".join(spelled(graph, path)) for path in paths], more


def spelled(graph, path):
    places = [path.root.package, *(step.child for step in path.steps)]
    assert [step.parent for step in path.steps] == places[:-1]
    return [graph.packages[place].name for place in places]


def tried(graph, goals, *, extra):
    """All paths, by trying every step; the shortest first, then by name."""

    def qualifies(asks):
        return extra is None or any(extra in need.extras for need in asks)

    def onward(path):
        if path[-1] in goals:
            yield path
            return
        for step in graph.below[path[-1]]:
            if step.child not in path and (step.child not in goals or qualifies(step.asks)):
                yield from onward((*path, step.child))

    starts = [root for root in graph.roots if root.package not in goals or qualifies(root.asks)]
    return sorted((path for root in starts for path in onward((root.package,))), key=lambda path: (len(path), path))


@given(graphs(), st.data(), st.sampled_from([None, "x"]), st.integers(1, 30))
def test_the_paths_are_those_that_trying_everything_finds(graph, data, extra, limit):
    goal = data.draw(st.integers(0, len(graph.packages) - 1))
    expected = tried(graph, {goal}, extra=extra)
    paths, more = dependency_paths(graph, [goal], extras=frozenset({extra} if extra else ()), limit=limit)
    assert [tuple(int(name[1:]) for name in spelled(graph, path)) for path in paths] == expected[:limit]
    assert more == len(expected) - len(paths)


@given(graphs(has_circles=False), st.integers(1, 5))
def test_several_goals_end_a_path_at_the_first(graph, limit):
    goals = {len(graph.packages) - 1, len(graph.packages) // 2}
    expected = tried(graph, goals, extra=None)
    paths, more = dependency_paths(graph, goals, extras=frozenset(), limit=limit)
    assert [tuple(int(name[1:]) for name in spelled(graph, path)) for path in paths] == expected[:limit]
    assert more == len(expected) - len(paths)


def test_a_root_leads_to_itself_and_on_to_others():
    graph = dependency_graph(lock_of(pin("a 1", "b"), pin("b 1"), roots=["a", "b"]))
    assert search(graph, "b") == (["b", "a b"], 0)


def test_circles_are_gone_through_once():
    lock = lock_of(pin("a 1", "b"), pin("b 1", "c", "goal"), pin("c 1", "b", "goal"), pin("goal 1", "a"), roots=["a"])
    assert search(dependency_graph(lock), "goal") == (["a b goal", "a b c goal"], 0)


def test_an_extra_is_asked_for_by_the_last_step():
    lock = lock_of(pin("a 1", "lib[fast,other]"), pin("b 1", "lib"), pin("lib 1"), roots=["a", "b", "lib[fast]"])
    graph = dependency_graph(lock)
    assert search(graph, "lib", extra="fast") == (["lib", "a lib"], 0)
    assert search(graph, "lib", extra="other") == (["a lib"], 0)
    assert search(graph, "lib", extra="none") == ([], 0)


def ladder(rungs):
    """Two ways on at every rung: 2 ** rungs paths."""
    for number in range(rungs):
        yield pin(f"r{number:03} 1", f"r{number:03}-left", f"r{number:03}-right")
        yield pin(f"r{number:03}-left 1", f"r{number + 1:03}")
        yield pin(f"r{number:03}-right 1", f"r{number + 1:03}")
    yield pin(f"r{rungs:03} 1")


def test_paths_that_explode_are_counted_exactly():
    graph = dependency_graph(lock_of(*ladder(40), roots=["r000"]))
    paths, more = search(graph, "r040", limit=3)
    assert [path.count("left") for path in paths] == [40, 39, 39]
    assert more == 2**40 - 3


def test_counts_beyond_all_reading_are_not_given():
    graph = dependency_graph(lock_of(*ladder(200), roots=["r000"]))
    paths, more = search(graph, "r200", limit=2)
    assert (len(paths), more) == (2, None)


@pytest.mark.parametrize("size", [4, 12])
def test_circles_with_too_many_ways_end_the_counting_only(size):
    """Everybody wants everybody: factorially many paths."""
    names = [f"p{number:02}" for number in range(size)]
    everyone = (pin(f"{name} 1", *(other for other in names if other != name), "goal") for name in names)
    graph = dependency_graph(lock_of(*everyone, pin("goal 1"), roots=["p00"]))
    paths, more = search(graph, "goal", limit=4)
    assert paths == ["p00 goal", "p00 p01 goal", "p00 p02 goal", "p00 p03 goal"]
    assert more == (1 + 3 + 6 + 6 - 4 if size == 4 else None)
