"""The ledger kept short and true: exemptions put off, or taken away where they are not needed any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date

from msgspec.structs import replace
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ConfigurationError
from pinkeeper.model.ledger import Entry, Exemption, Reopening, Review
from pinkeeper.model.review_result import ReviewedResult, State
from pinkeeper.workflows.ledger_coverage import measured
from pinkeeper.workflows.ledger_files import open_ledger
from pinkeeper.workflows.ledger_locks import ReadLock, locks_of_project
from pinkeeper.workflows.review_decision import write_ledger
from pinkeeper.workflows.review_init import end_day
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["prune", "renew"]


def prune(surroundings: Surroundings) -> tuple[Entry, ...]:
    """Take away exemptions and reopenings that change nothing; give what was taken away.

    What covers a locked release stays, and so does an exemption that has ended while its release is locked: the gate
    tells of it. Reviews and violations always stay; they may be of use to others. Raises as `open_ledger` does.
    """
    ledger, locks = open_ledger(surroundings), locks_of_project(surroundings)
    before = measured(ledger, locks, surroundings)
    own = ledger.own.ledger
    idle: list[Entry] = [each for each in own.reopened if not _reopens(each, own.reviews)]
    kept = ledger.own.without(idle)
    for exemption in own.exemptions:
        without = kept.without([exemption])
        about = [_about(exemption.package, lock) for lock in locks]
        after = measured(replace(ledger, own=without), about, surroundings)
        if _states(after, exemption.package) == _states(before, exemption.package):
            kept = without
            idle.append(exemption)
    write_ledger(kept, ledger.own, surroundings)
    return tuple(idle)


def _reopens(reopening: Reopening, reviews: Sequence[Review]) -> bool:
    about = (reopening.package, reopening.version, reopening.base)
    return any((review.package, review.version, review.base) == about for review in reviews)


def _about(package: NormalizedName, lock: ReadLock) -> ReadLock:
    return replace(lock, releases=tuple(each for each in lock.releases if each.package == package))


def _states(result: ReviewedResult, package: NormalizedName) -> Mapping[tuple[str, Version], State]:
    """What the gate says of the releases of a package."""
    return {
        (lock.path, each.release.version): each.state
        for lock in result.locks
        for each in lock.releases
        if each.release.package == package
    }


def renew(
    surroundings: Surroundings, *, packages: Sequence[NormalizedName], until: date | None, who: str
) -> tuple[Exemption, ...]:
    """Put off the end of exemptions, of some packages or of all; give them as they are now.

    Raises ConfigurationError for a day that will not do, and for a package that is not exempted.
    """
    ledger = open_ledger(surroundings)
    day = end_day(until, surroundings)
    exemptions = ledger.own.ledger.exemptions
    for package in packages:
        if all(exemption.package != package for exemption in exemptions):
            raise ConfigurationError(f"{package} is not exempted", remedy="pinkeeper review status tells what is")
    today = surroundings.now.astimezone(UTC).date()
    changes: dict[Entry, Entry | None] = {
        exemption: replace(exemption, until=day, who=who, when=today)
        for exemption in exemptions
        if exemption.until < day and (not packages or exemption.package in packages)
    }
    write_ledger(ledger.own.replaced(changes), ledger.own, surroundings)
    return tuple(new for new in changes.values() if isinstance(new, Exemption))
