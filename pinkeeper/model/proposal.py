"""What ``pinkeeper update`` proposes: new locks, the bumps in them, and what each bump would bring in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.comparison import DiffResult, ReleaseNotes
from pinkeeper.model.finding import Verdict
from pinkeeper.model.lock_result import LockChanges

__all__ = [
    "Advisory",
    "Bump",
    "BumpKind",
    "Cause",
    "HeldBump",
    "Holder",
    "HolderKind",
    "Proposal",
    "ProposedLock",
    "UpdateResult",
]


class BumpKind(StrEnum):
    """How far a package moves (PEP 440 release segments: the first, the second, any other)."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"
    ADDED = "added"
    REMOVED = "removed"
    DOWNGRADED = "downgraded"


class Cause(StrEnum):
    """Why a bump stands in its proposal."""

    POLICY = "policy"  # it was free to move
    COMPANION = "companion"  # another bump of the proposal needs it


class Advisory(Struct, frozen=True, kw_only=True):
    """A known vulnerability that the old release has and the new one has not.

    aliases: what others call it, sorted. url: empty where none is given.
    """

    id: str
    summary: str = ""
    url: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All that it is called."""
        return frozenset({self.id, *self.aliases})

    @property
    def called(self) -> str:
        """``GHSA-... (CVE-...)``."""
        return f"{self.id} ({', '.join(self.aliases)})" if self.aliases else self.id


class Bump(Struct, frozen=True, kw_only=True):
    """One package moving, appearing or leaving.

    old: None where it is added; new: None where it is removed. locks: the names of the locks where it moves, sorted;
    empty for a project with one lock. requested_by: places in the user's inputs that name it, as ``file:line``; empty
    for what is only deep in the tree. required_by: the packages that depend on it in the new lock, or in the old one
    where it leaves. needed_by: for a companion, the bumps of the proposal that cannot do without it. uploaded: when the
    new release appeared, UTC; None where the index does not say. comparison: None where nothing was compared, for the
    reason in `not_compared`; an added package is compared with nothing. verdict: of the comparison; REVIEW where a
    comparison failed, or where `flagged_for` says why; ROUTINE for a removed package. flagged_for: what a person must
    decide on though no finding asks for it, one sentence. notes: the release notes of every source that had any, the
    sources in the files first. notes_missing: what was asked in vain, one sentence each. is_covered: whether the
    project's ledger covers the new release; None where there is no ledger.
    """

    name: NormalizedName
    old: Version | None
    new: Version | None
    kind: BumpKind
    verdict: Verdict
    cause: Cause = Cause.POLICY
    locks: tuple[str, ...] = ()
    requested_by: tuple[str, ...] = ()
    required_by: tuple[NormalizedName, ...] = ()
    needed_by: tuple[NormalizedName, ...] = ()
    uploaded: datetime | None = None
    comparison: DiffResult | None = None
    not_compared: str = ""
    flagged_for: str = ""
    notes: tuple[ReleaseNotes, ...] = ()
    notes_missing: tuple[str, ...] = ()
    advisories: tuple[Advisory, ...] = ()
    is_covered: bool | None = None

    @property
    def is_direct(self) -> bool:
        """Whether the user's own inputs name the package."""
        return bool(self.requested_by)


class ProposedLock(Struct, frozen=True, kw_only=True):
    """One file of a proposal, whole. path: as the settings name it, with ``/``, relative to the project's folder.

    lock: the name of the named lock it belongs to, None for a project with one lock. old_sha256: of the file that it
    replaces, hexadecimal; None where there is none.
    """

    path: str
    text: str
    lock: str | None = None
    old_sha256: str | None = None


class Proposal(Struct, frozen=True, kw_only=True):
    """A new state of all locks of the project, resolved as a whole, and why it differs from today's.

    id: the same for the same proposal in another run, fit for a branch's name: ``routine``, or the names of the flagged
    packages joined by ``-``, without versions, so that a newer release refreshes what stands. title: one line. bumps:
    the flagged ones first, then by name. verdict: the gravest of its bumps. files: those that change.
    """

    id: str
    title: str
    verdict: Verdict
    bumps: tuple[Bump, ...]
    files: tuple[ProposedLock, ...]
    changes: LockChanges = LockChanges()


class HolderKind(StrEnum):
    """What keeps a package from a newer release."""

    REQUIREMENT = "requirement"  # of a package in the lock, or of the user's inputs
    COOLDOWN = "cooldown"
    IGNORED = "ignored"  # by the policy, with a reason
    POLICY = "policy"  # the policy does not go as far, or leaves the package out
    TARGET = "target"  # no file of it fits a target, or it wants another Python
    YANKED = "yanked"
    CONFLICT = "conflict"  # it collides with something else that moves


class Holder(Struct, frozen=True, kw_only=True):
    """One thing that holds a package. by: the package or place whose requirement it is, where it is one.

    text: one sentence that says it all, such as ``a 1.2 requires b<3``. until: when it ends, UTC, where that is known.
    """

    kind: HolderKind
    text: str
    by: str = ""
    until: datetime | None = None


class HeldBump(Struct, frozen=True, kw_only=True):
    """A package that has a newer release and does not get it in any proposal. current: the newest of today's pins."""

    name: NormalizedName
    current: Version
    newest: Version
    holders: tuple[Holder, ...]


class UpdateResult(Struct, frozen=True, kw_only=True):
    """All that ``pinkeeper update`` tells.

    proposals: those to be merged, the routine one first. refused: dangerous bumps, one each, to be reported and never
    merged: they have no files. held: sorted by name. warnings: a sentence each. compared_whole, compared_from_cache:
    comparisons made in this run, and known from earlier ones. elapsed: seconds.
    """

    project: str
    made_at: datetime
    proposals: tuple[Proposal, ...] = ()
    refused: tuple[Proposal, ...] = ()
    held: tuple[HeldBump, ...] = ()
    warnings: tuple[str, ...] = ()
    compared_whole: int = 0
    compared_from_cache: int = 0
    elapsed: float = 0.0

    @property
    def bumps(self) -> tuple[Bump, ...]:
        """Every bump of every proposal, the gravest first, then by name; those of refused ones too."""
        order = list(Verdict)
        found = [bump for each in (*self.refused, *self.proposals) for bump in each.bumps]
        return tuple(sorted(found, key=lambda bump: (-order.index(bump.verdict), bump.name, str(bump.new))))
