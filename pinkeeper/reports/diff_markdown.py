"""A comparison of two releases as Markdown for a pull request.

Whatever comes from a package stands in code spans and fences (see `markdown_text`); headings, lists, tables and
``<details>`` are our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pinkeeper.model.comparison import ChangeStatus, DiffResult, FileChange, ReleaseFile
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import (
    VERDICTS,
    counted,
    named_change,
    other_fields,
    overview,
    severities,
    wheel_tags,
)
from pinkeeper.reports.hunk_text import flat
from pinkeeper.reports.machine_text import REMARK, speaks_to_machines
from pinkeeper.reports.markdown_blocks import (
    VERDICT_MARKS,
    api_items,
    finding_block,
    first,
    folded,
    items,
    not_analysed_items,
    unasked_items,
)
from pinkeeper.reports.markdown_text import code, fence, sentence

__all__ = ["diff_markdown"]

_STATUSES = {
    ChangeStatus.ADDED: "A",
    ChangeStatus.REMOVED: "D",
    ChangeStatus.CHANGED: "M",
    ChangeStatus.RENAMED: "R",
}
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
        f"{VERDICT_MARKS[result.verdict]} **{result.verdict.upper()}**: {found}; {VERDICTS[result.verdict]}.",
        comes_first=True,
    )
    yield _Part(_table(result), comes_first=True)
    yield _Part(_unasked(result), comes_first=True)
    for number, finding in enumerate(result.findings):
        yield _Part(f"### Findings\n\n{finding_block(finding)}" if number == 0 else finding_block(finding))
    yield from map(_Part, _fields(result))
    yield from map(_Part, _api(result))
    yield from map(_Part, _notes(result))
    yield from (_Part(text, comes_first=True) for text in _not_analysed(result))
    yield from map(_Part, _files(result))
    yield _Part(folded("What was read", (fence(first([*_release_files(result)], _MOST_ROWS, "file")),)))


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
    return f"### Runs without being called\n\n{unasked_items(result)}"


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
    yield f"### Fields and wheel tags\n\n{fence(first(lines, _MOST_ROWS, 'value'), 'diff')}"


def _api(result: DiffResult) -> Iterator[str]:
    if not result.api:
        return
    yield f"### API that is gone or is used differently\n\n{api_items(result)}"


def _notes(result: DiffResult) -> Iterator[str]:
    notes = result.notes
    if not notes.source:
        yield "No release notes were found."
    else:
        inside = [f"From {code(redact(notes.source))}, as written:"]
        if speaks_to_machines(section.text for section in notes.sections):
            inside.append(f"**{REMARK}**")
        for section in notes.sections:
            inside += [code(section.version), fence(first(section.text.splitlines(), _MOST_ROWS, "line"))]
        if notes.cut:
            inside.append(f"{counted(notes.cut, 'character')} of the notes were left out.")
        yield folded("Release notes", inside)
    if notes.remark:
        yield sentence(notes.remark)
    if notes.unmentioned:
        told = (f"{code(area)} ({counted(lines, 'line')})" for area, lines in notes.unmentioned)
        yield f"No note mentions:\n\n{items(told)}"


def _not_analysed(result: DiffResult) -> Iterator[str]:
    if not result.not_analysed:
        return
    yield f"### Not analysed\n\n{not_analysed_items(result)}"


def _files(result: DiffResult) -> Iterator[str]:
    if result.changes:
        lines = [_file(change) for change in result.changes]
        yield folded(counted(len(lines), "changed file"), (fence(first(lines, _MOST_ROWS, "file")),))


def _file(change: FileChange) -> str:
    number = f"+{change.added} -{change.removed}" if change.is_text else "not text"
    return f"{_STATUSES[change.status]} {flat(named_change(change))}  ({change.kind}, {number})"


def _release_files(result: DiffResult) -> Iterator[str]:
    for file in (*result.old.files, *result.new.files):
        yield _release_file(file)


def _release_file(file: ReleaseFile) -> str:
    reason = f" ({redact(file.reason)})" if file.reason else ""
    return f"{file.treatment}: {flat(file.filename)} sha256:{file.sha256 or 'not known'}{reason}"
