"""The findings of a check as SARIF 2.1.0 (OASIS), for code scanning services.

Every kind of finding is a rule. A finding without a line of its own is put at the first line of its lock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from pinkeeper import __version__
from pinkeeper.model.check_result import KINDS, CheckedLock, CheckFinding, CheckResult, Severity
from pinkeeper.model.url import redact

__all__ = ["check_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def check_sarif(result: CheckResult) -> str:
    """The result as one SARIF run, ending with a newline."""
    rules = list(KINDS)
    run = {
        "tool": {
            "driver": {
                "name": "pinkeeper",
                "semanticVersion": __version__,
                "rules": [_rule(kind) for kind in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules.index(finding.kind)) for lock in result.locks for finding in lock.findings],
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    notification for lock in result.locks for notification in _notifications(lock)
                ],
            }
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(kind: str) -> dict[str, Any]:
    name = "".join(word.capitalize() for word in kind.split("-"))
    return {
        "id": kind,
        "name": name,
        "shortDescription": {"text": KINDS[kind]},
        "help": {"text": f"{KINDS[kind]} Look at what changed in the lock; make it anew with pinkeeper lock."},
    }


def _result(finding: CheckFinding, rule: int) -> dict[str, Any]:
    return {
        "ruleId": finding.kind,
        "ruleIndex": rule,
        "level": "error" if finding.severity is Severity.ERROR else "note",
        "message": {"text": redact(finding.message)},
        "locations": [_location(finding.path, finding.line or 1)],
    }


def _notifications(lock: CheckedLock) -> Iterator[dict[str, Any]]:
    for sentence in lock.not_checked:
        yield {
            "level": "warning",
            "message": {"text": f"not checked: {redact(sentence)}"},
            "locations": [_location(lock.path, 1)],
        }


def _location(path: str, line: int) -> dict[str, Any]:
    uri = quote(path.replace("\\", "/"))
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}
