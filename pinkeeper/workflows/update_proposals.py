"""Drafts of proposals, and proposals made of them: whole locks, and each bump with all that is known of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.lockfile.compare import compare_locks
from pinkeeper.model.finding import Verdict
from pinkeeper.model.lock import Lock
from pinkeeper.model.lock_result import LockChanges
from pinkeeper.model.proposal import Bump, Cause, Proposal, ProposedLock
from pinkeeper.updates.grouping import Unit, proposal_id
from pinkeeper.updates.moves import Move, kind_of
from pinkeeper.workflows.ledger_coverage import covered_releases
from pinkeeper.workflows.lock_made import MadeLock
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.update_advice import Advice
from pinkeeper.workflows.update_bench import Bench
from pinkeeper.workflows.update_states import State

__all__ = ["ROUTINE", "Draft", "Writer", "merged"]

ROUTINE = "routine"
"""The id of the proposal in which nothing must be read."""


class Draft(Struct, frozen=True, kw_only=True, eq=False):
    """A state to propose. units: what it is proposed for; none where it is the routine one."""

    units: tuple[Unit, ...]
    state: State

    @property
    def id(self) -> str:
        """See `pinkeeper.model.proposal.Proposal`."""
        return proposal_id(unit.id for unit in self.units) if self.units else ROUTINE

    @property
    def names(self) -> frozenset[NormalizedName]:
        """The packages that it is proposed for; all that move where it is the routine one."""
        return frozenset(name for unit in self.units for name in unit.names) or frozenset(
            move.name for move in self.state.moves
        )


def merged(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """Drafts of which no two move the same: units that cannot do without each other are one proposal."""
    found: dict[frozenset[Move], Draft] = {}
    for draft in drafts:
        key = frozenset(draft.state.moves)
        before = found.get(key)
        found[key] = draft if before is None else Draft(units=(*before.units, *draft.units), state=before.state)
    return tuple(found.values())


class Writer:
    """Makes proposals."""

    def __init__(self, bench: Bench, surroundings: Surroundings, *, advice: Advice) -> None:
        self._bench = bench
        self._surroundings = surroundings
        self._advice = advice
        self._covered: dict[int, Mapping[tuple[NormalizedName, Version], bool] | None] = {}

    def proposal(self, draft: Draft) -> Proposal:
        """The proposal of a draft: whole locks, the flagged bumps first."""
        bumps = tuple(
            sorted(
                (self._bump(move, draft.state, draft.names) for move in draft.state.moves),
                key=lambda bump: (bump.verdict is Verdict.ROUTINE, bump.cause is Cause.COMPANION, bump.name),
            )
        )
        return Proposal(
            id=draft.id,
            title=_title(bumps, draft),
            verdict=_gravest(bumps),
            bumps=bumps,
            files=tuple(file for made in draft.state.made for file in self._files(made)),
            changes=_changes(draft.state.made),
        )

    def refused(self, move: Move, state: State) -> Proposal:
        """What is told of a dangerous bump: no lock is made with it."""
        bump = self._bump(move, state, frozenset({move.name}))
        return Proposal(
            id=proposal_id([f"danger-{move.name}-{move.new}"]),
            title=f"Do not update {_moved(bump)}",
            verdict=Verdict.DANGER,
            bumps=(bump,),
            files=(),
        )

    def _bump(self, move: Move, state: State, primary: frozenset[NormalizedName]) -> Bump:
        compared = self._bench.of(move)
        packages = [
            package
            for made in state.made
            for package in (made.lock if move.new is not None else made.previous or Lock()).packages
            if package.name == move.name
        ]
        required_by = sorted({name for package in packages for name in package.required_by})
        found = None if move.new is None else state.pin(move.name, move.new)
        times = [] if found is None else [file.upload_time for file in found[1].release.files]
        moving = {each.name for each in state.moves}
        needed_by = () if move.name in primary else (set(required_by) & moving or primary)
        notes, missing = self._advice.notes(move)
        return Bump(
            name=move.name,
            old=move.old,
            new=move.new,
            kind=kind_of(move),
            verdict=self._bench.verdict(move),
            cause=Cause.COMPANION if needed_by else Cause.POLICY,
            locks=state.moves[move],
            requested_by=tuple(dict.fromkeys(each.place() for package in packages for each in package.requested_by)),
            required_by=tuple(required_by),
            needed_by=tuple(sorted(needed_by)),
            uploaded=min((time for time in times if time is not None), default=None),
            comparison=compared.result,
            not_compared=compared.failure,
            flagged_for=self._bench.flagged_for(move),
            notes=notes,
            notes_missing=missing,
            advisories=self._advice.fixed(move),
            is_covered=self._is_covered(move, state),
        )

    def _is_covered(self, move: Move, state: State) -> bool | None:
        """Whether the ledger covers the new release in every lock that would have it; None without a ledger."""
        if move.new is None:
            return None
        found = [
            covered.get((move.name, move.new))
            for made in state.made
            if (covered := self._coverage(made)) is not None and move.new in made.versions().get(move.name, ())
        ]
        return all(found) if found else None

    def _coverage(self, made: MadeLock) -> Mapping[tuple[NormalizedName, Version], bool] | None:
        """What the ledger says of each release of a lock, asked once."""
        if id(made) not in self._covered:
            self._covered[id(made)] = covered_releases(self._surroundings, made.job.name, made.lock.packages)
        return self._covered[id(made)]

    def _files(self, made: MadeLock) -> Iterable[ProposedLock]:
        for path, text in made.texts.items():
            standing = self._surroundings.read(path) if self._surroundings.exists(path) else None
            if standing != text.encode():
                digest = None if standing is None else hashlib.sha256(standing).hexdigest()
                yield ProposedLock(path=path, text=text, lock=made.job.name, old_sha256=digest)


def _gravest(bumps: Iterable[Bump]) -> Verdict:
    order = list(Verdict)
    return max((bump.verdict for bump in bumps), key=order.index, default=Verdict.ROUTINE)


def _title(bumps: Sequence[Bump], draft: Draft) -> str:
    """One line; of a proposal for some packages what these do."""
    primary = [bump for bump in bumps if bump.name in draft.names]
    if len(bumps) == 1 or (draft.units and len(primary) == 1):
        others = len(bumps) - 1
        more = f" with {others} more" if others else ""
        return f"{_verb(primary[0])} {_moved(primary[0])}{more}"
    if draft.units:
        return f"Update {', '.join(sorted({bump.name for bump in primary}))}"
    return f"Update {len(bumps)} packages"


def _verb(bump: Bump) -> str:
    if bump.old is None:
        return "Add"
    return "Remove" if bump.new is None else "Update"


def _moved(bump: Bump) -> str:
    if bump.old is None or bump.new is None:
        return f"{bump.name} {bump.new or bump.old}"
    return f"{bump.name} from {bump.old} to {bump.new}"


def _changes(locks: Iterable[MadeLock]) -> LockChanges:
    """What moved in any of some locks."""
    each = [compare_locks(made.previous or Lock(), made.lock) for made in locks]
    return LockChanges(
        **{
            field: tuple(
                sorted(
                    {change for changes in each for change in getattr(changes, field)},
                    key=lambda change: (change.name, str(change.old), str(change.new)),
                )
            )
            for field in LockChanges.__struct_fields__
        }
    )
