"""What was approved is looked at with the rules of today; where a new one fires, the approval is reopened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC

from msgspec import Struct

from pinkeeper.errors import PinkeeperError
from pinkeeper.ledger.coverage import rules_of
from pinkeeper.model.ledger import Reopening, Review
from pinkeeper.model.review_backlog import OpenRelease
from pinkeeper.model.review_result import ReviewedResult, State
from pinkeeper.workflows.ledger_files import OpenLedger
from pinkeeper.workflows.review_decision import write_ledger
from pinkeeper.workflows.review_desk import Desk
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["RecheckResult", "outdated_reviews", "recheck"]


class RecheckResult(Struct, frozen=True, kw_only=True):
    """What came of it. looked: reviews that were looked at again. failed: those that could not be, with the reason."""

    looked: int
    reopened: tuple[Reopening, ...] = ()
    failed: tuple[str, ...] = ()


def outdated_reviews(result: ReviewedResult, ledger: OpenLedger, rules: Collection[str]) -> tuple[Review, ...]:
    """The reviews that cover locked releases and were made before some rule of today was there."""
    known = rules_of(ledger.ledger.rule_sets)
    present = frozenset(rules)
    ways = (review for lock in result.locks for coverage in lock.releases for review in coverage.reviews)
    return tuple(review for review in dict.fromkeys(ways) if not present <= known.get(review.rules, frozenset()))


def recheck(
    reviews: Iterable[Review], ledger: OpenLedger, desk: Desk, surroundings: Surroundings, *, rules: Collection[str]
) -> RecheckResult:
    """Compare again what some reviews approved, on the same bytes, and write down what reopens them."""
    known = rules_of(ledger.ledger.rule_sets)
    found: list[Reopening] = []
    failed: list[str] = []
    looked = 0
    for review in reviews:
        try:
            found += _fired(review, known.get(review.rules, frozenset()), desk, surroundings)
            looked += 1
        except PinkeeperError as error:
            failed.append(f"{review.package} {review.version}: {error.what}")
    new = [each for each in dict.fromkeys(found) if each.rule in rules and not _is_told(each, ledger)]
    write_ledger(ledger.own.added(new), ledger.own, surroundings)
    return RecheckResult(looked=looked, reopened=tuple(new), failed=tuple(failed))


def _fired(review: Review, known: frozenset[str], desk: Desk, surroundings: Surroundings) -> Iterator[Reopening]:
    release = OpenRelease(
        package=review.package,
        version=review.version,
        hashes=frozenset(sha256 for _, sha256 in review.files),
        needed=review.criteria,
        state=State.COVERED,
        message="",
        bases=() if review.base is None else ((review.base, frozenset(digest for _, digest in review.base_files)),),
    )
    accepted = {finding.fingerprint for finding in review.findings}
    for finding in desk.lay_out(release, review.base).result.findings:
        if finding.rule not in known and finding.fingerprint not in accepted:
            yield Reopening(
                package=review.package,
                version=review.version,
                base=review.base,
                rule=finding.rule,
                fingerprint=finding.fingerprint,
                when=surroundings.now.astimezone(UTC).date(),
            )


def _is_told(reopening: Reopening, ledger: OpenLedger) -> bool:
    about = (reopening.package, reopening.version, reopening.base, reopening.fingerprint)
    return any(
        (each.package, each.version, each.base, each.fingerprint) == about for each in ledger.own.ledger.reopened
    )
