"""What a ledger says of locks, for reports to show."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.ledger import Exemption, Review, Violation

__all__ = ["STATES", "LockedRelease", "ReleaseCoverage", "ReviewedLock", "ReviewedResult", "State"]


class State(StrEnum):
    """What a ledger comes to for one release of a lock."""

    COVERED = "covered"
    VIOLATION = "violation"
    REOPENED = "reopened"
    EXEMPTION_ENDED = "exemption-ended"
    UNREVIEWED_FILE = "unreviewed-file"
    CRITERIA = "criteria-missing"
    UNREVIEWED = "unreviewed"


# The stable words for machines, each with what it means.
STATES = {
    State.VIOLATION: "A release is in a lock that the ledger, or an imported one, says nobody may use.",
    State.REOPENED: "A rule that is newer than the approval of a release fired on what was approved.",
    State.EXEMPTION_ENDED: "A release was exempted from review, and the time for that has run out.",
    State.UNREVIEWED_FILE: "A locked file is not among those that were reviewed.",
    State.CRITERIA: "A release was reviewed, but not for what the lock needs.",
    State.UNREVIEWED: "Nobody has reviewed a release.",
}


class LockedRelease(Struct, frozen=True, kw_only=True):
    """One release as a lock pins it.

    hashes: the SHA-256 of its files, hexadecimal; names: their names, where the lock says them. unknown: how many
    hashes are of other algorithms alone, which nothing can be bound to. publishers: the attested identity by hash,
    with the day of upload (ISO 8601), where the lock says them. line: 1-based.
    """

    package: NormalizedName
    version: Version
    hashes: frozenset[str]
    names: tuple[tuple[str, str], ...] = ()
    unknown: int = 0
    publishers: tuple[tuple[str, str, str], ...] = ()
    line: int | None = None
    is_direct_reference: bool = False


class ReleaseCoverage(Struct, frozen=True, kw_only=True):
    """What the ledger says of one locked release.

    missing: the needed criteria that not all of its files have, sorted. uncovered: the SHA-256 of those files, sorted.
    reviews, exemptions: entries on the ways that cover it, or would if they had not ended or been reopened, sorted.
    violations: all that are about it. message: one line about why it is not covered; empty where it is.
    """

    release: LockedRelease
    state: State
    missing: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    reviews: tuple[Review, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    violations: tuple[Violation, ...] = ()
    message: str = ""

    @property
    def is_covered(self) -> bool:
        """Whether the release may stand in its lock."""
        return self.state is State.COVERED


class ReviewedLock(Struct, frozen=True, kw_only=True):
    """One lock measured by the ledger. name: of a named lock, None for a project's only one; needed: its criteria.

    unpinned: what is installed besides and no hash pins, a text each; local: folders of the project among that.
    """

    path: str
    needed: tuple[str, ...]
    releases: tuple[ReleaseCoverage, ...]
    name: str | None = None
    unpinned: tuple[str, ...] = ()
    local: tuple[str, ...] = ()

    @property
    def open(self) -> tuple[ReleaseCoverage, ...]:
        """The releases that are not covered."""
        return tuple(each for each in self.releases if not each.is_covered)

    @property
    def is_good(self) -> bool:
        """Whether every release is covered, and nothing is installed besides."""
        return not self.open and not self.unpinned


class ReviewedResult(Struct, frozen=True, kw_only=True):
    """All locks of one run. ledger: the path of the ledger. entries: how many decisions were read, imports included."""

    ledger: str
    locks: tuple[ReviewedLock, ...]
    entries: int = 0

    @property
    def is_good(self) -> bool:
        """Whether every release of every lock is covered."""
        return all(lock.is_good for lock in self.locks)
