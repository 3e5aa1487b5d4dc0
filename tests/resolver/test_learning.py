"""What the search learns, counted in what it reads: nothing twice, and little in vain."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from pinkeeper.errors import MetadataUnavailableError, NoSolutionError
from pinkeeper.resolver import resolution as resolution_module
from pinkeeper.resolver.progress import SilentProgress
from pinkeeper.resolver.resolution import Resolution, resolve
from tests.resolver.scenario_source import ScenarioSource
from tests.resolver.test_scenarios import problem_of


def solved(packages: dict[str, Any], *requirements: str, **rest: Any) -> tuple[Resolution, Counter[str]]:
    """The answer, and how often the metadata of each release was asked for."""
    source = ScenarioSource(packages)
    scenario = {"requirements": list(requirements), "packages": packages, **rest}
    return resolve(problem_of(scenario), source, progress=SilentProgress()), Counter(source.metadata_asked)


def pins(answer: Resolution) -> dict[str, str]:
    return {pin.release.name: str(pin.release.version) for pin in answer.pins}


def test_releases_that_need_what_nobody_has_are_left_without_a_search():
    """As where a mirror lags behind: the newest forty releases ask for something that is not there yet."""
    packages: dict[str, Any] = {
        "app": {f"1.{minor}": {"requires": ["roots>=2" if minor > 10 else "roots"]} for minor in range(51)},
        "roots": {"1.9": {}},
        **{f"other-{number}": {"1": {}} for number in range(20)},
    }
    answer, _ = solved(packages, "app", *(f"other-{number}" for number in range(20)))
    assert pins(answer)["app"] == "1.10"
    assert answer.journal.rounds == 0


def test_an_extra_decides_about_the_release_of_its_project():
    packages: dict[str, Any] = {
        "app": {
            f"1.{minor}": {
                "requires": ["base", f"roots>={minor}; extra == 'serving'"],
                "extras": ["serving"],
            }
            for minor in range(30)
        },
        "base": {"1": {}},
        "roots": {"7": {}},
    }
    answer, _ = solved(packages, "app[serving]")
    assert pins(answer) == {"app": "1.7", "base": "1", "roots": "7"}
    assert answer.journal.rounds == 0


def test_what_another_asks_later_narrows_a_choice_without_a_search():
    packages: dict[str, Any] = {
        "first": {"1": {"requires": ["shared"]}},
        "second": {"1": {"requires": ["middle"]}},
        "middle": {"1": {"requires": ["shared<3"]}},
        "shared": {"2": {}, "3": {"requires": ["gone"]}, "1": {}},
        "gone": {"1": {}},
    }
    answer, _ = solved(packages, "first", "second")
    assert pins(answer) == {"first": "1", "second": "1", "middle": "1", "shared": "2"}
    assert answer.journal.rounds == 0


def test_a_bound_from_a_release_that_is_not_chosen_in_the_end_does_not_stay():
    """`shared` 3 pulls in `bounding`, which would hold `free` back; with `shared` 2 nothing does."""
    packages: dict[str, Any] = {
        "first": {"1": {"requires": ["shared", "free"]}},
        "second": {"1": {"requires": ["middle"]}},
        "middle": {"1": {"requires": ["shared<3"]}},
        "shared": {"2": {}, "3": {"requires": ["bounding"]}},
        "bounding": {"1": {"requires": ["free<2"]}},
        "free": {"1": {}, "2": {}},
    }
    answer, _ = solved(packages, "first", "second")
    assert pins(answer) == {"first": "1", "second": "1", "middle": "1", "shared": "2", "free": "2"}


@pytest.mark.parametrize(
    ("bound", "client", "sdk"),
    [("core", "1.29.0", "1.290.0"), ("core<1.150", "1.14.0", "1.140.0"), ("client==1.2.0", "1.2.0", "1.20.0")],
    ids=["free", "a bound on the core", "a bound on one client"],
)
def test_hundreds_of_releases_that_each_need_a_narrow_range(bound, client, sdk):
    """A cloud's two clients and their common core, of which every release of both needs its own range."""
    packages: dict[str, Any] = {
        "sdk": {f"1.{n}.0": {"requires": [f"core>=1.{n}.0,<1.{n + 1}"]} for n in range(300)},
        "client": {f"1.{n}.0": {"requires": [f"core==1.{10 * n}.0"]} for n in range(30)},
        "core": {f"1.{n}.0": {} for n in range(300)},
    }
    answer, _ = solved(packages, "sdk", "client", bound)
    assert pins(answer) == {"sdk": sdk, "client": client, "core": sdk}
    assert answer.journal.rounds < 30


def test_sdists_that_say_nothing_are_not_read_one_after_another():
    """Each of them may be some hundred megabytes."""
    packages: dict[str, Any] = {
        "app": {"1": {"requires": ["engine"]}},
        "engine": {f"1.{n}": {"wheels": [], "sdist": {"opaque": True}} for n in range(60)},
    }
    source = ScenarioSource(packages)
    with pytest.raises(MetadataUnavailableError, match="does not say statically what it needs"):
        resolve(problem_of({"requirements": ["app"], "packages": packages}), source, progress=SilentProgress())
    assert len({text for text in source.metadata_asked if text.startswith("engine")}) == 4


def test_a_wheel_behind_such_sdists_is_still_found():
    packages: dict[str, Any] = {
        "engine": {
            **{f"1.{n}": {"wheels": [], "sdist": {"opaque": True}} for n in range(1, 60)},
            "1.0": {},
        },
    }
    answer, asked = solved(packages, "engine")
    assert pins(answer) == {"engine": "1.0"}
    assert len(asked) == 5


def test_a_search_that_goes_on_and_on_ends_and_names_what_is_fighting(monkeypatch):
    monkeypatch.setattr(resolution_module, "_MAX_ROUNDS", 50)
    names = [f"p{number}" for number in range(12)]
    packages: dict[str, Any] = {
        name: {
            f"{major}": {"requires": [f"{other}!={major}" for other in names if other != name]}
            for major in range(1, 12)
        }
        for name in names
    }
    with pytest.raises(NoSolutionError) as caught:
        solved(packages, *names)
    assert str(caught.value) == (
        "no answer after 50 steps\n"
        "  p11: part of 192 conflicts\n"
        "  remedy: bound the versions of the projects named above with a constraint"
    )


def test_what_one_root_bounds_is_not_looked_for_beyond_where_another_needs_it():
    """The walk ahead knows all roots before its first step: in a full cache that step goes on to the last one."""
    packages: dict[str, Any] = {
        "app": {"1": {"requires": ["shared"]}},
        "shared": {"1": {}, "2": {"requires": ["more"]}},
        "more": {"1": {}},
    }
    answer, asked = solved(packages, "app", "shared<2")
    assert pins(answer) == {"app": "1", "shared": "1"}
    assert "shared==2" not in asked
