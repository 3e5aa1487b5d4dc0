"""The findings of a check as SARIF 2.1.0 (OASIS), for code scanning services.

Every kind of finding is a rule. A finding without a line of its own is put at the first line of its lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pinkeeper.model.check_result import KINDS, CheckedLock, CheckFinding, CheckResult, Severity
from pinkeeper.model.url import redact
from pinkeeper.reports.sarif import rule_name, sarif_document, sarif_location

__all__ = ["check_sarif"]


def check_sarif(result: CheckResult) -> str:
    """The result as one SARIF run, ending with a newline."""
    rules = list(KINDS)
    return sarif_document(
        rules=[_rule(kind) for kind in rules],
        results=[_result(finding, rules.index(finding.kind)) for lock in result.locks for finding in lock.findings],
        notifications=[notification for lock in result.locks for notification in _notifications(lock)],
    )


def _rule(kind: str) -> dict[str, Any]:
    return {
        "id": kind,
        "name": rule_name(kind),
        "shortDescription": {"text": KINDS[kind]},
        "help": {"text": f"{KINDS[kind]} Look at what changed in the lock; make it anew with pinkeeper lock."},
    }


def _result(finding: CheckFinding, rule: int) -> dict[str, Any]:
    return {
        "ruleId": finding.kind,
        "ruleIndex": rule,
        "level": "error" if finding.severity is Severity.ERROR else "note",
        "message": {"text": redact(finding.message)},
        "locations": [sarif_location(finding.path, finding.line or 1)],
    }


def _notifications(lock: CheckedLock) -> Iterator[dict[str, Any]]:
    for sentence in lock.not_checked:
        yield {
            "level": "warning",
            "message": {"text": f"not checked: {redact(sentence)}"},
            "locations": [sarif_location(lock.path, 1)],
        }
