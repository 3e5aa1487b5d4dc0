"""The proposals of an update as lines for a terminal, each with a style for a printer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pinkeeper.model.comparison import DiffResult
from pinkeeper.model.finding import Verdict
from pinkeeper.model.proposal import Bump, UpdateResult
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import WHEN, counted, earliest_first
from pinkeeper.reports.finding_text import finding_head, finding_hunk, place
from pinkeeper.reports.hunk_text import cut, flat, wrapped
from pinkeeper.reports.machine_text import REMARK, foreign_text, speaks_to_machines
from pinkeeper.reports.plain import printable
from pinkeeper.reports.proposal_words import (
    Entry,
    Row,
    entries,
    findings_told,
    gravest,
    is_flagged,
    reasons,
    refusal,
    row,
    see_command,
    take_command,
    verdict_line,
)

__all__ = ["proposal_text"]

Line = tuple[str, str | None]

_STYLES = {Verdict.DANGER: "error", Verdict.REVIEW: "warning", Verdict.ROUTINE: "good"}
_MOST_HUNK = 8
_MOST_ENTRIES = 5
_MOST_NOTES = 8  # lines of notes for a bump
_NARROWEST = 60  # columns; a terminal that has fewer wraps the lines itself
_WIDEST_NAME = 32
_WIDEST_VERSIONS = 28
_GAP = "  "
_ALL_COLUMNS = ("package", "versions", "kind", "age", "files", "code", "API", "verdict")
_FEW_COLUMNS = ("package", "versions", "kind", "age", "verdict")
_NUMBERS = frozenset({"files", "code", "API"})


def proposal_text(result: UpdateResult, *, width: int = 100) -> tuple[Line, ...]:
    """(text, style) lines; see `pinkeeper.reports.diff_text`. width: columns. No line can steer a terminal.

    Commands, and what goes into a file, are never cut: they are there to be copied.
    """
    return tuple((printable(text).rstrip(), style) for text, style in _page(result, max(width, _NARROWEST)))


def _page(result: UpdateResult, width: int) -> Iterator[Line]:
    told = entries(result)
    yield verdict_line(entry.bump for entry in told), _STYLES[gravest(entry.bump for entry in told)]
    if told:
        yield "", None
        yield from _table(told, result, width)
    for entry in told:
        if is_flagged(entry.bump):
            yield "", None
            yield from _flagged(entry, result, width)
    yield from _unread(told, width)
    yield from _held(result, width)
    if result.warnings:
        yield "", None
    for warning in result.warnings:
        yield from ((text, "warning") for text in wrapped(f"warning: {redact(warning)}", width=width, indent=0))
    yield from _proposals(result, width)


def _table(told: Sequence[Entry], result: UpdateResult, width: int) -> Iterator[Line]:
    """Columns as wide as they must be; what does not fit into a row stands below it."""
    rows = [row(entry.bump, now=result.made_at) for entry in told]
    columns: tuple[str, ...] = _ALL_COLUMNS
    widths = _widths(rows, columns)
    if sum(widths) + len(_GAP) * (len(widths) - 1) > width:
        columns = _FEW_COLUMNS
        widths = _widths(rows, columns)
    yield cut(_joined(columns, columns, widths), width), "quiet"
    for entry, cells in zip(told, rows, strict=True):
        text = cut(_joined(_values(cells, columns), columns, widths), width)
        why = flat(cells.why)
        fits = bool(why) and len(text) + len(_GAP) + len(why) <= width
        yield (
            (f"{text}{_GAP}{why}" if fits else text),
            (_STYLES[entry.bump.verdict] if is_flagged(entry.bump) else None),
        )
        below = "; ".join(filter(None, ("" if fits else why, _numbers(cells, columns))))
        yield from ((line, "quiet") for line in wrapped(below, width=width, indent=4))
        extra = (cells.powers, cells.advisories and f"fixes {cells.advisories}", cells.ledger)
        yield from ((line, "changed") for line in wrapped("; ".join(filter(None, extra)), width=width, indent=4))


def _widths(rows: Sequence[Row], columns: Sequence[str]) -> list[int]:
    widths = [
        max(map(len, column)) for column in zip(columns, *(_values(cells, columns) for cells in rows), strict=True)
    ]
    most = {"package": _WIDEST_NAME, "versions": _WIDEST_VERSIONS}
    return [min(wide, most.get(title, wide)) for title, wide in zip(columns, widths, strict=True)]


def _joined(values: Sequence[str], columns: Sequence[str], widths: Sequence[int]) -> str:
    shown = (
        cut(value, wide).rjust(wide) if title in _NUMBERS else cut(value, wide).ljust(wide)
        for value, title, wide in zip(values, columns, widths, strict=True)
    )
    return _GAP.join(shown).rstrip()


def _values(cells: Row, columns: Sequence[str]) -> list[str]:
    values = {
        "package": flat(cells.package),
        "versions": flat(cells.versions),
        "kind": cells.kind,
        "age": cells.age,
        "files": cells.files,
        "code": cells.code,
        "API": cells.api,
        "verdict": cells.verdict,
    }
    return [values[title] for title in columns]


def _numbers(cells: Row, columns: Sequence[str]) -> str:
    """What has no column of its own on a narrow terminal."""
    if not cells.files or "files" in columns:
        return ""
    breaks = f", {cells.api} API {'break' if cells.api == '1' else 'breaks'}" if cells.api != "0" else ""
    return f"{cells.files} {'file' if cells.files == '1' else 'files'}, {cells.code} executable lines{breaks}"


def _flagged(entry: Entry, result: UpdateResult, width: int) -> Iterator[Line]:
    """What a person must read of one bump."""
    bump = entry.bump
    name = flat(f"{bump.name} {row(bump, now=result.made_at).versions}")
    yield cut(f"{name}: {bump.verdict.upper()}", width), _STYLES[bump.verdict]
    for reason in reasons(bump):
        yield from ((line, None) for line in wrapped(reason, width=width, indent=2))
    compared = bump.comparison
    if compared is not None:
        yield from _compared(compared, width)
    yield from _notes(bump, width)
    if compared is not None:
        for unread in compared.not_analysed[:_MOST_ENTRIES]:
            yield cut(f"  not analysed: {flat(unread.path)}: {flat(redact(unread.reason))}", width), "warning"
        yield from _more(len(compared.not_analysed) - _MOST_ENTRIES, "thing not analysed", "things not analysed")
    if see_command(bump):
        yield f"  to see it: {see_command(bump)}", "quiet"
    lines = refusal(bump, result)
    if lines:
        yield "  to refuse it, in pyproject.toml:", "quiet"
        yield from ((f"    {line}", "quiet") for line in lines)


def _compared(compared: DiffResult, width: int) -> Iterator[Line]:
    """Findings, what runs unasked, and API breaks."""
    shown, more = findings_told(compared.findings)
    for finding in shown:
        yield from finding_head(finding, width, is_whole=False)
        if speaks_to_machines(foreign_text(finding)):
            yield from ((line, "warning") for line in wrapped(REMARK, width=width, indent=4))
        yield from finding_hunk(finding, width, is_whole=False, most=_MOST_HUNK)
    yield from _more(more, "finding")
    for each in earliest_first(compared)[:_MOST_ENTRIES]:
        yield cut(f"  runs {WHEN[each.when]}: {flat(place(each.path, each.line))}: {flat(each.what)}", width), None
    yield from _more(len(compared.unasked) - _MOST_ENTRIES, "thing that runs unasked", "things that run unasked")
    for change in compared.api[:_MOST_ENTRIES]:
        yield cut(f"  API: {flat(change.name)}: {flat(change.what)}", width), None
    yield from _more(len(compared.api) - _MOST_ENTRIES, "API break")


def _notes(bump: Bump, width: int) -> Iterator[Line]:
    for notes in bump.notes:
        if not notes.source:
            continue
        yield cut(f"  notes, from {flat(redact(notes.source))}:", width), None
        if speaks_to_machines(section.text for section in notes.sections):
            yield from ((line, "warning") for line in wrapped(REMARK, width=width, indent=4))
        lines = [
            line
            for section in notes.sections
            for line in (section.version, *(f"  {text}" for text in section.text.splitlines() if text.strip()))
        ]
        yield from ((f"    | {cut(flat(line), width - 6)}", "quiet") for line in lines[:_MOST_NOTES])
        yield from _more(len(lines) - _MOST_NOTES, "line of notes", "lines of notes")
        if notes.cut:
            yield f"  {counted(notes.cut, 'character')} of these notes were left out", "warning"
    if bump.new is not None and not any(notes.source for notes in bump.notes):
        yield "  No release notes were found.", "quiet"


def _unread(told: Sequence[Entry], width: int) -> Iterator[Line]:
    """Of routine bumps, that something of them was not analysed."""
    routine = [entry.bump for entry in told if not is_flagged(entry.bump) and entry.bump.comparison is not None]
    number = {bump.name: len(bump.comparison.not_analysed) for bump in routine if bump.comparison is not None}
    number = {name: count for name, count in number.items() if count}
    if number:
        yield "", None
        names = ", ".join(f"{flat(name)} ({count:,})" for name, count in number.items())
        text = f"Not all of these routine bumps was analysed: {names}"
        yield from ((line, "warning") for line in wrapped(text, width=width, indent=0))


def _more(number: int, one: str, many: str = "") -> Iterator[Line]:
    if number > 0:
        yield f"  and {counted(number, f'more {one}', f'more {many}' if many else '')}", "quiet"


def _held(result: UpdateResult, width: int) -> Iterator[Line]:
    if not result.held:
        return
    yield "", None
    yield "Held back:", "strong"
    for held in result.held:
        yield cut(f"  {flat(held.name)} {held.current}, newest {held.newest}", width), None
        for holder in held.holders:
            until = f" (until {holder.until:%Y-%m-%d %H:%M} UTC)" if holder.until is not None else ""
            yield from ((line, "quiet") for line in wrapped(f"{redact(holder.text)}{until}", width=width, indent=4))


def _proposals(result: UpdateResult, width: int) -> Iterator[Line]:
    if result.proposals:
        yield "", None
        yield "Proposals:", "strong"
    for proposal in result.proposals:
        style = _STYLES[proposal.verdict]
        yield from ((line, style) for line in wrapped(proposal.title, width=width, indent=2))
        yield f"    {verdict_line(proposal.bumps)}", "quiet"
        if take_command(proposal):
            yield f"    {take_command(proposal)}", None
