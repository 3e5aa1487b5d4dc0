"""The algebra of decisions holds for all ledgers of a small world in which ways cross."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.ledger.coverage import Bar, covered, packages_of
from pinkeeper.ledger.criteria import built_in
from pinkeeper.ledger.paths import PackageLedger
from pinkeeper.model.ledger import Criteria, Entry
from pinkeeper.model.review_result import LockedRelease, ReleaseCoverage, State
from tests.ledger.entries import TODAY, ledger_of, locked_releases, small_entries, small_reviews, small_violations

_BAR = Bar(
    needed=("safe-to-deploy", "audited"),
    criteria={**built_in(), "audited": Criteria(name="audited", implies=("safe-to-run",))},
    today=TODAY,
)
_ledgers = st.lists(small_entries, max_size=12)
_bars = st.sampled_from([(), ("safe-to-run",), ("safe-to-deploy",), ("safe-to-deploy", "audited")]).map(
    lambda needed: Bar(needed=needed, criteria=_BAR.criteria, today=TODAY)
)


def _measured(release: LockedRelease, entries: list[Entry], bar: Bar = _BAR) -> ReleaseCoverage:
    return covered(release, packages_of(ledger_of(*entries)).get(release.package, PackageLedger()), bar)


@given(locked_releases(), _ledgers, small_reviews, _bars)
def test_one_more_review_never_covers_less(release, entries, more, bar):
    before, after = _measured(release, entries, bar), _measured(release, [*entries, more], bar)
    assert after.is_covered or not before.is_covered
    assert set(after.uncovered) <= set(before.uncovered)
    assert set(after.missing) <= set(before.missing)


@given(locked_releases(), _ledgers, small_violations, _bars)
def test_one_more_violation_never_covers_more(release, entries, more, bar):
    before, after = _measured(release, entries, bar), _measured(release, [*entries, more], bar)
    assert before.is_covered or not after.is_covered


@given(locked_releases(), _ledgers, small_violations)
def test_a_violation_of_a_release_beats_all_else(release, entries, violation):
    if violation.versions.contains(release.version, prereleases=True):
        assert _measured(release, [*entries, violation]).state is State.VIOLATION


@given(locked_releases(), _ledgers, _bars, st.randoms())
def test_the_order_of_entries_is_irrelevant(release, entries, bar, random):
    shuffled = entries.copy()
    random.shuffle(shuffled)
    assert _measured(release, entries, bar) == _measured(release, shuffled, bar)


@given(locked_releases(), _ledgers)
def test_saying_something_twice_says_nothing_more(release, entries):
    assert _measured(release, entries).state is _measured(release, entries * 2).state


@given(locked_releases(), _ledgers)
def test_what_is_covered_is_covered_by_the_entries_that_are_told(release, entries):
    found = _measured(release, entries)
    if found.is_covered:
        others = [entry for entry in entries if entry in (*found.reviews, *found.exemptions)]
        assert _measured(release, others).is_covered


@given(locked_releases(), _ledgers)
def test_a_lock_that_needs_more_is_never_covered_by_less(release, entries):
    low = Bar(needed=("safe-to-run",), criteria=_BAR.criteria, today=TODAY)
    high = Bar(needed=("safe-to-deploy",), criteria=_BAR.criteria, today=TODAY)
    assert _measured(release, entries, low).is_covered or not _measured(release, entries, high).is_covered


@given(locked_releases(), _ledgers)
def test_why_not_is_told_where_something_is_not_covered(release, entries):
    found = _measured(release, entries)
    assert bool(found.message) is not found.is_covered
