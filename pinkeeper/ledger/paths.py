"""Which files of a project's releases are reached from nothing by reviews that carry a criterion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct
from packaging.version import Version

from pinkeeper.ledger.criteria import carried
from pinkeeper.model.ledger import Criteria, Exemption, Reopening, Review, TrustedPublisher, Violation
from pinkeeper.model.review_result import LockedRelease

__all__ = ["PackageLedger", "Reached", "is_reopened", "reach"]

File = tuple[Version, str]
"""A release and the SHA-256 of one of its files."""


class PackageLedger(Struct, frozen=True, kw_only=True):
    """The entries about one package. rule_sets: the rules of each set, by its id."""

    reviews: tuple[Review, ...] = ()
    violations: tuple[Violation, ...] = ()
    trusted: tuple[TrustedPublisher, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    reopened: tuple[Reopening, ...] = ()
    rule_sets: Mapping[str, frozenset[str]] = {}

    def standing(self) -> tuple[Review, ...]:
        """The reviews that no newer rule has reopened."""
        if not self.reopened:
            return self.reviews
        return tuple(review for review in self.reviews if not self.is_reopened(review))

    def is_reopened(self, review: Review) -> bool:
        """Whether a rule that was not there when something was reviewed fired on it since."""
        known = self.rule_sets.get(review.rules, frozenset())
        return any(is_reopened(review, each, known) for each in self.reopened)

    def alive(self, today: date) -> tuple[Exemption, ...]:
        """The exemptions that have not ended."""
        return tuple(exemption for exemption in self.exemptions if today <= exemption.until)


def is_reopened(review: Review, reopening: Reopening, known: frozenset[str]) -> bool:
    """Whether a reopening is about a review. known: the rules that its analyser had.

    Whoever accepted that very finding has seen it, whatever the rules were.
    """
    return (
        (review.version, review.base) == (reopening.version, reopening.base)
        and reopening.rule not in known
        and all(finding.fingerprint != reopening.fingerprint for finding in review.findings)
    )


class Reached(Struct, frozen=True):
    """Files that are covered, each with the entries that say so."""

    support: Mapping[File, tuple[Review | Exemption, ...]]

    def __contains__(self, file: File) -> bool:
        return file in self.support

    def ways(self, files: Iterable[File]) -> frozenset[Review | Exemption]:
        """All entries on the ways from nothing to some files; those that are not covered have none."""
        found: set[Review | Exemption] = set()
        waiting = list(files)
        while waiting:
            for entry in self.support.get(waiting.pop(), ()):
                if entry not in found:
                    found.add(entry)
                    if isinstance(entry, Review) and entry.base is not None:
                        waiting += [(entry.base, sha256) for _, sha256 in entry.base_files]
        return frozenset(found)


def reach(
    criterion: str | None,
    criteria: Mapping[str, Criteria],
    *,
    reviews: Sequence[Review],
    exemptions: Sequence[Exemption],
    trusted: Sequence[TrustedPublisher] = (),
    locked: Iterable[LockedRelease] = (),
) -> Reached:
    """All files that are covered. criterion: None for any at all. locked: releases that may have a trusted publisher.

    A delta leads on only where every file of the old release that was read is covered itself.
    """
    support: dict[File, tuple[Review | Exemption, ...]] = {}
    known: dict[tuple[str, ...], bool] = {}

    def carries(entry: Review | Exemption | TrustedPublisher) -> bool:
        does = known.get(entry.criteria)
        if does is None:
            does = known[entry.criteria] = criterion is None or criterion in carried(entry.criteria, criteria)
        return does

    believed = tuple(filter(carries, trusted))
    for release in locked:
        support.update({(release.version, sha256): () for sha256 in _attested(release, believed)})
    for exemption in filter(carries, exemptions):
        _add(exemption, support)
    waiting = sorted(filter(carries, reviews), key=_release)  # nearly all deltas lead upwards: one round will do
    while True:
        left = []
        for review in waiting:
            if _stands(review, support):
                _add(review, support)
            else:
                left.append(review)
        if len(left) in {0, len(waiting)}:
            return Reached(support)
        waiting = left


def _release(review: Review) -> Version:
    return review.version


def _add(entry: Review | Exemption, support: dict[File, tuple[Review | Exemption, ...]]) -> None:
    for _, sha256 in entry.files:
        support[entry.version, sha256] = (*support.get((entry.version, sha256), ()), entry)


def _stands(review: Review, support: Mapping[File, object]) -> bool:
    """Whether a review leads on from what is covered."""
    base = review.base
    if base is None:
        return True
    for _, sha256 in review.base_files:
        if (base, sha256) not in support:
            return False
    return bool(review.base_files)


def _attested(release: LockedRelease, trusted: Iterable[TrustedPublisher]) -> Iterator[str]:
    """The hashes of files that a trusted publisher uploaded within the days of the trust."""
    for trust in trusted:
        for sha256, identity, uploaded in release.publishers:
            if identity == trust.identity and trust.start <= date.fromisoformat(uploaded) <= trust.end:
                yield sha256
