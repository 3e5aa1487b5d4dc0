"""The gate as JSON, for machines.

Schema ``pinkeeper.reviewed/1``: ``good`` (whether every release of every lock is covered), ``ledger`` (its path),
``entries`` (how many decisions count), ``locks``. Each lock has ``path``, ``name`` (or null), ``good``, ``criteria``
(those it needs), ``releases`` and ``covered`` (numbers), ``findings`` and ``unpinned`` (texts: what is installed and no
hash pins). Each finding has ``kind`` (a stable word), ``package``, ``version``, ``message`` (one line), ``path``,
``line`` (from 1, or null), ``missing`` (criteria), ``files`` (the SHA-256 of files that are not covered) and
``command`` (what to type to see it). New keys and kinds may come; none changes its meaning.
"""

from __future__ import annotations

import json
from typing import Any

from pinkeeper.model.review_result import ReleaseCoverage, ReviewedLock, ReviewedResult
from pinkeeper.reports.review_commands import command_for

__all__ = ["review_check_json"]


def review_check_json(result: ReviewedResult) -> str:
    """The result in the schema ``pinkeeper.reviewed/1``, ending with a newline."""
    value = {
        "schema": "pinkeeper.reviewed/1",
        "good": result.is_good,
        "ledger": result.ledger,
        "entries": result.entries,
        "locks": [_lock(lock) for lock in result.locks],
    }
    return json.dumps(value, indent=2) + "\n"


def _lock(lock: ReviewedLock) -> dict[str, Any]:
    return {
        "path": lock.path,
        "name": lock.name,
        "good": lock.is_good,
        "criteria": list(lock.needed),
        "releases": len(lock.releases),
        "covered": len(lock.releases) - len(lock.open),
        "findings": [_finding(coverage, lock) for coverage in lock.open],
        "unpinned": list(lock.unpinned),
    }


def _finding(coverage: ReleaseCoverage, lock: ReviewedLock) -> dict[str, Any]:
    release = coverage.release
    return {
        "kind": coverage.state.value,
        "package": release.package,
        "version": str(release.version),
        "message": coverage.message,
        "path": lock.path,
        "line": release.line,
        "missing": list(coverage.missing),
        "files": list(coverage.uncovered),
        "command": command_for(coverage, lock),
    }
