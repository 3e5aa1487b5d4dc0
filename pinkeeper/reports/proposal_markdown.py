"""The proposals of an update as Markdown: the body of a pull request, and all of them for a file.

Whatever comes from a package or an index stands in code spans and fences (see `markdown_text`). A forge takes so many
characters and no more: what must be read comes first, what can be looked up last, and what was left out is counted.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

from pinkeeper.model.comparison import NoteSection, ReleaseNotes
from pinkeeper.model.finding import Finding, Verdict
from pinkeeper.model.proposal import Bump, HeldBump, Proposal, UpdateResult
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import counted
from pinkeeper.reports.machine_text import REMARK, speaks_to_machines
from pinkeeper.reports.markdown_blocks import (
    VERDICT_MARKS,
    api_items,
    finding_block,
    first,
    items,
    not_analysed_items,
    unasked_items,
)
from pinkeeper.reports.markdown_room import Branch, Leaf, fitted
from pinkeeper.reports.markdown_text import code, fence, sentence
from pinkeeper.reports.proposal_words import (
    COLUMNS,
    Entry,
    entries,
    entries_of,
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
from pinkeeper.review.rules.registry import RULES
from pinkeeper.review.rules.rule import Rule

__all__ = ["proposal_body", "update_markdown"]

_MOST_ENTRIES = 20  # of any list of a bump
_MOST_REFUSED = 10
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~/%?=&+-]*)?")
_UNLIMITED = sys.maxsize

# What is given room first.
_HEAD, _FINDINGS, _TABLE, _UNASKED, _UNREAD, _COMMANDS, _NOTES, _ROUTINE, _REST = range(9)


def proposal_body(result: UpdateResult, proposal: Proposal, *, limit: int = 65_536, report: str = "") -> str:
    """The text of one pull request, never longer than `limit` characters.

    report: where the whole report is, a path or a URL; empty where there is none.
    """
    told = entries_of(proposal)
    root = Branch(
        children=(
            _verdict(told),
            *_refused_beside(result),
            *_body(result, told),
            *_held(result),
            *_warnings(result),
            *_taking((proposal,)),
        )
    )
    text = fitted(root, limit=limit, end=partial(_end, report=report))
    return text if text is not None else f"{verdict_line(proposal.bumps)}\n"[: max(limit, 0)]


def update_markdown(result: UpdateResult) -> str:
    """All proposals, what was refused and what is held back, ending with a newline."""
    told = entries(result)
    root = Branch(
        children=(
            Leaf(text=f"# Update of {code(result.project)}, {_minute(result.made_at)}", rank=_HEAD),
            _verdict(told),
            *_body(result, told),
            *_held(result),
            *_warnings(result),
            *_taking(result.proposals),
        )
    )
    text = fitted(root, limit=_UNLIMITED, end=partial(_end, report=""))
    assert text is not None
    return text


def _end(left_out: str, *, report: str) -> str:
    if report and _PLAIN_ADDRESS.fullmatch(redact(report)):
        where = f"[The whole report]({redact(report)})."
    elif report:
        where = f"The whole report: {code(redact(report))}."
    else:
        where = "`pinkeeper update --report DIR` writes the whole report." if left_out else ""
    missing = f"**There was no room for {left_out}.** " if left_out else ""
    own = "Made by pinkeeper from the published files, none of which was run."
    return f"{missing}{where} {own}".strip() if where else own


def _verdict(told: Iterable[Entry]) -> Leaf:
    bumps = [entry.bump for entry in told]
    return Leaf(text=f"{VERDICT_MARKS[gravest(bumps)]} **{verdict_line(bumps)}**", rank=_HEAD)


def _refused_beside(result: UpdateResult) -> Iterator[Leaf]:
    """What nobody should take, said in every pull request."""
    told = [
        f"{VERDICT_MARKS[Verdict.DANGER]} {code(f'{bump.name} {bump.new}')} is not proposed: it came out dangerous."
        for proposal in result.refused
        for bump in proposal.bumps
    ]
    if told:
        yield Leaf(text=items(told, _MOST_REFUSED), rank=_HEAD)


def _body(result: UpdateResult, told: tuple[Entry, ...]) -> Iterator[Branch]:
    yield _table(told, result.made_at)
    for entry in told:
        if is_flagged(entry.bump):
            yield _flagged(entry, result, RULES)
    routine = [entry for entry in told if not is_flagged(entry.bump)]
    if routine:
        yield Branch(
            opening=f"<details><summary>{counted(len(routine), 'routine bump')}</summary>",
            children=tuple(_routine(entry) for entry in routine),
            closing="</details>",
        )


def _table(told: tuple[Entry, ...], now: datetime) -> Branch:
    return Branch(
        opening=f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}",
        children=tuple(
            Leaf(text=_row(entry.bump, now), rank=_TABLE, what="row of the table", is_row=True) for entry in told
        ),
    )


def _row(bump: Bump, now: datetime) -> str:
    cells = row(bump, now=now)
    shown = (
        _cell(code(cells.package)),
        _cell(code(cells.versions)),
        cells.kind,
        _cell(sentence(cells.why)) if cells.why else "",
        cells.age,
        cells.files,
        cells.code,
        cells.powers,
        cells.api,
        _cell(sentence(cells.advisories)) if cells.advisories else "",
        f"{VERDICT_MARKS[bump.verdict]} {cells.verdict}{f' ({cells.ledger})' if cells.ledger else ''}",
    )
    return f"| {' | '.join(shown)} |"


def _cell(text: str) -> str:
    """A bar would end a cell, even in a code span."""
    return text.replace("|", "\\|")


def _flagged(entry: Entry, result: UpdateResult, rules: Mapping[str, Rule]) -> Branch:
    bump = entry.bump
    cells = row(bump, now=result.made_at)
    children: list[Leaf | Branch] = []
    if entry.is_refused:
        children.append(Leaf(text="**It came out dangerous and is not proposed.**", rank=_FINDINGS))
    children += [Leaf(text=sentence(reason), rank=_FINDINGS, what="remark") for reason in reasons(bump)]
    compared = bump.comparison
    if compared is not None:
        shown, more = findings_told(compared.findings)
        judged: set[str] = set()
        for finding in shown:
            rule = None if finding.rule in judged else rules.get(finding.rule)
            children.append(Leaf(text=_finding(finding, rule), rank=_FINDINGS, what="finding"))
            judged.add(finding.rule)
        if more:
            hidden = f"And {counted(more, 'more finding')}, none graver than these."
            children.append(Leaf(text=hidden, rank=_FINDINGS))
        unasked = (
            f"Runs without being called:\n\n{unasked_items(compared, _MOST_ENTRIES)}"
            if compared.unasked
            else "Nothing new runs without being called."
        )
        children.append(Leaf(text=unasked, rank=_UNASKED, what="list of what runs unasked"))
    if bump.advisories:
        known = (_advisory(each.called, each.summary) for each in bump.advisories)
        children.append(
            Leaf(text=f"Fixes:\n\n{items(known, _MOST_ENTRIES)}", rank=_UNASKED, what="list of what is fixed")
        )
    if compared is not None and compared.api:
        names = f"API that is gone or is used differently:\n\n{api_items(compared, _MOST_ENTRIES)}"
        children.append(Leaf(text=names, rank=_UNASKED, what="list of API breaks"))
    children += _notes(bump, _NOTES)
    if compared is not None and compared.not_analysed:
        unread = f"Not analysed:\n\n{not_analysed_items(compared, _MOST_ENTRIES)}"
        children.append(Leaf(text=unread, rank=_UNREAD, what="list of what was not analysed"))
    children += _decisions(bump, result)
    return Branch(
        opening=f"### {VERDICT_MARKS[bump.verdict]} {code(bump.name)} {code(cells.versions)}", children=tuple(children)
    )


def _finding(finding: Finding, rule: Rule | None) -> str:
    """rule: to be explained; what it asks is said once for a bump."""
    block = finding_block(finding)
    return block if rule is None else f"{block}\n\nHow to judge it: {sentence(rule.judge)}"


def _advisory(identifier: str, summary: str) -> str:
    return f"{code(identifier)}: {sentence(summary)}" if summary else code(identifier)


def _notes(bump: Bump, rank: int) -> Iterator[Leaf | Branch]:
    """One fold for each source."""
    for notes in bump.notes:
        if not notes.source:
            continue
        children = [_section(section, rank) for section in notes.sections]
        if speaks_to_machines(section.text for section in notes.sections):
            children.insert(0, Leaf(text=f"**{REMARK}**", rank=rank))
        children += [Leaf(text=told, rank=rank) for told in _about_notes(notes)]
        yield Branch(
            opening=(
                "<details><summary>Release notes</summary>\n\n"
                f"From {code(redact(notes.source))}, as the project wrote them:"
            ),
            children=tuple(children),
            closing="</details>",
        )
    if bump.new is not None and not any(notes.source for notes in bump.notes):
        yield Leaf(text="No release notes were found.", rank=rank)
    if bump.notes_missing:
        yield Leaf(text=items(map(sentence, map(redact, bump.notes_missing)), _MOST_ENTRIES), rank=rank)


def _section(section: NoteSection, rank: int) -> Leaf:
    lines = section.text.splitlines()

    def shown(most: int) -> str:
        return f"{code(section.version)}\n\n{fence(first(lines, most, 'line'))}"

    return Leaf(text=shown(len(lines)), rank=rank, what="section of release notes", shorter=shown)


def _about_notes(notes: ReleaseNotes) -> Iterator[str]:
    if notes.cut:
        yield f"{counted(notes.cut, 'character')} of these notes were left out."
    if notes.remark:
        yield sentence(notes.remark)
    if notes.unmentioned:
        told = (f"{code(area)} ({counted(lines, 'line')})" for area, lines in notes.unmentioned)
        yield f"No note mentions:\n\n{items(told, _MOST_ENTRIES)}"


def _decisions(bump: Bump, result: UpdateResult) -> Iterator[Branch]:
    told = []
    if see_command(bump):
        told.append(Leaf(text=_shell("To see it for yourself:", see_command(bump)), rank=_COMMANDS, what="command"))
    if refusal(bump, result):
        lines = f"To refuse it, in `pyproject.toml`:\n\n{fence(refusal(bump, result), 'toml')}"
        told.append(Leaf(text=lines, rank=_COMMANDS, what="command"))
    yield Branch(opening="<details><summary>Commands</summary>", children=tuple(told), closing="</details>")


def _routine(entry: Entry) -> Branch:
    """One that nobody must read, folded: what it brings, for whoever wants to know."""
    bump = entry.bump
    compared = bump.comparison
    children: list[Leaf | Branch] = []
    if compared is not None and compared.unasked:
        text = f"Runs without being called:\n\n{unasked_items(compared, _MOST_ENTRIES)}"
        children.append(Leaf(text=text, rank=_ROUTINE, what="list of what runs unasked"))
    children += _notes(bump, _ROUTINE)
    if compared is not None and compared.not_analysed:
        text = f"Not analysed:\n\n{not_analysed_items(compared, _MOST_ENTRIES)}"
        children.append(Leaf(text=text, rank=_ROUTINE, what="list of what was not analysed"))
    if see_command(bump):
        children.append(Leaf(text=fence([see_command(bump)], "console"), rank=_ROUTINE, what="command"))
    return Branch(opening=f"#### {code(bump.name)} {code(_versions(bump))}", children=tuple(children))


def _versions(bump: Bump) -> str:
    return f"{bump.old or 'new'} -> {bump.new or 'gone'}"


def _held(result: UpdateResult) -> Iterator[Branch]:
    if result.held:
        yield Branch(
            opening=f"<details><summary>{counted(len(result.held), 'package')} held back</summary>\n",
            children=tuple(
                Leaf(text=_one_held(held), rank=_REST, what="held package", is_row=True) for held in result.held
            ),
            closing="</details>",
        )


def _one_held(held: HeldBump) -> str:
    told = (
        sentence(redact(holder.text)) + (f" (until {_minute(holder.until)})" if holder.until is not None else "")
        for holder in held.holders
    )
    return f"- {code(held.name)} {code(str(held.current))}, newest {code(str(held.newest))}: {'; '.join(told)}"


def _warnings(result: UpdateResult) -> Iterator[Leaf]:
    if result.warnings:
        told = items(map(sentence, map(redact, result.warnings)), _MOST_ENTRIES)
        yield Leaf(text=f"Warnings:\n\n{told}", rank=_UNREAD, what="list of warnings")


def _taking(proposals: Iterable[Proposal]) -> Iterator[Leaf]:
    for proposal in proposals:
        if take_command(proposal):
            text = _shell(f"To take it ({sentence(proposal.title)}):", take_command(proposal))
            yield Leaf(text=text, rank=_HEAD, what="command")


def _shell(purpose: str, command: str) -> str:
    return f"{purpose}\n\n{fence([command], 'console')}"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
