"""One finding as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.model.finding import Finding, Severity
from pinkeeper.model.hunk import DiffLine
from pinkeeper.reports.diff_overview import WHEN, counted
from pinkeeper.reports.hunk_text import cut, flat, hunk_lines, window, wrapped

__all__ = ["finding_head", "finding_hunk", "place"]

Line = tuple[str, str | None]

_MOST_ROWS = 12
_STYLES = {Severity.CRITICAL: "error", Severity.HIGH: "warning", Severity.MEDIUM: "changed", Severity.LOW: "quiet"}


def finding_head(finding: Finding, width: int, *, is_whole: bool) -> Iterator[Line]:
    """Severity, rule and place; why; what other rules saw."""
    if finding.severity is Severity.LOW and not is_whole:
        text = f"  LOW {finding.rule} {flat(place(finding.path, finding.line))}: {flat(finding.summary)}"
        yield cut(text, width), _STYLES[finding.severity]
        return
    when = f" ({WHEN[finding.when]})" if finding.when is not None else ""
    head = f"  {finding.severity.upper()} {finding.rule} {flat(place(finding.path, finding.line))}{when}"
    yield (head if is_whole else cut(head, width)), _STYLES[finding.severity]
    why = list(wrapped(finding.summary, width=width, indent=4))
    most = len(why) if is_whole else 2
    yield from ((row if number + 1 < most else cut(row, width), None) for number, row in enumerate(why[:most]))
    if len(why) > most:
        yield "    ...", "quiet"
    if is_whole:
        for fact in finding.related:
            text = f"also {fact.severity} {fact.rule} {flat(place(fact.path, fact.line))}: {fact.summary}"
            yield from ((row, "quiet") for row in wrapped(text, width=width, indent=4))
    elif finding.related:
        rules = ", ".join(sorted({fact.rule for fact in finding.related} - {finding.rule}) or ("the same rule",))
        yield cut(f"    also {rules}", width), "quiet"


def finding_hunk(finding: Finding, width: int, *, is_whole: bool, most: int = _MOST_ROWS) -> Iterator[Line]:
    """What changed around it, else the evidence, at most so many lines of either."""
    if finding.hunk is not None:
        lines: tuple[DiffLine, ...] = window(finding.hunk, finding.line, most=most)
        yield from hunk_lines(lines, width=width, is_whole=is_whole, about=finding.line)
    elif finding.evidence:
        rows = finding.evidence.splitlines()
        for row in rows[:most]:
            yield f"      | {flat(row) if is_whole else cut(flat(row), width - 8)}", None
        if len(rows) > most:
            yield f"      | and {counted(len(rows) - most, 'more line')}", "quiet"


def place(path: str | None, line: int | None) -> str:
    """``path:line``, what there is of it."""
    if path is None:
        return "(the release)"
    return path if line is None else f"{path}:{line}"
