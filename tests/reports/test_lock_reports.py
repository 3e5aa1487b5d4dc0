"""What a lock tells, as people and as machines see it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from packaging.version import Version

from pinkeeper.errors import CollectedError, InputError, NetworkError
from pinkeeper.model.lock_result import (
    HeldBack,
    LockChanges,
    LockResult,
    LockWarning,
    PinChange,
    UnservedTarget,
    WrittenLock,
)
from pinkeeper.reports.lock_json import error_json, lock_json
from pinkeeper.reports.lock_text import lock_summary
from pinkeeper.reports.plain import printable

RESULT = LockResult(
    targets=("Python 3.12 on linux_x86_64",),
    packages=2,
    previous=True,
    outputs=(WrittenLock(path="requirements.txt", text="text", changed=True),),
    changes=LockChanges(
        added=(PinChange(name="a", old=None, new=Version("1")),),
        removed=(PinChange(name="b", old=Version("1"), new=None),),
        upgraded=(PinChange(name="c", old=Version("1"), new=Version("2")),),
        downgraded=(PinChange(name="d", old=Version("2"), new=Version("1")),),
    ),
    held_back=(
        HeldBack(
            name="c",
            version=Version("3"),
            chosen=Version("2"),
            uploaded=datetime(2026, 5, 1, 10, 30, tzinfo=UTC),
            until=datetime(2026, 5, 4, 10, 30, tzinfo=UTC),
        ),
        HeldBack(name="e", version=Version("9"), chosen=None, uploaded=None, until=None),
    ),
    warnings=(LockWarning(kind="yanked", name="a", message="a 1 is yanked: stolen", details=("pinned by x",)),),
    elapsed=1.234,
    requests=12,
    bytes_read=3_400_000,
)


def test_the_summary():
    assert (
        "\n".join(text for text, _ in lock_summary(RESULT))
        == """\
warning: a 1 is yanked: stolen
  pinned by x
+ a 1
- b 1
^ c 1 -> 2
v d 2 -> 1
Held back by the cooldown:
  c 3: until 2026-05-04 10:30 UTC, locked 2
  e 9: the index gives no upload time
Locked 2 packages for Python 3.12 on linux_x86_64 in 1.23 s (12 requests, 3.4 MB)
Wrote requirements.txt"""
    )


def test_a_first_lock_lists_no_changes():
    result = LockResult(
        targets=("Python 3.12 on this machine",),
        packages=1,
        previous=False,
        outputs=(WrittenLock(path="-", text="", changed=True), WrittenLock(path="x.txt", text="", changed=False)),
        changes=LockChanges(added=(PinChange(name="a", old=None, new=Version("1")),)),
    )
    assert [text for text, _ in lock_summary(result)] == [
        "Locked 1 package for Python 3.12 on this machine in 0.00 s (no network)",
        "Unchanged: x.txt",
    ]


def test_the_json():
    told = json.loads(lock_json([RESULT]))
    assert told.keys() == {"schema", "locks"}
    assert told["schema"] == "pinkeeper.lock/1"
    (only,) = told["locks"]
    assert only == {
        "name": None,
        "targets": ["Python 3.12 on linux_x86_64"],
        "unserved": [],
        "packages": 2,
        "outputs": [{"path": "requirements.txt", "changed": True}],
        "changes": {
            "added": [{"name": "a", "version": "1"}],
            "removed": [{"name": "b", "version": "1"}],
            "upgraded": [{"name": "c", "old": "1", "new": "2"}],
            "downgraded": [{"name": "d", "old": "2", "new": "1"}],
        },
        "held_back": [
            {
                "name": "c",
                "version": "3",
                "chosen": "2",
                "uploaded": "2026-05-01T10:30:00Z",
                "until": "2026-05-04T10:30:00Z",
            },
            {"name": "e", "version": "9", "chosen": None, "uploaded": None, "until": None},
        ],
        "warnings": [{"kind": "yanked", "name": "a", "message": "a 1 is yanked: stolen", "details": ["pinned by x"]}],
        "elapsed_seconds": 1.234,
        "requests": 12,
        "bytes_read": 3400000,
    }


def test_targets_that_are_not_served_are_told_first_and_why():
    result = LockResult(
        name="gateway",
        targets=("Python 3.12 on linux_x86_64", "Python 3.12 on macos_arm64"),
        unserved=(UnservedTarget(target="Python 3.12 on musllinux_x86_64", reason="no release of a\n  remedy: wait"),),
        packages=1,
        previous=False,
        outputs=(),
        changes=LockChanges(),
    )
    assert [text for text, _ in lock_summary(result)] == [
        "not served: Python 3.12 on musllinux_x86_64",
        "  no release of a",
        "    remedy: wait",
        "gateway: Locked 1 package for 2 targets in 0.00 s (no network)",
    ]
    (only,) = json.loads(lock_json([result]))["locks"]
    assert only["unserved"] == [
        {"target": "Python 3.12 on musllinux_x86_64", "reason": "no release of a\n  remedy: wait"}
    ]


def test_errors_as_json_hide_credentials():
    error = NetworkError("it failed at https://me:secret@index.example/simple", url="https://me:secret@index.example")
    told = json.loads(error_json(error))
    assert told["schema"] == "pinkeeper.error/1"
    assert told["errors"] == [
        {
            "kind": "NetworkError",
            "what": "it failed at https://index.example/simple",
            "where": "https://index.example",
            "remedy": None,
            "details": [],
        }
    ]


def test_collected_errors_are_listed_in_order_of_their_lines():
    error = CollectedError([InputError("bad", where=f"requirements.in:{line}") for line in (10, 9, 100)])
    assert [entry["where"] for entry in json.loads(error_json(error))["errors"]] == [
        "requirements.in:9",
        "requirements.in:10",
        "requirements.in:100",
    ]


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("plain text", "plain text"),
        ("naïve 日本", "naïve 日本"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("line\u2028break\nnew", "line\\u2028break\\x0anew"),
        ("tag\U000e0041", "tag\\U000e0041"),
    ],
)
def test_foreign_text_is_harmless(hostile, shown):
    assert printable(hostile) == shown
