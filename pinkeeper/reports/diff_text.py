"""A comparison of two releases as lines for a terminal, on one to two screens, each with a style for a printer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pinkeeper.model.comparison import DiffResult, FieldChange
from pinkeeper.model.finding import Severity, Verdict
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import (
    VERDICTS,
    WHEN,
    counted,
    earliest_first,
    other_fields,
    overview,
    severities,
)
from pinkeeper.reports.diff_text_file import all_files, one_file
from pinkeeper.reports.finding_text import finding_head, finding_hunk, place
from pinkeeper.reports.hunk_text import cut, flat, wrapped
from pinkeeper.reports.plain import printable

__all__ = ["diff_text"]

Line = tuple[str, str | None]

_HUNKS = ((12, 8), (12, 5))  # lines of the first, of any other finding; what is tried first
_SURELY_SHOWN = 2  # findings whose hunks are shown even where that takes more than two screens
_LISTS = (10, 8, 6, 5, 4, 3, 2)  # entries of each list after the findings; as many as there is room for
_TWO_SCREENS = 46  # rows, with room for a prompt before and after
_VERDICT_STYLES = {Verdict.DANGER: "error", Verdict.REVIEW: "warning", Verdict.ROUTINE: "good"}


def diff_text(result: DiffResult, *, full: bool = False, file: str | None = None, width: int = 80) -> tuple[Line, ...]:
    """(text, style) lines; styles are those of `pinkeeper.reports.lock_text`, ``strong`` and ``error``, or None.

    full: nothing is left out, and the hunks of all files follow. file: all about this one file instead; its path in
    either release, or the end of it where only one file has that. width: columns. Nothing in a line can steer a
    terminal. Raises InputError where no file of that name changed.
    """
    if file is not None:
        return _clean(one_file(result, file, width=width))
    if full:
        return _clean([*_page(result, width, rows=None), *all_files(result, width=width)])
    return _clean(_page(result, width, rows=_TWO_SCREENS))


def _clean(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple((printable(text).rstrip(), style) for text, style in lines)


def _page(result: DiffResult, width: int, *, rows: int | None) -> Iterator[Line]:
    """rows: how many there may be, None for no bound. Findings come first; the lists after them take what is left."""
    before = [*_verdict(result), *_table(result, width), *_unasked(result, width, most=3 if rows else None)]
    yield from before
    if rows is None:
        yield from _findings(result, width, rows=None)
        yield from _lists(result, width, most=None)
        return
    left = rows - len(before)
    findings = list(_findings(result, width, rows=left - len(list(_lists(result, width, most=_LISTS[-1])))))
    yield from findings
    left -= len(findings)
    lists = (list(_lists(result, width, most=most)) for most in _LISTS)
    yield from next((lines for lines in lists if len(lines) <= left), list(_lists(result, width, most=_LISTS[-1])))


def _lists(result: DiffResult, width: int, *, most: int | None) -> Iterator[Line]:
    yield from _fields(result, width, most=most)
    yield from _api(result, width, most=most)
    yield from _notes(result, width, most=most)
    yield from _not_analysed(result, width, most=most)


def _verdict(result: DiffResult) -> Iterator[Line]:
    yield (
        f"{result.name} {result.old.version} -> {result.new.version}: {result.verdict.upper()}",
        _VERDICT_STYLES[result.verdict],
    )
    found = severities(finding.severity for finding in result.findings) or "no finding"
    yield f"{found}: {VERDICTS[result.verdict]}", None


def _table(result: DiffResult, width: int) -> Iterator[Line]:
    for label, value in overview(result).rows():
        yield f"  {label:<11}{cut(flat(value), width - 13)}", None


def _unasked(result: DiffResult, width: int, *, most: int | None) -> Iterator[Line]:
    if not result.unasked:
        yield "Nothing new runs without being called.", "good"
        return
    yield "Runs without being called:", "strong"
    told = earliest_first(result)
    for entry in told[:most]:
        text = f"{WHEN[entry.when]}: {flat(place(entry.path, entry.line))}: {flat(entry.what)}"
        yield from _bullet(text, width, is_whole=most is None)
    yield from _more(len(told), most)


def _findings(result: DiffResult, width: int, *, rows: int | None) -> Iterator[Line]:
    """rows: how many may be taken. The gravest get their hunks first; what does not fit is counted."""
    if not result.findings:
        return
    yield "Findings:", "strong"
    heads = [list(finding_head(finding, width, is_whole=rows is None)) for finding in result.findings]
    if rows is None:
        for finding, head in zip(result.findings, heads, strict=True):
            yield from head
            yield from finding_hunk(finding, width, is_whole=True)
        return
    left = rows - 2
    shown = 0
    while shown < len(heads) and (shown < 3 or left >= len(heads[shown])):  # noqa: PLR2004 - always three
        left -= len(heads[shown])
        shown += 1
    for number, (finding, head) in enumerate(zip(result.findings[:shown], heads, strict=False)):
        yield from head
        is_grave = finding.severity.at_least(Severity.HIGH)
        sizes = _HUNKS[min(number, len(_HUNKS) - 1)] if is_grave else _HUNKS[0][:1]
        for most in sizes:
            hunk = list(finding_hunk(finding, width, is_whole=False, most=most))
            if len(hunk) <= left or (is_grave and number < _SURELY_SHOWN and most == sizes[-1]):
                left -= len(hunk)
                yield from hunk
                break
    if shown < len(heads):
        hidden = result.findings[shown:]
        yield f"  and {len(hidden):,} more ({severities(finding.severity for finding in hidden)}): --full", "quiet"


def _fields(result: DiffResult, width: int, *, most: int | None) -> Iterator[Line]:
    changes = other_fields(result)
    if not changes:
        return
    yield "Fields:", "strong"
    told = [*_signed(changes)]
    for text, style in told[:most]:
        yield (f"  {text}" if most is None else cut(f"  {text}", width)), style
    yield from _more(len(told), most)


def _signed(changes: tuple[FieldChange, ...]) -> Iterator[Line]:
    for change in changes:
        yield from ((f"- {change.field}: {flat(value)}", "removed") for value in change.old)
        yield from ((f"+ {change.field}: {flat(value)}", "added") for value in change.new)


def _api(result: DiffResult, width: int, *, most: int | None) -> Iterator[Line]:
    if not result.api:
        return
    yield "API that is gone or is used differently:", "strong"
    for change in result.api[:most]:
        yield from _bullet(f"{flat(change.name)}: {flat(change.what)}", width, is_whole=most is None)
    yield from _more(len(result.api), most)


def _notes(result: DiffResult, width: int, *, most: int | None) -> Iterator[Line]:
    notes = result.notes
    if notes.source:
        yield f"Notes, from {flat(redact(notes.source))}:", "strong"
        rows = [
            row
            for section in notes.sections
            for row in (section.version, *(f"  {line}" for line in section.text.splitlines() if line.strip()))
        ]
        for row in rows[:most]:
            yield f"  {flat(row) if most is None else cut(flat(row), width - 2)}", None
        yield from _more(len(rows), most, "line")
        if notes.cut:
            yield f"  {counted(notes.cut, 'character')} of the notes were left out", "warning"
    else:
        yield "No release notes were found.", "quiet"
    if notes.remark:
        yield from ((row, "changed") for row in wrapped(notes.remark, width=width, indent=2))
    if notes.unmentioned:
        areas = ", ".join(f"{flat(area)} ({counted(lines, 'line')})" for area, lines in notes.unmentioned[:most])
        hidden = len(notes.unmentioned) - len(notes.unmentioned[:most])
        more = f" and {hidden:,} more" if hidden else ""
        yield from ((row, "changed") for row in wrapped(f"no note mentions: {areas}{more}", width=width, indent=2))


def _not_analysed(result: DiffResult, width: int, *, most: int | None) -> Iterator[Line]:
    if not result.not_analysed:
        return
    yield f"Not analysed ({len(result.not_analysed):,}):", "warning"
    for entry in result.not_analysed[:most]:
        yield from _bullet(f"{flat(entry.path)}: {flat(redact(entry.reason))}", width, is_whole=most is None)
    yield from _more(len(result.not_analysed), most)


def _bullet(text: str, width: int, *, is_whole: bool) -> Iterator[Line]:
    if is_whole:
        for number, row in enumerate(wrapped(text, width=width - 2, indent=2)):
            yield (row if number == 0 else f"  {row}"), None
    else:
        yield cut(f"  {text}", width), None


def _more(number: int, most: int | None, what: str = "") -> Iterator[Line]:
    if most is not None and number > most:
        yield f"  and {counted(number - most, f'more {what}') if what else f'{number - most:,} more'}: --full", "quiet"
