"""Whether a ledger covers what a lock pins: the algebra of decisions, without any file or clock.

More reviews never cover less, and more violations never cover more; the order of entries means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from msgspec import Struct
from packaging.utils import NormalizedName

from pinkeeper.ledger.paths import PackageLedger, Reached, reach
from pinkeeper.model.ledger import (
    Criteria,
    Exemption,
    Ledger,
    Reopening,
    Review,
    RuleSet,
    TrustedPublisher,
    Violation,
)
from pinkeeper.model.review_result import LockedRelease, ReleaseCoverage, State

__all__ = ["Bar", "covered", "packages_of", "rules_of"]

_Entry = TypeVar("_Entry", Review, Violation, TrustedPublisher, Exemption, Reopening)


class Bar(Struct, frozen=True, kw_only=True):
    """What a lock's releases are measured by. needed: criteria that each must have. today: in UTC."""

    needed: tuple[str, ...]
    criteria: Mapping[str, Criteria]
    today: date


def packages_of(
    ledger: Ledger, wanted: Iterable[NormalizedName] | None = None
) -> Mapping[NormalizedName, PackageLedger]:
    """The entries by package. wanted: None for all packages."""
    names = None if wanted is None else frozenset(wanted)
    reviews = _by_package(ledger.reviews, names)
    violations = _by_package(ledger.violations, names)
    trusted = _by_package(ledger.trusted, names)
    exemptions = _by_package(ledger.exemptions, names)
    reopened = _by_package(ledger.reopened, names)
    rule_sets = rules_of(ledger.rule_sets)
    return {
        name: PackageLedger(
            reviews=tuple(reviews.get(name, ())),
            violations=tuple(violations.get(name, ())),
            trusted=tuple(trusted.get(name, ())),
            exemptions=tuple(exemptions.get(name, ())),
            reopened=tuple(reopened.get(name, ())),
            rule_sets=rule_sets,
        )
        for name in {*reviews, *violations, *trusted, *exemptions, *reopened}
    }


def rules_of(rule_sets: Iterable[RuleSet]) -> Mapping[str, frozenset[str]]:
    """The rules of each set, by its id."""
    return {each.id: frozenset(each.rules) for each in rule_sets}


def _by_package(
    entries: Sequence[_Entry], names: frozenset[NormalizedName] | None
) -> Mapping[NormalizedName, list[_Entry]]:
    found: dict[NormalizedName, list[_Entry]] = {}
    for entry in entries:
        if names is None or entry.package in names:
            found.setdefault(entry.package, []).append(entry)
    return found


def covered(release: LockedRelease, known: PackageLedger, bar: Bar, *, with_ways: bool = True) -> ReleaseCoverage:
    """What the ledger says of one release: a violation beats everything else.

    It is covered where, for each criterion, each of its files is reached from nothing. with_ways: name the entries
    that cover it; the gate needs none of them.
    """
    violations = tuple(
        sorted(
            (each for each in known.violations if each.versions.contains(release.version, prereleases=True)),
            key=lambda each: (each.reason, each.who, each.when, each.origin, str(each.versions)),
        )
    )
    standing, alive = known.standing(), known.alive(bar.today)
    missing: list[str] = []
    uncovered: set[str] = set()
    ways: set[Review | Exemption] = set()
    for criterion in bar.needed:
        reached = _reached(criterion, release, known, bar, reviews=standing, exemptions=alive)
        left = _left(release, reached)
        if with_ways:
            ways |= reached.ways((release.version, sha256) for sha256 in release.hashes)
        if left or not release.hashes or release.unknown:
            missing.append(criterion)
            uncovered |= left
    coverage = ReleaseCoverage(
        release=release,
        state=State.COVERED,
        missing=tuple(sorted(missing)),
        uncovered=tuple(sorted(uncovered)),
        reviews=_reviews(ways),
        exemptions=_exemptions(ways),
        violations=violations,
    )
    if violations:
        return _told(coverage, State.VIOLATION, _violated(violations))
    if not missing:
        return coverage
    return _explained(coverage, known, bar)


