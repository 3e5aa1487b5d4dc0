"""The lines of a difference as rows of an HTML table: numbered, coloured, bounded, with remarks at their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from pinkeeper.model.finding import Severity
from pinkeeper.model.hunk import DiffLine, Hunk, LineKind
from pinkeeper.reports.coloured_code import Colouring
from pinkeeper.reports.plain import printable

__all__ = ["GLYPHS", "CodeRows", "FileOnPage", "Remark", "file_rows", "hunk_rows"]

GLYPHS = {
    Severity.CRITICAL: "\N{BLACK DIAMOND}",
    Severity.HIGH: "\N{BLACK UP-POINTING TRIANGLE}",
    Severity.MEDIUM: "\N{BLACK CIRCLE}",
    Severity.LOW: "\N{WHITE CIRCLE}",
}
"""Marks that tell severities apart without colour."""

_CLASSES = {LineKind.SAME: "s", LineKind.ADDED: "a", LineKind.REMOVED: "r"}
_AROUND = 15  # lines that are kept around a remark in a file that is cut
_MOST_REMARKS = 50
_WIDE = Markup('<tr class="{}"><td class="w" colspan="3">{}</td></tr>\n')
_REMARK = Markup('<a href="#{}"><span class="sev {}"><span aria-hidden="true">{}</span> {}</span> {}</a> {}')


class Remark(NamedTuple):
    """What was found at a line. target: the id of the finding on the page."""

    line: int
    target: str
    severity: Severity
    rule: str
    summary: str


class FileOnPage(NamedTuple):
    """path: of the file. prefix: of the ids of its lines: ``f1-n12`` is line 12 of the new file, ``f1-o9`` of the old.

    is_gone: the old release alone has it, and remarks are about its lines there.
    """

    path: str
    prefix: str
    is_gone: bool = False

    def told_at(self, line: DiffLine) -> int | None:
        """The number under which a remark finds the line."""
        return line.old if self.is_gone else line.new


class CodeRows(NamedTuple):
    """html: rows of a table. anchors: ids of lines that are among them. left_out: lines that are not."""

    html: Markup
    anchors: frozenset[str]
    left_out: int


def hunk_rows(lines: Sequence[DiffLine], *, path: str, line: int | None, colouring: Colouring) -> Markup:
    """A few lines without ids. line: that which a finding is about, of the new file or of the old one."""
    texts = _texts(lines, path, colouring)
    hit = _hit(lines, line)
    return Markup("").join(
        _line(f"{_CLASSES[shown.kind]} hit" if place == hit else _CLASSES[shown.kind], shown, text)
        for place, (shown, text) in enumerate(zip(lines, texts, strict=True))
    )


def file_rows(
    hunks: Sequence[Hunk], file: FileOnPage, *, most: int, remarks: Iterable[Remark], colouring: Colouring
) -> CodeRows:
    """The hunks of one file.

    most: lines that are shown; of a longer file those at the beginning and around remarks. A gap says how long it is.
    """
    told: defaultdict[int, list[Remark]] = defaultdict(list)
    for remark in list(remarks)[:_MOST_REMARKS]:
        told[remark.line].append(remark)
    total = sum(len(hunk.lines) for hunk in hunks)
    kept = None if total <= most else _kept([line for hunk in hunks for line in hunk.lines], file, most, told)
    rows: list[Markup] = []
    anchors: set[str] = set()
    start = left_out = gap = 0
    for hunk in hunks:
        shown = [kept is None or start + place in kept for place in range(len(hunk.lines))]
        start += len(hunk.lines)
        if not any(shown):
            gap += len(hunk.lines)
            continue
        rows += _gap(gap)
        left_out, gap = left_out + gap, 0
        rows.append(_WIDE.format("h", hunk.header))
        for is_shown, group in groupby(zip(shown, hunk.lines, strict=True), key=lambda pair: pair[0]):
            lines = [line for _, line in group]
            if is_shown:
                rows += _rows(lines, file, told, anchors, colouring)
            else:
                left_out += len(lines)
                rows += _gap(len(lines))
    rows += _gap(gap)
    left_out += gap
    return CodeRows(Markup("").join(rows), frozenset(anchors), left_out)


def _gap(lines: int) -> Iterator[Markup]:
    if lines:
        yield _WIDE.format("g", f"{lines:,} lines are left out here")


def _kept(lines: Sequence[DiffLine], file: FileOnPage, most: int, told: Mapping[int, object]) -> frozenset[int]:
    """The places of lines that are shown of a file that is too long."""
    kept = set(range(most))
    for place, line in enumerate(lines):
        if file.told_at(line) in told:
            kept.update(range(max(place - _AROUND, 0), min(place + _AROUND + 1, len(lines))))
    return frozenset(kept)


def _rows(
    lines: Sequence[DiffLine],
    file: FileOnPage,
    told: defaultdict[int, list[Remark]],
    anchors: set[str],
    colouring: Colouring,
) -> Iterator[Markup]:
    for line, text in zip(lines, _texts(lines, file.path, colouring), strict=True):
        side = f"o{line.old}" if line.kind is LineKind.REMOVED else f"n{line.new}"
        anchor = f"{file.prefix}-{side}"
        number = file.told_at(line)
        anchors.add(anchor)
        yield _line(_CLASSES[line.kind], line, text, identifier=anchor)
        for remark in told.pop(number, ()) if number is not None else ():
            yield _WIDE.format(
                "m",
                _REMARK.format(
                    remark.target,
                    remark.severity.value,
                    GLYPHS[remark.severity],
                    remark.severity.value,
                    printable(remark.rule),
                    printable(remark.summary),
                ),
            )


def _texts(lines: Sequence[DiffLine], path: str, colouring: Colouring) -> list[Markup]:
    """Each line as HTML, coloured as part of the side that it is on."""
    new = iter(colouring.lines([line.text for line in lines if line.kind is not LineKind.REMOVED], path))
    if not any(line.kind is LineKind.REMOVED for line in lines):
        return list(new)
    old = iter(colouring.lines([line.text for line in lines if line.kind is not LineKind.ADDED], path))
    shown = []
    for line in lines:
        before = next(old) if line.kind is not LineKind.ADDED else None
        shown.append(before if line.kind is LineKind.REMOVED and before is not None else next(new))
    return shown


def _hit(lines: Sequence[DiffLine], line: int | None) -> int | None:
    if line is None:
        return None
    new = [place for place, shown in enumerate(lines) if shown.new == line]
    return next(iter(new or [place for place, shown in enumerate(lines) if shown.old == line]), None)


def _line(classes: str, line: DiffLine, text: Markup, *, identifier: str = "") -> Markup:
    """One row. classes, identifier: our own words. There are tens of thousands of them: no general formatting here."""
    anchor = f' id="{identifier}"' if identifier else ""
    row = f'<tr class="{classes}"{anchor}><td class="l"{_number(line.old)}></td><td class="l"{_number(line.new)}></td>'
    return Markup(f'{row}<td class="t">{text}</td></tr>\n')  # noqa: S704 - the text is markup already


def _number(line: int | None) -> str:
    return "" if line is None else f' data-l="{line}"'
