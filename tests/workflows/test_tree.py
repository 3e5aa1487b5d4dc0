"""Trees and paths from a lock alone: which lock, which target, where to start, and what a person is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from packaging.utils import canonicalize_name

from pinkeeper.errors import ConfigurationError, InputError, NotLockedError
from pinkeeper.model.origin import Origin
from pinkeeper.workflows import lock_graph
from pinkeeper.workflows.lock_graph import LockChoice
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.tree import TreeOptions, tree
from pinkeeper.workflows.why import WhyOptions, why
from tests.support.pinned import lock_of, pin

WINDOWS = "sys_platform == 'win32'"
LOCK = lock_of(
    pin("app 1", "lib[fast]>=1", f"odd; {WINDOWS}"),
    pin("lib 1", extras=["fast", "self-made"], marker="python_version < '3.12'"),
    pin("lib 2", "odd", extras=["fast"], marker="python_version >= '3.12'"),
    pin("odd 1", marker=WINDOWS),
    roots=["app"],
    targets=[("3.11", "linux_x86_64"), ("3.12", "linux_x86_64"), ("3.12", "windows_amd64")],
)


@pytest.fixture
def surroundings(tmp_path):
    return Surroundings(
        environ={}, directory=tmp_path, now=datetime(2026, 1, 1, tzinfo=UTC), stdin=lambda: b"", cache_directory=None
    )


@pytest.fixture
def locked(monkeypatch, tmp_path):
    """Lets the lock in the directory be this one."""

    def let(lock, name="pylock.toml"):
        (tmp_path / name).write_text(name)
        monkeypatch.setattr(lock_graph, "read_lock", lambda text, *, path: lock if text == path else None)

    return let


def spelled(result, places):
    return [f"{result.graph.packages[place].name} {result.graph.packages[place].version}" for place in places]


def edges(result):
    return [
        " -> ".join(spelled(result, (dependency.parent, dependency.child))) for dependency in result.graph.dependencies
    ]


@pytest.mark.parametrize(
    ("there", "taken"),
    [(["pylock.toml", "requirements.txt"], "pylock.toml"), (["requirements.txt"], "requirements.txt")],
)
def test_the_lock_that_is_here(surroundings, locked, there, taken):
    for name in there:
        locked(LOCK, name)
    assert tree(TreeOptions(), surroundings).lock == taken


def test_no_lock_is_here(surroundings):
    with pytest.raises(InputError, match=r"no pylock\.toml and no requirements\.txt here") as raised:
        tree(TreeOptions(), surroundings)
    assert raised.value.remedy is not None


def test_a_lock_that_is_not_there(surroundings):
    with pytest.raises(InputError, match="no such file"):
        tree(TreeOptions(lock=LockChoice(path="gone.txt")), surroundings)


def test_a_lock_that_is_no_text(surroundings, tmp_path):
    (tmp_path / "requirements.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8") as raised:
        tree(TreeOptions(), surroundings)
    assert raised.value.where == "requirements.txt"


def test_all_targets(surroundings, locked):
    locked(LOCK)
    result = tree(TreeOptions(), surroundings)
    assert edges(result) == ["app 1 -> lib 1", "app 1 -> lib 2", "app 1 -> odd 1", "lib 2 -> odd 1"]
    assert spelled(result, result.starts) == ["app 1"]
    assert (result.target, result.notes) == (None, ())


@pytest.mark.parametrize(
    ("choice", "target", "expected"),
    [
        (LockChoice(python="3.11", platform="linux_x86_64"), "Python 3.11 on linux_x86_64", ["app 1 -> lib 1"]),
        (LockChoice(python="3.11"), "Python 3.11 on linux_x86_64", ["app 1 -> lib 1"]),
        (
            LockChoice(platform="windows_amd64"),
            "Python 3.12 on windows_amd64",
            ["app 1 -> lib 2", "app 1 -> odd 1", "lib 2 -> odd 1"],
        ),
    ],
    ids=["both", "the only one of a Python", "the only one on a platform"],
)
def test_one_target(surroundings, locked, choice, target, expected):
    locked(LOCK)
    result = tree(TreeOptions(lock=choice), surroundings)
    assert (result.target, edges(result), result.notes) == (target, expected, ())


def test_a_target_that_the_lock_was_not_made_for(surroundings, locked):
    locked(LOCK)
    result = tree(TreeOptions(lock=LockChoice(python="3.13", platform="macos_arm64")), surroundings)
    assert result.notes[0] == (
        "pylock.toml was not made for Python 3.13 on macos_arm64; what is shown may not be a whole tree there"
    )


def test_half_a_target_is_completed_by_this_machine(surroundings, locked):
    locked(replace(LOCK, targets=()))
    assert tree(TreeOptions(lock=LockChoice(python="3.13")), surroundings).target == "Python 3.13 on this machine"


@pytest.mark.parametrize(("python", "platform"), [("2.7", "linux_x86_64"), ("3.12", "beos")])
def test_a_target_that_is_none(surroundings, locked, python, platform):
    locked(LOCK)
    with pytest.raises(ConfigurationError):
        tree(TreeOptions(lock=LockChoice(python=python, platform=platform)), surroundings)


def test_a_lock_with_a_target_that_is_none(surroundings, locked):
    locked(replace(LOCK, targets=(("3.12", "beos\x1b"),)))
    with pytest.raises(InputError, match="a target of the lock is not a platform: beos") as raised:
        tree(TreeOptions(), surroundings)
    assert raised.value.where == "pylock.toml"


def test_a_marker_that_cannot_be_judged_is_told_with_the_lock(surroundings, locked):
    locked(lock_of(pin("app 1", marker="nonsense"), roots=["app"]))
    with pytest.raises(InputError, match="the marker of app cannot be judged") as raised:
        tree(TreeOptions(lock=LockChoice(python="3.12", platform="linux_x86_64")), surroundings)
    assert raised.value.where == "pylock.toml"


def test_starting_at_a_package(surroundings, locked):
    locked(LOCK)
    result = tree(TreeOptions(package=canonicalize_name("lib"), depth=1), surroundings)
    assert spelled(result, result.starts) == ["lib 1", "lib 2"]
    assert result.depth == 1


def test_upside_down_it_starts_at_what_wants_nothing(surroundings, locked):
    locked(lock_of(pin("a 1", "b"), pin("b 1", "c"), pin("c 1", "b"), pin("d 1"), roots=["a", "d"]))
    result = tree(TreeOptions(inverted=True), surroundings)
    assert spelled(result, result.starts) == ["b 1", "d 1"]


@pytest.mark.parametrize("job", ["tree", "why"])
def test_a_package_that_the_lock_lacks(surroundings, locked, job):
    locked(lock_of(pin("starlette 1"), pin("start 1"), pin("other 1"), roots=["starlette", "start", "other"]))
    name = canonicalize_name("starlete")
    with pytest.raises(NotLockedError, match="starlete is not in the lock") as raised:
        tree(TreeOptions(package=name), surroundings) if job == "tree" else why(WhyOptions(name=name), surroundings)
    assert raised.value.near == ("starlette", "start")
    assert raised.value.where == "pylock.toml"


def test_a_package_that_the_target_lacks(surroundings, locked):
    locked(LOCK)
    with pytest.raises(NotLockedError) as raised:
        why(WhyOptions(name=canonicalize_name("odd"), lock=LockChoice(python="3.11")), surroundings)
    assert raised.value.where == "pylock.toml, Python 3.11 on linux_x86_64"


def asked(name, *extras, **choice):
    return WhyOptions(name=canonicalize_name(name), extras=frozenset(map(canonicalize_name, extras)), **choice)


def test_why_on_one_target(surroundings, locked):
    locked(LOCK)
    on_windows = LockChoice(python="3.12", platform="windows_amd64")
    result = why(asked("odd", lock=on_windows, limit=1), surroundings)
    assert [spelled(result, (step.child for step in path.steps)) for path in result.paths] == [["odd 1"]]
    assert (result.target, result.more) == ("Python 3.12 on windows_amd64", 1)


def test_why_an_extra(surroundings, locked):
    locked(LOCK)
    result = why(asked("lib", "fast"), surroundings)
    assert spelled(result, result.found) == ["lib 1", "lib 2"]
    assert len(result.paths) == 2
    assert result.notes == ()


def test_why_an_extra_that_nothing_says_who_asks_for(surroundings, locked):
    locked(LOCK)
    result = why(asked("lib", "self-made"), surroundings)
    assert spelled(result, result.found) == ["lib 1"]
    assert len(result.paths) == 1
    assert result.notes == ("pylock.toml does not say who asks for lib[self-made]; these are the paths to lib",)


def test_why_an_extra_that_is_not_locked(surroundings, locked):
    locked(LOCK)
    with pytest.raises(NotLockedError, match=r"lib\[other\] is not in the lock") as raised:
        why(asked("lib", "other"), surroundings)
    assert raised.value.near == ("lib[fast]", "lib[self-made]")


INPUT = Origin(path="requirements.in")


@pytest.mark.parametrize(
    ("lock", "note"),
    [
        (
            lock_of(pin("a 1", via=[INPUT]), pin("b 1", via=["a"])),
            "pylock.toml does not say which versions a package asks for; a pylock.toml that pinkeeper writes does",
        ),
        (
            lock_of(pin("a 1"), pin("b 1")),
            "pylock.toml does not say which package wants which; a pylock.toml that pinkeeper writes does",
        ),
        (
            lock_of(pin("a 1", "gone>1", "lost", "gone"), roots=["a"]),
            "asked for, but not in pylock.toml: gone, lost; pinkeeper check says more",
        ),
    ],
    ids=["no specifiers", "no parents", "missing"],
)
def test_what_is_not_known_is_said(surroundings, locked, lock, note):
    locked(lock)
    assert tree(TreeOptions(), surroundings).notes == (note,)
    assert why(asked("a"), surroundings).notes == (note,)


@pytest.mark.parametrize("lock", [lock_of(), lock_of(pin("a 1"))], ids=["empty", "one"])
def test_nothing_is_said_where_nothing_could_be_known(surroundings, locked, lock):
    locked(lock)
    assert tree(TreeOptions(), surroundings).notes == ()