def _explained(coverage: ReleaseCoverage, known: PackageLedger, bar: Bar) -> ReleaseCoverage:
    """Why a release is not covered: the nearest thing to a cover that there was."""
    release = coverage.release
    if not release.hashes or release.unknown:
        what = "the lock pins no SHA-256 of it" if not release.hashes else "the lock pins files of it without a SHA-256"
        return _told(coverage, State.UNREVIEWED_FILE, f"{what}, and nothing else can be bound to")
    alive = known.alive(bar.today)
    ended = _would_do(release, known, bar, reviews=known.standing(), exemptions=known.exemptions)
    if ended is not None:
        gone = sorted({entry for entry in ended if isinstance(entry, Exemption) and entry not in alive}, key=_exempted)
        days = ", ".join(f"{each.version} until {each.until}" for each in gone)
        return _told(coverage, State.EXEMPTION_ENDED, f"its exemption has ended ({days})", ended)
    again = _would_do(release, known, bar, reviews=known.reviews, exemptions=alive)
    if again is not None:
        rules = sorted({each.rule for each in known.reopened if any(_is_about(each, entry) for entry in again)})
        return _told(coverage, State.REOPENED, f"{' and '.join(rules)} fired on what was approved before it", again)
    anyhow = _reached(None, release, known, bar, reviews=known.standing(), exemptions=alive)
    left = _left(release, anyhow)
    if not left:
        had = anyhow.ways((release.version, sha256) for sha256 in release.hashes)
        return _told(coverage, State.CRITERIA, f"it is not known to be {' and '.join(coverage.missing)}", had)
    if left != release.hashes:
        shown = ", ".join(_shown(sha256, release) for sha256 in sorted(left))
        return _told(coverage, State.UNREVIEWED_FILE, f"of its files nobody has reviewed {shown}")
    return _told(coverage, State.UNREVIEWED, "nobody has reviewed it")


def _would_do(
    release: LockedRelease,
    known: PackageLedger,
    bar: Bar,
    *,
    reviews: Sequence[Review],
    exemptions: Sequence[Exemption],
) -> frozenset[Review | Exemption] | None:
    """The entries that would cover a release if these were all that count; None where they would not."""
    ways: set[Review | Exemption] = set()
    for criterion in bar.needed:
        reached = _reached(criterion, release, known, bar, reviews=reviews, exemptions=exemptions)
        if _left(release, reached):
            return None
        ways |= reached.ways((release.version, sha256) for sha256 in release.hashes)
    return frozenset(ways)


def _reached(
    criterion: str | None,
    release: LockedRelease,
    known: PackageLedger,
    bar: Bar,
    *,
    reviews: Sequence[Review],
    exemptions: Sequence[Exemption],
) -> Reached:
    return reach(
        criterion, bar.criteria, reviews=reviews, exemptions=exemptions, trusted=known.trusted, locked=(release,)
    )


def _left(release: LockedRelease, reached: Reached) -> frozenset[str]:
    return frozenset(sha256 for sha256 in release.hashes if (release.version, sha256) not in reached)


def _told(
    coverage: ReleaseCoverage, state: State, message: str, ways: Iterable[Review | Exemption] | None = None
) -> ReleaseCoverage:
    shown: tuple[Review | Exemption, ...] = (*coverage.reviews, *coverage.exemptions) if ways is None else tuple(ways)
    return ReleaseCoverage(
        release=coverage.release,
        state=state,
        missing=coverage.missing,
        uncovered=coverage.uncovered,
        reviews=_reviews(shown),
        exemptions=_exemptions(shown),
        violations=coverage.violations,
        message=message,
    )


def _violated(violations: Sequence[Violation]) -> str:
    first = violations[0]
    by = f"{first.origin}: {first.who}" if first.origin else first.who
    more = f", and {len(violations) - 1} more" if len(violations) > 1 else ""
    return f"nobody may use {first.versions or 'any version'}: {first.reason} ({by}, {first.when}{more})"


def _shown(sha256: str, release: LockedRelease) -> str:
    return {digest: name for name, digest in release.names}.get(sha256, f"sha256:{sha256[:12]}…")


def _is_about(reopening: Reopening, entry: Review | Exemption) -> bool:
    return isinstance(entry, Review) and (entry.version, entry.base) == (reopening.version, reopening.base)


def _exempted(entry: Exemption) -> tuple[object, ...]:
    return (entry.version, entry.until, entry.files, entry.criteria, entry.who, entry.when, entry.notes)


def _reviewed(entry: Review) -> tuple[object, ...]:
    base = (0, entry.version) if entry.base is None else (1, entry.base)
    return (entry.version, base, entry.when, entry.who, entry.origin, entry.files, entry.criteria, entry.notes)


def _reviews(ways: Iterable[Review | Exemption]) -> tuple[Review, ...]:
    return tuple(sorted((entry for entry in ways if isinstance(entry, Review)), key=_reviewed))


def _exemptions(ways: Iterable[Review | Exemption]) -> tuple[Exemption, ...]:
    return tuple(sorted((entry for entry in ways if isinstance(entry, Exemption)), key=_exempted))
