"""The command that would show what a ledger leaves open."""

from __future__ import annotations

import shlex

from pinkeeper.model.review_result import ReleaseCoverage, ReviewedLock, State

__all__ = ["command_for"]


def command_for(coverage: ReleaseCoverage, lock: ReviewedLock) -> str:
    """What to type to see one uncovered release: its comparison, or for a violation, who said so and why."""
    release = coverage.release
    words = ["pinkeeper", "review", "show", release.package]
    if coverage.state is not State.VIOLATION:
        words += ["--to", str(release.version)]
    if lock.name is not None:
        words += ["--lock", lock.name]
    return shlex.join(words)
