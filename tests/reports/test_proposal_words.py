"""What all reports of an update say in the same words."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import pytest
from msgspec.structs import replace

from pinkeeper.model.finding import Verdict
from pinkeeper.model.proposal import BumpKind
from pinkeeper.reports import proposal_words as words
from pinkeeper.review.rules.registry import RULES
from tests.support.proposals import MADE_AT, update_result

RESULT = update_result()
ROUTINE, WEBLIB = RESULT.proposals
BUMPS = {entry.bump.name: entry.bump for entry in words.entries(RESULT)}


def test_the_verdict_line_counts_by_verdict():
    assert words.verdict_line(RESULT.bumps) == "7 bumps: 4 routine, 2 to read, 1 dangerous"
    assert words.verdict_line(ROUTINE.bumps[:1]) == "1 bump: 1 routine"
    assert words.verdict_line(()) == "Nothing to update"


def test_a_bump_of_two_proposals_is_one_entry_that_names_both():
    both = replace(WEBLIB, bumps=(*WEBLIB.bumps, ROUTINE.bumps[2]))
    told = words.entries(replace(RESULT, proposals=(ROUTINE, both)))

    assert [entry.bump.name for entry in told].count("plainlib") == 1
    (entry,) = (entry for entry in told if entry.bump.name == "plainlib")
    assert [proposal.id for proposal in entry.proposals] == ["routine", "weblib"]
    assert words.verdict_line(entry.bump for entry in told) == "7 bumps: 4 routine, 2 to read, 1 dangerous"


def test_entries_are_the_gravest_first_then_by_name():
    assert [entry.bump.name for entry in words.entries(RESULT)] == [
        "gatelib",
        "olderlib",
        "weblib",
        "addedlib",
        "certifi-like",
        "plainlib",
        "tinylib",
    ]
    assert [entry.is_refused for entry in words.entries(RESULT)] == [True] + 6 * [False]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gatelib", "direct: requirements.in:1, pyproject.toml:12; in cpu, gpu"),
        ("olderlib", "through weblib; goes along with weblib"),
        ("tinylib", "was needed by oldlib"),
        ("certifi-like", "through weblib, httplib"),
    ],
)
def test_why_a_bump_is_here_is_told(name, told):
    assert words.why_here(BUMPS[name]) == told


def test_many_reasons_are_counted():
    bump = replace(BUMPS["certifi-like"], required_by=tuple(f"p{number}" for number in range(9)))

    assert words.why_here(bump) == "through p0, p1, p2, p3 and 5 more"


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (timedelta(minutes=5), "0 hours"),
        (timedelta(hours=1, minutes=59), "1 hour"),
        (timedelta(hours=24), "1 day"),
        (timedelta(days=400), "400 days"),
        (timedelta(hours=-3), "0 hours"),
    ],
)
def test_age_is_counted_from_when_the_report_was_made(before, told):
    assert words.age(replace(BUMPS["weblib"], uploaded=MADE_AT - before), now=MADE_AT) == told


def test_an_upload_time_that_is_not_known_is_no_age():
    assert words.age(BUMPS["olderlib"], now=MADE_AT) == ""


def test_a_row_has_all_numbers_and_none_where_nothing_was_compared():
    cells = words.row(BUMPS["weblib"], now=MADE_AT)

    assert (cells.versions, cells.kind, cells.age) == ("2.9 -> 3.0", "major", "12 days")
    assert (cells.files, cells.code, cells.api) == ("1", "+4 -1", "2")
    assert cells.powers == "known code gains a power"
    assert cells.advisories == "GHSA-xxxx-0002, PYSEC-2026-7"
    assert (cells.verdict, cells.ledger) == ("to read", "")
    nothing = words.row(BUMPS["olderlib"], now=MADE_AT)
    assert (nothing.files, nothing.code, nothing.api) == ("", "", "")


def test_the_ledger_is_told_where_there_is_one():
    assert words.row(BUMPS["plainlib"], now=MADE_AT).ledger == "in the ledger"
    assert words.row(BUMPS["gatelib"], now=MADE_AT).ledger == "not in the ledger"


def test_every_power_is_one_that_a_rule_finds():
    assert set(words._POWERS) <= set(RULES)


def test_every_kind_and_verdict_has_its_words():
    for kind in BumpKind:
        assert words.row(replace(BUMPS["weblib"], kind=kind), now=MADE_AT).kind == kind
    for verdict in Verdict:
        assert words.row(replace(BUMPS["weblib"], verdict=verdict), now=MADE_AT).verdict


def test_commands_can_be_pasted_into_a_shell():
    assert words.see_command(BUMPS["weblib"]) == "pinkeeper diff weblib==2.9 weblib==3.0"
    assert words.see_command(BUMPS["addedlib"]) == ""
    assert words.take_command(WEBLIB) == "pinkeeper update --write --proposal weblib"
    assert words.take_command(RESULT.refused[0]) == ""
    assert words.take_command(replace(WEBLIB, id="a b'; rm -rf x")) == (
        """pinkeeper update --write --proposal 'a b'"'"'; rm -rf x'"""
    )


def test_a_refusal_is_what_the_settings_read():
    text = "\n".join(words.refusal(BUMPS["weblib"], RESULT))
    (entry,) = tomllib.loads(text)["tool"]["pinkeeper"]["update"]["ignore"]

    assert (entry["package"], entry["versions"], entry["reason"]) == ("weblib", "==3.0", "...")
    assert entry["until"] == (MADE_AT + timedelta(days=90)).date()
    assert words.refusal(BUMPS["tinylib"], RESULT) == ()


def test_a_refusal_with_any_name_is_toml_of_one_package():
    hostile = replace(BUMPS["weblib"], name='a"\nreason = "x')
    (entry,) = tomllib.loads("\n".join(words.refusal(hostile, RESULT)))["tool"]["pinkeeper"]["update"]["ignore"]

    assert entry["package"] == 'a"\nreason = "x'
