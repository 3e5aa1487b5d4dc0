"""A comparison of two releases as JSON, for machines.

Schema ``pinkeeper.diff/1``; `diff_schema` gives it as a JSON Schema (draft 2020-12), in which each key is described.
New keys may come; none changes its meaning. The same releases give the same text: how long it took is not in it.
"""

from __future__ import annotations

import json
from typing import Any

from pinkeeper.model.comparison import ChangeStatus, ComparedRelease, DiffResult, FileChange, ReleaseNotes
from pinkeeper.model.finding import Finding, RelatedFact
from pinkeeper.model.hunk import Hunk
from pinkeeper.model.url import redact
from pinkeeper.reports.schema_files import schema_of

__all__ = ["diff_json", "diff_schema", "diff_value", "notes_value"]


def diff_json(result: DiffResult) -> str:
    """The result in the schema ``pinkeeper.diff/1``, ASCII alone, ending with a newline."""
    return json.dumps(diff_value(result), indent=2) + "\n"


def diff_value(result: DiffResult, *, with_hunks: bool = True) -> dict[str, Any]:
    """The result in the schema ``pinkeeper.diff/1``, not yet a text. with_hunks: those of files, not of findings."""
    return {
        "schema": "pinkeeper.diff/1",
        "name": result.name,
        "old": _release(result.old),
        "new": _release(result.new),
        "verdict": result.verdict.value,
        "findings": [_finding(finding) for finding in result.findings],
        "unasked": [
            {"when": entry.when.value, "path": entry.path, "line": entry.line, "what": entry.what}
            for entry in result.unasked
        ],
        "files": {
            "added": _paths(result, ChangeStatus.ADDED),
            "removed": _paths(result, ChangeStatus.REMOVED),
            "changed": _paths(result, ChangeStatus.CHANGED),
            "renamed": [
                {"old": change.old_path, "new": change.new_path}
                for change in result.changes
                if change.status is ChangeStatus.RENAMED
            ],
        },
        "changes": [_change(change, with_hunks=with_hunks) for change in result.changes],
        "fields": [
            {"field": change.field, "old": list(change.old), "new": list(change.new)} for change in result.fields
        ],
        "api": [
            {"path": change.path, "line": change.line, "name": change.name, "what": change.what}
            for change in result.api
        ],
        "notes": notes_value(result.notes),
        "not_analysed": [{"path": entry.path, "reason": redact(entry.reason)} for entry in result.not_analysed],
    }


def notes_value(notes: ReleaseNotes) -> dict[str, Any]:
    """Release notes as both schemas have them."""
    return {
        "source": redact(notes.source) or None,
        "markup": notes.markup,
        "sections": [{"version": section.version, "text": section.text} for section in notes.sections],
        "remark": notes.remark or None,
        "cut": notes.cut,
        "unmentioned": [{"area": area, "lines": lines} for area, lines in notes.unmentioned],
    }


def diff_schema() -> dict[str, Any]:
    """The JSON Schema of ``pinkeeper.diff/1``."""
    return schema_of("diff-1")


def _release(release: ComparedRelease) -> dict[str, Any]:
    return {
        "version": str(release.version),
        "files": [
            {
                "filename": file.filename,
                "sha256": file.sha256,
                "size": file.size,
                "treatment": file.treatment.value,
                "reason": redact(file.reason) or None,
            }
            for file in release.files
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "path": finding.path,
        "line": finding.line,
        "summary": finding.summary,
        "evidence": finding.evidence,
        "when": None if finding.when is None else finding.when.value,
        "hunk": None if finding.hunk is None else _hunk(finding.hunk),
        "related": [_related(fact) for fact in finding.related],
        "fingerprint": finding.fingerprint,
    }


def _related(fact: RelatedFact) -> dict[str, Any]:
    return {
        "rule": fact.rule,
        "severity": fact.severity.value,
        "path": fact.path,
        "line": fact.line,
        "summary": fact.summary,
    }


def _hunk(hunk: Hunk) -> dict[str, Any]:
    return {"header": hunk.header, "lines": [f"{line.kind}{line.text}" for line in hunk.lines]}


def _paths(result: DiffResult, status: ChangeStatus) -> list[str]:
    return [change.path for change in result.changes if change.status is status]


def _change(change: FileChange, *, with_hunks: bool) -> dict[str, Any]:
    return {
        "status": change.status.value,
        "kind": change.kind.value,
        "old_kind": None if change.old_kind is None else change.old_kind.value,
        "old_path": change.old_path,
        "new_path": change.new_path,
        "old_size": change.old_size,
        "new_size": change.new_size,
        "old_sha256": change.old_sha256,
        "new_sha256": change.new_sha256,
        "is_text": change.is_text,
        "added": change.added,
        "removed": change.removed,
        "code_added": change.code_added,
        "code_removed": change.code_removed,
        "moved": change.moved,
        "similarity": None if change.similarity is None else round(change.similarity, 3),
        "hunks": [_hunk(hunk) for hunk in change.hunks] if with_hunks else [],
    }
