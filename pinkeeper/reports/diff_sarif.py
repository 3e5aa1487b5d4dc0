"""The findings of a comparison as SARIF 2.1.0 (OASIS), for code scanning services.

Places are paths inside the new release's archive (``uriBaseId`` ``NEW``). A finding about the release as a whole is put
at its first distribution file. What was not analysed is a notification of the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pinkeeper.model.comparison import DiffResult, NotAnalysed
from pinkeeper.model.finding import Finding, RelatedFact, Severity
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import VERDICTS, WHEN
from pinkeeper.reports.plain import printable
from pinkeeper.reports.sarif import rule_name, sarif_document, sarif_location
from pinkeeper.review.rules.rule import Rule

__all__ = ["diff_sarif"]

_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "2.0"}
"""``security-severity``, from which code scanning services read how grave a rule is (0 to 10, as CVSS)."""

_OLD, _NEW = "OLD", "NEW"


def diff_sarif(result: DiffResult, rules: Mapping[str, Rule]) -> str:
    """The result as one SARIF run, ending with a newline. rules: by id; those are told of that found something."""
    found = list(dict.fromkeys(finding.rule for finding in result.findings))
    return sarif_document(
        rules=[_rule(identifier, rules.get(identifier)) for identifier in found],
        results=[_result(finding, found.index(finding.rule), result) for finding in result.findings],
        notifications=[_notification(entry) for entry in result.not_analysed],
        originalUriBaseIds={
            _OLD: {"description": {"text": f"{result.name} {result.old.version}"}},
            _NEW: {"description": {"text": f"{result.name} {result.new.version}"}},
        },
        properties={
            "project": result.name,
            "old": str(result.old.version),
            "new": str(result.new.version),
            "verdict": result.verdict.value,
            "verdictMeans": VERDICTS[result.verdict],
        },
    )


def _rule(identifier: str, rule: Rule | None) -> dict[str, Any]:
    described: dict[str, Any] = {"id": identifier, "name": rule_name(identifier)}
    if rule is not None:
        described |= {
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": rule.means},
            "help": {"text": f"{rule.means}\n\nSeen in: {rule.attack}\n\nHow to judge: {rule.judge}"},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
            "properties": {"tags": ["security"], "security-severity": _SCORES[rule.severity]},
        }
    return described


def _result(finding: Finding, rule: int, result: DiffResult) -> dict[str, Any]:
    properties: dict[str, Any] = {"severity": finding.severity.value}
    message = finding.summary
    if finding.when is not None:
        properties["when"] = finding.when.value
        message = f"{message} It runs {WHEN[finding.when]}."
    told: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(message)},
        "locations": [_place(finding, result)],
        "properties": properties,
    }
    if finding.fingerprint:
        told["partialFingerprints"] = {"pinkeeperFinding/v1": finding.fingerprint}
    if finding.related:
        told["relatedLocations"] = [
            {"id": number, **_place(fact, result), "message": {"text": _message(f"{fact.rule}: {fact.summary}")}}
            for number, fact in enumerate(finding.related, start=1)
        ]
    return told


def _place(seen: Finding | RelatedFact, result: DiffResult) -> dict[str, Any]:
    snippet = seen.evidence if isinstance(seen, Finding) else ""
    if seen.path is None:
        files = result.new.files
        return sarif_location(files[0].filename if files else result.name, 1, snippet=snippet)
    is_gone = any(change.new_path is None and change.old_path == seen.path for change in result.changes)
    return sarif_location(seen.path, seen.line or 1, base=_OLD if is_gone else _NEW, snippet=snippet)


def _notification(entry: NotAnalysed) -> dict[str, Any]:
    return {
        "level": "warning",
        "message": {"text": _message(f"not analysed: {entry.path}: {redact(entry.reason)}")},
        "locations": [sarif_location(entry.path, 1, base=_NEW)],
    }


def _message(text: str) -> str:
    """Text in which a viewer finds no link of its own (SARIF 3.11.6, embedded links)."""
    shown = " ".join(printable(line) for line in text.splitlines())
    if "](" in shown:
        shown = shown.replace("[", "\\[").replace("]", "\\]")
    return shown
