"""What all reports of an update say in the same words: the verdict line, the row of each bump, the commands."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from pinkeeper.model.finding import Finding, Severity, Verdict
from pinkeeper.model.proposal import Bump, Cause, Proposal, UpdateResult
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_overview import counted

__all__ = [
    "COLUMNS",
    "MOST_FINDINGS",
    "Entry",
    "Row",
    "age",
    "covered",
    "entries",
    "entries_of",
    "findings_told",
    "gravest",
    "is_flagged",
    "new_powers",
    "reasons",
    "refusal",
    "row",
    "see_command",
    "take_command",
    "verdict_line",
    "versions",
    "why_here",
]

MOST_FINDINGS = 5
"""Of a flagged bump, in every report but that of its comparison."""

_WORDS = {Verdict.ROUTINE: "routine", Verdict.REVIEW: "to read", Verdict.DANGER: "dangerous"}
_REFUSED_FOR = timedelta(days=90)
_DAY = 24
_MOST_NAMES = 4
# Rules whose findings say that a package can do, or does unasked, what it could not do before.
_POWERS = {
    "startup-hook": "runs at interpreter start",
    "import-time": "acts on import",
    "build-hook": "acts when built",
    "gained-capability": "known code gains a power",
    "first-use": "first use of a power",
    "decoded-code": "runs hidden code",
    "download-and-run": "downloads and runs",
    "native-binary": "new native code",
    "opaque-blob": "opaque content",
    "reflection": "hides what it calls",
    "endpoint": "new host",
    "credentials": "looks for secrets",
    "evasion": "hides what it does",
    "persistence": "stays on the machine",
    "patching": "replaces parts of others",
}

COLUMNS = (
    "package",
    "versions",
    "kind",
    "why it is here",
    "age",
    "files",
    "code",
    "new powers",
    "API breaks",
    "fixes",
    "verdict",
)


class Row(Struct, frozen=True, kw_only=True):
    """A bump in the one table of a report; foreign text as it is.

    files, code and api are empty where nothing was compared. code: executable lines. ledger: empty where there is none.
    """

    package: str
    versions: str
    kind: str
    why: str
    age: str
    files: str
    code: str
    powers: str
    api: str
    advisories: str
    verdict: str
    ledger: str


class Entry(Struct, frozen=True, kw_only=True):
    """A bump, once, and the proposals that it stands in. is_refused: in none that may be merged."""

    bump: Bump
    proposals: tuple[Proposal, ...]
    is_refused: bool


def entries(result: UpdateResult) -> tuple[Entry, ...]:
    """Every bump once, the gravest first, then by name."""
    found: dict[tuple[str, str, str], Entry] = {}
    for proposal, is_refused in (
        *((each, True) for each in result.refused),
        *((each, False) for each in result.proposals),
    ):
        for entry in entries_of(proposal, is_refused=is_refused):
            before = found.setdefault(_key(entry.bump), entry)
            if before is not entry:
                found[_key(entry.bump)] = Entry(
                    bump=before.bump,
                    proposals=(*before.proposals, proposal),
                    is_refused=before.is_refused and is_refused,
                )
    order = list(Verdict)
    return tuple(
        sorted(
            found.values(),
            key=lambda entry: (-order.index(entry.bump.verdict), entry.bump.name, *map(str, _key(entry.bump))),
        )
    )


def entries_of(proposal: Proposal, *, is_refused: bool = False) -> tuple[Entry, ...]:
    """The bumps of one proposal, in its order."""
    return tuple(Entry(bump=bump, proposals=(proposal,), is_refused=is_refused) for bump in proposal.bumps)


def _key(bump: Bump) -> tuple[str, str, str]:
    return bump.name, str(bump.old or ""), str(bump.new or "")


def verdict_line(bumps: Iterable[Bump]) -> str:
    """``14 bumps: 12 routine, 1 to read, 1 dangerous``. What stands in several proposals is counted once."""
    told = list({_key(bump): bump for bump in bumps}.values())
    if not told:
        return "Nothing to update"
    number = Counter(bump.verdict for bump in told)
    parts = [f"{number[verdict]:,} {_WORDS[verdict]}" for verdict in Verdict if number[verdict]]
    return f"{counted(len(told), 'bump')}: {', '.join(parts)}"


def gravest(bumps: Iterable[Bump]) -> Verdict:
    """The gravest verdict of all, routine where there is none."""
    return max((bump.verdict for bump in bumps), key=list(Verdict).index, default=Verdict.ROUTINE)


def is_flagged(bump: Bump) -> bool:
    """Whether a person must read it."""
    return bump.verdict is not Verdict.ROUTINE


def row(bump: Bump, *, now: datetime) -> Row:
    """All cells of a bump. now: UTC."""
    compared = bump.comparison
    files = code = api = ""
    if compared is not None:
        added = sum(change.code_added for change in compared.changes)
        removed = sum(change.code_removed for change in compared.changes)
        files, code, api = f"{len(compared.changes):,}", f"+{added:,} -{removed:,}", f"{len(compared.api):,}"
    return Row(
        package=bump.name,
        versions=versions(bump),
        kind=bump.kind.value,
        why=why_here(bump),
        age=age(bump, now=now),
        files=files,
        code=code,
        powers=", ".join(new_powers(bump)),
        api=api,
        advisories=", ".join(advisory.called for advisory in bump.advisories),
        verdict=_WORDS[bump.verdict],
        ledger=covered(bump),
    )


def versions(bump: Bump) -> str:
    """``1.0 -> 1.1``; ``new 1.1``; ``1.0 leaves``."""
    if bump.old is None:
        return f"new {bump.new}"
    return f"{bump.old} leaves" if bump.new is None else f"{bump.old} -> {bump.new}"


def why_here(bump: Bump) -> str:
    """By whom a package is wanted: the user's own lines, or other packages; and what it goes along with."""
    if bump.requested_by:
        said = f"direct: {_names(bump.requested_by)}"
    elif bump.required_by:
        verb = "was needed by" if bump.new is None else "through"
        said = f"{verb} {_names(bump.required_by)}"
    else:
        said = "nothing wants it any more" if bump.new is None else ""
    needed = f"goes along with {_names(bump.needed_by)}" if bump.cause is Cause.COMPANION else ""
    locks = f"in {_names(bump.locks)}" if bump.locks else ""
    return "; ".join(filter(None, (said, needed, locks)))


