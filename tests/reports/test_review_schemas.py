"""What the gate and the status of a ledger say to machines is as their schemas describe it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.ledger.coverage import Bar, covered, packages_of
from pinkeeper.ledger.criteria import built_in
from pinkeeper.ledger.paths import PackageLedger
from pinkeeper.model.finding import Severity
from pinkeeper.model.review_backlog import Measured, OpenRelease, StatusResult, Way
from pinkeeper.model.review_result import ReviewedLock, ReviewedResult, State
from pinkeeper.reports.review_check_json import review_check_json
from pinkeeper.reports.review_status_json import review_status_json
from pinkeeper.reports.schema_files import schema_of
from tests.ledger.entries import TODAY, exemption, ledger_of, locked, locked_releases, review, small_entries, violation
from tests.support.json_schema import problems, undescribed

GATE, STATUS = schema_of("reviewed-1"), schema_of("review-status-1")
_NEEDED = ("safe-to-deploy",)


def _bar() -> Bar:
    return Bar(needed=_NEEDED, criteria=built_in(), today=TODAY)


def _reviewed(releases, entries, **fields) -> ReviewedResult:
    known = packages_of(ledger_of(*entries))
    measured = tuple(covered(each, known.get(each.package, PackageLedger()), _bar()) for each in releases)
    lock = ReviewedLock(path="requirements.txt", needed=_NEEDED, releases=measured, **fields)
    return ReviewedResult(ledger="supply-chain/ledger.toml", locks=(lock,), entries=len(entries))


def _is_as_described(text: str, schema: dict) -> None:
    value = json.loads(text)
    assert list(problems(value, schema)) == []
    assert list(undescribed(value, schema)) == []


def test_every_state_of_a_release():
    yesterday = TODAY - timedelta(days=1)
    entries = [
        review("alpha", "1.0"),
        violation("beta", reason="it steals \x1b[31mkeys"),
        exemption("gamma", "1.0", until=yesterday),
        review("delta", "1.0", criteria=("safe-to-run",)),
        review("epsilon", "1.0"),
    ]
    releases = [
        locked("alpha", "1.0", line=3),
        locked("beta", "1.0"),
        locked("gamma", "1.0"),
        locked("delta", "1.0"),
        locked("epsilon", "1.0", "py3-none-any", "cp311-cp311-linux_x86_64"),
        locked("zeta", "1.0"),
    ]
    result = _reviewed(releases, entries, name="gateway", unpinned=("somewhere @ https://files.example/x.zip",))
    states = {each.state for each in result.locks[0].releases}
    assert states == set(State) - {State.REOPENED}
    _is_as_described(review_check_json(result), GATE)


@given(st.lists(locked_releases(), max_size=3), st.lists(small_entries, max_size=8))
def test_whatever_the_gate_says(releases, entries):
    _is_as_described(review_check_json(_reviewed(releases, entries)), GATE)


def test_a_status_with_ways_that_were_measured_and_ways_that_were_not():
    ways = (
        Way(base=review("alpha", "1.0").version, measured=Measured(lines=12, findings=1, gravest=Severity.HIGH)),
        Way(base=None, measured=Measured(lines=900, findings=0)),
        Way(base=review("alpha", "0.9").version),
    )
    release = OpenRelease(
        package=review("alpha", "1.1").package,
        version=review("alpha", "1.1").version,
        hashes=frozenset(),
        needed=_NEEDED,
        state=State.UNREVIEWED,
        message="nobody has reviewed it",
        locks=("requirements.txt",),
    )
    result = StatusResult(
        releases=2,
        covered=1,
        open=((release, ways), (release, ())),
        exempted=((release.package, release.version, date(2027, 1, 1).isoformat()),),
        entries=4,
        outdated=1,
        hints=("an import would cover 3 releases",),
    )
    _is_as_described(review_status_json(result), STATUS)


@pytest.mark.parametrize(("schema", "key"), [(GATE, "locks"), (STATUS, "open")], ids=["gate", "status"])
def test_what_is_left_out_or_of_another_kind_is_a_problem(schema, key):
    whole = {
        "gate": review_check_json(_reviewed([locked("alpha", "1.0")], [])),
        "status": review_status_json(StatusResult(releases=0, covered=0, open=())),
    }["gate" if key == "locks" else "status"]
    value = json.loads(whole)
    assert list(problems({**value, key: None}, schema))
    del value[key]
    assert list(problems(value, schema))
