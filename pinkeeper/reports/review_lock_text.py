"""What a new lock leaves to review, as lines under its summary."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.model.review_result import ReviewedResult

__all__ = ["left_to_review"]

Line = tuple[str, str | None]

_MOST_NAMES = 6


def left_to_review(result: ReviewedResult) -> Iterator[Line]:
    """One line: how many releases nobody has approved yet, and the first of them."""
    found = {(coverage.release.package, coverage.release.version) for lock in result.locks for coverage in lock.open}
    names = [f"{package} {version}" for package, version in sorted(found)]
    if not names:
        yield "Nothing is left to review", "quiet"
        return
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    count = f"{len(names)} release{'' if len(names) == 1 else 's'}"
    yield f"Left to review: {count}: {', '.join(names[:_MOST_NAMES])}{more} (pinkeeper review status)", "warning"
