"""Locks measured by the ledger: without network, from the files of the project alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ConfigurationError
from pinkeeper.inputs.near import or_nearest
from pinkeeper.ledger.coverage import Bar, covered, packages_of
from pinkeeper.ledger.paths import PackageLedger
from pinkeeper.model.ledger import LedgerConfig
from pinkeeper.model.lock import LockedPackage
from pinkeeper.model.review_result import LockedRelease, ReleaseCoverage, ReviewedLock, ReviewedResult
from pinkeeper.workflows.ledger_files import CONFIG, LEDGER, OpenLedger, has_ledger, open_ledger
from pinkeeper.workflows.ledger_locks import ReadLock, locks_of_project, releases_of
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["bar_for", "check_criteria", "covered_releases", "measured", "needed", "reviewed"]


def reviewed(surroundings: Surroundings, *, paths: Sequence[str] = (), names: Sequence[str] = ()) -> ReviewedResult:
    """Measure locks by the ledger; without any named, those that ``lock`` writes here.

    Raises InputError and ConfigurationError, or CollectedError for several, where ledger, imports or locks are not what
    they claim to be; then nothing is claimed of any release.
    """
    ledger = open_ledger(surroundings)
    return measured(ledger, locks_of_project(surroundings, paths=paths, names=names), surroundings, with_ways=False)


def measured(
    ledger: OpenLedger, locks: Sequence[ReadLock], surroundings: Surroundings, *, with_ways: bool = True
) -> ReviewedResult:
    """Measure some locks. with_ways: name the entries that cover each release."""
    return ReviewedResult(
        ledger=LEDGER,
        locks=tuple(
            ReviewedLock(
                path=lock.path,
                name=lock.name,
                needed=needed(ledger.config, lock.name),
                releases=_measured(
                    lock.releases, ledger, bar_for(ledger, lock.name, surroundings), with_ways=with_ways
                ),
                unpinned=lock.unpinned,
                local=lock.local,
            )
            for lock in locks
        ),
        entries=ledger.entries,
    )


def covered_releases(
    surroundings: Surroundings, lock: str | None, packages: Iterable[LockedPackage]
) -> Mapping[tuple[NormalizedName, Version], bool] | None:
    """Whether the ledger covers each release that a lock pins, or would pin; None where the project has no ledger.

    lock: the name of a named lock, None for a project's only one. Raises as `reviewed` does.
    """
    if not has_ledger(surroundings):
        return None
    ledger = open_ledger(surroundings)
    releases = releases_of(tuple(packages))
    found = _measured(releases, ledger, bar_for(ledger, lock, surroundings), with_ways=False)
    return {(each.release.package, each.release.version): each.is_covered for each in found}


def needed(config: LedgerConfig, lock: str | None) -> tuple[str, ...]:
    """The criteria that a lock needs."""
    return config.needed if lock is None else config.locks.get(lock, config.needed)


def bar_for(ledger: OpenLedger, lock: str | None, surroundings: Surroundings) -> Bar:
    """What the releases of a lock are measured by."""
    return Bar(
        needed=needed(ledger.config, lock),
        criteria=ledger.config.criteria,
        today=surroundings.now.astimezone(UTC).date(),
    )


def _measured(
    releases: Sequence[LockedRelease], ledger: OpenLedger, bar: Bar, *, with_ways: bool
) -> tuple[ReleaseCoverage, ...]:
    known = packages_of(ledger.ledger, {release.package for release in releases})
    nothing = PackageLedger()
    return tuple(
        covered(release, known.get(release.package, nothing), bar, with_ways=with_ways) for release in releases
    )


def check_criteria(names: Sequence[str], config: LedgerConfig) -> None:
    """Raises ConfigurationError for a criterion that nobody defined."""
    for name in names:
        if name not in config.criteria:
            raise ConfigurationError(
                f"nobody defined the criterion {name}{or_nearest(name, config.criteria)}",
                remedy=f"use one of {', '.join(sorted(config.criteria))}, or define it in {CONFIG}",
            )
