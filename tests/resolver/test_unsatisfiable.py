"""Inputs without a solution: what a user reads, that it names nothing in vain, and that what it advises works."""

from __future__ import annotations

import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pinkeeper.errors import MetadataUnavailableError, NoSolutionError
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.resolver.progress import SilentProgress
from pinkeeper.resolver.remedies import Remedy
from pinkeeper.resolver.resolution import Problem, resolve
from tests.resolver.scenario_source import ScenarioSource
from tests.resolver.test_scenarios import problem_of

_FILE = Path(__file__).parents[2] / "testdata" / "unsatisfiable" / "inputs.toml"
INPUTS = tomllib.loads(_FILE.read_text(encoding="utf-8"))["input"]


def explained(unsatisfiable: dict[str, Any]) -> NoSolutionError:
    with pytest.raises(NoSolutionError) as caught:
        resolve(problem_of(unsatisfiable), ScenarioSource(unsatisfiable["packages"]), progress=SilentProgress())
    return caught.value


def is_solved(problem: Problem, packages: dict[str, Any]) -> bool:
    try:
        resolve(problem, ScenarioSource(packages), progress=SilentProgress(), explains=False)
    except NoSolutionError:
        return False
    return True


def with_lines(problem: Problem, lines: tuple[InputRequirement, ...]) -> Problem:
    return replace(
        problem,
        requirements=tuple(line for line in problem.requirements if line in lines),
        constraints=tuple(line for line in problem.constraints if line in lines),
    )


@pytest.mark.parametrize("unsatisfiable", INPUTS, ids=lambda each: each["name"].replace(" ", "-"))
class TestInput:
    def test_text(self, unsatisfiable):
        assert str(explained(unsatisfiable)) == unsatisfiable["text"]

    def test_no_line_is_named_in_vain(self, unsatisfiable):
        """Without any one of them there is a solution, of the whole where that has but one trouble, or of the named."""
        problem, packages = problem_of(unsatisfiable), unsatisfiable["packages"]
        core = explained(unsatisfiable).core
        assert core
        assert all(line.origin.place() in unsatisfiable["text"] for line in core)
        assert not is_solved(with_lines(problem, core), packages)
        for fewer in combinations(core, len(core) - 1):
            assert is_solved(with_lines(problem, fewer), packages)
            if not unsatisfiable.get("independent"):
                [left_out] = set(core) - set(fewer)
                rest = tuple(line for line in (*problem.requirements, *problem.constraints) if line != left_out)
                assert is_solved(with_lines(problem, rest), packages)

    def test_what_is_advised_works(self, unsatisfiable):
        error = explained(unsatisfiable)
        assert error.remedy is not None
        for remedy in error.remedies:
            assert isinstance(remedy, Remedy)
            assert remedy.text in error.remedy
            assert is_solved(remedy.problem, unsatisfiable["packages"])
        assert error.remedies or "no small change" in error.remedy or "another --platform" in error.remedy


def test_there_are_enough_of_them():
    assert len(INPUTS) >= 30
    assert len({each["text"] for each in INPUTS}) == len(INPUTS)
    assert sum("no small change" not in each["text"] for each in INPUTS) >= 25


NAMES = st.sampled_from("abcd")
SPECIFIERS = st.sampled_from(["", "<2", ">=2", "==1", "!=2", ">=2,<3"])
NEEDS = st.lists(st.tuples(NAMES, SPECIFIERS).map("".join), max_size=2)
PACKAGES = st.fixed_dictionaries(
    {
        name: st.fixed_dictionaries({version: st.fixed_dictionaries({"requires": NEEDS}) for version in "123"})
        for name in "abcd"
    }
)


@given(packages=PACKAGES, requirements=st.lists(st.tuples(NAMES, SPECIFIERS).map("".join), min_size=1, max_size=4))
def test_whatever_has_no_solution_is_explained(packages, requirements):
    """With as few lines as can be, and with remedies that work."""
    unsatisfiable = {"requirements": requirements, "packages": packages}
    problem = problem_of(unsatisfiable)
    if is_solved(problem, packages):
        return
    error = explained(unsatisfiable)
    assert error.core, str(error)
    assert not is_solved(with_lines(problem, error.core), packages)
    for fewer in combinations(error.core, len(error.core) - 1):
        assert is_solved(with_lines(problem, fewer), packages)
    for remedy in error.remedies:
        assert isinstance(remedy, Remedy)
        assert is_solved(remedy.problem, packages)


_OPAQUE = {"wheels": [], "sdist": {"opaque": True}}
_MIXED = {
    "requirements": ["app", "engine<2"],
    "packages": {
        "app": {"1": {"requires": ["engine>=2"]}},
        "engine": {"1.0": _OPAQUE, "1.1": _OPAQUE, "2.0": {}},
    },
}


def test_what_collides_whatever_a_build_would_say_is_told_and_not_the_build():
    text = str(explained(_MIXED))
    assert "app 1 needs engine>=2" in text
    assert "requirements.in:2 asks for engine<2" in text
    assert "build" not in text


def test_where_a_build_would_help_it_is_what_is_told():
    problem = problem_of({**_MIXED, "requirements": ["engine<2"]})
    with pytest.raises(MetadataUnavailableError, match="does not say statically what it needs"):
        resolve(problem, ScenarioSource(_MIXED["packages"]), progress=SilentProgress())


def test_each_release_is_said_to_need_the_python_that_it_needs():
    releases = {str(number): {"requires-python": f">=3.{number}"} for number in range(13, 20)}
    text = str(explained({"requirements": ["a"], "packages": {"a": releases}}))
    for number in (19, 18, 17):
        assert f"needs Python >=3.{number}, the target has 3.12.0: a {number}" in text
    assert "likewise, for another Python each: a 16, 15, 14, 13" in text
