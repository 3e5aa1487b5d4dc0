"""What moves between two states of locks, and how far."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.proposal import BumpKind
from pinkeeper.updates.moves import LockState, Move, kind_of, moves_between


def lock(*pins: str) -> Lock:
    found = [pin.partition("==") for pin in pins]
    return Lock(
        packages=tuple(LockedPackage(name=canonicalize_name(name), version=Version(text)) for name, _, text in found)
    )


def move(name: str, old: str | None, new: str | None) -> Move:
    return Move(
        name=canonicalize_name(name),
        old=None if old is None else Version(old),
        new=None if new is None else Version(new),
    )


def moved(old: Lock, new: Lock) -> list[Move]:
    return list(moves_between([LockState(name=None, old=old, new=new)]))


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("1.2.3", "1.2.4", BumpKind.PATCH),
        ("1.2.3", "1.2.3.post1", BumpKind.PATCH),
        ("1.2.3", "1.3.0", BumpKind.MINOR),
        ("1.2", "1.3", BumpKind.MINOR),
        ("0.1.0", "0.2.0", BumpKind.MINOR),
        ("1.9", "2.0", BumpKind.MAJOR),
        ("2026.1", "1!1.0", BumpKind.MAJOR),
        ("2.0", "1.9", BumpKind.DOWNGRADED),
        (None, "1.0", BumpKind.ADDED),
        ("1.0", None, BumpKind.REMOVED),
    ],
)
def test_how_far(old, new, kind):
    assert kind_of(move("a", old, new)) is kind


def test_what_stays_does_not_move():
    assert moved(lock("a==1", "b==1"), lock("a==1", "b==1")) == []


def test_one_comes_one_goes_one_moves():
    assert moved(lock("a==1", "b==1"), lock("a==2", "c==3")) == [
        move("a", "1", "2"),
        move("b", "1", None),
        move("c", None, "3"),
    ]


def test_releases_for_several_targets_move_newest_with_newest():
    assert moved(lock("a==1", "a==2"), lock("a==1.5", "a==3")) == [move("a", "1", "1.5"), move("a", "2", "3")]


def test_one_that_comes_beside_what_stays_is_set_against_that():
    assert moved(lock("a==1"), lock("a==1", "a==2")) == [move("a", "1", "2")]


def test_one_that_goes_leaves_its_targets_to_what_stays():
    assert moved(lock("a==1", "a==2"), lock("a==2")) == [move("a", "1", "2")]


def test_the_same_move_in_two_locks_is_one():
    states = [
        LockState(name="dev", old=lock("a==1"), new=lock("a==2")),
        LockState(name="api", old=lock("a==1", "b==1"), new=lock("a==2", "b==2")),
    ]
    assert moves_between(states) == {move("a", "1", "2"): ("api", "dev"), move("b", "1", "2"): ("api",)}


versions = st.sets(st.sampled_from([Version(text) for text in ("1", "1.1", "2", "3rc1", "3", "1!1")]), max_size=4)


@given(versions, versions)
def test_every_release_that_comes_is_compared_and_every_one_that_goes_is_told(before, after):
    old, new = lock(*(f"a=={each}" for each in before)), lock(*(f"a=={each}" for each in after))
    moves = moved(old, new)
    assert after - before <= {each.new for each in moves}
    assert before - after <= {each.old for each in moves}
    assert {each.new for each in moves if each.new} <= after
    assert {each.old for each in moves if each.old} <= before
