"""What the HTML pages of an update show, in the order and the shape in which their templates write it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from pinkeeper.model.comparison import NotAnalysed
from pinkeeper.model.finding import Verdict
from pinkeeper.model.proposal import Bump, BumpKind, UpdateResult
from pinkeeper.model.url import redact
from pinkeeper.reports.coloured_code import Colouring
from pinkeeper.reports.diff_overview import WHEN, counted, earliest_first
from pinkeeper.reports.diff_page import Facet, FindingView, finding_views
from pinkeeper.reports.notes_view import NotesView, notes_views
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
from pinkeeper.review.rules.rule import Rule

__all__ = ["BumpView", "HeldView", "Index", "ProposalView", "commands_of", "file_names", "index_of"]

_LONGEST_NOTES = 20_000  # of one bump, on the page of all
_MOST_ENTRIES = 20
_LONGEST_NAME = 100
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_REASONS = ("direct", "pulled in")


class BumpView(Struct, frozen=True, kw_only=True):
    """A bump. page: the file name of its own page. reason: how it got into the lock. text: what a filter looks in.

    findings, notes and commands are those of a flagged one; sources: where the notes of any are from. facts: of one
    that is folded.
    """

    id: str
    bump: Bump
    cells: Row
    page: str
    reason: str
    text: str
    is_flagged: bool
    is_refused: bool
    proposals: tuple[str, ...]
    reasons: tuple[str, ...]
    findings: tuple[FindingView, ...]
    more_findings: int
    unasked: tuple[tuple[str, str, str], ...]
    more_unasked: int
    notes: tuple[NotesView, ...]
    sources: tuple[str, ...]
    not_analysed: tuple[NotAnalysed, ...]
    more_not_analysed: int
    commands: tuple[tuple[str, str], ...]
    refusal: tuple[str, ...]


class ProposalView(Struct, frozen=True, kw_only=True):
    """A proposal. command: empty where it is never to be taken."""

    title: str
    verdict: str
    summary: str
    command: str
    is_refused: bool


class HeldView(Struct, frozen=True, kw_only=True):
    """A package that stays. reasons: a sentence each."""

    name: str
    current: str
    newest: str
    reasons: tuple[str, ...]


class Index(Struct, frozen=True, kw_only=True):
    """The page of all."""

    line: str
    verdict: str
    made_at: str
    bumps: tuple[BumpView, ...]
    facets: tuple[Facet, ...]
    held: tuple[HeldView, ...]
    proposals: tuple[ProposalView, ...]

    @property
    def flagged(self) -> tuple[BumpView, ...]:
        """Those that a person must read."""
        return tuple(view for view in self.bumps if view.is_flagged)

    @property
    def routine(self) -> tuple[BumpView, ...]:
        """All others."""
        return tuple(view for view in self.bumps if not view.is_flagged)


def file_names(told: Iterable[Entry]) -> dict[int, str]:
    """A file name for the page of each bump, by its place, from 0.

    Plain on every file system: lower case, no reserved name, short; the same for the same bump in another run.
    """
    found = {}
    for place, entry in enumerate(told):
        bump = entry.bump
        plain = f"{bump.name}_{bump.old or 'new'}_{bump.new or 'gone'}"
        if not _PLAIN_NAME.fullmatch(plain) or len(plain) > _LONGEST_NAME:
            digest = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:12]
            plain = f"{re.sub(r'[^a-z0-9._-]+', '-', plain.lower())[:_LONGEST_NAME]}-{digest}"
        found[place] = f"bump-{plain}.html"
    return found


def index_of(result: UpdateResult, rules: Mapping[str, Rule]) -> Index:
    """The page of all, bounded in what it shows of each bump; what is left out is counted."""
    told = entries(result)
    names = file_names(told)
    colouring = Colouring()
    bumps = tuple(
        _bump(f"b{place + 1}", entry, names[place], result, rules, colouring) for place, entry in enumerate(told)
    )
    return Index(
        line=verdict_line(entry.bump for entry in told),
        verdict=gravest(entry.bump for entry in told).value,
        made_at=_minute(result.made_at),
        bumps=bumps,
        facets=_facets(bumps),
        held=tuple(
            HeldView(
                name=held.name,
                current=str(held.current),
                newest=str(held.newest),
                reasons=tuple(
                    redact(holder.text) + (f" (until {_minute(holder.until)})" if holder.until is not None else "")
                    for holder in held.holders
                ),
            )
            for held in result.held
        ),
        proposals=tuple(
            ProposalView(
                title=proposal.title,
                verdict=proposal.verdict.value,
                summary=verdict_line(proposal.bumps),
                command="" if is_refused else take_command(proposal),
                is_refused=is_refused,
            )
            for group, is_refused in ((result.refused, True), (result.proposals, False))
            for proposal in group
        ),
    )


def commands_of(entry: Entry) -> tuple[tuple[str, str], ...]:
    """What for, and the command line: to see a bump for oneself, and to take what it stands in."""
    told = [("To see it for yourself", see_command(entry.bump))]
    if not entry.is_refused:
        takes = [(proposal.title, take_command(proposal)) for proposal in entry.proposals]
        told += [(f"To take the proposal: {title}", command) for title, command in takes]
    return tuple((purpose, command) for purpose, command in told if command)


def _bump(  # noqa: PLR0917 - one call of its own
    identifier: str, entry: Entry, name: str, result: UpdateResult, rules: Mapping[str, Rule], colouring: Colouring
) -> BumpView:
    bump = entry.bump
    compared = bump.comparison
    cells = row(bump, now=result.made_at)
    flagged = is_flagged(bump)
    shown, more = findings_told(compared.findings if compared is not None and flagged else ())
    unasked = () if compared is None else earliest_first(compared)
    unread = () if compared is None else compared.not_analysed
    return BumpView(
        id=identifier,
        bump=bump,
        cells=cells,
        page=name,
        reason=_REASONS[0] if bump.is_direct else _REASONS[1],
        text=f"{cells.package} {cells.versions} {cells.why} {cells.powers} {cells.advisories}",
        is_flagged=flagged,
        is_refused=entry.is_refused,
        proposals=tuple(proposal.title for proposal in entry.proposals),
        reasons=reasons(bump),
        findings=finding_views(shown, rules, prefix=f"{identifier}-finding", colouring=colouring),
        more_findings=more,
        unasked=tuple((WHEN[each.when], _place(each.path, each.line), each.what) for each in unasked[:_MOST_ENTRIES]),
        more_unasked=max(len(unasked) - _MOST_ENTRIES, 0),
        notes=notes_views(bump.notes, most=_LONGEST_NOTES, above=4) if flagged else (),
        sources=tuple(_source(notes.source, len(notes.sections)) for notes in bump.notes if notes.source),
        not_analysed=unread[:_MOST_ENTRIES],
        more_not_analysed=max(len(unread) - _MOST_ENTRIES, 0),
        commands=commands_of(entry) if flagged else (),
        refusal=refusal(bump, result) if flagged else (),
    )


def _source(source: str, sections: int) -> str:
    return f"{redact(source)} ({counted(sections, 'release')})"


def _place(path: str, line: int | None) -> str:
    return path if line is None else f"{path}:{line}"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _facets(bumps: Sequence[BumpView]) -> tuple[Facet, ...]:
    groups = (
        ("verdict", [verdict.value for verdict in reversed(Verdict)], [view.bump.verdict.value for view in bumps]),
        ("kind", [kind.value for kind in BumpKind], [view.bump.kind.value for view in bumps]),
        ("reason", list(_REASONS), [view.reason for view in bumps]),
    )
    return tuple(
        Facet(name=name, values=tuple((value, number[value]) for value in order if number[value]))
        for name, order, number in ((name, order, Counter(values)) for name, order, values in groups)
        if len(number) > 1
    )
