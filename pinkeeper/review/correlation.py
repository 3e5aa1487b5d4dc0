"""From what rules saw to findings: sightings about one change become one, with its evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pinkeeper.model.comparison import ChangeStatus, FileChange
from pinkeeper.model.finding import Finding, RelatedFact, Severity, Verdict, When
from pinkeeper.model.hunk import Hunk
from pinkeeper.review.rules.rule import Sighting

__all__ = ["Seen", "correlated", "verdict_of"]

_LINES = 12
_BEFORE = 4
_EVIDENCE_LINES = 5
_EVIDENCE_WIDTH = 200

# What runs unasked, and what marks an attack: both at one place are more than either.
_UNASKED = frozenset({"startup-hook", "import-time", "build-hook"})
_MARKS = frozenset(
    {
        *("decoded-code", "download-and-run", "credentials", "evasion", "persistence", "endpoint", "hidden-text"),
        "opaque-blob",
    }
)


class Seen(Struct, frozen=True, kw_only=True):
    """A sighting with the id of its rule."""

    rule: str
    sighting: Sighting


def correlated(
    seen: Iterable[Seen],
    *,
    order: Sequence[str],
    changes: Sequence[FileChange],
    source: Callable[[str], Sequence[str]],
) -> tuple[Finding, ...]:
    """Findings, the gravest first, then by place.

    order: the ids of rules, those first that say most. changes: of files; what is in an added file is one change, what
    is in a function of another file is one. source: the lines of a file.
    """
    by_path = {change.new_path: change for change in changes if change.new_path is not None}
    groups: dict[tuple[str, ...], list[Seen]] = {}
    for each in seen:
        groups.setdefault(_change(each, by_path), []).append(each)
    ranks = {rule: place for place, rule in enumerate(order)}
    findings = [_finding(group, ranks, by_path, source) for group in groups.values()]
    return tuple(
        sorted(findings, key=lambda each: (each.severity.rank, each.path or "", each.line or 0, ranks[each.rule]))
    )


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Danger with any critical finding, review with any high one, else routine."""
    severities = {finding.severity for finding in findings}
    if Severity.CRITICAL in severities:
        return Verdict.DANGER
    return Verdict.REVIEW if Severity.HIGH in severities else Verdict.ROUTINE


def _change(each: Seen, changes: Mapping[str, FileChange]) -> tuple[str, ...]:
    """What tells one change from another."""
    sighting = each.sighting
    if sighting.path is None:
        return (each.rule, sighting.subject)
    change = changes.get(sighting.path)
    if change is not None and change.status is ChangeStatus.ADDED:
        return (sighting.path,)
    return (sighting.path, sighting.scope)


def _finding(
    group: Sequence[Seen],
    ranks: Mapping[str, int],
    changes: Mapping[str, FileChange],
    source: Callable[[str], Sequence[str]],
) -> Finding:
    def place(each: Seen) -> tuple[int, int, int]:
        return (each.sighting.severity.rank, ranks[each.rule], each.sighting.line or 0)

    main, *others = sorted(group, key=place)
    sighting = main.sighting
    related = {
        (other.rule, other.sighting.path, other.sighting.line, other.sighting.summary): RelatedFact(
            rule=other.rule,
            severity=other.sighting.severity,
            path=other.sighting.path,
            line=other.sighting.line,
            summary=other.sighting.summary,
        )
        for other in others
    }
    finding = Finding(
        rule=main.rule,
        severity=_severity(group),
        path=sighting.path,
        line=sighting.line,
        summary=sighting.summary,
        when=_earliest(group),
        related=tuple(related.values()),
        fingerprint=_fingerprint(main),
    )
    if sighting.path is None or sighting.line is None:
        return finding
    change = changes.get(sighting.path)
    return replace(
        finding,
        evidence=_evidence(source(sighting.path), sighting.line),
        hunk=None if change is None else _hunk(change.hunks, sighting.line),
    )


def _severity(group: Sequence[Seen]) -> Severity:
    gravest = min((each.sighting.severity for each in group), key=lambda severity: severity.rank)
    high = {each.rule for each in group if each.sighting.severity.at_least(Severity.HIGH)}
    if gravest is Severity.HIGH and high & _UNASKED and high & _MARKS:
        return Severity.CRITICAL
    return gravest


def _earliest(group: Sequence[Seen]) -> When | None:
    order = list(When)
    return min((each.sighting.when for each in group if each.sighting.when is not None), key=order.index, default=None)


def _fingerprint(each: Seen) -> str:
    """Of the rule and what it is about, not of the line."""
    parts = (each.rule, each.sighting.path or "", each.sighting.scope, each.sighting.subject)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _evidence(lines: Sequence[str], line: int) -> str:
    return "\n".join(text[:_EVIDENCE_WIDTH] for text in lines[line - 1 : line - 1 + _EVIDENCE_LINES])


def _hunk(hunks: Iterable[Hunk], line: int) -> Hunk | None:
    """The lines of a difference around a line of the new file."""
    for hunk in hunks:
        at = next((place for place, each in enumerate(hunk.lines) if each.new == line), None)
        if at is not None:
            start = max(0, min(at - _BEFORE, len(hunk.lines) - _LINES))
            return Hunk(lines=hunk.lines[start : start + _LINES])
    return None
