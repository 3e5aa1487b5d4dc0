from __future__ import annotations

import pytest

from pinkeeper.errors import CollectedError, ConfigurationError, PinkeeperError
from pinkeeper.inputs.conflicts import Section, check_conflicts
from pinkeeper.inputs.pyproject import read_pyproject
from pinkeeper.inputs.settings import read_settings
from tests.inputs.files import Files

CPU, GPU = Section("extra", "cpu"), Section("extra", "gpu")
PROJECT = """
[project]
name = "demo"
[project.optional-dependencies]
cpu = []
gpu = ["torch"]
both = ["demo[cpu,gpu]"]
[dependency-groups]
old = ["a<1"]
new = ["a>1", { include-group = "Older" }]
older = []
"""


def conflicts(value: str):
    return read_settings("pyproject.toml", f"[tool.pinkeeper]\nconflicts = {value}".encode()).conflicts


def failure(value: str) -> str:
    with pytest.raises(PinkeeperError) as caught:
        conflicts(value)
    return str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        '[["extra:cpu", "extra:gpu"]]',
        '[["extra: CPU", "extra:GPU"]]',
        '[[{ extra = "cpu" }, "extra:gpu"]]',
    ],
)
def test_sections_are_strings_or_tables(value):
    assert conflicts(value) == ((CPU, GPU),)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (
            "'x'",
            '2: tool.pinkeeper.conflicts: expected an array of arrays, [["extra:NAME", "extra:NAME"]], not a string',
        ),
        (
            "['extra:cpu', 'extra:gpu']",
            (
                '2: tool.pinkeeper.conflicts[0]: expected an array, ["extra:NAME", "extra:NAME"], not a string\n'
                'pyproject.toml:2: tool.pinkeeper.conflicts[1]: expected an array, ["extra:NAME", "extra:NAME"], '
                "not a string"
            ),
        ),
        ("[[]]", "2: tool.pinkeeper.conflicts[0]: expected two sections or more"),
        ("[['extra:cpu']]", "2: tool.pinkeeper.conflicts[0]: expected two sections or more"),
        ("[['cpu', 'gpu']]", "2: tool.pinkeeper.conflicts[0][0]: expected extra:NAME or group:NAME, not 'cpu'"),
        (
            "[['extras:cpu', 'extra:gpu']]",
            "2: tool.pinkeeper.conflicts[0][0]: expected extra or group, not 'extras'; did you mean extra?",
        ),
        ("[['extra:a b', 'extra:gpu']]", "2: tool.pinkeeper.conflicts[0][0]: not a name: 'a b'"),
        ("[['extra:', 'extra:gpu']]", "2: tool.pinkeeper.conflicts[0][0]: not a name: ''"),
        (
            "[[{ extra = 'a', group = 'b' }, 'extra:gpu']]",
            '2: tool.pinkeeper.conflicts[0][0]: expected {extra = "NAME"} or {group = "NAME"}',
        ),
        (
            "[[{ extra = 1 }, 'extra:gpu']]",
            '2: tool.pinkeeper.conflicts[0][0]: expected {extra = "NAME"} or {group = "NAME"}',
        ),
        ("[[1, 2]]", '2: tool.pinkeeper.conflicts[0][0]: expected a string such as "extra:NAME", not an integer'),
        (
            "[[\n  'extra:cpu',\n  'extra:gpu',\n  'extra:Cpu',\n]]",
            "3: tool.pinkeeper.conflicts[0][2]: extra:cpu stands in it twice",
        ),
        (
            "[['extra:cpu', 'extra:gpu'], ['extra:gpu', 'extra:cpu']]",
            "2: tool.pinkeeper.conflicts[1]: extra:gpu and extra:cpu are said to conflict already",
        ),
    ],
)
def test_a_mistake_is_told_with_its_key_and_line(value, error):
    told = failure(value)
    assert told.startswith(f"pyproject.toml:{error}") or told == f"pyproject.toml:{error}\n  remedy: put it in quotes"


def asked(**selection) -> frozenset[str]:
    return read_pyproject("pyproject.toml", read=Files({"pyproject.toml": PROJECT}), **selection).sections


def test_sections_are_all_that_a_selection_takes():
    assert asked() == frozenset()
    assert asked(extras=["CPU"], groups=["old"]) == {"extra:cpu", "group:old"}
    assert asked(extras=["both"]) == {"extra:both", "extra:cpu", "extra:gpu"}
    assert asked(groups=["new"]) == {"group:new", "group:older"}
    assert asked(all_extras=True) == {"extra:both", "extra:cpu", "extra:gpu"}


@pytest.mark.parametrize(
    "selection",
    [{"extras": ["cpu", "gpu"]}, {"extras": ["both"]}, {"all_extras": True}],
)
def test_a_selection_that_takes_two_that_conflict(selection):
    with pytest.raises(ConfigurationError) as caught:
        check_conflicts([(CPU, GPU)], asked(**selection))
    assert str(caught.value) == (
        "the extra cpu and the extra gpu cannot be installed together\n"
        "  tool.pinkeeper.conflicts says so\n"
        "  remedy: ask for one of them, or give each a lock of its own: [tool.pinkeeper.locks.NAME]"
    )


def test_a_selection_that_takes_one_of_each_is_fine():
    old, older = Section("group", "old"), Section("group", "older")
    check_conflicts([(CPU, GPU), (old, older)], asked(extras=["cpu"], groups=["old"]))
    check_conflicts([], asked(all_extras=True))
    with pytest.raises(ConfigurationError, match="the group old and the group older cannot"):
        check_conflicts([(old, older)], asked(groups=["old", "new"]))


def test_three_of_a_conflict_and_two_conflicts_are_told_together():
    third = Section("group", "x")
    with pytest.raises(ConfigurationError, match="the extra cpu, the extra gpu and the group x cannot be installed"):
        check_conflicts([(CPU, GPU, third)], {"extra:cpu", "extra:gpu", "group:x"})
    with pytest.raises(CollectedError) as caught:
        check_conflicts([(CPU, GPU), (CPU, third)], {"extra:cpu", "extra:gpu", "group:x"})
    assert len(caught.value.errors) == 2
