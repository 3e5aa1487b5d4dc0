"""A comparison for machines."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from msgspec.structs import replace

from pinkeeper.model.comparison import ChangeStatus, FileKind, Treatment
from pinkeeper.model.finding import Severity, Verdict, When
from pinkeeper.reports.diff_json import diff_json, diff_schema
from tests.support.compared import comparison
from tests.support.json_schema import problems, undescribed
from tests.support.planted import hostile_texts, planted

RESULT = comparison()
SCHEMA = diff_schema()


def value_of(result):
    return json.loads(diff_json(result))


def test_the_report_is_as_its_schema_says_and_every_key_is_described():
    assert list(problems(value_of(RESULT), SCHEMA)) == []
    assert list(undescribed(value_of(RESULT), SCHEMA)) == []


def test_the_keys_that_the_design_names_are_there():
    value = value_of(RESULT)

    assert (value["schema"], value["name"], value["verdict"]) == ("pinkeeper.diff/1", "gatelib", "danger")
    for side, version in (("old", "1.4.0"), ("new", "1.5.0")):
        assert value[side]["version"] == version
        assert {"filename", "sha256"} <= set(value[side]["files"][0])
    assert {"rule", "severity", "path", "line", "summary", "evidence"} <= set(value["findings"][0])
    assert value["files"]["added"] == ["gatelib/data/table.bin", "gatelib_init.pth", "tests/test_client.py"]
    assert value["files"]["removed"] == ["gatelib/legacy.py"]
    assert value["files"]["changed"] == ["gatelib/client.py", "gatelib/helpers.py"]
    assert value["files"]["renamed"] == [
        {"old": "gatelib-1.4.0.dist-info/METADATA", "new": "gatelib-1.5.0.dist-info/METADATA"}
    ]
    assert set(value["not_analysed"][0]) == {"path", "reason"}


def test_every_word_of_the_model_is_a_word_of_the_schema():
    definitions = SCHEMA["$defs"]

    assert SCHEMA["properties"]["verdict"]["enum"] == list(Verdict)
    assert definitions["severity"]["enum"] == list(Severity)
    assert definitions["when"]["enum"] == list(When)
    assert definitions["change"]["properties"]["status"]["enum"] == list(ChangeStatus)
    assert definitions["change"]["properties"]["kind"]["enum"] == list(FileKind)
    assert definitions["change"]["properties"]["old_kind"]["enum"] == [*FileKind, None]
    treatments = definitions["release"]["properties"]["files"]["items"]["properties"]["treatment"]["enum"]
    assert treatments == list(Treatment)


def test_a_hunk_is_lines_with_their_marks():
    finding = value_of(RESULT)["findings"][0]

    assert finding["hunk"] == {
        "header": "@@ -0,0 +1,1 @@",
        "lines": ["+import os, base64; exec(base64.b64decode('cHJpbnQoMSk='))"],
    }


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("schema",), "pinkeeper.diff/2"),
        (("verdict",), "fine"),
        (("old", "files", 0, "sha256"), "ABC"),
        (("findings", 0, "severity"), "grave"),
        (("findings", 0, "line"), 0),
        (("findings", 0, "hunk", "lines", 0), "no mark"),
        (("changes", 0, "similarity"), 1.5),
        (("changes", 0, "is_text"), "yes"),
        (("unasked", 0, "when"), None),
        (("notes", "cut"), -1),
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


def test_time_does_not_change_the_text():
    assert diff_json(RESULT) == diff_json(replace(RESULT, elapsed=99.0))


@given(hostile_texts())
def test_texts_of_packages_come_through_as_they_are_in_ascii(text):
    told = diff_json(planted(text))

    assert told.isascii()
    value = json.loads(told)
    assert value["findings"][0]["evidence"] == text
    assert value["changes"][1]["hunks"][0]["lines"][0] == f" {text}"
