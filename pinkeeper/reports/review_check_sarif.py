"""The gate as SARIF 2.1.0 (OASIS), for code scanning services: every uncovered release is a result at its pin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pinkeeper.model.review_result import STATES, ReviewedLock, ReviewedResult
from pinkeeper.reports.plain import printable
from pinkeeper.reports.review_commands import command_for
from pinkeeper.reports.sarif import rule_name, sarif_document, sarif_location

__all__ = ["review_check_sarif"]

_RULES: Mapping[str, str] = {
    **{str(state): text for state, text in STATES.items()},
    "unpinned": "A lock installs something that no hash pins, so that no review can be bound to it.",
}


def review_check_sarif(result: ReviewedResult) -> str:
    """The result as one SARIF run, ending with a newline."""
    return sarif_document(
        rules=[_rule(kind) for kind in _RULES],
        results=[found for lock in result.locks for found in _results(lock)],
        notifications=[],
    )


def _rule(kind: str) -> dict[str, Any]:
    return {
        "id": str(kind),
        "name": rule_name(kind),
        "shortDescription": {"text": _RULES[kind]},
        "help": {"text": f"{_RULES[kind]} Read the release with pinkeeper review show, then approve or reject it."},
    }


def _results(lock: ReviewedLock) -> Iterator[dict[str, Any]]:
    for coverage in lock.open:
        release = coverage.release
        text = f"{release.package} {release.version}: {coverage.message}. See it: {command_for(coverage, lock)}"
        yield _result(str(coverage.state), text, lock, release.line or 1)
    for text in lock.unpinned:
        yield _result("unpinned", f"no hash pins what would be installed: {text}", lock, 1)


def _result(kind: str, text: str, lock: ReviewedLock, line: int) -> dict[str, Any]:
    return {
        "ruleId": kind,
        "ruleIndex": list(_RULES).index(kind),
        "level": "error",
        "message": {"text": printable(text)},
        "locations": [sarif_location(lock.path, line)],
    }
