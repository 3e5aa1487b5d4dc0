"""The summary of a lock as JSON, for machines.

Schema ``pinkeeper.lock/1``: ``locks``, each with ``name`` (of ``[tool.pinkeeper.locks]``, or null), ``targets`` (names
of those that are served), ``unserved`` (``target``, ``reason``), ``packages`` (number of distinct ones), ``outputs``
(``path``, ``changed``), ``changes`` (``added`` and ``removed``: ``name``, ``version``; ``upgraded`` and ``downgraded``:
``name``, ``old``, ``new``), ``held_back`` (``name``, ``version``, ``chosen``, ``uploaded``, ``until``), ``warnings``
(``kind``, ``name``, ``message``, ``details``), ``elapsed_seconds``, ``requests``, ``bytes_read``. Times are RFC 3339 in
UTC; what is not known is null.

Schema ``pinkeeper.error/1``: ``errors``, each with ``kind``, ``what``, ``where``, ``remedy``, ``details``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pinkeeper.errors import CollectedError, PinkeeperError
from pinkeeper.model.lock_result import LockResult
from pinkeeper.model.url import redact

__all__ = ["error_json", "lock_json"]


def lock_json(results: Sequence[LockResult]) -> str:
    """The result of ``pinkeeper lock`` in the schema ``pinkeeper.lock/1``, ending with a newline."""
    return _text({"schema": "pinkeeper.lock/1", "locks": [_lock(result) for result in results]})


def _lock(result: LockResult) -> dict[str, Any]:
    changes = result.changes
    return {
        "name": result.name,
        "targets": list(result.targets),
        "unserved": [{"target": failed.target, "reason": redact(failed.reason)} for failed in result.unserved],
        "packages": result.packages,
        "outputs": [{"path": written.path, "changed": written.changed} for written in result.outputs],
        "changes": {
            "added": [{"name": change.name, "version": str(change.new)} for change in changes.added],
            "removed": [{"name": change.name, "version": str(change.old)} for change in changes.removed],
            "upgraded": [
                {"name": change.name, "old": str(change.old), "new": str(change.new)} for change in changes.upgraded
            ],
            "downgraded": [
                {"name": change.name, "old": str(change.old), "new": str(change.new)} for change in changes.downgraded
            ],
        },
        "held_back": [
            {
                "name": held.name,
                "version": str(held.version),
                "chosen": None if held.chosen is None else str(held.chosen),
                "uploaded": _moment(held.uploaded),
                "until": _moment(held.until),
            }
            for held in result.held_back
        ],
        "warnings": [
            {
                "kind": warning.kind,
                "name": warning.name,
                "message": warning.message,
                "details": list(warning.details),
            }
            for warning in result.warnings
        ],
        "elapsed_seconds": round(result.elapsed, 3),
        "requests": result.requests,
        "bytes_read": result.bytes_read,
    }


def error_json(error: PinkeeperError) -> str:
    """An error in the schema ``pinkeeper.error/1``, ending with a newline; URLs are shown without credentials."""
    errors = error.errors if isinstance(error, CollectedError) else (error,)
    return _text({"schema": "pinkeeper.error/1", "errors": [_error(entry) for entry in errors]})


def _error(error: PinkeeperError) -> dict[str, Any]:
    return {
        "kind": type(error).__name__,
        "what": redact(error.what),
        "where": None if error.where is None else redact(error.where),
        "remedy": None if error.remedy is None else redact(error.remedy),
        "details": [redact(detail) for detail in error.details],
    }


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2) + "\n"


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
