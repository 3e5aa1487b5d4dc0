"""What ``pinkeeper check`` found out of locks, for reports to show."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct
from packaging.utils import NormalizedName

__all__ = ["KINDS", "CheckFinding", "CheckResult", "CheckedLock", "Severity"]


class Severity(StrEnum):
    """Whether a finding makes the answer no."""

    ERROR = "error"
    NOTE = "note"


# The stable words for machines, each with what it means.
KINDS = {
    "added-file": "The index lists a file of a locked release that the lock does not admit.",
    "constraint": "A pin is outside what a constraint of the project allows.",
    "direct-reference": "A package is locked from a URL that nobody asked for.",
    "duplicate-pin": "A package is pinned more than once where only one pin can be installed.",
    "edited-lock": "The lock is not as it was written: its content does not fit its own record.",
    "edited-pin": "The hashes of a pin belong to another release of the project.",
    "empty-lock": "A lock pins nothing, and nothing says what it was made from.",
    "environment": "The environments that a lock says it is for are not its targets.",
    "extras": "The extras written beside a pin are not those that are asked for.",
    "foreign-line": "A line installs something that no pin accounts for.",
    "index-line": "An option line says another place for packages than the project, its settings and options ask for.",
    "malformed-line": "A line is not written as a lock has it, so that tools may read it differently.",
    "marker": "A marker cannot be judged on a declared target, or tells machines of one target apart.",
    "missing-hash": "A file that the lock should admit is not among its hashes.",
    "missing-package": "Something that is required is not pinned.",
    "no-file": "No locked file of a pin can be installed on a declared target.",
    "requires-python": "A Python requirement in the lock is not what the release, or the project, says.",
    "unexpected-file": "A hash admits a file of the release that the lock should not have.",
    "unhashed-pin": "A pin has no hashes.",
    "unknown-hash": "A hash belongs to no file that the index lists for the project.",
    "unknown-package": "No index lists the project.",
    "unknown-release": "The index does not list the pinned release.",
    "unreadable-metadata": "What a release requires cannot be known without running its code.",
    "unrequired-package": "A package is installed that nothing requires.",
    "unsatisfied": "A pin is outside what something that is installed requires.",
    "unverifiable-hash": "The index gives nothing that a hash could be compared with.",
    "vanished-file": "The index does not list a locked file any more.",
    "wrong-dependencies": "What a lock says that a package depends on is not what the package says.",
    "wrong-file": "What the lock says of a file is not what the index says.",
    "wrong-index": "A package is locked from another index than the one that owns its name.",
    "wrong-publisher": "The index does not say of a file that it was published by whom the lock names.",
    "yanked": "The release or the file was yanked.",
}


class CheckFinding(Struct, frozen=True, kw_only=True):
    """One thing about a lock. kind: a key of `KINDS`. message: one line. line: 1-based, None where there is none."""

    kind: str
    severity: Severity
    message: str
    path: str
    line: int | None = None
    package: NormalizedName | None = None

    def __post_init__(self) -> None:
        assert self.kind in KINDS, self.kind


class CheckedLock(Struct, frozen=True, kw_only=True):
    """One lock that was looked at.

    packages, hashes: how many stand in it. targets: names of the environments it was checked for; targets_from,
    roots_from, index_from: where these were taken from. indexes: the URLs that were asked, without credentials.
    findings: by place. not_checked: what was left out, one sentence each.
    """

    path: str
    packages: int
    hashes: int
    targets: tuple[str, ...]
    targets_from: str
    roots_from: str
    index_from: str
    indexes: tuple[str, ...]
    findings: tuple[CheckFinding, ...] = ()
    not_checked: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[CheckFinding, ...]:
        """The findings that make the answer no."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against the lock."""
        return not self.errors


class CheckResult(Struct, frozen=True, kw_only=True):
    """All locks of one run. elapsed: seconds. requests, bytes_read: what went over the network."""

    locks: tuple[CheckedLock, ...]
    elapsed: float = 0.0
    requests: int = 0
    bytes_read: int = 0

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against any lock."""
        return all(lock.is_good for lock in self.locks)
