"""What a reviewer should look at in a bump."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from pinkeeper.model.hunk import Hunk

__all__ = ["Finding", "RelatedFact", "Severity", "Verdict", "When"]


class Severity(StrEnum):
    """How much a finding matters, the gravest first."""

    CRITICAL = "critical"  # code that runs unasked, with the marks of an attack
    HIGH = "high"  # new power that a reviewer must read
    MEDIUM = "medium"  # worth a glance
    LOW = "low"  # context

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)

    def at_least(self, bar: Severity) -> bool:
        """Whether this is as grave as `bar`, or graver."""
        return self.rank <= bar.rank


class Verdict(StrEnum):
    """What a bump comes to: danger with any critical finding, review with any high one, else routine."""

    ROUTINE = "routine"
    REVIEW = "review"
    DANGER = "danger"


class When(StrEnum):
    """When code runs, the earliest first."""

    START = "start"  # whenever an interpreter starts
    BUILD = "build"  # when a release is built, or installed from its sdist
    IMPORT = "import"  # when the package is imported
    CALL = "call"  # when somebody calls it

    @property
    def is_unasked(self) -> bool:
        """Whether it runs without anybody calling it."""
        return self is not When.CALL


class RelatedFact(Struct, frozen=True, kw_only=True):
    """What another rule saw about the same change. line: 1-based, None where there is none."""

    rule: str
    severity: Severity
    path: str | None
    line: int | None
    summary: str


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that a reviewer should look at.

    rule: the id of the rule whose severity it has. path: in the new file, or in the old one for what was removed; None
    where it is about the release as a whole. line: 1-based. summary: one sentence. evidence: the place itself, a few
    lines. when: when the code runs, where that is known. hunk: what changed around the place, 8 to 12 lines. related:
    what other rules saw about the same change, the gravest first. fingerprint: the same for the same finding in
    another run; it does not change where lines only move.
    """

    rule: str
    severity: Severity
    path: str | None = None
    line: int | None = None
    summary: str
    evidence: str = ""
    when: When | None = None
    hunk: Hunk | None = None
    related: tuple[RelatedFact, ...] = ()
    fingerprint: str = ""