def _names(names: Iterable[str]) -> str:
    told = list(names)
    more = f" and {len(told) - _MOST_NAMES} more" if len(told) > _MOST_NAMES else ""
    return ", ".join(told[:_MOST_NAMES]) + more


def age(bump: Bump, *, now: datetime) -> str:
    """How long before `now` the new release was uploaded, in days, hours for the first one; empty where not known."""
    if bump.uploaded is None:
        return ""
    hours = max(int((now - bump.uploaded).total_seconds() // 3600), 0)
    return counted(hours // _DAY, "day") if hours >= _DAY else counted(hours, "hour")


def new_powers(bump: Bump) -> tuple[str, ...]:
    """What the new release can do, or does unasked, and the old one could not; in words, the gravest first."""
    if bump.comparison is None:
        return ()
    told = (
        _POWERS[finding.rule]
        for finding in bump.comparison.findings
        if finding.rule in _POWERS and finding.severity.at_least(Severity.MEDIUM)
    )
    return tuple(dict.fromkeys(told))


def covered(bump: Bump) -> str:
    """What the ledger says; empty where there is none."""
    match bump.is_covered:
        case None:
            return ""
        case True:
            return "in the ledger"
        case False:
            return "not in the ledger"


def reasons(bump: Bump) -> tuple[str, ...]:
    """Why a person must decide on it though no finding says so, a sentence each."""
    told = []
    if bump.flagged_for:
        told.append(f"To be decided: {bump.flagged_for.rstrip('.')}.")
    if bump.not_compared:
        told.append(f"Not compared: {redact(bump.not_compared).rstrip('.')}.")
    return tuple(told)


def findings_told(findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], int]:
    """The findings of a flagged bump that a report shows, the gravest first, and how many it does not show."""
    told = tuple(findings)
    return told[:MOST_FINDINGS], max(len(told) - MOST_FINDINGS, 0)


def see_command(bump: Bump) -> str:
    """The command that compares the two releases; empty where there are no two."""
    if bump.old is None or bump.new is None:
        return ""
    return shlex.join(["pinkeeper", "diff", f"{bump.name}=={bump.old}", f"{bump.name}=={bump.new}"])


def take_command(proposal: Proposal) -> str:
    """The command that writes the locks of a proposal; empty where it has none."""
    return shlex.join(["pinkeeper", "update", "--write", "--proposal", proposal.id]) if proposal.files else ""


def refusal(bump: Bump, result: UpdateResult) -> tuple[str, ...]:
    """The lines for pyproject.toml that refuse a release for three months; none where a package leaves."""
    if bump.new is None:
        return ()
    return (
        "[[tool.pinkeeper.update.ignore]]",
        f"package = {json.dumps(bump.name)}",
        f"versions = {json.dumps(f'=={bump.new}')}",
        'reason = "..."',
        f"until = {(result.made_at + _REFUSED_FOR).date()}",
    )
