"""All about one changed file, and all changed files, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.errors import InputError
from pinkeeper.model.comparison import ChangeStatus, DiffResult, FileChange
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import WHEN, counted, named_change, size
from pinkeeper.reports.finding_text import finding_head, place
from pinkeeper.reports.hunk_text import flat, hunk_lines, wrapped

__all__ = ["all_files", "one_file"]

Line = tuple[str, str | None]

_MARKS = {
    ChangeStatus.ADDED: ("A", "added"),
    ChangeStatus.REMOVED: ("D", "removed"),
    ChangeStatus.CHANGED: ("M", "changed"),
    ChangeStatus.RENAMED: ("R", "changed"),
}


def one_file(result: DiffResult, file: str, *, width: int) -> Iterator[Line]:
    """The file, what was found in it, and its hunks. Raises InputError where no file of that name changed."""
    change = _meant(result, file)
    yield from _head(change, width)
    for side, number, sha256 in (
        ("old", change.old_size, change.old_sha256),
        ("new", change.new_size, change.new_sha256),
    ):
        told = " ".join(part for part in (size(number), f"sha256:{sha256}" if sha256 else "") if part)
        if told:
            yield f"  {side}: {told}", "quiet"
    yield from _told_elsewhere(result, {change.old_path, change.new_path}, width)
    yield from _hunks(change, width)


def _told_elsewhere(result: DiffResult, paths: set[str | None], width: int) -> Iterator[Line]:
    for entry in result.unasked:
        if entry.path in paths:
            text = f"runs {WHEN[entry.when]}: {place(entry.path, entry.line)}: {entry.what}"
            yield from ((row, "warning") for row in wrapped(text, width=width, indent=2))
    for finding in result.findings:
        if finding.path in paths:
            yield from finding_head(finding, width, is_whole=True)
    said = [(f"API: {name.name}: {name.what}", "changed") for name in result.api if name.path in paths]
    said += [
        (f"not analysed: {redact(unread.reason)}", "warning") for unread in result.not_analysed if unread.path in paths
    ]
    for text, style in said:
        yield from ((row, style) for row in wrapped(text, width=width, indent=2))


def all_files(result: DiffResult, *, width: int) -> Iterator[Line]:
    """Every changed file with its hunks."""
    if result.changes:
        yield "Files:", "strong"
    for change in result.changes:
        yield from _head(change, width)
        yield from _hunks(change, width)


def _meant(result: DiffResult, file: str) -> FileChange:
    exact = [change for change in result.changes if file in {change.new_path, change.old_path}]
    if exact:
        return exact[0]
    end = f"/{file.strip('/')}"
    ending = [
        change
        for change in result.changes
        if any(path and path.endswith(end) for path in (change.new_path, change.old_path))
    ]
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise InputError(
            f"{len(ending)} changed files are called {flat(file)}",
            details=[flat(change.path) for change in ending[:10]],
            remedy="give --file the whole path",
        )
    raise InputError(
        f"no file called {flat(file)} changed between {result.name} {result.old.version} and {result.new.version}",
        remedy="look for its path with --full",
    )


def _head(change: FileChange, width: int) -> Iterator[Line]:
    mark, style = _MARKS[change.status]
    yield from ((row, style) for row in wrapped(f"{mark} {named_change(change)}", width=width, indent=0))
    yield f"  {_facts(change)}", "quiet"


def _facts(change: FileChange) -> str:
    facts = [f"{change.kind}, was {change.old_kind}" if change.old_kind is not None else f"{change.kind}"]
    if change.is_text:
        facts.append(f"+{change.added} -{change.removed} lines")
    else:
        facts.append("not text")
    if change.code_added or change.code_removed:
        facts.append(f"+{change.code_added} -{change.code_removed} executable")
    if change.moved:
        facts.append(f"{counted(change.moved, 'line')} moved from elsewhere")
    if change.similarity is not None:
        facts.append(f"{change.similarity:.0%} alike")
    return ", ".join(facts)


def _hunks(change: FileChange, width: int) -> Iterator[Line]:
    if not change.hunks and (change.added or change.removed or not change.is_text):
        sizes = f"{size(change.old_size) or 'nothing'} -> {size(change.new_size) or 'nothing'}"
        yield f"  {'no hunks: too large, or not compared' if change.is_text else 'no text'} ({sizes})", "quiet"
    for hunk in change.hunks:
        yield f"  {hunk.header}", "quiet"
        yield from hunk_lines(hunk.lines, width=width, is_whole=True)
