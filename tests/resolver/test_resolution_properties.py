"""Whatever the tree, an answer is sound, and no answer means there is none: tried on small random trees."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from pinkeeper.errors import NoSolutionError
from tests.resolver.test_scenarios import solve

NAMES = ("a", "b", "c", "d")
VERSIONS = ("1", "2", "3")

specifiers = st.sampled_from(["", "==1", "==2", "==3", "<2", "<3", ">=2", ">=3", "!=2"])
needs = st.lists(st.builds("{}{}".format, st.sampled_from(NAMES), specifiers), max_size=2)
releases = st.dictionaries(
    st.sampled_from(VERSIONS), st.fixed_dictionaries({"requires": needs}), min_size=1, max_size=3
)
trees = st.fixed_dictionaries(dict.fromkeys(NAMES, releases))
roots = st.lists(
    st.builds("{}{}".format, st.sampled_from(NAMES), specifiers), min_size=1, max_size=3, unique_by=lambda text: text[0]
)


def is_sound(pins: dict[str, str], tree: dict[str, Any], asked: list[str]) -> bool:
    """Every requirement of the roots and of each pin is met by a pin."""
    texts = [*asked, *(text for name, version in pins.items() for text in tree[name][version]["requires"])]
    return all(
        requirement.name in pins and requirement.specifier.contains(Version(pins[requirement.name]))
        for requirement in map(Requirement, texts)
    )


def reachable(pins: dict[str, str], tree: dict[str, Any], asked: list[str]) -> set[str]:
    found: set[str] = set()
    wanted = {Requirement(text).name for text in asked}
    while wanted:
        name = wanted.pop()
        if name not in found:
            found.add(name)
            wanted |= {Requirement(text).name for text in tree[name][pins[name]]["requires"]}
    return found


def any_solution(tree: dict[str, Any], asked: list[str]) -> bool:
    """Brute force over all choices, each package absent or at one of its versions."""
    choices = [(None, *tree[name]) for name in NAMES]
    return any(
        is_sound({name: version for name, version in zip(NAMES, choice, strict=True) if version}, tree, asked)
        for choice in product(*choices)
    )


@settings(max_examples=300, deadline=None)
@given(tree=trees, asked=roots)
def test_sound_and_complete(tree, asked):
    if not any_solution(tree, asked):
        with pytest.raises(NoSolutionError) as caught:
            solve({"packages": tree, "requirements": asked})
        assert caught.value.details  # it says what collides
        return
    resolution = solve({"packages": tree, "requirements": asked})
    pins = {str(pin.release.name): str(pin.release.version) for pin in resolution.pins}
    assert is_sound(pins, tree, asked)
    assert reachable(pins, tree, asked) == set(pins)


@settings(max_examples=100, deadline=None)
@given(tree=trees, asked=roots)
def test_a_lock_made_again_does_not_move(tree, asked):
    assume(any_solution(tree, asked))
    first = solve({"packages": tree, "requirements": asked})
    pins = {str(pin.release.name): str(pin.release.version) for pin in first.pins}
    again = solve({"packages": tree, "requirements": asked, "locked": pins})
    assert {str(pin.release.name): str(pin.release.version) for pin in again.pins} == pins
