"""The proposals of an update as Markdown: the body of a pull request, and all of them for a file.

Whatever comes from a package or an index stands in code spans and fences (see `markdown_text`). A forge takes so many
characters and no more: what must be read comes first, what can be looked up last, and what was left out is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from pinkeeper.model.comparison import ReleaseNotes
from pinkeeper.model.finding import Finding, Severity, Verdict
from pinkeeper.model.proposal import Bump, Proposal, UpdateResult
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import WHEN, counted, earliest_first
from pinkeeper.reports.hunk_text import flat, window
from pinkeeper.reports.machine_text import REMARK, speaks_to_machines
from pinkeeper.reports.markdown_text import code, fence, sentence
from pinkeeper.reports.proposal_words import COLUMNS, commands, held_sentences, is_flagged, refusal, row, verdict_line
from pinkeeper.review.rules.registry import RULES

__all__ = ["proposal_body", "update_markdown"]

_MARKS = {
    Verdict.DANGER: "\N{OCTAGONAL SIGN}",
    Verdict.REVIEW: "\N{EYES}",
    Verdict.ROUTINE: "\N{WHITE HEAVY CHECK MARK}",
}
_BODY_LIMIT = 65_536
_FILE_LIMIT = 4_000_000
_ROOM_FOR_THE_END = 400
_MOST_FINDINGS = 5
_MOST_HUNK = 12
_MOST_ENTRIES = 20
_MOST_NOTE_LINES = 60
_SHORTER_NOTE_LINES = 12

# What is given room first.
_HEAD, _FINDINGS, _TABLE, _UNASKED, _UNREAD, _COMMANDS, _NOTES, _REST = range(8)


class _Part(NamedTuple):
    """Some blocks that make sense, and are closed, on their own. rank: what is low is given room first."""

    text: str
    rank: int


def proposal_body(result: UpdateResult, proposal: Proposal, *, limit: int = _BODY_LIMIT, report: str = "") -> str:
    """The text of one pull request, ending with a newline; of at most `limit` characters.

    report: where the whole report is, a path or a URL; empty where there is none.
    """
    parts = [
        _Part(_headline(proposal.bumps), _HEAD),
        *_proposal_parts(proposal, result, heading=0),
        *_refused_beside(result),
        _Part(_about(), _REST),
    ]
    return _fitted(parts, limit, report)


def update_markdown(result: UpdateResult) -> str:
    """All proposals, what was refused and what is held back, ending with a newline."""
    parts = [_Part(f"# Update of {code(result.project)}", _HEAD), _Part(_headline(result.bumps), _HEAD)]
    parts += [_Part(f"Warning: {sentence(warning)}", _HEAD) for warning in result.warnings]
    for proposal in (*result.refused, *result.proposals):
        parts.append(_Part(f"## {sentence(proposal.title)}", _HEAD))
        parts += _proposal_parts(proposal, result, heading=1)
    parts += _held(result)
    parts.append(_Part(_about(), _REST))
    return _fitted(parts, _FILE_LIMIT, "")


def _fitted(parts: list[_Part], limit: int, report: str) -> str:
    left = limit - _ROOM_FOR_THE_END - len(report)
    kept: set[int] = set()
    for place in sorted(range(len(parts)), key=lambda place: parts[place].rank):
        length = len(parts[place].text) + 2
        if length <= left:
            kept.add(place)
            left -= length
    texts = [parts[place].text for place in sorted(kept)]
    missing = len(parts) - len(kept)
    where = f" The whole report: {code(report)}." if report else ""
    if missing:
        where = where or " `pinkeeper update --report DIR` writes the whole report."
        texts.append(f"**{counted(missing, 'part')} did not fit here.{where}**")
    elif where:
        texts.append(where.strip())
    text = "\n\n".join(texts) + "\n"
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "\n"


def _headline(bumps: Iterable[Bump]) -> str:
    told = tuple(bumps)
    worst = max((bump.verdict for bump in told), key=list(Verdict).index, default=Verdict.ROUTINE)
    return f"{_MARKS[worst]} **{verdict_line(told)}**"


def _proposal_parts(proposal: Proposal, result: UpdateResult, *, heading: int) -> Iterator[_Part]:
    yield from _table(proposal, result.made_at)
    flagged = [bump for bump in proposal.bumps if is_flagged(bump)]
    for bump in flagged:
        yield from _flagged(bump, proposal, result, mark="#" * (3 + heading))
    for bump in proposal.bumps:
        if not is_flagged(bump):
            yield from _routine(bump)
    if proposal.files and not flagged:
        yield _Part(_shell([f"pinkeeper update --write --proposal {proposal.id}"]), _COMMANDS)


def _table(proposal: Proposal, now: datetime) -> Iterator[_Part]:
    """In pieces, so that a long one is cut between rows and not left out."""
    head = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    rows = []
    for bump in proposal.bumps:
        cells = row(bump, now=now)
        rows.append(
            f"| {code(cells.package)} | {code(cells.versions)} | {cells.kind} | {_cell(cells.why)} | {cells.age} "
            f"| {cells.files} | {cells.code} | {cells.powers} | {cells.api} | {_cell(cells.advisories)} "
            f"| {_MARKS[bump.verdict]} {cells.verdict} |"
        )
    size = 40
    for start in range(0, len(rows), size):
        yield _Part("\n".join([*head, *rows[start : start + size]]), _TABLE)


def _cell(text: str) -> str:
    """Foreign text within a row: a bar would end the cell, even in a code span."""
    return sentence(text).replace("|", "\\|") if text else ""


def _flagged(bump: Bump, proposal: Proposal, result: UpdateResult, *, mark: str) -> Iterator[_Part]:
    yield _Part(
        f"{mark} {_MARKS[bump.verdict]} {code(bump.name)} {code(row(bump, now=result.made_at).versions)}", _HEAD
    )
    if bump.flagged_for:
        yield _Part(f"To be decided: {sentence(bump.flagged_for)}.", _FINDINGS)
    if bump.not_compared:
        yield _Part(f"**Not compared**: {sentence(redact(bump.not_compared))}", _FINDINGS)
    compared = bump.comparison
    if compared is not None:
        grave = [finding for finding in compared.findings if finding.severity.at_least(Severity.HIGH)]
        for finding in grave[:_MOST_FINDINGS]:
            yield _Part(_finding(finding), _FINDINGS)
        if len(grave) > _MOST_FINDINGS:
            yield _Part(f"And {counted(len(grave) - _MOST_FINDINGS, 'more finding')}.", _FINDINGS)
        if compared.unasked:
            told = [
                f"{WHEN[entry.when]}: {_place(entry.path, entry.line)}: {sentence(entry.what)}"
                for entry in earliest_first(compared)
            ]
            yield _Part(f"Runs without being called:\n\n{_items(told)}", _UNASKED)
        else:
            yield _Part("Nothing new runs without being called.", _UNASKED)
        if compared.api:
            told = [f"{code(change.name)}: {sentence(change.what)}" for change in compared.api]
            title = f"{counted(len(compared.api), 'public name')} gone or used differently"
            yield _Part(_folded(title, [_items(told)]), _NOTES)
        if compared.not_analysed:
            told = [f"{code(entry.path)}: {sentence(redact(entry.reason))}" for entry in compared.not_analysed]
            yield _Part(f"Not analysed:\n\n{_items(told)}", _UNREAD)
    yield from _notes(bump, _MOST_NOTE_LINES)
    yield _Part(_decisions(bump, proposal, result), _COMMANDS)


def _decisions(bump: Bump, proposal: Proposal, result: UpdateResult) -> str:
    lines = [f"# {purpose}\n{command}" for purpose, command in commands(bump, proposal)]
    blocks = [_shell(lines)] if lines else []
    if bump.new is not None:
        blocks.append(f"To refuse it, in `pyproject.toml`:\n\n{fence(refusal(bump, result), 'toml')}")
    return _folded("Commands", blocks)


def _finding(finding: Finding) -> str:
    when = "" if finding.when is None else f", runs {WHEN[finding.when]}"
    rule = RULES.get(finding.rule)
    parts = [
        (
            f"**{finding.severity.upper()}** {code(finding.rule)} in {_place(finding.path, finding.line)}{when}: "
            f"{sentence(finding.summary)}"
        ),
    ]
    if finding.hunk is not None:
        lines = window(finding.hunk, finding.line, most=_MOST_HUNK)
        parts.append(fence((f"{line.kind}{flat(line.text)}" for line in lines), "diff"))
    elif finding.evidence:
        parts.append(fence(flat(line) for line in finding.evidence.splitlines()[:_MOST_HUNK]))
    if rule is not None:
        parts.append(f"How to judge it: {rule.judge}")
    return "\n\n".join(parts)


def _routine(bump: Bump) -> Iterator[_Part]:
    """One that nobody must read, folded: what it brings, for whoever wants to know."""
    inside = list(_note_blocks(bump, _SHORTER_NOTE_LINES))
    compared = bump.comparison
    if compared is not None and compared.unasked:
        told = [f"{WHEN[entry.when]}: {_place(entry.path, entry.line)}" for entry in earliest_first(compared)]
        inside.insert(0, f"Runs without being called:\n\n{_items(told)}")
    if compared is not None and compared.not_analysed:
        inside.append(f"{counted(len(compared.not_analysed), 'thing')} in it not analysed.")
    if inside:
        # A summary is HTML of our own: the name has but letters, digits and dashes (PEP 503), a version is as harmless.
        yield _Part(_folded(f"{bump.name} {bump.old or ''} to {bump.new or ''}", inside), _REST)


def _notes(bump: Bump, most: int) -> Iterator[_Part]:
    blocks = list(_note_blocks(bump, most))
    if not blocks:
        if bump.new is not None:
            yield _Part("No release notes were found.", _NOTES)
        return
    yield _Part(_folded("Release notes", blocks), _NOTES)


def _note_blocks(bump: Bump, most: int) -> Iterator[str]:
    for notes in bump.notes:
        yield f"From {code(redact(notes.source))}, as written:"
        if speaks_to_machines(section.text for section in notes.sections):
            yield f"**{REMARK}**"
        yield from _sections(notes, most)
        if notes.cut:
            yield f"{counted(notes.cut, 'character')} of the notes were left out."
        if notes.remark:
            yield sentence(notes.remark)
    for told in bump.notes_missing:
        yield sentence(redact(told))


def _sections(notes: ReleaseNotes, most: int) -> Iterator[str]:
    for section in notes.sections:
        lines = section.text.splitlines()
        more = [f"... and {counted(len(lines) - most, 'more line')}"] if len(lines) > most else []
        yield f"{code(section.version)}\n\n{fence([*lines[:most], *more])}"


def _refused_beside(result: UpdateResult) -> Iterator[_Part]:
    """What nobody should take, said in every pull request."""
    for refused in result.refused:
        for bump in refused.bumps:
            release = f"{code(bump.name)} {code(str(bump.new))}"
            yield _Part(f"{_MARKS[Verdict.DANGER]} Not proposed, for it came out dangerous: {release}", _HEAD)


def _held(result: UpdateResult) -> Iterator[_Part]:
    if not result.held:
        return
    told = [
        f"{code(held.name)} {code(str(held.current))}, newest {code(str(held.newest))}: "
        + "; ".join(map(sentence, held_sentences(held)))
        for held in result.held
    ]
    yield _Part(f"## Held back\n\n{_items(told, most=len(told))}", _UNREAD)


def _about() -> str:
    return "Made by pinkeeper from the published files, none of which was run."


def _items(items: Iterable[str], most: int = _MOST_ENTRIES) -> str:
    told = list(items)
    more = [f"- and {len(told) - most:,} more"] if len(told) > most else []
    return "\n".join([*(f"- {item}" for item in told[:most]), *more])


def _shell(lines: Iterable[str]) -> str:
    return fence([line for text in lines for line in text.split("\n")], "console")


def _folded(title: str, inside: Iterable[str]) -> str:
    """title: our own words. Forges read Markdown inside where blank lines stand around it."""
    return "\n\n".join([f"<details><summary>{title}</summary>", *inside, "</details>"])


def _place(path: str | None, line: int | None) -> str:
    if path is None:
        return "the release as a whole"
    return code(path if line is None else f"{path}:{line}")
