"""What a ledger covers and leaves open, as JSON for machines.

Schema ``pinkeeper.review-status/1``: ``releases``, ``covered``, ``decisions``, ``lines`` (executable lines of the
cheapest ways that were measured), ``unmeasured`` (open releases of which that is not known), ``outdated`` (reviews from
before some rules of today), ``open``, ``exempted`` and ``hints``. Each open release has ``package``, ``version``,
``kind`` (a stable word), ``message``, ``criteria``, ``locks`` (paths), ``command`` and ``ways``, the cheapest first:
``from`` (a covered release, null for all of it), ``lines``, ``findings`` and ``gravest`` (null where nobody measured,
``gravest`` too where there is no finding). Each exempted release has ``package``, ``version`` and ``until``.
"""

from __future__ import annotations

import json
from typing import Any

from pinkeeper.model.review_backlog import OpenRelease, StatusResult, Way
from pinkeeper.reports.review_status_text import show_command

__all__ = ["review_status_json"]


def review_status_json(result: StatusResult) -> str:
    """The result in the schema ``pinkeeper.review-status/1``, ending with a newline."""
    value = {
        "schema": "pinkeeper.review-status/1",
        "releases": result.releases,
        "covered": result.covered,
        "decisions": result.entries,
        "lines": result.lines,
        "unmeasured": result.unmeasured,
        "outdated": result.outdated,
        "open": [_open(release, ways) for release, ways in result.open],
        "exempted": [
            {"package": package, "version": str(version), "until": until} for package, version, until in result.exempted
        ],
        "hints": list(result.hints),
    }
    return json.dumps(value, indent=2) + "\n"


def _open(release: OpenRelease, ways: tuple[Way, ...]) -> dict[str, Any]:
    return {
        "package": release.package,
        "version": str(release.version),
        "kind": release.state.value,
        "message": release.message,
        "criteria": list(release.needed),
        "locks": list(release.locks),
        "command": show_command(release, ways),
        "ways": [_way(way) for way in ways],
    }


def _way(way: Way) -> dict[str, Any]:
    measured = way.measured
    return {
        "from": None if way.base is None else str(way.base),
        "lines": None if measured is None else measured.lines,
        "findings": None if measured is None else measured.findings,
        "gravest": None if measured is None or measured.gravest is None else measured.gravest.value,
    }
