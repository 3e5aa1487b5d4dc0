"""Who wants whom, as different locks say it."""

from __future__ import annotations

import pytest

from pinkeeper.errors import InputError
from pinkeeper.lockfile.dependency_graph import dependency_graph
from pinkeeper.model.origin import Origin, OriginKind
from tests.support.pinned import lock_of, pin

LINUX = {"sys_platform": "linux", "python_version": "3.12", "python_full_version": "3.12.0"}
WINDOWS = {"sys_platform": "win32", "python_version": "3.12", "python_full_version": "3.12.0"}
OLD_LINUX = {"sys_platform": "linux", "python_version": "3.11", "python_full_version": "3.11.0"}
INPUT = Origin(path="requirements.in", line=1)


def edges(graph):
    def spelled(place):
        return f"{graph.packages[place].name} {graph.packages[place].version}"

    return {
        (spelled(edge.parent), spelled(edge.child)): [str(need) for need in edge.asks] for edge in graph.dependencies
    }


def roots(graph):
    return {
        graph.packages[root.package].name: ("unknown" if root.is_unknown else [*map(str, root.asks), *root.by])
        for root in graph.roots
    }


def test_a_pylock_says_what_is_asked():
    graph = dependency_graph(
        lock_of(
            pin("app 1", "lib[fast]>=2,<3", "tool"), pin("lib 2.5", "tool>=1"), pin("tool 1"), roots=["app==1", "tool"]
        )
    )
    assert edges(graph) == {
        ("app 1", "lib 2.5"): ["lib[fast]<3,>=2"],
        ("app 1", "tool 1"): ["tool"],
        ("lib 2.5", "tool 1"): ["tool>=1"],
    }
    assert roots(graph) == {"app": ["app==1"], "tool": ["tool"]}


def test_a_foreign_pylock_says_names_only_and_no_roots():
    graph = dependency_graph(lock_of(pin("app 1", "lib"), pin("lib 2", "tool==1"), pin("tool 1"), pin("tool 3")))
    assert edges(graph) == {("app 1", "lib 2"): [], ("lib 2", "tool 1"): []}
    assert roots(graph) == {"app": "unknown", "tool": "unknown"}
    assert graph.packages[graph.roots[1].package].version.major == 3


def test_a_requirements_file_says_who_wants_it():
    project = Origin(path="pyproject.toml", kind=OriginKind.PYPROJECT, project="own")
    graph = dependency_graph(
        lock_of(pin("app 1", via=[INPUT, project]), pin("lib 2", via=["app", INPUT]), pin("stray 3"))
    )
    assert edges(graph) == {("app 1", "lib 2"): []}
    assert roots(graph) == {
        "app": ["-r requirements.in", "own (pyproject.toml)"],
        "lib": ["-r requirements.in"],
        "stray": "unknown",
    }


@pytest.mark.parametrize("kind", [OriginKind.CONSTRAINTS, OriginKind.OVERRIDES])
def test_what_only_bounds_a_package_does_not_want_it(kind):
    graph = dependency_graph(
        lock_of(pin("app 1", via=[INPUT]), pin("lib 2", via=["app", Origin(path="bounds.txt", kind=kind)]))
    )
    assert roots(graph) == {"app": ["-r requirements.in"]}


def test_a_parent_outside_the_lock_is_where_a_package_comes_from():
    graph = dependency_graph(lock_of(pin("lib 2", via=["own-project"])))
    assert roots(graph) == {"lib": ["own-project"]}


def test_what_a_package_says_itself_counts_before_what_others_are_said_to_want():
    graph = dependency_graph(
        lock_of(pin("app 1", "lib>=2"), pin("lib 2", via=["app"]), pin("tool 3", via=["app", "lib"]), roots=["app"])
    )
    assert edges(graph) == {("app 1", "lib 2"): ["lib>=2"], ("lib 2", "tool 3"): []}


def test_a_package_that_wants_an_extra_of_itself_is_no_edge():
    graph = dependency_graph(lock_of(pin("app 1", "app[fast]", "lib", extras=["all"]), pin("lib 1"), roots=["app"]))
    assert edges(graph) == {("app 1", "lib 1"): ["lib"]}


def test_different_needs_of_one_package_are_one_edge():
    needs = ("lib>=1; python_version < '3.12'", "lib>=2; python_version >= '3.12'", "lib>=2; python_version >= '3.12'")
    graph = dependency_graph(lock_of(pin("app 1", *needs), pin("lib 2"), roots=["app"]))
    assert edges(graph) == {("app 1", "lib 2"): ['lib>=1; python_version < "3.12"', 'lib>=2; python_version >= "3.12"']}


FORK = lock_of(
    pin("app 1", "lib", "odd>=1; sys_platform == 'win32'"),
    pin("lib 1", marker="python_version < '3.12'"),
    pin("lib 2", marker="python_version >= '3.12'"),
    pin("new 1", "lib>=1", marker="python_version >= '3.12'"),
    pin("odd 1", "lib", marker="sys_platform == 'win32'"),
    roots=["app", "new; python_version >= '3.12'"],
)


def test_a_fork_without_known_targets_is_told_apart_by_specifiers():
    graph = dependency_graph(
        lock_of(
            pin("a 1", "lib<2"),
            pin("b 1", "lib"),
            pin("c 1", "lib>=9"),
            *(pin(f"lib {n}") for n in "12"),
            roots=["a", "b", "c"],
        )
    )
    assert [child for parent, child in edges(graph) if parent == "a 1"] == ["lib 1"]
    assert [child for parent, child in edges(graph) if parent == "b 1"] == ["lib 1", "lib 2"]
    assert [child for parent, child in edges(graph) if parent == "c 1"] == ["lib 1", "lib 2"]


