"""Blocks of Markdown that the reports of a comparison and of an update share; all foreign text in them is harmless."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.comparison import DiffResult
from pinkeeper.model.finding import Finding, RelatedFact, Verdict
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import WHEN, counted, earliest_first
from pinkeeper.reports.hunk_text import flat, window
from pinkeeper.reports.machine_text import REMARK, foreign_text, speaks_to_machines
from pinkeeper.reports.markdown_text import code, fence, sentence

__all__ = [
    "VERDICT_MARKS",
    "api_items",
    "finding_block",
    "first",
    "folded",
    "items",
    "not_analysed_items",
    "place",
    "unasked_items",
]

VERDICT_MARKS = {
    Verdict.DANGER: "\N{OCTAGONAL SIGN}",
    Verdict.REVIEW: "\N{EYES}",
    Verdict.ROUTINE: "\N{WHITE HEAVY CHECK MARK}",
}
_MOST_HUNK = 12
_MOST_RELATED = 10
_MOST_ROWS = 200  # of any list


def finding_block(finding: Finding) -> str:
    """Severity, rule and place as a heading; the reason; what changed around it; what other rules saw."""
    when = "" if finding.when is None else f", runs {WHEN[finding.when]}"
    parts = [
        f"#### {finding.severity.upper()}: {code(finding.rule)} in {place(finding.path, finding.line)}{when}",
        sentence(finding.summary),
    ]
    if finding.hunk is not None:
        lines = window(finding.hunk, finding.line, most=_MOST_HUNK)
        parts.append(fence((f"{line.kind}{flat(line.text)}" for line in lines), "diff"))
    elif finding.evidence:
        parts.append(fence(flat(line) for line in finding.evidence.splitlines()[:_MOST_HUNK]))
    if speaks_to_machines(foreign_text(finding)):
        parts.insert(1, f"**{REMARK}**")
    if finding.related:
        parts.append(items(map(_related, finding.related), _MOST_RELATED))
    return "\n\n".join(parts)


def _related(fact: RelatedFact) -> str:
    return f"also {fact.severity} {code(fact.rule)} in {place(fact.path, fact.line)}: {sentence(fact.summary)}"


def unasked_items(result: DiffResult, most: int = _MOST_ROWS) -> str:
    """What runs without being called, what runs earliest first."""
    told = (
        f"{WHEN[entry.when]}: {place(entry.path, entry.line)}: {sentence(entry.what)}"
        for entry in earliest_first(result)
    )
    return items(told, most)


def api_items(result: DiffResult, most: int = _MOST_ROWS) -> str:
    """Public names that are gone or are used differently."""
    return items((f"{code(change.name)}: {sentence(change.what)}" for change in result.api), most)


def not_analysed_items(result: DiffResult, most: int = _MOST_ROWS) -> str:
    """What was not looked at, and why."""
    entries = (f"{code(entry.path)}: {sentence(redact(entry.reason))}" for entry in result.not_analysed)
    return items(entries, most)


def items(told: Iterable[str], most: int = _MOST_ROWS) -> str:
    """A list; what is over `most` is counted."""
    rows = list(told)
    more = [f"- and {len(rows) - most:,} more"] if len(rows) > most else []
    return "\n".join([*(f"- {row}" for row in rows[:most]), *more])


def first(lines: list[str], most: int, what: str) -> list[str]:
    """The first lines; how many more there are is a line of its own."""
    more = [f"... and {counted(len(lines) - most, f'more {what}')}"] if len(lines) > most else []
    return [*lines[:most], *more]


def folded(title: str, inside: Iterable[str]) -> str:
    """title: our own words. Forges read Markdown inside where blank lines stand around it."""
    return "\n\n".join([f"<details><summary>{title}</summary>", *inside, "</details>"])


def place(path: str | None, line: int | None) -> str:
    """``path:line`` as code, what there is of it."""
    if path is None:
        return "the release as a whole"
    return code(path if line is None else f"{path}:{line}")
