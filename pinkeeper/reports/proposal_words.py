"""What all reports of an update say in the same words: the verdict line, the row of each bump, the commands."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from pinkeeper.model.finding import Severity, Verdict
from pinkeeper.model.proposal import Bump, Cause, HeldBump, Proposal, UpdateResult
from pinkeeper.reports.diff_overview import counted

__all__ = [
    "COLUMNS",
    "Row",
    "age",
    "commands",
    "covered",
    "held_sentences",
    "is_flagged",
    "new_powers",
    "refusal",
    "row",
    "verdict_line",
    "versions",
    "why_here",
]

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
    "advisories",
    "verdict",
)


class Row(NamedTuple):
    """A bump in the one table of a report, in the order of `COLUMNS`; foreign text as it is."""

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


def verdict_line(bumps: Iterable[Bump]) -> str:
    """``14 bumps: 12 routine, 1 to read, 1 dangerous``."""
    told = list({(bump.name, bump.old, bump.new): bump for bump in bumps}.values())
    if not told:
        return "Nothing to update"
    number = Counter(bump.verdict for bump in told)
    parts = [f"{number[verdict]:,} {_WORDS[verdict]}" for verdict in Verdict if number[verdict]]
    return f"{counted(len(told), 'bump')}: {', '.join(parts)}"


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
        advisories=", ".join(advisory.id for advisory in bump.advisories),
        verdict=" ".join(filter(None, (_WORDS[bump.verdict], covered(bump)))),
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
        said = f"through {_names(bump.required_by)}"
    else:
        said = "nothing wants it any more" if bump.new is None else ""
    needed = f"needed by {_names(bump.needed_by)}" if bump.cause is Cause.COMPANION else ""
    locks = f"in {_names(bump.locks)}" if bump.locks else ""
    return "; ".join(filter(None, (said, needed, locks)))


def _names(names: Iterable[str]) -> str:
    told = list(names)
    more = f" and {len(told) - _MOST_NAMES} more" if len(told) > _MOST_NAMES else ""
    return ", ".join(told[:_MOST_NAMES]) + more


def age(bump: Bump, *, now: datetime) -> str:
    """How long ago the new release was uploaded; empty where that is not known."""
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
            return "(reviewed)"
        case False:
            return "(not reviewed)"


def held_sentences(held: HeldBump) -> Iterator[str]:
    """Why a package stays, one sentence for each thing that holds it."""
    for holder in held.holders:
        yield holder.text


def commands(bump: Bump, proposal: Proposal) -> tuple[tuple[str, str], ...]:
    """(what for, command line) to see for oneself and to take the proposal."""
    told = []
    if bump.old is not None and bump.new is not None:
        words = ["pinkeeper", "diff", f"{bump.name}=={bump.old}", f"{bump.name}=={bump.new}"]
        told.append(("see the comparison", shlex.join(words)))
    if proposal.files:
        told.append(("take it", shlex.join(["pinkeeper", "update", "--write", "--proposal", proposal.id])))
    return tuple(told)


def refusal(bump: Bump, result: UpdateResult) -> tuple[str, ...]:
    """The lines for pyproject.toml that refuse a release."""
    until = (result.made_at + _REFUSED_FOR).date()
    return (
        "[[tool.pinkeeper.update.ignore]]",
        f'package = "{bump.name}"',
        f'versions = "=={bump.new}"',
        'reason = "..."',
        f"until = {until}",
    )
