"""What is open: uncovered releases of all locks, each once, with the covered releases that it can be compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import NotLockedError
from pinkeeper.inputs.near import nearest
from pinkeeper.ledger.coverage import packages_of
from pinkeeper.ledger.paths import PackageLedger, reach
from pinkeeper.model.review_backlog import OpenRelease
from pinkeeper.model.review_result import ReleaseCoverage, ReviewedLock, ReviewedResult, State
from pinkeeper.workflows.ledger_files import OpenLedger
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["covered_bases", "find_release", "open_releases"]

_Found = tuple[ReviewedLock, ReleaseCoverage]


def open_releases(result: ReviewedResult, ledger: OpenLedger, surroundings: Surroundings) -> tuple[OpenRelease, ...]:
    """The releases that are not covered, sorted by name and version."""
    return _collected(((lock, coverage) for lock in result.locks for coverage in lock.open), ledger, surroundings)


def find_release(
    name: NormalizedName,
    version: Version | None,
    result: ReviewedResult,
    ledger: OpenLedger,
    surroundings: Surroundings,
) -> OpenRelease:
    """One locked release, open or not; where the locks pin several, the newest that is open.

    Raises NotLockedError.
    """
    pins = [
        (lock, coverage)
        for lock in result.locks
        for coverage in lock.releases
        if coverage.release.package == name and version in {None, coverage.release.version}
    ]
    if not pins:
        names = {coverage.release.package for lock in result.locks for coverage in lock.releases}
        shown = name if version is None else f"{name} {version}"
        near = nearest(name, names) if name not in names else None
        raise NotLockedError(shown, where=", ".join(lock.path for lock in result.locks), near=(near,) if near else ())
    found = _collected(pins, ledger, surroundings)
    return max(found, key=lambda each: (each.state is not State.COVERED, each.version))


def _collected(pins: Iterable[_Found], ledger: OpenLedger, surroundings: Surroundings) -> tuple[OpenRelease, ...]:
    by_release: dict[tuple[NormalizedName, Version], list[_Found]] = {}
    for lock, coverage in pins:
        by_release.setdefault((coverage.release.package, coverage.release.version), []).append((lock, coverage))
    known = packages_of(ledger.ledger, {package for package, _ in by_release})
    return tuple(
        _merged(found, known.get(package, PackageLedger()), ledger, surroundings)
        for (package, _), found in sorted(by_release.items())
    )


def _merged(
    found: Sequence[_Found], known: PackageLedger, ledger: OpenLedger, surroundings: Surroundings
) -> OpenRelease:
    coverages = [coverage for _, coverage in found]
    release = coverages[0].release
    needed = tuple(sorted({criterion for lock, _ in found for criterion in lock.needed}))
    order = list(State)
    worst = max(coverages, key=lambda coverage: (not coverage.is_covered, -order.index(coverage.state)))
    return OpenRelease(
        package=release.package,
        version=release.version,
        hashes=frozenset(digest for coverage in coverages for digest in coverage.release.hashes),
        needed=needed,
        state=worst.state,
        message=worst.message,
        locks=tuple(dict.fromkeys(lock.path for lock, _ in found)),
        names=tuple(dict.fromkeys(lock.name for lock, _ in found if lock.name is not None)),
        bases=covered_bases(release.version, needed, known, ledger, surroundings),
        violations=worst.violations,
        is_direct_reference=release.is_direct_reference,
    )


def covered_bases(
    version: Version, needed: Sequence[str], known: PackageLedger, ledger: OpenLedger, surroundings: Surroundings
) -> tuple[tuple[Version, frozenset[str]], ...]:
    """Releases of which some files are covered for all of some criteria, with these files; the nearest first.

    Those before the release come first, for that is how code grows; nobody may build on one that may not be used.
    """
    today = surroundings.now.astimezone(UTC).date()
    standing, alive = known.standing(), known.alive(today)
    covered: set[tuple[Version, str]] | None = None
    for criterion in needed:
        reached = reach(criterion, ledger.config.criteria, reviews=standing, exemptions=alive)
        covered = set(reached.support) if covered is None else covered & set(reached.support)
    files: dict[Version, set[str]] = {}
    for base, sha256 in covered or ():
        if base != version and not any(each.versions.contains(base, prereleases=True) for each in known.violations):
            files.setdefault(base, set()).add(sha256)
    before = sorted((base for base in files if base < version), reverse=True)
    after = sorted(base for base in files if base > version)
    return tuple((base, frozenset(files[base])) for base in (*before, *after))
