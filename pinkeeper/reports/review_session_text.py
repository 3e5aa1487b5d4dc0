"""What the interactive session shows of a release, as lines with styles."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.model.comparison import DiffResult, FileChange, ReleaseNotes
from pinkeeper.model.review_backlog import Material, Measured, OpenRelease
from pinkeeper.reports.diff_text import diff_text
from pinkeeper.reports.plain import printable
from pinkeeper.reports.review_approval_text import material_heading, release_heading

__all__ = ["VIEWS", "release_row", "session_lines"]

Line = tuple[str, str | None]

VIEWS = ("overview", "files", "notes", "everything")


def release_row(release: OpenRelease, measured: Measured | None, *, is_skipped: bool, is_here: bool) -> str:
    """A release in the list: what it is, and how much there is to read."""
    mark = "-" if is_skipped else "!" if release.violations else " "
    how = "" if measured is None else f"  {measured.lines} lines{f', {measured.gravest}' if measured.gravest else ''}"
    return printable(f"{'>' if is_here else ' '}{mark} {release.package} {release.version}{how}")


def session_lines(
    view: str, release: OpenRelease, material: Material | None, *, note: str, width: int
) -> Iterator[Line]:
    """One view of a release. material: None where it is not laid out yet. note: the reviewer's own draft."""
    for text, style in _lines(view, release, material, note=note, width=width):
        yield printable(text), style


def _lines(view: str, release: OpenRelease, material: Material | None, *, note: str, width: int) -> Iterator[Line]:
    yield from release_heading(release)
    if note:
        yield from (("your notes:", "strong"), *((f"  {line}", None) for line in note.splitlines()))
    yield "", None
    if material is None:
        return
    if material.base is None or view in {"files", "notes"}:  # the others say it themselves
        yield material_heading(material), "strong"
    for name, reason in material.left:
        yield f"not looked at: {name}: {reason}", "warning"
    yield from _view(view, material.result, width)


def _view(view: str, result: DiffResult, width: int) -> Iterator[Line]:
    match view:
        case "files":
            yield from map(_change, result.changes)
            if not result.changes:
                yield "no file changed", "quiet"
        case "notes":
            yield from _news(result.notes)
        case "everything":
            yield from diff_text(result, full=True, width=width)
        case _:
            yield from diff_text(result, width=width)


def _news(notes: ReleaseNotes) -> Iterator[Line]:
    if not notes.sections:
        yield notes.remark or "no release notes were found", "quiet"
    for section in notes.sections:
        yield section.version, "strong"
        yield from ((f"  {line}", None) for line in section.text.splitlines())


def _change(change: FileChange) -> Line:
    style = {"added": "added", "removed": "removed"}.get(change.status, "changed")
    counts = f" +{change.added} -{change.removed}" if change.is_text else ""
    code = f", code +{change.code_added} -{change.code_removed}" if change.code_added or change.code_removed else ""
    return f"{change.status:<8} {change.path} ({change.kind}){counts}{code}", style