def test_a_fork_is_told_apart_on_the_declared_targets():
    graph = dependency_graph(FORK, declared=lambda: (LINUX, OLD_LINUX, WINDOWS))
    assert {
        parent: [child for other, child in edges(graph) if other == parent] for parent in ("app 1", "new 1", "odd 1")
    } == {"app 1": ["lib 1", "lib 2", "odd 1"], "new 1": ["lib 2"], "odd 1": ["lib 2"]}


def test_declared_targets_are_not_asked_for_where_nothing_forks():
    def declared():
        pytest.fail("nobody needs them")

    assert edges(dependency_graph(lock_of(pin("app 1", "lib; os_name == 'nt'"), pin("lib 1")), declared=declared))


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (OLD_LINUX, [("app 1", "lib 1")]),
        (LINUX, [("app 1", "lib 2"), ("new 1", "lib 2")]),
        (WINDOWS, [("app 1", "lib 2"), ("app 1", "odd 1"), ("new 1", "lib 2"), ("odd 1", "lib 2")]),
    ],
    ids=["3.11", "3.12", "windows"],
)
def test_one_target(environment, expected):
    graph = dependency_graph(FORK, environment=environment)
    assert list(edges(graph)) == expected
    assert roots(graph) == {"app": ["app"]} | (
        {} if environment is OLD_LINUX else {"new": ['new; python_version >= "3.12"']}
    )


def test_what_nothing_wants_on_a_target_is_of_unknown_origin_there():
    lock = lock_of(pin("app 1", "lib; sys_platform == 'win32'"), pin("lib 1"), roots=["app"])
    assert roots(dependency_graph(lock, environment=LINUX)) == {"app": ["app"], "lib": "unknown"}
    assert roots(dependency_graph(lock, environment=WINDOWS)) == {"app": ["app"]}


def test_annotations_hold_where_both_packages_do():
    lock = lock_of(
        pin("a 1", via=[INPUT], marker="sys_platform == 'linux'"),
        pin("b 1", via=[INPUT], marker="sys_platform == 'win32'"),
        pin("lib 1", via=["a", "b"], marker="sys_platform == 'linux'"),
        pin("lib 2", via=["a", "b"], marker="sys_platform == 'win32'"),
    )
    graph = dependency_graph(lock, declared=lambda: (LINUX, WINDOWS))
    assert list(edges(graph)) == [("a 1", "lib 1"), ("b 1", "lib 2")]
    assert roots(dependency_graph(lock, environment=LINUX)) == {"a": ["-r requirements.in"]}


def test_what_some_choice_of_groups_and_extras_installs_is_there():
    lock = lock_of(
        pin("dev-tool 1", marker="'dev' in dependency_groups"),
        pin("fast 1", marker="'fast' in extras and sys_platform == 'linux'"),
        pin("lean 1", marker="'fast' not in extras"),
        pin("slow 1", marker="'slow' in extras and 'fast' not in extras"),
        pin("windows-tool 1", marker="'dev' in dependency_groups and sys_platform == 'win32'"),
    )
    assert sorted(roots(dependency_graph(lock, environment=LINUX))) == ["dev-tool", "fast", "lean", "slow"]


def test_a_need_of_an_extra_holds_where_the_extra_is_asked_for():
    needs = ("lib; extra == 'fast'", "odd; extra == 'slow'")
    lock = lock_of(pin("app 1", *needs, extras=["fast"]), pin("lib 1"), pin("odd 1"), roots=["app[fast]"])
    assert list(edges(dependency_graph(lock, environment=LINUX))) == [("app 1", "lib 1")]


def test_what_the_lock_lacks_is_kept():
    lock = lock_of(
        pin("app 1", "gone>=1", "here", "other; sys_platform == 'win32'"), pin("here 1"), roots=["app", "lost"]
    )
    graph = dependency_graph(lock, environment=LINUX)
    assert [(parent, str(need)) for parent, need in graph.missing] == [(None, "lost"), (0, "gone>=1")]


def test_every_package_is_reached_also_from_circles_that_nobody_wants():
    graph = dependency_graph(
        lock_of(
            pin("a 1", "shared"),
            pin("b 1", "c"),
            pin("c 1", "d"),
            pin("d 1", "b", "shared"),
            pin("shared 1", "x"),
            pin("x 1", "shared"),
        )
    )
    assert roots(graph) == {"a": "unknown", "b": "unknown"}


def test_a_long_chain_is_no_recursion():
    length = 5000
    pins = (pin(f"p{number} 1", f"p{(number + 1) % length}") for number in range(length))
    assert len(dependency_graph(lock_of(*pins)).roots) == 1


@pytest.mark.parametrize(
    "marker",
    ["nonsense", "extras == 'a'", "'3' ~= '4'", "(" * 5000 + "os_name == 'x'" + ")" * 5000],
    ids=["no marker", "set", "no variable", "deep"],
)
def test_a_marker_that_cannot_be_judged(marker):
    with pytest.raises(InputError, match="the marker of app cannot be judged"):
        dependency_graph(lock_of(pin("app 1", marker=marker)), environment=LINUX)
