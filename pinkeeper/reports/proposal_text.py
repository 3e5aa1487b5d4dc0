"""The proposals of an update as lines for a terminal, each with a style for a printer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from pinkeeper.model.finding import Severity, Verdict
from pinkeeper.model.proposal import Bump, Proposal, UpdateResult
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import WHEN, counted, earliest_first
from pinkeeper.reports.finding_text import finding_head, finding_hunk, place
from pinkeeper.reports.hunk_text import cut, flat, wrapped
from pinkeeper.reports.machine_text import REMARK, speaks_to_machines
from pinkeeper.reports.plain import printable
from pinkeeper.reports.proposal_words import Row, commands, held_sentences, is_flagged, row, verdict_line

__all__ = ["proposal_text"]

Line = tuple[str, str | None]

_STYLES = {Verdict.DANGER: "error", Verdict.REVIEW: "warning", Verdict.ROUTINE: "good"}
_MOST_FINDINGS = 5
_MOST_HUNK = 8
_MOST_ENTRIES = 5
_MOST_NOTES = 6
_GAP = "  "


def proposal_text(result: UpdateResult, *, width: int = 100) -> tuple[Line, ...]:
    """(text, style) lines; see `pinkeeper.reports.diff_text`. width: columns. No line can steer a terminal."""
    return tuple((printable(text).rstrip(), style) for text, style in _page(result, width))


def _page(result: UpdateResult, width: int) -> Iterator[Line]:
    worst = max((bump.verdict for bump in result.bumps), key=list(Verdict).index, default=Verdict.ROUTINE)
    yield f"{verdict_line(result.bumps)}", _STYLES[worst]
    for warning in result.warnings:
        yield from ((text, "warning") for text in wrapped(f"warning: {warning}", width=width, indent=0))
    for proposal in (*result.refused, *result.proposals):
        yield "", None
        yield from _proposal(proposal, result, width, is_refused=proposal in result.refused)
    if result.held:
        yield "", None
        yield "Held back:", "strong"
        yield from _held(result, width)


def _proposal(proposal: Proposal, result: UpdateResult, width: int, *, is_refused: bool) -> Iterator[Line]:
    kind = "refused" if is_refused else proposal.id
    yield from ((text, "strong") for text in wrapped(f"[{kind}] {flat(proposal.title)}", width=width, indent=0))
    yield from _table(proposal.bumps, width, now=result.made_at)
    for bump in filter(is_flagged, proposal.bumps):
        yield from _flagged(bump, proposal, width)
    if not any(map(is_flagged, proposal.bumps)) and proposal.files:
        yield from _command("take it", "pinkeeper update --write", width)


def _table(bumps: Sequence[Bump], width: int, *, now: datetime) -> Iterator[Line]:
    """Package, versions, verdict, age and numbers in columns as wide as they must be; the reason takes the rest."""
    rows = [row(bump, now=now) for bump in bumps]
    for bump, cells, (columns, rest) in zip(bumps, rows, _columned(rows), strict=True):
        text = f"{_GAP}{columns}"
        yield cut(f"{text}{_GAP}{rest}" if rest else text, width), (_STYLES[bump.verdict] if is_flagged(bump) else None)
        if cells.powers or cells.advisories:
            extra = "; ".join(filter(None, (cells.powers, cells.advisories and f"fixes {cells.advisories}")))
            yield from ((line, "changed") for line in wrapped(extra, width=width, indent=6))


def _columned(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """A verdict that all share is not worth a column."""
    verdicts = {cells.verdict for cells in rows}
    columns = [
        [
            flat(cells.package),
            flat(cells.versions),
            cells.age,
            cells.code,
            *([cells.verdict] if len(verdicts) > 1 else []),
        ]
        for cells in rows
    ]
    widths = [max(map(len, column)) for column in zip(*columns, strict=True)]
    for cells, found in zip(rows, columns, strict=True):
        text = _GAP.join(cell.ljust(wide) for cell, wide in zip(found, widths, strict=True))
        breaks = f"{counted(int(cells.api.replace(',', '')), 'API break')}, " if cells.api not in {"", "0"} else ""
        yield text, f"{breaks}{flat(cells.why)}"


def _flagged(bump: Bump, proposal: Proposal, width: int) -> Iterator[Line]:
    """What a person must read of one bump."""
    yield f"{_GAP}{flat(bump.name)}:", _STYLES[bump.verdict]
    for reason in filter(None, (bump.flagged_for, bump.not_compared and f"not compared: {bump.not_compared}")):
        yield from ((line, None) for line in wrapped(reason, width=width, indent=4))
    compared = bump.comparison
    if compared is not None:
        yield from _findings(bump, width)
        for entry in earliest_first(compared)[:_MOST_ENTRIES]:
            yield cut(f"    {WHEN[entry.when]}: {flat(place(entry.path, entry.line))}: {flat(entry.what)}", width), None
        yield from _more(len(compared.unasked) - _MOST_ENTRIES, "thing that runs unasked", "things that run unasked")
        if compared.not_analysed:
            yield f"    {counted(len(compared.not_analysed), 'thing')} not analysed", "warning"
    yield from _notes(bump, width)
    for purpose, command in commands(bump, proposal):
        yield from _command(purpose, command, width)


def _findings(bump: Bump, width: int) -> Iterator[Line]:
    assert bump.comparison is not None
    grave = [finding for finding in bump.comparison.findings if finding.severity.at_least(Severity.HIGH)]
    for finding in grave[:_MOST_FINDINGS]:
        yield from finding_head(finding, width, is_whole=False)
        yield from finding_hunk(finding, width, is_whole=False, most=_MOST_HUNK)
    yield from _more(len(grave) - _MOST_FINDINGS, "finding")


def _notes(bump: Bump, width: int) -> Iterator[Line]:
    for notes in bump.notes:
        yield cut(f"    Notes, from {flat(redact(notes.source))}:", width), None
        lines = [
            line
            for section in notes.sections
            for line in (section.version, *(f"  {text}" for text in section.text.splitlines() if text.strip()))
        ]
        if speaks_to_machines(section.text for section in notes.sections):
            yield f"      {REMARK}", "warning"
        for line in lines[:_MOST_NOTES]:
            yield cut(f"      {flat(line)}", width), "quiet"
        yield from _more(len(lines) - _MOST_NOTES, "line of notes", "lines of notes")
    if not bump.notes and bump.new is not None:
        yield "    No release notes were found.", "quiet"


def _command(purpose: str, command: str, width: int) -> Iterator[Line]:
    del width  # a command is copied: it is never cut
    yield f"    {purpose}: {command}", "quiet"


def _more(number: int, one: str, many: str = "") -> Iterator[Line]:
    if number > 0:
        yield f"    and {counted(number, f'more {one}', f'more {many}' if many else '')}", "quiet"


def _held(result: UpdateResult, width: int) -> Iterator[Line]:
    for held in result.held:
        yield f"  {flat(held.name)} {held.current}, newest {held.newest}", None
        for sentence in held_sentences(held):
            yield from ((line, "quiet") for line in wrapped(sentence, width=width, indent=4))
