"""Sightings become findings: one a change, the gravest first; critical where power meets the marks of an attack."""

from __future__ import annotations

import pytest

from pinkeeper.model.comparison import ChangeStatus, FileChange, FileKind
from pinkeeper.model.finding import Finding, Severity, Verdict, When
from pinkeeper.model.hunk import DiffLine, Hunk, LineKind
from pinkeeper.review.correlation import Seen, correlated, verdict_of
from pinkeeper.review.rules.registry import RULES
from pinkeeper.review.rules.rule import Sighting

ORDER = tuple(RULES)
LINES = [f"line {number}" for number in range(1, 41)]


def seen(rule: str, severity: str, **place: object) -> Seen:
    return Seen(rule=rule, sighting=Sighting(severity=Severity(severity), summary=f"{rule} here", **place))


def findings(*sightings: Seen, changes: tuple[FileChange, ...] = ()) -> tuple[Finding, ...]:
    return correlated(sightings, order=ORDER, changes=changes, source=lambda _path: LINES)


def changed(path: str, status: ChangeStatus = ChangeStatus.CHANGED, hunks: tuple[Hunk, ...] = ()) -> FileChange:
    return FileChange(
        status=status,
        kind=FileKind.PYTHON,
        old_path=None if status is ChangeStatus.ADDED else path,
        new_path=path,
        hunks=hunks,
    )


def test_what_is_seen_in_one_function_is_one_finding_with_the_gravest_first():
    (found,) = findings(
        seen("first-use", "high", path="a.py", line=7, scope="f"),
        seen("people", "low", path="a.py", line=9, scope="f"),
        seen("evasion", "critical", path="a.py", line=8, scope="f"),
    )
    assert (found.rule, found.severity, found.line) == ("evasion", Severity.CRITICAL, 8)
    assert [(fact.rule, fact.line) for fact in found.related] == [("first-use", 7), ("people", 9)]


def test_two_functions_of_a_changed_file_are_two_findings_and_an_added_file_is_one():
    two = (
        seen("first-use", "high", path="a.py", line=1, scope="f"),
        seen("patching", "low", path="a.py", line=2, scope="g"),
    )
    assert len(findings(*two, changes=(changed("a.py"),))) == 2
    assert len(findings(*two, changes=(changed("a.py", ChangeStatus.ADDED),))) == 1


def test_what_is_about_the_release_stays_apart():
    found = findings(seen("dependency", "low", subject="one"), seen("dependency", "high", subject="two"))
    assert [(each.severity, each.path) for each in found] == [(Severity.HIGH, None), (Severity.LOW, None)]


@pytest.mark.parametrize(
    ("rules", "severity"),
    [
        (("import-time", "endpoint"), Severity.CRITICAL),
        (("startup-hook", "evasion"), Severity.CRITICAL),
        (("build-hook", "credentials"), Severity.CRITICAL),
        (("import-time", "first-use"), Severity.HIGH),
        (("import-time", "reflection"), Severity.HIGH),
        (("gained-capability", "endpoint"), Severity.HIGH),
    ],
)
def test_power_that_runs_unasked_with_the_mark_of_an_attack_is_critical(rules, severity):
    (found,) = findings(*(seen(rule, "high", path="a.py", line=1, scope="<module>") for rule in rules))
    assert found.severity is severity


def test_a_mark_that_is_only_worth_a_glance_makes_nothing_critical():
    (found,) = findings(
        seen("import-time", "high", path="a.py", line=1, scope="f"),
        seen("endpoint", "medium", path="a.py", line=1, scope="f"),
    )
    assert found.severity is Severity.HIGH


def test_the_earliest_time_counts():
    (found,) = findings(
        seen("endpoint", "high", path="a.py", line=1, scope="f", when=When.CALL),
        seen("first-use", "high", path="a.py", line=1, scope="f", when=When.IMPORT),
    )
    assert found.when is When.IMPORT


def test_evidence_and_hunk_are_the_place_itself():
    lines = tuple(DiffLine(LineKind.ADDED, None, number, f"line {number}") for number in range(1, 41))
    (found,) = findings(
        seen("first-use", "high", path="a.py", line=20, scope="f"),
        changes=(changed("a.py", hunks=(Hunk(lines=lines),)),),
    )
    assert found.evidence.splitlines() == LINES[19:24]
    assert found.hunk is not None
    assert len(found.hunk.lines) == 12

    assert [line.new for line in found.hunk.lines][:5] == [16, 17, 18, 19, 20]


def test_a_line_outside_of_all_hunks_has_evidence_alone():
    (found,) = findings(seen("first-use", "high", path="a.py", line=3, scope="f"), changes=(changed("a.py"),))
    assert found.hunk is None
    assert found.evidence.startswith("line 3")


def test_a_fingerprint_says_the_rule_the_place_and_the_subject_and_not_the_line():
    def of(**place: object) -> str:
        (found,) = findings(
            seen("first-use", "high", **{"path": "a.py", "line": 1, "scope": "f", "subject": "x", **place})
        )
        return found.fingerprint

    assert of() == of(line=30)
    assert len({of(), of(path="b.py"), of(scope="g"), of(subject="y")}) == 4


def test_order_is_by_severity_then_place():
    found = findings(
        seen("people", "low", path="a.py", line=1, scope="a"),
        seen("first-use", "high", path="z.py", line=1, scope="a"),
        seen("first-use", "high", path="b.py", line=1, scope="a"),
    )
    assert [(each.severity, each.path) for each in found] == [
        (Severity.HIGH, "b.py"),
        (Severity.HIGH, "z.py"),
        (Severity.LOW, "a.py"),
    ]


@pytest.mark.parametrize(
    ("severities", "verdict"),
    [
        ((), Verdict.ROUTINE),
        (("low", "medium"), Verdict.ROUTINE),
        (("high", "low"), Verdict.REVIEW),
        (("high", "critical"), Verdict.DANGER),
    ],
)
def test_verdict(severities, verdict):
    found = [Finding(rule="x", severity=Severity(severity), summary="s") for severity in severities]
    assert verdict_of(found) is verdict


def test_every_rule_says_what_it_means_which_attack_and_how_to_judge():
    assert len(RULES) >= 21
    for name, rule in RULES.items():
        assert name == rule.id
        for text in (rule.title, rule.means, rule.attack, rule.judge):
            assert len(text) > 10, name
            assert text == text.strip(), name
