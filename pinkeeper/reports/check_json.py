"""The result of a check as JSON, for machines.

Schema ``pinkeeper.check/1``: ``good`` (whether nothing speaks against any lock), ``locks``, ``elapsed_seconds``,
``requests``, ``bytes_read``. Each lock has ``path``, ``good``, ``packages`` and ``hashes`` (numbers), ``targets``
(names), ``targets_from``, ``roots_from`` and ``index_from`` (who said it, as text; ``roots_from`` is null where nobody
did), ``indexes`` (URLs), ``findings`` and ``not_checked`` (sentences). Each finding has ``kind`` (a stable word),
``severity`` (``error`` or ``note``), ``message`` (one line), ``path``, ``line`` (from 1, or null) and ``package`` (or
null). New keys and kinds may come; none changes its meaning.
"""

from __future__ import annotations

import json
from typing import Any

from pinkeeper.model.check_result import CheckedLock, CheckFinding, CheckResult
from pinkeeper.model.url import redact

__all__ = ["check_json"]


def check_json(result: CheckResult) -> str:
    """The result in the schema ``pinkeeper.check/1``, ending with a newline."""
    value = {
        "schema": "pinkeeper.check/1",
        "good": result.is_good,
        "locks": [_lock(lock) for lock in result.locks],
        "elapsed_seconds": round(result.elapsed, 3),
        "requests": result.requests,
        "bytes_read": result.bytes_read,
    }
    return json.dumps(value, indent=2) + "\n"


def _lock(lock: CheckedLock) -> dict[str, Any]:
    return {
        "path": lock.path,
        "good": lock.is_good,
        "packages": lock.packages,
        "hashes": lock.hashes,
        "targets": list(lock.targets),
        "targets_from": lock.targets_from,
        "roots_from": lock.roots_from or None,
        "index_from": lock.index_from,
        "indexes": [redact(index) for index in lock.indexes],
        "findings": [_finding(finding) for finding in lock.findings],
        "not_checked": [redact(sentence) for sentence in lock.not_checked],
    }


def _finding(finding: CheckFinding) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "severity": finding.severity.value,
        "message": redact(finding.message),
        "path": finding.path,
        "line": finding.line,
        "package": finding.package,
    }
