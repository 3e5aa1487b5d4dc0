"""What a team exports and another imports, for all ledgers there may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.ledger.coverage import Bar, covered, packages_of
from pinkeeper.ledger.criteria import built_in
from pinkeeper.ledger.document import EMPTY, read_ledger
from pinkeeper.ledger.paths import PackageLedger
from pinkeeper.model.ledger import Criteria, Entry, Import, Ledger
from pinkeeper.model.review_result import LockedRelease, ReleaseCoverage, State
from pinkeeper.workflows.ledger_files import imported, taken_from
from tests.ledger.entries import TODAY, entries, ledger_of, locked_releases, small_entries

_BAR = Bar(
    needed=("safe-to-deploy", "audited"),
    criteria={**built_in(), "audited": Criteria(name="audited", implies=("safe-to-run",))},
    today=TODAY,
)
_WHOLE = Import(name="others", source="others.toml", criteria={"audited": ("audited",)})


def exported(ledger: Ledger) -> str:
    given_away = taken_from(ledger)
    entries = (*given_away.reviews, *given_away.violations, *given_away.rule_sets)
    return read_ledger(EMPTY, path="export.toml").added(entries).text


def exchanged(ledger: Ledger) -> Ledger:
    return imported(read_ledger(exported(ledger), path="others.toml").ledger, _WHOLE)


def measured(release: LockedRelease, ledger: Ledger) -> ReleaseCoverage:
    return covered(release, packages_of(ledger).get(release.package, PackageLedger()), _BAR)


@given(locked_releases(), st.lists(small_entries, max_size=10))
def test_an_export_that_comes_back_changes_nothing(release: LockedRelease, said: list[Entry]) -> None:
    ledger = ledger_of(*said)
    before, after = measured(release, ledger), measured(release, ledger.joined(exchanged(ledger)))
    assert (before.state, before.missing, before.uncovered) == (after.state, after.missing, after.uncovered)


@given(locked_releases(), st.lists(small_entries, max_size=10))
def test_another_team_covers_by_an_import_no_more_than_was_read(release: LockedRelease, said: list[Entry]) -> None:
    ledger = ledger_of(*said)
    read = Ledger(reviews=ledger.reviews, violations=ledger.violations, rule_sets=ledger.rule_sets)
    assert measured(release, exchanged(ledger)).is_covered == measured(release, read).is_covered


@given(locked_releases(), st.lists(small_entries, max_size=10))
def test_what_nobody_may_use_is_said_to_others_too(release: LockedRelease, said: list[Entry]) -> None:
    ledger = ledger_of(*said)
    was = measured(release, ledger).state is State.VIOLATION
    assert (measured(release, exchanged(ledger)).state is State.VIOLATION) == was


@given(st.lists(entries, max_size=6))
def test_an_export_of_an_export_is_the_same_text(said: list[Entry]) -> None:
    text = exported(ledger_of(*said))
    assert exported(read_ledger(text, path="export.toml").ledger) == text


@given(st.lists(entries, max_size=6), st.randoms())
def test_the_order_in_which_things_were_said_does_not_show(said: list[Entry], random) -> None:
    shuffled = said.copy()
    random.shuffle(shuffled)
    assert exported(ledger_of(*said)) == exported(ledger_of(*shuffled))


@given(locked_releases(), st.lists(small_entries, max_size=10))
def test_criteria_that_come_to_nothing_here_cover_nothing(release: LockedRelease, said: list[Entry]) -> None:
    theirs = Import(name="others", source="others.toml", criteria={"safe-to-run": (), "safe-to-deploy": ()})
    assert imported(ledger_of(*said), theirs).reviews == ()
    assert not measured(release, imported(ledger_of(*said), theirs)).is_covered
