"""The proposals of an update as HTML: a page that lists all bumps, and a page for each comparison.

Every page stands alone: it loads nothing, and runs nothing but its own script (see `html_page`). A link leads from one
to another in the same folder and nowhere else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from pinkeeper.model.finding import Finding, Severity, Verdict
from pinkeeper.model.proposal import Bump, HeldBump, Proposal, UpdateResult
from pinkeeper.model.url import redact
from pinkeeper.reports.coloured_code import Colouring
from pinkeeper.reports.diff_html import Around, diff_html
from pinkeeper.reports.diff_overview import WHEN, counted, earliest_first
from pinkeeper.reports.diff_page import Facet, FindingView, PlaceView
from pinkeeper.reports.html_code import GLYPHS, hunk_rows
from pinkeeper.reports.html_page import page
from pinkeeper.reports.hunk_text import window
from pinkeeper.reports.proposal_words import (
    Row,
    commands,
    held_sentences,
    is_flagged,
    refusal,
    row,
    verdict_line,
)
from pinkeeper.review.rules.registry import RULES

__all__ = ["proposal_pages"]

_INDEX = "index.html"
_MOST_FINDINGS = 5
_MOST_HUNK = 12
_MOST_ENTRIES = 20


class _BumpView(Struct, frozen=True, kw_only=True):
    """A bump on the page that lists all. page: the address of its comparison, empty where there is none."""

    id: str
    bump: Bump
    cells: Row
    page: str
    is_direct: bool
    proposal: str
    findings: tuple[FindingView, ...]
    more_findings: int
    unasked: tuple[str, ...]
    more_unasked: int
    unread: int
    sources: tuple[str, ...]
    missing: tuple[str, ...]
    commands: tuple[tuple[str, str], ...]
    refusal: tuple[str, ...]


class _ProposalView(Struct, frozen=True, kw_only=True):
    """A proposal on that page. command: takes it; empty where nobody should."""

    id: str
    anchor: str
    title: str
    verdict: str
    bumps: tuple[_BumpView, ...]
    is_refused: bool
    command: str


class _HeldView(Struct, frozen=True, kw_only=True):
    """A package that stays."""

    held: HeldBump
    reasons: tuple[str, ...]


def proposal_pages(result: UpdateResult) -> dict[str, str]:
    """All pages by file name: ``index.html``, and one for each comparison."""
    names = _names(result)
    colouring = Colouring()
    proposals = tuple(
        _proposal(place, proposal, result, names, colouring)
        for place, proposal in enumerate((*result.refused, *result.proposals), start=1)
    )
    pages = {_INDEX: _index(result, proposals)}
    for proposal in (*result.refused, *result.proposals):
        for bump in proposal.bumps:
            name = names.get(_key(bump))
            if name is not None and name not in pages and bump.comparison is not None:
                pages[name] = diff_html(bump.comparison, RULES, _around(bump, proposal, result))
    return pages


_Key = tuple[str, str, str]


def _key(bump: Bump) -> _Key:
    return bump.name, str(bump.old or ""), str(bump.new or "")


def _names(result: UpdateResult) -> dict[_Key, str]:
    """A file name for each comparison: plain on every file system, and none like another, whatever the case."""
    found: dict[_Key, str] = {}
    taken = {_INDEX.casefold()}
    for bump in result.bumps:
        key = _key(bump)
        if bump.comparison is None or key in found:
            continue
        stem = re.sub(r"[^A-Za-z0-9._-]", "_", f"{bump.name}-{bump.old or 'new'}-{bump.new}")[:120]
        name, number = f"{stem}.html", 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}.html"
        taken.add(name.casefold())
        found[key] = name
    return found


def _index(result: UpdateResult, proposals: Iterable[_ProposalView]) -> str:
    shown = tuple(proposals)
    bumps = [view for proposal in shown for view in proposal.bumps]
    worst = max((view.bump.verdict for view in bumps), key=list(Verdict).index, default=Verdict.ROUTINE)
    return page(
        "proposal.html",
        styles=("diff.css", "proposal.css"),
        script="proposal.js",
        result=result,
        made_at=f"{result.made_at:%Y-%m-%d %H:%M} UTC",
        proposals=shown,
        bumps=bumps,
        worst=worst.value,
        line=verdict_line(result.bumps),
        facets=_facets(bumps),
        held=tuple(_HeldView(held=held, reasons=tuple(held_sentences(held))) for held in result.held),
    )


def _facets(bumps: Iterable[_BumpView]) -> tuple[Facet, ...]:
    told = list(bumps)
    groups = (
        ("verdict", Counter(view.bump.verdict.value for view in told)),
        ("kind", Counter(view.bump.kind.value for view in told)),
        ("reason", Counter("direct" if view.is_direct else "transitive" for view in told)),
    )
    return tuple(Facet(name=name, values=tuple(sorted(number.items()))) for name, number in groups if len(number) > 1)


def _proposal(
    place: int, proposal: Proposal, result: UpdateResult, names: dict[_Key, str], colouring: Colouring
) -> _ProposalView:
    is_refused = proposal.verdict is Verdict.DANGER
    return _ProposalView(
        id=proposal.id,
        anchor=f"proposal-{place}",
        title=proposal.title,
        verdict=proposal.verdict.value,
        bumps=tuple(
            _bump(f"bump-{place}-{number}", bump, proposal=proposal, result=result, names=names, colouring=colouring)
            for number, bump in enumerate(proposal.bumps, start=1)
        ),
        is_refused=is_refused,
        command="" if is_refused or not proposal.files else f"pinkeeper update --write --proposal {proposal.id}",
    )


def _bump(
    identifier: str,
    bump: Bump,
    *,
    proposal: Proposal,
    result: UpdateResult,
    names: dict[_Key, str],
    colouring: Colouring,
) -> _BumpView:
    compared = bump.comparison
    flagged = is_flagged(bump)
    findings = () if compared is None else compared.findings
    grave = [finding for finding in findings if finding.severity.at_least(Severity.HIGH)]
    unasked = [] if compared is None else earliest_first(compared)
    return _BumpView(
        id=identifier,
        bump=bump,
        cells=row(bump, now=result.made_at),
        page=names.get(_key(bump), ""),
        is_direct=bump.is_direct,
        proposal=proposal.id,
        findings=tuple(
            _finding(f"{identifier}-finding-{number}", finding, colouring)
            for number, finding in enumerate(grave[:_MOST_FINDINGS] if flagged else (), start=1)
        ),
        more_findings=max(len(grave) - _MOST_FINDINGS, 0),
        unasked=tuple(
            f"{WHEN[entry.when]}: {entry.path}{f':{entry.line}' if entry.line else ''}: {entry.what}"
            for entry in unasked[:_MOST_ENTRIES]
        ),
        more_unasked=max(len(unasked) - _MOST_ENTRIES, 0),
        unread=0 if compared is None else len(compared.not_analysed),
        sources=tuple(
            f"{redact(notes.source)} ({counted(len(notes.sections), 'release')})"
            for notes in bump.notes
            if notes.source
        ),
        missing=tuple(map(redact, bump.notes_missing)),
        commands=commands(bump, proposal),
        refusal=refusal(bump, result) if flagged and bump.new is not None else (),
    )


def _finding(identifier: str, finding: Finding, colouring: Colouring) -> FindingView:
    lines = () if finding.hunk is None else window(finding.hunk, finding.line, most=_MOST_HUNK)
    rows = hunk_rows(lines, path=finding.path or "", line=finding.line, colouring=colouring)
    place = finding.path or "the release as a whole"
    return FindingView(
        id=identifier,
        severity=finding.severity.value,
        glyph=GLYPHS[finding.severity],
        rule_id=finding.rule,
        rule=RULES.get(finding.rule),
        place=PlaceView(
            text=place if finding.line is None else f"{place}:{finding.line}", is_whole=finding.path is None
        ),
        when="" if finding.when is None else WHEN[finding.when],
        summary=finding.summary,
        evidence=() if rows else tuple(finding.evidence.splitlines()[:_MOST_HUNK]),
        rows=rows,
        related=(),
    )


def _around(bump: Bump, proposal: Proposal, result: UpdateResult) -> Around:
    cells = row(bump, now=result.made_at)
    facts = [
        ("why", cells.why),
        ("kind", cells.kind),
        ("age", cells.age),
        ("decide", bump.flagged_for),
        ("fixes", cells.advisories),
        ("verdict", cells.verdict),
    ]
    return Around(
        back=_INDEX,
        facts=tuple((label, value) for label, value in facts if value),
        notes=bump.notes,
        missing=bump.notes_missing,
        commands=commands(bump, proposal),
        refusal=refusal(bump, result) if bump.new is not None else (),
    )
