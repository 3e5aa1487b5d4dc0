"""The proposals of an update as JSON, for machines.

Schema ``pinkeeper.proposal/1``; `proposal_schema` gives it as a JSON Schema (draft 2020-12), in which each key is
described. New keys may come; none changes its meaning. How long a run took, and what it remembered, is not in it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pinkeeper.model.lock_result import LockChanges, PinChange
from pinkeeper.model.proposal import Bump, HeldBump, Proposal, UpdateResult
from pinkeeper.model.url import redact
from pinkeeper.reports.diff_json import diff_schema, diff_value, notes_value
from pinkeeper.reports.proposal_words import verdict_line
from pinkeeper.reports.schema_files import schema_of

__all__ = ["proposal_json", "proposal_schema"]


def proposal_json(result: UpdateResult) -> str:
    """The result in the schema ``pinkeeper.proposal/1``, ASCII alone, ending with a newline."""
    value = {
        "schema": "pinkeeper.proposal/1",
        "project": result.project,
        "made_at": _time(result.made_at),
        "summary": verdict_line(result.bumps),
        "proposals": [_proposal(each) for each in result.proposals],
        "refused": [_proposal(each) for each in result.refused],
        "held": [_held(each) for each in result.held],
        "warnings": [redact(warning) for warning in result.warnings],
    }
    return json.dumps(value, indent=2) + "\n"


def proposal_schema() -> dict[str, Any]:
    """The JSON Schema of ``pinkeeper.proposal/1``, whole: what it takes of ``pinkeeper.diff/1`` is in it."""
    schema = schema_of("proposal-1")
    compared = diff_schema()
    comparison = {key: compared[key] for key in ("type", "description", "required", "properties")}
    notes = compared["properties"]["notes"]
    schema["$defs"] = {**compared["$defs"], **schema["$defs"], "comparison": comparison, "notes": notes}
    return schema


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "id": proposal.id,
        "title": proposal.title,
        "verdict": proposal.verdict.value,
        "bumps": [_bump(bump) for bump in proposal.bumps],
        "files": [
            {"path": file.path, "lock": file.lock, "old_sha256": file.old_sha256, "text": file.text}
            for file in proposal.files
        ],
        "changes": _changes(proposal.changes),
    }


def _bump(bump: Bump) -> dict[str, Any]:
    return {
        "name": bump.name,
        "old": None if bump.old is None else str(bump.old),
        "new": None if bump.new is None else str(bump.new),
        "kind": bump.kind.value,
        "verdict": bump.verdict.value,
        "flagged_for": bump.flagged_for or None,
        "cause": bump.cause.value,
        "locks": list(bump.locks),
        "requested_by": list(bump.requested_by),
        "required_by": list(bump.required_by),
        "needed_by": list(bump.needed_by),
        "uploaded": None if bump.uploaded is None else _time(bump.uploaded),
        "covered": bump.is_covered,
        "advisories": [
            {
                "id": advisory.id,
                "aliases": list(advisory.aliases),
                "summary": advisory.summary,
                "url": redact(advisory.url) or None,
            }
            for advisory in bump.advisories
        ],
        "notes": [notes_value(notes) for notes in bump.notes],
        "notes_missing": [redact(told) for told in bump.notes_missing],
        "not_compared": redact(bump.not_compared) or None,
        "comparison": None if bump.comparison is None else diff_value(bump.comparison, with_hunks=False),
    }


def _held(held: HeldBump) -> dict[str, Any]:
    return {
        "name": held.name,
        "current": str(held.current),
        "newest": str(held.newest),
        "holders": [
            {
                "kind": holder.kind.value,
                "text": redact(holder.text),
                "by": holder.by or None,
                "until": None if holder.until is None else _time(holder.until),
            }
            for holder in held.holders
        ],
    }


def _changes(changes: LockChanges) -> dict[str, Any]:
    return {
        "added": [_change(change) for change in changes.added],
        "removed": [_change(change) for change in changes.removed],
        "upgraded": [_change(change) for change in changes.upgraded],
        "downgraded": [_change(change) for change in changes.downgraded],
    }


def _change(change: PinChange) -> dict[str, str | None]:
    return {
        "name": change.name,
        "old": None if change.old is None else str(change.old),
        "new": None if change.new is None else str(change.new),
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
