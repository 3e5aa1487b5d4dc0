from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.errors import CollectedError, PinkeeperError
from pinkeeper.inputs.named_locks import _KEYS, NamedLock
from pinkeeper.inputs.settings import read_settings
from tests.inputs.repeatable import repeatable

ALL = """
[tool.pinkeeper.locks.Gateway-2]
inputs = ["./gateway.in", "pyproject.toml"]
extras = ["Web_UI"]
all-extras = false
groups = ["dev"]
python = ["3.12", "3.13"]
platforms = ["linux_x86_64"]
universal = false
outputs = ["locks/gateway.txt", "pylock.gateway.toml"]
cooldown = "5 days"
constraints = ["a<2"]
hashes = "all"
"""


def read(text: str, *, path: str = "pyproject.toml") -> tuple[NamedLock, ...]:
    return read_settings(path, text.encode()).locks


def one(line: str) -> NamedLock:
    [lock] = read(f"[tool.pinkeeper.locks.x]\n{line}")
    return lock


def failure(text: str) -> str:
    with pytest.raises(PinkeeperError) as caught:
        read(text)
    return str(caught.value)


def test_every_key_of_a_named_lock():
    assert read(ALL) == (
        NamedLock(
            name="Gateway-2",
            inputs=("gateway.in", "pyproject.toml"),
            extras=("Web_UI",),
            all_extras=False,
            groups=("dev",),
            python=("3.12", "3.13"),
            platforms=("linux_x86_64",),
            universal=False,
            outputs=("locks/gateway.txt", "pylock.gateway.toml"),
            cooldown=timedelta(days=5),
            constraints=("a<2",),
            hashes="all",
        ),
    )


def test_a_lock_may_say_nothing_and_locks_keep_their_order():
    assert read("[tool.pinkeeper.locks.worker]\n[tool.pinkeeper.locks.gateway]") == (
        NamedLock(name="worker"),
        NamedLock(name="gateway"),
    )


def test_what_is_not_said_differs_from_what_is_turned_off():
    assert one("").all_extras is None
    assert one("all-extras = false").all_extras is False
    assert one("").universal is None
    assert one("cooldown = 0").cooldown == timedelta(0)


def test_targets_are_pairs_or_the_axes_they_are_made_of():
    assert one("targets = ['3.12 linux_x86_64', ' 3.13   macos_arm64 ']").targets == (
        ("3.12", "linux_x86_64"),
        ("3.13", "macos_arm64"),
    )
    axes = one("targets = { python = ['3.12'], platforms = 'linux_x86_64', universal = true }")
    assert axes == NamedLock(name="x", python=("3.12",), platforms=("linux_x86_64",), universal=True)


def test_paths_are_relative_to_the_file_of_the_settings():
    [lock] = read(
        "[tool.pinkeeper.locks.x]\ninputs = ['a.in', '/srv/b.in', '../c.in']\noutputs = 'pylock.x.toml'",
        path="app/pyproject.toml",
    )
    assert lock.inputs == ("app/a.in", "/srv/b.in", "c.in")
    assert lock.outputs == ("app/pylock.x.toml",)


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ("inptus = 'x'", "2: tool.pinkeeper.locks.x.inptus: there is no such key; did you mean inputs?"),
        ("pre = true", "2: tool.pinkeeper.locks.x.pre: there is no such key"),
        ("inputs = [1]", "2: tool.pinkeeper.locks.x.inputs[0]: expected a string, not an integer"),
        (
            "inputs = ['a.in', '-']",
            (
                "2: tool.pinkeeper.locks.x.inputs: a lock that has a name cannot be made of what comes in\n"
                "  remedy: name a file"
            ),
        ),
        ("groups = ['a b']", "2: tool.pinkeeper.locks.x.groups[0]: not a name: 'a b'"),
        ("hashes = 'some'", "2: tool.pinkeeper.locks.x.hashes: expected targets or all, not some"),
        ("constraints = ['a b']", "2: tool.pinkeeper.locks.x.constraints[0]: not a requirement: "),
        (
            "targets = [\n  '3.12 linux_x86_64',\n  '3.12',\n]",
            (
                "4: tool.pinkeeper.locks.x.targets[1]: "
                'expected "PYTHON PLATFORM", such as "3.12 linux_x86_64", not \'3.12\''
            ),
        ),
        (
            "targets = { pythn = ['3.12'] }",
            "2: tool.pinkeeper.locks.x.targets.pythn: there is no such key; did you mean python?",
        ),
        ("targets = 3", "2: tool.pinkeeper.locks.x.targets: expected an array of strings, not an integer"),
        (
            "targets = ['3.12 linux_x86_64']\npython = '3.12'",
            "3: tool.pinkeeper.locks.x.python: targets says it already\n  remedy: leave out either python or targets",
        ),
        (
            "universal = true\ntargets = { universal = false }",
            (
                "2: tool.pinkeeper.locks.x.universal: targets says it already\n"
                "  remedy: leave out either universal or targets"
            ),
        ),
    ],
)
def test_a_mistake_is_told_with_its_key_and_line(lines, error):
    assert failure(f"[tool.pinkeeper.locks.x]\n{lines}").startswith(f"pyproject.toml:{error}")


