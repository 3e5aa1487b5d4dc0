"""What a project's ledger holds: decisions about releases, each bound to the hashes of the files that were read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from msgspec import Struct
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

__all__ = [
    "BUILT_IN_CRITERIA",
    "SAFE_TO_DEPLOY",
    "SAFE_TO_RUN",
    "Criteria",
    "Entry",
    "Exemption",
    "Files",
    "Import",
    "Ledger",
    "LedgerConfig",
    "PinnedImport",
    "Reopening",
    "Review",
    "RuleSet",
    "SeenFinding",
    "Thoroughness",
    "TrustedPublisher",
    "Violation",
]

Files = tuple[tuple[str, str], ...]
"""(file name, SHA-256 in hexadecimal), sorted: the bytes that a decision is about."""

SAFE_TO_RUN = "safe-to-run"
SAFE_TO_DEPLOY = "safe-to-deploy"
BUILT_IN_CRITERIA: Mapping[str, tuple[str, ...]] = {SAFE_TO_RUN: (), SAFE_TO_DEPLOY: (SAFE_TO_RUN,)}
"""Criteria that every ledger has, with what each implies."""


class Thoroughness(StrEnum):
    """How much of a comparison a reviewer read."""

    EVERY_LINE = "every-line"
    FINDINGS = "findings"  # the findings with what stands around them, and the list of files
    OVERVIEW = "overview"  # the summary alone


class SeenFinding(Struct, frozen=True, kw_only=True):
    """A finding that a reviewer saw and accepted. reason: empty where none was asked for."""

    rule: str
    fingerprint: str
    reason: str = ""


class Review(Struct, frozen=True, kw_only=True):
    """Somebody read a release, or what changed in it since another, and approved it.

    base: the release it was compared with; None for a full review. files: of `version`; base_files: of `base`, empty
    for a full review. criteria: sorted. listed: names among `files` of which only the directory was read. rules: the id
    of a `RuleSet`, empty where nobody knows it. origin: the import it comes from; empty for the project's own.
    """

    package: NormalizedName
    version: Version
    criteria: tuple[str, ...]
    files: Files
    who: str
    when: date
    thoroughness: Thoroughness
    base: Version | None = None
    base_files: Files = ()
    listed: tuple[str, ...] = ()
    findings: tuple[SeenFinding, ...] = ()
    notes: str = ""
    rules: str = ""
    origin: str = ""


class Violation(Struct, frozen=True, kw_only=True):
    """Releases that nobody may use, whatever else is said of them. versions: PEP 440, pre-releases included."""

    package: NormalizedName
    versions: SpecifierSet
    reason: str
    who: str
    when: date
    origin: str = ""


class TrustedPublisher(Struct, frozen=True, kw_only=True):
    """Whoever published a release within these days, attested (PEP 740), is trusted to have done so honestly.

    identity: as the lock writes it. start, end: days in UTC, both included, at most a year apart.
    """

    package: NormalizedName
    identity: str
    criteria: tuple[str, ...]
    start: date
    end: date
    who: str
    when: date
    notes: str = ""


class Exemption(Struct, frozen=True, kw_only=True):
    """A release that was there before anybody read it. until: the last day, in UTC, on which it counts."""

    package: NormalizedName
    version: Version
    criteria: tuple[str, ...]
    files: Files
    until: date
    who: str
    when: date
    notes: str = ""


class Reopening(Struct, frozen=True, kw_only=True):
    """A rule that was new fired on what had been approved. base: as for a `Review`; who, when: of the looking again."""

    package: NormalizedName
    version: Version
    rule: str
    fingerprint: str
    when: date
    base: Version | None = None


class RuleSet(Struct, frozen=True, kw_only=True):
    """The rules that the analyser had when something was reviewed. id: of their names. rules: sorted."""

    id: str
    rules: tuple[str, ...]


Entry = Review | Violation | TrustedPublisher | Exemption | Reopening | RuleSet


class Ledger(Struct, frozen=True, kw_only=True):
    """All decisions. The order of entries means nothing."""

    reviews: tuple[Review, ...] = ()
    violations: tuple[Violation, ...] = ()
    trusted: tuple[TrustedPublisher, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    reopened: tuple[Reopening, ...] = ()
    rule_sets: tuple[RuleSet, ...] = ()

    def joined(self, other: Ledger) -> Ledger:
        """The entries of both."""
        return Ledger(
            **{name: (*getattr(self, name), *getattr(other, name)) for name in self.__struct_fields__},
        )


class Criteria(Struct, frozen=True, kw_only=True):
    """A bar that a release may pass. implies: the names of lower ones."""

    name: str
    description: str = ""
    implies: tuple[str, ...] = ()


class Import(Struct, frozen=True, kw_only=True):
    """Another team's ledger, whose reviews and violations count here.

    source: a path relative to the project's folder, or a URL. criteria: theirs by what each comes to here; built-in
    ones that are not named come to themselves, others to nothing.
    """

    name: str
    source: str
    criteria: Mapping[str, tuple[str, ...]] = {}


class PinnedImport(Struct, frozen=True, kw_only=True):
    """What ``supply-chain/imports.lock`` says of an import. sha256: of the copy that was taken, in hexadecimal."""

    name: str
    source: str
    sha256: str
    taken: date


class LedgerConfig(Struct, frozen=True, kw_only=True):
    """``supply-chain/config.toml``. criteria: the built-in ones and the project's own, by name.

    needed: the criteria of every lock that `locks` does not name. locks: by the names of ``[tool.pinkeeper.locks]``.
    """

    criteria: Mapping[str, Criteria]
    needed: tuple[str, ...] = (SAFE_TO_DEPLOY,)
    locks: Mapping[str, tuple[str, ...]] = {}
    imports: tuple[Import, ...] = ()
