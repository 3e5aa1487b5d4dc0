"""The proposals of an update for machines."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import settings as examples
from msgspec.structs import replace

from pinkeeper.model.finding import Verdict
from pinkeeper.model.proposal import BumpKind, Cause, HolderKind
from pinkeeper.reports.diff_json import diff_json, diff_schema
from pinkeeper.reports.proposal_json import proposal_json, proposal_schema
from tests.support.compared import comparison
from tests.support.json_schema import problems, undescribed
from tests.support.planted import hostile_texts
from tests.support.proposals import many_bumps, planted_update, update_result

RESULT = update_result()
SCHEMA = proposal_schema()


def value_of(result):
    return json.loads(proposal_json(result))


def test_the_report_is_as_its_schema_says_and_every_key_is_described():
    assert list(problems(value_of(RESULT), SCHEMA)) == []
    assert list(undescribed(value_of(RESULT), SCHEMA)) == []


def test_nothing_to_update_is_as_the_schema_says():
    value = value_of(replace(RESULT, proposals=(), refused=(), held=(), warnings=()))

    assert list(problems(value, SCHEMA)) == []
    assert value["summary"] == "Nothing to update"


def test_a_comparison_is_as_in_the_report_of_a_comparison_but_for_the_hunks_of_files():
    value = value_of(RESULT)["refused"][0]["bumps"][0]["comparison"]

    whole = json.loads(diff_json(comparison()))
    assert value == {**whole, "changes": [{**change, "hunks": []} for change in whole["changes"]]}
    assert value["findings"][0]["hunk"] is not None
    assert list(problems(value, diff_schema())) == []


def test_every_word_of_the_model_is_a_word_of_the_schema():
    bump = SCHEMA["$defs"]["bump"]["properties"]

    assert bump["kind"]["enum"] == list(BumpKind)
    assert bump["cause"]["enum"] == list(Cause)
    assert bump["verdict"]["enum"] == list(Verdict)
    assert SCHEMA["$defs"]["proposal"]["properties"]["verdict"]["enum"] == list(Verdict)
    assert SCHEMA["$defs"]["held"]["properties"]["holders"]["items"]["properties"]["kind"]["enum"] == list(HolderKind)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("schema",), "pinkeeper.proposal/2"),
        (("project",), None),
        (("proposals", 0, "verdict"), "fine"),
        (("proposals", 0, "files", 0, "text"), None),
        (("proposals", 1, "bumps", 0, "kind"), "huge"),
        (("proposals", 1, "bumps", 0, "covered"), "no"),
        (("proposals", 1, "bumps", 0, "advisories", 0, "id"), None),
        (("held", 0, "holders", 0, "kind"), "whim"),
    ],
)
def test_the_schema_refuses_what_is_wrong(path, wrong):
    value = copy.deepcopy(value_of(RESULT))
    inner = value
    for step in path[:-1]:
        inner = inner[step]
    assert inner[path[-1]] != wrong
    inner[path[-1]] = wrong

    assert len(list(problems(value, SCHEMA))) == 1


def test_the_schema_asks_for_every_key():
    value = value_of(RESULT)
    for key in SCHEMA["properties"]:
        without = {name: entry for name, entry in value.items() if name != key}
        assert len(list(problems(without, SCHEMA))) == 1, key


def test_how_long_it_took_and_what_was_remembered_do_not_change_the_text():
    assert proposal_json(RESULT) == proposal_json(
        replace(RESULT, elapsed=99.0, compared_whole=0, compared_from_cache=5)
    )


def test_times_are_rfc_3339_in_utc():
    value = value_of(RESULT)

    assert value["made_at"] == "2026-11-20T06:30:00Z"
    assert value["held"][1]["holders"][0]["until"] == "2026-11-22T06:30:00Z"


def test_no_credentials_are_told():
    assert "secret" not in proposal_json(RESULT)


def test_hundreds_of_bumps_are_as_the_schema_says():
    value = value_of(many_bumps(300))

    assert value["summary"] == "300 bumps: 289 routine, 10 to read, 1 dangerous"
    assert list(problems(value["proposals"][0]["bumps"][0], SCHEMA["$defs"]["bump"], root=SCHEMA)) == []


@given(hostile_texts())
@examples(max_examples=25)
def test_texts_of_packages_come_through_as_they_are_in_ascii(text):
    told = proposal_json(planted_update(text))

    assert told.isascii()
    value = json.loads(told)
    assert value["refused"][0]["bumps"][0]["comparison"]["findings"][0]["evidence"] == text
    assert value["proposals"][0]["title"] == text
