"""What the HTML page of a comparison shows, in the order and the shape in which its template writes it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup
from msgspec import Struct

from pinkeeper.model.comparison import ChangeStatus, DiffResult, FileChange, FileKind
from pinkeeper.model.finding import Finding, Severity, When
from pinkeeper.reports.coloured_code import Colouring
from pinkeeper.reports.diff_overview import WHEN, changes_by_path, counted, earliest_first, named_change, size
from pinkeeper.reports.html_code import GLYPHS, FileOnPage, Remark, file_rows, hunk_rows
from pinkeeper.reports.hunk_text import window
from pinkeeper.reports.machine_text import REMARK, foreign_text, speaks_to_machines
from pinkeeper.review.rules.rule import Rule

__all__ = ["Facet", "FileView", "FindingView", "Page", "PlaceView", "finding_views", "page_of"]

_MOST_FILES = 2000
_MOST_FINDINGS = 300
_MOST_LINES = 12_000  # of all files on the page
_MOST_LINES_OF_FILE = 1000
_MOST_HUNK = 12
_MOST_OPEN = 8
_LONGEST_OPEN = 300
_MARKS = {
    ChangeStatus.ADDED: "A",
    ChangeStatus.REMOVED: "D",
    ChangeStatus.CHANGED: "M",
    ChangeStatus.RENAMED: "R",
}
_TELLING_KINDS = frozenset({FileKind.STARTUP, FileKind.BUILD})


class PlaceView(Struct, frozen=True, kw_only=True):
    """Where something is. target: the id on the page, None where the page does not show it. is_whole: in no file."""

    text: str
    target: str | None = None
    is_whole: bool = False


class RelatedView(Struct, frozen=True, kw_only=True):
    """What another rule saw."""

    severity: str
    glyph: str
    rule: str
    place: PlaceView
    summary: str


class FindingView(Struct, frozen=True, kw_only=True):
    """A finding.

    when: in words, empty where it is not known. rows: of a table. rule: its description, if known. warning: of text
    that speaks to machines, else empty.
    """

    id: str
    severity: str
    glyph: str
    rule_id: str
    rule: Rule | None
    place: PlaceView
    when: str
    summary: str
    evidence: tuple[str, ...]
    rows: Markup
    warning: str
    related: tuple[RelatedView, ...]


class FileView(Struct, frozen=True, kw_only=True):
    """A changed file.

    name: its path, or both paths. severity: the gravest found in it, or ``none``. facts: words about it. problem: why
    there are no lines.
    """

    id: str
    path: str
    name: str
    status: str
    mark: str
    kind: str
    severity: str
    glyph: str
    findings: int
    is_text: bool
    added: int
    removed: int
    facts: tuple[str, ...]
    is_open: bool
    rows: Markup
    left_out: int
    problem: str


class UnaskedView(Struct, frozen=True, kw_only=True):
    """Something that runs without being called."""

    when: str
    is_first: bool
    place: PlaceView
    what: str


class Facet(Struct, frozen=True, kw_only=True):
    """What files can be filtered by: the name of the group, and each value with its number of files; two or more."""

    name: str
    values: tuple[tuple[str, int], ...]


class Page(Struct, frozen=True, kw_only=True):
    """All but what the template takes from the result itself."""

    findings: tuple[FindingView, ...]
    more_findings: int
    files: tuple[FileView, ...]
    more_files: int
    facets: tuple[Facet, ...]
    unasked: tuple[UnaskedView, ...]
    api: tuple[tuple[PlaceView, str, str], ...]


def page_of(result: DiffResult, rules: Mapping[str, Rule], *, most_lines: int | None = None) -> Page:
    """The page of a comparison, bounded in all that it shows; what is left out is counted.

    most_lines: of code, in all files together; None for as many as one page can have.
    """
    colouring = Colouring()
    numbers = _numbered(result)
    found: defaultdict[int, list[tuple[str, Finding]]] = defaultdict(list)
    by_path = {id(change): number for number, change in numbers.items()}
    number_of = {path: by_path[id(change)] for path, change in changes_by_path(result).items() if id(change) in by_path}
    for place, finding in enumerate(result.findings[:_MOST_FINDINGS], start=1):
        number = None if finding.path is None else number_of.get(finding.path)
        if number is not None:
            found[number].append((f"finding-{place}", finding))
    shown = _Shown(number_of)
    files = shown.files(numbers, found, colouring, most=_MOST_LINES if most_lines is None else most_lines)
    return Page(
        findings=tuple(
            _finding(f"finding-{place}", finding, shown, rules, colouring)
            for place, finding in enumerate(result.findings[:_MOST_FINDINGS], start=1)
        ),
        more_findings=max(len(result.findings) - _MOST_FINDINGS, 0),
        files=files,
        more_files=len(result.changes) - len(files),
        facets=_facets(files),
        unasked=_unasked(result, shown),
        api=tuple((shown.place(change.path, change.line), change.name, change.what) for change in result.api),
    )


def finding_views(
    findings: Iterable[Finding], rules: Mapping[str, Rule], *, prefix: str, colouring: Colouring
) -> tuple[FindingView, ...]:
    """Findings for a page without the files that they are in. prefix: of their ids, ``PREFIX-1`` the first."""
    shown = _Shown({})
    return tuple(
        _finding(f"{prefix}-{place}", finding, shown, rules, colouring)
        for place, finding in enumerate(findings, start=1)
    )


def _numbered(result: DiffResult) -> dict[int, FileChange]:
    """The files that the page shows, by path, from 1; where there are too many, those that matter."""
    paths = _gravest_by_path(result)
    changes: Sequence[FileChange] = result.changes
    if len(changes) > _MOST_FILES:
        kept = {id(change) for change in sorted(changes, key=lambda change: _weight(change, paths))[:_MOST_FILES]}
        changes = [change for change in changes if id(change) in kept]
    return dict(enumerate(changes, start=1))


def _gravest_by_path(result: DiffResult) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for finding in result.findings:
        if finding.path is not None:
            ranks[finding.path] = min(finding.severity.rank, ranks.get(finding.path, finding.severity.rank))
    return ranks


def _weight(change: FileChange, ranks: Mapping[str, int]) -> tuple[int, int, str]:
    """What sorts before matters more."""
    rank = min(
        (ranks[path] for path in (change.new_path, change.old_path) if path is not None and path in ranks),
        default=len(Severity),
    )
    kinds = (FileKind.STARTUP, FileKind.BUILD, FileKind.PYTHON, FileKind.SCRIPT, FileKind.NATIVE, FileKind.BYTECODE)
    return rank, kinds.index(change.kind) if change.kind in kinds else len(kinds), change.path


class _Shown:
    """What of the files is on the page, for links to lead to."""

    def __init__(self, number_of: Mapping[str, int]) -> None:
        self._number_of = number_of
        self._anchors: dict[int, frozenset[str]] = {}

    def files(
        self,
        numbers: Mapping[int, FileChange],
        found: Mapping[int, list[tuple[str, Finding]]],
        colouring: Colouring,
        *,
        most: int,
    ) -> tuple[FileView, ...]:
        ranks = {
            number: min((finding.severity.rank for _, finding in found.get(number, ())), default=len(Severity))
            for number in numbers
        }
        by_weight = sorted(numbers, key=lambda number: (ranks[number], _weight(numbers[number], {})))
        left, opened = most, 0
        views: dict[int, FileView] = {}
        for number in by_weight:
            change = numbers[number]
            lines = sum(len(hunk.lines) for hunk in change.hunks)
            shown = min(_MOST_LINES_OF_FILE, left)
            left -= min(lines, shown)
            is_grave = ranks[number] <= Severity.HIGH.rank or change.kind in _TELLING_KINDS
            is_open = is_grave and 0 < lines <= _LONGEST_OPEN and opened < _MOST_OPEN
            opened += is_open
            views[number] = self._file(number, change, found.get(number, []), shown, colouring, is_open=is_open)
        return tuple(views[number] for number in numbers)

    def _file(
        self,
        number: int,
        change: FileChange,
        found: list[tuple[str, Finding]],
        most: int,
        colouring: Colouring,
        *,
        is_open: bool,
    ) -> FileView:
        identifier = f"f{number}"
        remarks = [
            Remark(finding.line, target, finding.severity, finding.rule, finding.summary)
            for target, finding in found
            if finding.line is not None
        ]
        rows = file_rows(
            change.hunks,
            FileOnPage(change.path, identifier, is_gone=change.new_path is None),
            most=most,
            remarks=remarks,
            colouring=colouring,
        )
        self._anchors[number] = rows.anchors
        gravest = min((finding.severity for _, finding in found), key=lambda severity: severity.rank, default=None)
        return FileView(
            id=identifier,
            path=change.path,
            name=named_change(change),
            status=change.status.value,
            mark=_MARKS[change.status],
            kind=change.kind.value,
            severity="none" if gravest is None else gravest.value,
            glyph="" if gravest is None else GLYPHS[gravest],
            findings=len(found),
            is_text=change.is_text,
            added=change.added,
            removed=change.removed,
            facts=_facts(change),
            is_open=is_open,
            rows=rows.html,
            left_out=rows.left_out,
            problem="" if change.hunks else _problem(change),
        )

    def place(self, path: str | None, line: int | None) -> PlaceView:
        """A place, with the id of its line, else of its file, where the page has it."""
        if path is None:
            return PlaceView(text="the release as a whole", is_whole=True)
        text = path if line is None else f"{path}:{line}"
        number = self._number_of.get(path)
        if number is None:
            return PlaceView(text=text)
        anchors = self._anchors[number]
        target = next((end for end in (f"f{number}-n{line}", f"f{number}-o{line}") if end in anchors), f"f{number}")
        return PlaceView(text=text, target=target)


def _facts(change: FileChange) -> tuple[str, ...]:
    facts = []
    if change.old_size is not None and change.new_size is not None and change.old_size != change.new_size:
        facts.append(f"{size(change.old_size)} to {size(change.new_size)}")
    else:
        facts.append(size(change.new_size if change.new_size is not None else change.old_size))
    if change.code_added or change.code_removed:
        facts.append(f"+{change.code_added} -{change.code_removed} executable")
    if change.old_kind is not None:
        facts.append(f"was {change.old_kind}")
    if change.moved:
        facts.append(f"{counted(change.moved, 'line')} moved from elsewhere")
    if change.similarity is not None:
        facts.append(f"{change.similarity:.0%} alike")
    facts += [
        f"{side} sha256 {digest[:16]}..."
        for side, digest in (("old", change.old_sha256), ("new", change.new_sha256))
        if digest is not None
    ]
    return tuple(fact for fact in facts if fact)


def _problem(change: FileChange) -> str:
    if not change.is_text:
        return "This file is no text: there are no lines to compare."
    if change.added or change.removed:
        return "The lines of this file are not here: it is too large to be compared by lines."
    return "No line of this file changed."


def _finding(
    identifier: str, finding: Finding, shown: _Shown, rules: Mapping[str, Rule], colouring: Colouring
) -> FindingView:
    rows = Markup("")
    if finding.hunk is not None:
        lines = window(finding.hunk, finding.line, most=_MOST_HUNK)
        rows = hunk_rows(lines, path=finding.path or "", line=finding.line, colouring=colouring)
    return FindingView(
        id=identifier,
        severity=finding.severity.value,
        glyph=GLYPHS[finding.severity],
        rule_id=finding.rule,
        rule=rules.get(finding.rule),
        place=shown.place(finding.path, finding.line),
        when="" if finding.when is None else WHEN[finding.when],
        summary=finding.summary,
        evidence=() if rows else tuple(finding.evidence.splitlines()[:_MOST_HUNK]),
        rows=rows,
        warning=REMARK if speaks_to_machines(foreign_text(finding)) else "",
        related=tuple(
            RelatedView(
                severity=fact.severity.value,
                glyph=GLYPHS[fact.severity],
                rule=fact.rule,
                place=shown.place(fact.path, fact.line),
                summary=fact.summary,
            )
            for fact in finding.related
        ),
    )


def _unasked(result: DiffResult, shown: _Shown) -> tuple[UnaskedView, ...]:
    views = []
    before: When | None = None
    for entry in earliest_first(result):
        views.append(
            UnaskedView(
                when=WHEN[entry.when],
                is_first=entry.when is not before,
                place=shown.place(entry.path, entry.line),
                what=entry.what,
            )
        )
        before = entry.when
    return tuple(views)


def _facets(files: Iterable[FileView]) -> tuple[Facet, ...]:
    told = list(files)
    severities = [*(severity.value for severity in Severity), "none"]
    return tuple(
        Facet(name=name, values=tuple((value, number[value]) for value in order if number[value]))
        for name, order, number in (
            ("kind", [kind.value for kind in FileKind], Counter(file.kind for file in told)),
            ("status", [status.value for status in ChangeStatus], Counter(file.status for file in told)),
            ("severity", severities, Counter(file.severity for file in told)),
        )
        if len(number) > 1
    )
