"""A comparison of two releases as Markdown for a pull request.

Whatever comes from a package stands in code spans and fences (see `markdown_text`); headings, lists, tables and
``<details>`` are our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pinkeeper.model.comparison import ChangeStatus, DiffResult, FileChange, ReleaseFile
from pinkeeper.model.finding import Finding, RelatedFact, Verdict
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import (
    VERDICTS,
    WHEN,
    counted,
    earliest_first,
    named_change,
    other_fields,
    overview,
    severities,
    wheel_tags,
)
from pinkeeper.reports.hunk_text import flat, window
from pinkeeper.reports.markdown_text import code, fence, sentence

__all__ = ["diff_markdown"]

_MARKS = {
    Verdict.DANGER: "\N{OCTAGONAL SIGN}",
    Verdict.REVIEW: "\N{EYES}",
    Verdict.ROUTINE: "\N{WHITE HEAVY CHECK MARK}",
}
_STATUSES = {
    ChangeStatus.ADDED: "A",
    ChangeStatus.REMOVED: "D",
    ChangeStatus.CHANGED: "M",
    ChangeStatus.RENAMED: "R",
}
_MOST_HUNK = 12
_MOST_RELATED = 10
_MOST_ROWS = 200  # of any list that is folded
_ROOM_FOR_THE_END = 200


def diff_markdown(result: DiffResult, *, limit: int = 60_000) -> str:
    """The result, ending with a newline.

    limit: characters; forges refuse longer texts. Where not all fits, the verdict, what runs unasked and what was not
    analysed come first, then the rest in its order; the last line says how many parts were left out.
    """
    parts = list(_parts(result))
    left = limit - _ROOM_FOR_THE_END
    kept: set[int] = set()
    for place in sorted(range(len(parts)), key=lambda place: not parts[place].comes_first):
        length = len(parts[place].text) + 2
        if length <= left:
            kept.add(place)
            left -= length
    texts = [parts[place].text for place in sorted(kept)]
    if len(kept) < len(parts):
        missing = counted(len(parts) - len(kept), "part")
        texts.append(f"**{missing} of this report did not fit. `pinkeeper diff` shows all.**")
    return "\n\n".join(texts) + "\n"


class _Part(NamedTuple):
    """Some blocks that make sense, and are closed, on their own."""

    text: str
    comes_first: bool = False


def _parts(result: DiffResult) -> Iterator[_Part]:
    yield _Part(
        f"## {code(result.name)} {code(str(result.old.version))} to {code(str(result.new.version))}", comes_first=True
    )
    found = severities(finding.severity for finding in result.findings) or "no finding"
    yield _Part(
        f"{_MARKS[result.verdict]} **{result.verdict.upper()}**: {found}; {VERDICTS[result.verdict]}.", comes_first=True
    )
    yield _Part(_table(result), comes_first=True)
    yield _Part(_unasked(result), comes_first=True)
    for number, finding in enumerate(result.findings):
        yield _Part(f"### Findings\n\n{_finding(finding)}" if number == 0 else _finding(finding))
    yield from map(_Part, _fields(result))
    yield from map(_Part, _api(result))
    yield from map(_Part, _notes(result))
    yield from (_Part(text, comes_first=True) for text in _not_analysed(result))
    yield from map(_Part, _files(result))
    yield _Part(_folded("What was read", (fence(_first([*_release_files(result)], _MOST_ROWS, "file")),)))


def _table(result: DiffResult) -> str:
    """Numbers and our own words alone, but for wheel tags, which stand outside."""
    seen = overview(result)
    tags = wheel_tags(result)
    rows = [
        f"| {label} | {value if label != 'wheel tags' or not tags else 'changed, see below'} |"
        for label, value in seen.rows()
    ]
    return "\n".join(["| | |", "| --- | --- |", *rows])


def _unasked(result: DiffResult) -> str:
    if not result.unasked:
        return "Nothing new runs without being called."
    told = (
        f"{WHEN[entry.when]}: {_place(entry.path, entry.line)}: {sentence(entry.what)}"
        for entry in earliest_first(result)
    )
    return f"### Runs without being called\n\n{_items(told)}"


def _finding(finding: Finding) -> str:
    when = "" if finding.when is None else f", runs {WHEN[finding.when]}"
    parts = [
        f"#### {finding.severity.upper()}: {code(finding.rule)} in {_place(finding.path, finding.line)}{when}",
        sentence(finding.summary),
    ]
    if finding.hunk is not None:
        lines = window(finding.hunk, finding.line, most=_MOST_HUNK)
        parts.append(fence((f"{line.kind}{flat(line.text)}" for line in lines), "diff"))
    elif finding.evidence:
        parts.append(fence(flat(line) for line in finding.evidence.splitlines()[:_MOST_HUNK]))
    if finding.related:
        parts.append(_items(map(_related, finding.related), _MOST_RELATED))
    return "\n\n".join(parts)


def _related(fact: RelatedFact) -> str:
    return f"also {fact.severity} {code(fact.rule)} in {_place(fact.path, fact.line)}: {sentence(fact.summary)}"


def _fields(result: DiffResult) -> Iterator[str]:
    changes = [*other_fields(result), *wheel_tags(result)]
    if not changes:
        return
    lines = [
        f"{sign}{change.field}: {flat(value)}"
        for change in changes
        for sign, values in (("-", change.old), ("+", change.new))
        for value in values
    ]
    yield f"### Fields and wheel tags\n\n{fence(_first(lines, _MOST_ROWS, 'value'), 'diff')}"


def _api(result: DiffResult) -> Iterator[str]:
    if not result.api:
        return
    told = (f"{code(change.name)}: {sentence(change.what)}" for change in result.api)
    yield f"### API that is gone or is used differently\n\n{_items(told)}"


def _notes(result: DiffResult) -> Iterator[str]:
    notes = result.notes
    if not notes.source:
        yield "No release notes were found."
    else:
        inside = [f"From {code(redact(notes.source))}, as written:"]
        for section in notes.sections:
            inside += [code(section.version), fence(_first(section.text.splitlines(), _MOST_ROWS, "line"))]
        if notes.cut:
            inside.append(f"{counted(notes.cut, 'character')} of the notes were left out.")
        yield _folded("Release notes", inside)
    if notes.remark:
        yield sentence(notes.remark)
    if notes.unmentioned:
        told = (f"{code(area)} ({counted(lines, 'line')})" for area, lines in notes.unmentioned)
        yield f"No note mentions:\n\n{_items(told)}"


def _not_analysed(result: DiffResult) -> Iterator[str]:
    if not result.not_analysed:
        return
    entries = (f"{code(entry.path)}: {sentence(redact(entry.reason))}" for entry in result.not_analysed)
    yield f"### Not analysed\n\n{_items(entries)}"


def _files(result: DiffResult) -> Iterator[str]:
    if result.changes:
        lines = [_file(change) for change in result.changes]
        yield _folded(counted(len(lines), "changed file"), (fence(_first(lines, _MOST_ROWS, "file")),))


def _file(change: FileChange) -> str:
    number = f"+{change.added} -{change.removed}" if change.is_text else "not text"
    return f"{_STATUSES[change.status]} {flat(named_change(change))}  ({change.kind}, {number})"


def _release_files(result: DiffResult) -> Iterator[str]:
    for file in (*result.old.files, *result.new.files):
        yield _release_file(file)


def _release_file(file: ReleaseFile) -> str:
    reason = f" ({redact(file.reason)})" if file.reason else ""
    return f"{file.treatment}: {flat(file.filename)} sha256:{file.sha256 or 'not known'}{reason}"


def _items(items: Iterable[str], most: int = _MOST_ROWS) -> str:
    told = list(items)
    more = [f"- and {len(told) - most:,} more"] if len(told) > most else []
    return "\n".join([*(f"- {item}" for item in told[:most]), *more])


def _first(lines: list[str], most: int, what: str) -> list[str]:
    more = [f"... and {counted(len(lines) - most, f'more {what}')}"] if len(lines) > most else []
    return [*lines[:most], *more]


def _folded(title: str, inside: Iterable[str]) -> str:
    """title: our own words. Forges read Markdown inside where blank lines stand around it."""
    return "\n\n".join([f"<details><summary>{title}</summary>", *inside, "</details>"])


def _place(path: str | None, line: int | None) -> str:
    if path is None:
        return "the release as a whole"
    return code(path if line is None else f"{path}:{line}")