@pytest.mark.parametrize("name", ["a.b", "a/b", "..", "", "-a", "a b", "ä", "a\\n"])
def test_a_name_that_cannot_stand_in_the_name_of_a_file(name):
    told = failure(f'[tool.pinkeeper.locks."{name}"]')
    assert "cannot stand in the name of a file such as pylock.NAME.toml" in told
    assert told.endswith("\n  remedy: use letters, digits, - and _")


def test_names_that_differ_in_case_alone():
    assert failure("[tool.pinkeeper.locks.dev]\n[tool.pinkeeper.locks.Dev]") == (
        "pyproject.toml:2: tool.pinkeeper.locks.Dev: its name differs from dev in case alone"
    )


def test_outputs_that_two_locks_write():
    text = (
        "[tool.pinkeeper.locks.a]\noutputs = 'x.txt'\n[tool.pinkeeper.locks.b]\noutputs = ['y.txt', 'locks/../x.txt']\n"
    )
    assert failure(text) == "pyproject.toml:4: tool.pinkeeper.locks.b.outputs: a writes x.txt too"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "[tool.pinkeeper]\nlocks = ['x']",
            "2: tool.pinkeeper.locks: expected a table of locks by name, [tool.pinkeeper.locks.NAME], not an array",
        ),
        ("[tool.pinkeeper.locks]\nx = 'y'", "2: tool.pinkeeper.locks.x: expected a table, not a string"),
    ],
)
def test_what_is_no_table(text, error):
    assert failure(text) == f"pyproject.toml:{error}"


def test_mistakes_of_several_locks_are_told_together():
    with pytest.raises(CollectedError) as caught:
        read("[tool.pinkeeper.locks.a]\nhashes = 1\n[tool.pinkeeper.locks.b]\nuniversal = 'yes'")
    assert [error.where for error in caught.value.errors] == ["pyproject.toml:2", "pyproject.toml:4"]


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.text(max_size=6), st.sampled_from(["-", "3.12 x", "3 days", "a<1"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["python", "platforms", "universal", "other"]), inner, max_size=3),
    ),
    max_leaves=5,
)


@repeatable
@given(
    st.dictionaries(
        st.text(max_size=4), st.one_of(VALUES, st.dictionaries(st.sampled_from([*_KEYS]), VALUES)), max_size=3
    )
)
def test_no_value_is_met_with_anything_but_locks_or_an_expected_error(table):
    try:
        locks = read_settings("pyproject.toml", {"tool": {"pinkeeper": {"locks": table}}}).locks
    except PinkeeperError as error:
        assert str(error)  # noqa: PT017 - most values are wrong, and none has to be
    else:
        assert [lock.name for lock in locks] == list(table)
