"""What ``pinkeeper lock`` says of the ledger, where the project has one."""

from __future__ import annotations

from collections.abc import Sequence

from pinkeeper.errors import PinkeeperError
from pinkeeper.model.lock_result import LockResult
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["review_lines"]


def review_lines(results: Sequence[LockResult], surroundings: Surroundings) -> tuple[tuple[str, str | None], ...]:
    """(text, style) lines about what locks that were written leave to review; a ledger that cannot be read is told."""
    if not surroundings.exists("supply-chain/ledger.toml"):
        return ()
    from pinkeeper.reports.review_lock_text import left_to_review  # noqa: PLC0415 - few projects have a ledger
    from pinkeeper.workflows.ledger_coverage import reviewed  # noqa: PLC0415 - as above

    paths = [written.path for result in results for written in result.outputs if written.path != "-"]
    if not paths:
        return ()
    try:
        return tuple(left_to_review(reviewed(surroundings, paths=paths)))
    except PinkeeperError as error:
        return (("warning: the ledger cannot be read, so nothing counts as reviewed", "warning"), (f"  {error}", None))
