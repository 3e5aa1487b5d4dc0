"""A comparison for code scanning services."""

from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from msgspec.structs import replace

from pinkeeper.model.finding import Finding, Severity
from pinkeeper.reports.diff_sarif import diff_sarif
from tests.reports.golden import RULES
from tests.support.compared import comparison
from tests.support.planted import hostile_texts, planted

RESULT = comparison()


def run_of(result):
    log = json.loads(diff_sarif(result, RULES))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run


def test_each_severity_has_its_level():
    assert [entry["level"] for entry in run_of(RESULT)["results"]] == ["error", "error", "error", "warning", "note"]


def test_each_result_points_at_its_rule():
    run = run_of(RESULT)
    rules = run["tool"]["driver"]["rules"]

    assert [rules[entry["ruleIndex"]]["id"] for entry in run["results"]] == [f.rule for f in RESULT.findings]
    hook = next(rule for rule in rules if rule["id"] == "startup-hook")
    assert "How to judge: Libraries have no such files." in hook["help"]["text"]
    assert hook["defaultConfiguration"] == {"level": "error"}
    assert "shortDescription" not in next(rule for rule in rules if rule["id"] == "opaque-blob")


def test_findings_keep_their_fingerprints_and_what_other_rules_saw():
    first = run_of(RESULT)["results"][0]

    assert first["partialFingerprints"] == {"pinkeeperFinding/v1": "0f3c5a1e"}
    assert [place["message"]["text"] for place in first["relatedLocations"]] == [
        "decoded-code: exec runs what base64.b64decode gives.",
        "first-use: First dynamic code.",
    ]


def test_places_are_in_the_release_that_has_the_file():
    gone = Finding(rule="gone", severity=Severity.LOW, path="gatelib/legacy.py", line=3, summary="It is gone.")
    first, removed, whole = run_of(replace(RESULT, findings=(RESULT.findings[0], gone, RESULT.findings[3])))["results"]

    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "gatelib_init.pth", "uriBaseId": "NEW"}
    assert place["region"]["startLine"] == 1
    assert removed["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"] == "OLD"
    assert whole["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "gatelib-1.5.0-py3-none-any.whl"}


def test_what_was_not_analysed_is_a_notification():
    (invocation,) = run_of(RESULT)["invocations"]

    assert [entry["message"]["text"] for entry in invocation["toolExecutionNotifications"]] == [
        "not analysed: gatelib-1.5.0-cp312-cp312-macosx_13_0_arm64.whl: could not be fetched",
        "not analysed: gatelib/data/table.bin: no text, and of no format that is known",
    ]


@given(hostile_texts())
def test_no_text_of_a_package_becomes_a_link_or_a_broken_place(text):
    for entry in run_of(planted(text))["results"]:
        message = entry["message"]["text"]
        assert "](" not in message.replace("\\]", "")
        assert {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}.isdisjoint(map(unicodedata.category, message))
        for place in (*entry["locations"], *entry.get("relatedLocations", ())):
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert uri.isascii()
            assert " " not in uri
            assert place["physicalLocation"]["region"]["startLine"] >= 1
