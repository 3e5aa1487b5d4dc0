"""The gate as lines: one for each uncovered release, with the command that shows it; then a verdict for each lock."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.model.review_result import ReviewedLock, ReviewedResult
from pinkeeper.reports.plain import printable
from pinkeeper.reports.review_commands import command_for

__all__ = ["review_check_text"]


def review_check_text(result: ReviewedResult, *, quiet: bool = False) -> str:
    """The lines, each ending with a newline. quiet: problems alone."""
    lines = (line for lock in result.locks for line in _lines(lock, quiet=quiet))
    return "".join(f"{printable(line)}\n" for line in lines)


def _lines(lock: ReviewedLock, *, quiet: bool) -> Iterator[str]:
    for coverage in lock.open:
        release = coverage.release
        place = lock.path if release.line is None else f"{lock.path}:{release.line}"
        yield f"{place}: {release.package} {release.version}: {coverage.state}: {coverage.message}"
        yield f"  {command_for(coverage, lock)}"
    for text in lock.unpinned:
        yield f"{lock.path}: unpinned: no hash pins what would be installed: {text}"
    if quiet:
        return
    for text in lock.local:
        yield f"{lock.path}: note: a folder of the project, which no ledger can cover: {text}"
    yield _verdict(lock)


def _verdict(lock: ReviewedLock) -> str:
    count = len(lock.releases)
    bar = " and ".join(lock.needed)
    head = f"{lock.path}: {count} release{'' if count == 1 else 's'} to be {bar}"
    if lock.is_good:
        return f"{head}: all covered"
    more = f", {len(lock.unpinned)} unpinned" if lock.unpinned else ""
    return f"{head}: {count - len(lock.open)} covered, {len(lock.open)} not{more}"
