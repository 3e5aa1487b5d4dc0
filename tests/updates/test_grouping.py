"""Flagged bumps in units."""

from __future__ import annotations

from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.inputs.update_settings import UpdateGroup
from pinkeeper.updates.grouping import Unit, proposal_id, units_of
from pinkeeper.updates.moves import Move


def move(name: str, old: str | None = "1", new: str | None = "2") -> Move:
    return Move(
        name=canonicalize_name(name),
        old=None if old is None else Version(old),
        new=None if new is None else Version(new),
    )


def units(flagged, moves, required_by=None, groups=()):
    return units_of(flagged, moves, required_by=required_by or {}, groups=groups)


def test_each_stands_alone():
    moves = [move("a"), move("b"), move("c")]
    assert units(moves[:2], moves) == (Unit(id="a", names=("a",)), Unit(id="b", names=("b",)))


def test_one_that_comes_new_stands_with_what_brings_it():
    moves = [move("a"), move("new", None)]
    assert units([moves[1]], moves, {"new": ("a",)}) == (Unit(id="a", names=("a",)),)


def test_one_that_comes_new_by_another_that_comes_new_stands_with_what_brings_that():
    moves = [move("a"), move("mid", None), move("new", None)]
    assert units([moves[2]], moves, {"new": ("mid",), "mid": ("a",)}) == (Unit(id="a", names=("a",)),)


def test_one_that_nothing_brings_stands_for_itself():
    moves = [move("new", None)]
    assert units(moves, moves) == (Unit(id="new", names=("new",)),)


def test_those_that_need_each_other_come_to_an_end():
    moves = [move("x", None), move("y", None)]
    assert units(moves, moves, {"x": ("y",), "y": ("x",)}) == (
        Unit(id="x", names=("x",)),
        Unit(id="y", names=("y",)),
    )


def test_a_group_is_one_unit_where_one_of_it_is_flagged():
    moves = [move("boto3"), move("botocore"), move("other")]
    groups = (UpdateGroup(name="aws", patterns=("boto*",)),)
    assert units([moves[0]], moves, groups=groups) == (Unit(id="group-aws", names=("boto3", "botocore")),)


def test_an_id_is_the_same_in_any_order_and_never_long():
    assert proposal_id(["b", "a"]) == proposal_id(["a", "b"]) == "a-b"
    names = [f"package-{number}" for number in range(40)]
    assert len(proposal_id(names)) <= 70
    assert proposal_id(names) == proposal_id(reversed(names)) != proposal_id(names[1:])
