from __future__ import annotations

from packaging.version import Version

from pinkeeper.lockfile.compare import compare_hashes, compare_locks
from pinkeeper.model.digest import Digest
from pinkeeper.model.lock import Lock, LockedPackage


def lock(*pins: str, **hashes: str) -> Lock:
    return Lock(
        packages=tuple(
            LockedPackage(
                name=name,
                version=Version(version),
                hashes=frozenset(Digest("sha256", character * 64) for character in hashes.get(name, "")),
            )
            for name, _, version in (pin.partition("==") for pin in pins)
        )
    )


def moved(changes) -> dict[str, list[str]]:
    return {
        kind: [f"{change.name} {change.old} {change.new}" for change in getattr(changes, kind)]
        for kind in ("added", "removed", "upgraded", "downgraded")
    }


def test_all_four_kinds():
    changes = compare_locks(lock("a==1", "b==1", "c==2", "d==1"), lock("a==1", "b==2", "c==1", "e==1"))
    assert changes
    assert moved(changes) == {
        "added": ["e None 1"],
        "removed": ["d 1 None"],
        "upgraded": ["b 1 2"],
        "downgraded": ["c 2 1"],
    }


def test_equal_locks():
    assert not compare_locks(lock("a==1.0"), lock("a==1"))


def test_several_releases_of_one_package():
    assert moved(compare_locks(lock("a==1", "a==2"), lock("a==2", "a==3"))) == {
        "added": [],
        "removed": [],
        "upgraded": ["a 1 3"],
        "downgraded": [],
    }


def test_hashes_of_pins_that_stayed():
    [change] = compare_hashes(lock("a==1", "b==1", a="12", b="1"), lock("a==1", "b==2", a="23", b="2"))
    assert (change.name, [d.value[0] for d in change.gone], [d.value[0] for d in change.added]) == ("a", ["1"], ["3"])


def test_a_lock_without_hashes_tells_nothing_of_them():
    assert compare_hashes(lock("a==1"), lock("a==1", a="1")) == ()
