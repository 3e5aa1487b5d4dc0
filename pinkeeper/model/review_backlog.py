"""What a ledger leaves open: releases to read, and the ways to read them."""

from __future__ import annotations

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.comparison import DiffResult
from pinkeeper.model.finding import Severity
from pinkeeper.model.ledger import Files, Violation
from pinkeeper.model.review_result import State

__all__ = ["Material", "Measured", "OpenRelease", "StatusResult", "Way"]


class OpenRelease(Struct, frozen=True, kw_only=True):
    """A release that some locks pin and the ledger does not cover for one of them at least.

    hashes: of its files in these locks. locks: their paths; names: of the named ones. needed: what any of them needs.
    bases: covered releases with the SHA-256 of their covered files, the nearest first. message: why it is open.
    """

    package: NormalizedName
    version: Version
    hashes: frozenset[str]
    needed: tuple[str, ...]
    state: State
    message: str
    locks: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    bases: tuple[tuple[Version, frozenset[str]], ...] = ()
    violations: tuple[Violation, ...] = ()
    is_direct_reference: bool = False


class Measured(Struct, frozen=True, kw_only=True):
    """How much there is to read: executable lines that are new or gone, findings, and the gravest of these."""

    lines: int
    findings: int
    gravest: Severity | None = None


class Way(Struct, frozen=True, kw_only=True):
    """One way to cover a release. base: what it would be compared with, None for all of it.

    measured: None where nobody compared these bytes yet.
    """

    base: Version | None
    measured: Measured | None = None


class Material(Struct, frozen=True, kw_only=True):
    """What a reviewer reads, and the bytes that a decision about it is bound to.

    base: None where all of the release is read. files: those of the release that were looked at, among the pinned ones;
    listed: the names of those of which only the directory was read. base_files: covered files of the base that were
    read. left: pinned files that nobody looked at, with the reason; an approval does not cover these. is_based: whether
    the base is covered, so that an approval leads on from it.
    """

    package: NormalizedName
    version: Version
    result: DiffResult
    files: Files
    base: Version | None = None
    base_files: Files = ()
    listed: tuple[str, ...] = ()
    left: tuple[tuple[str, str], ...] = ()
    is_based: bool = True

    @property
    def lines(self) -> int:
        """Executable lines to read: new ones, and those that are gone."""
        return sum(change.code_added + change.code_removed for change in self.result.changes)


class StatusResult(Struct, frozen=True, kw_only=True):
    """All that ``pinkeeper review status`` tells.

    covered: releases of all locks that are covered; exempted: those among them that are only for an exemption, as
    (package, version, last day). ways: for each open release the ways to cover it, the cheapest first. outdated:
    reviews that were made before rules of today were there. unused_trust: why publishers that are trusted cover
    nothing; empty where none is. hints: what would leave less to read, a sentence each.
    """

    releases: int
    covered: int
    open: tuple[tuple[OpenRelease, tuple[Way, ...]], ...]
    exempted: tuple[tuple[NormalizedName, Version, str], ...] = ()
    entries: int = 0
    outdated: int = 0
    unused_trust: str = ""
    hints: tuple[str, ...] = ()

    @property
    def lines(self) -> int:
        """Executable lines of the cheapest ways that were measured."""
        return sum(ways[0].measured.lines for _, ways in self.open if ways and ways[0].measured is not None)

    @property
    def unmeasured(self) -> int:
        """Open releases of which nobody knows how much there is to read."""
        return sum(not ways or ways[0].measured is None for _, ways in self.open)
