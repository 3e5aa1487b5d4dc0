"""Whether what was found is what was planted."""

from __future__ import annotations

from collections.abc import Sequence

from pinkeeper.model.finding import Finding, Severity

__all__ = ["grave", "is_at", "told"]


def grave(findings: Sequence[Finding]) -> list[Finding]:
    """Those at high or above."""
    return [finding for finding in findings if finding.severity.at_least(Severity.HIGH)]


def is_at(where: Sequence[str], findings: Sequence[Finding]) -> bool:
    """Whether a finding, or what belongs to one, is at one of the places; any will do where none is said."""
    if not where:
        return bool(findings)
    named = {path for finding in findings for path in (finding.path, *(fact.path for fact in finding.related)) if path}
    return any(place in path for place in where for path in named)


def told(findings: Sequence[Finding]) -> str:
    """Findings in one line."""
    return "; ".join(f"{one.severity} {one.rule} {one.path}:{one.line} {one.summary}" for one in findings) or "nothing"
