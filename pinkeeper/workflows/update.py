"""``update``: the best new state of all locks under the policy, compared, and cut into proposals by risk."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ConfigurationError, InputError, NoSolutionError
from pinkeeper.forge.api import Api, ApiOptions, Getter
from pinkeeper.forge.kept_answers import KeptAnswers
from pinkeeper.index.cache import Cache
from pinkeeper.inputs.near import nearest
from pinkeeper.inputs.update_settings import UpdateSettings
from pinkeeper.model.finding import Verdict
from pinkeeper.model.lock import Lock
from pinkeeper.model.proposal import HeldBump, Holder, HolderKind, Proposal, UpdateResult
from pinkeeper.updates.grouping import Unit, units_of
from pinkeeper.updates.holding import held_bumps
from pinkeeper.updates.moves import Move
from pinkeeper.updates.policy import ANY, Refusals, but, expired, moving, policy_holder, refusals
from pinkeeper.workflows.lock_inputs import gather, gather_settings
from pinkeeper.workflows.lock_job import LockJob, choose_jobs
from pinkeeper.workflows.lock_problem import Movement
from pinkeeper.workflows.lock_source import choose_places
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.update_advice import Advice
from pinkeeper.workflows.update_bench import Bench
from pinkeeper.workflows.update_compare import Workshop
from pinkeeper.workflows.update_notes import Patient
from pinkeeper.workflows.update_options import UpdateOptions
from pinkeeper.workflows.update_proposals import Draft, Writer, merged
from pinkeeper.workflows.update_states import Bounds, SharedSources, Solver, State, no_bounds, standing_locks
from pinkeeper.workflows.write_together import finish_writing

__all__ = ["update"]

# How often a state is made anew without what turned out dangerous in it. Each time at least one release goes.
_MOST_ROUNDS = 20
_NOTES_SECONDS = 10.0


def update(options: UpdateOptions, surroundings: Surroundings) -> UpdateResult:
    """Propose bumps; write nothing.

    Raises InputError where there is no lock, and what making locks raises: NoSolutionError, NetworkError and others.
    """
    began = time.perf_counter()
    finish_writing(surroundings.directory)
    settings = gather_settings(options.lock, surroundings)
    jobs = choose_jobs(options.lock, settings)
    with ExitStack() as stack:
        if surroundings.cache_directory is None:
            kept_for_now = stack.enter_context(tempfile.TemporaryDirectory(prefix="pinkeeper-"))
            surroundings = replace(surroundings, cache_directory=Path(kept_for_now))
        sources = stack.enter_context(SharedSources())
        surroundings.progress.started(sources.counters)
        stack.callback(surroundings.progress.finished)
        job = _Update(options, options.over(settings.update), jobs, surroundings, stack=stack, sources=sources)
        return job.result(began)


class _Update:
    """One run."""

    def __init__(
        self,
        options: UpdateOptions,
        policy: UpdateSettings,
        jobs: Sequence[LockJob],
        surroundings: Surroundings,
        *,
        stack: ExitStack,
        sources: SharedSources,
    ) -> None:
        self._options = options
        self._policy = policy
        self._jobs = jobs
        self._surroundings = surroundings
        self._today = surroundings.now.date()
        self._locks, self._cooldown = standing_locks(jobs, surroundings)
        self._solver = Solver(jobs, surroundings, sources)
        self._bench, cache = self._made_bench(stack, sources)
        self._getter = (
            None if policy.notes == "files" or options.lock.offline else _made_getter(stack, cache, surroundings)
        )
        self._moving = frozenset[NormalizedName]()
        self._refused: dict[NormalizedName, tuple[SpecifierSet, ...]] = {}
        self._dangers: dict[Move, State] = {}
        self._warnings: list[str] = []

    def result(self, began: float) -> UpdateResult:
        """All of it, in order."""
        advice = Advice.read(self._policy, self._standing, self._surroundings, getter=self._getter)
        self._moving = self._free_to_move(advice.affected if self._policy.security else None)
        self._refused = refusals(self._standing, self._policy, self._today)
        for ignored in expired(self._policy, self._today):
            self._warnings.append(
                f"the entry of tool.pinkeeper.update.ignore for {ignored.package}{ignored.versions} "
                f"ran out on {ignored.until}"
            )
        best = self._safe()
        flagged = [move for move in best.moves if self._bench.verdict(move) is not Verdict.ROUTINE]
        routine = [*self._routine(flagged)]
        drafts = merged([*routine, *self._worth_a_proposal(self._units(best, flagged), routine)])
        moves = {move: self._bench.of(move).result for draft in drafts for move in draft.state.moves}
        advice.gather({**moves, **{move: self._bench.of(move).result for move in self._dangers}})
        writer = Writer(self._bench, self._surroundings, advice=advice)
        proposals = tuple(writer.proposal(draft) for draft in drafts)
        return UpdateResult(
            project=self._project(),
            made_at=self._surroundings.now,
            proposals=tuple(sorted(proposals, key=lambda each: (each.verdict is not Verdict.ROUTINE, each.id))),
            refused=tuple(writer.refused(move, state) for move, state in sorted(self._dangers.items())),
            held=self._held(best, proposals),
            warnings=tuple(self._warnings),
            compared_whole=self._bench.made,
            compared_from_cache=self._bench.recalled,
            elapsed=time.perf_counter() - began,
        )

    @property
    def _standing(self) -> tuple[Lock, ...]:
        return tuple(self._locks.values())

    def _made_bench(self, stack: ExitStack, sources: SharedSources) -> tuple[Bench, Cache]:
        job, surroundings = self._jobs[0], self._surroundings
        places = choose_places(job.options, job.settings, gather(job.options, job.settings, surroundings), surroundings)
        assert surroundings.cache_directory is not None
        workshop = Workshop(
            places=places,
            options=job.options,
            settings=job.settings,
            environ=dict(surroundings.environ),
            directory=surroundings.directory,
            cache=surroundings.cache_directory,
            now=surroundings.now,
        )
        opened = stack.enter_context(sources(places, job.options, job.settings, surroundings))
        bench = Bench(workshop, opened, jobs=self._options.jobs, surroundings=surroundings)
        return bench, opened.cache

    def _free_to_move(self, affected: frozenset[NormalizedName] | None) -> frozenset[NormalizedName]:
        locked = {package.name for lock in self._standing for package in lock.packages}
        for name in sorted(self._options.names - locked):
            near = nearest(name, locked)
            raise InputError(
                f"{name} is in none of the locks",
                remedy=f"did you mean {near}?" if near else "pinkeeper tree lists them",
            )
        if self._policy.security and self._policy.advisories is None:
            raise ConfigurationError(
                "nothing is known of advisories",
                where="--security",
                remedy="name records in the OSV format: --advisories FILE, or tool.pinkeeper.update.advisories",
            )
        return moving(self._standing, self._policy, names=self._options.names, affected=affected)

    # What may be proposed at all

    def _safe(
        self,
        more: Refusals | None = None,
        *,
        moving: frozenset[NormalizedName] | None = None,
        bounds: Bounds = no_bounds,
    ) -> State:
        """The best state in which nothing dangerous comes in; all of it is compared.

        A dangerous release is refused from now on, and it alone: the one before it may be what everybody should have.
        more: what else is refused; moving: what may move, None for all that the policy lets. Raises NoSolutionError.
        """
        for _ in range(_MOST_ROUNDS):
            state = self._solver.state(self._movement(more or {}, moving), bounds=bounds)
            self._bench.compare(state, state.moves)
            dangers = [move for move in state.moves if self._bench.verdict(move) is Verdict.DANGER]
            if not dangers:
                return state
            for move in dangers:
                self._dangers.setdefault(move, state)
                self._refused[move.name] = (*self._refused.get(move.name, ()), SpecifierSet(f"=={move.new}"))
        raise NoSolutionError(
            "release after release came out dangerous",
            details=tuple(map(str, sorted(self._dangers))),
            remedy="look at them with pinkeeper diff, and name what may move: pinkeeper update NAME",
        )

    def _movement(self, more: Refusals, moving: frozenset[NormalizedName] | None) -> Movement:
        names = {*self._refused, *more}
        return Movement(
            moving=self._moving if moving is None else moving,
            refused={name: (*self._refused.get(name, ()), *more.get(name, ())) for name in names},
        )

    # The proposals

    def _routine(self, flagged: Iterable[Move]) -> Iterator[Draft]:
        """All that moves while what must be read stays where it is; that may hold more, and what moves half way."""
        staying = {move.name for move in flagged}
        for _ in range(_MOST_ROUNDS):
            try:
                state = self._safe(dict.fromkeys(staying, (ANY,)))
            except NoSolutionError as error:
                self._warnings.append(f"no bump can be had without those that must be read: {error.what}")
                return
            more = {move.name for move in state.moves if self._bench.verdict(move) is not Verdict.ROUTINE} - staying
            if not more:
                if state.moves:
                    yield Draft(units=(), state=state)
                return
            staying |= more
        self._warnings.append("no routine proposal was found in good time: too much of what moves must be read")

    def _units(self, best: State, flagged: Sequence[Move]) -> Iterator[Draft]:
        """Each flagged bump with what it needs, beside locks that stay as they are otherwise."""
        units = units_of(flagged, best.moves, required_by=best.required_by, groups=self._policy.groups)
        for unit in units:
            state = self._state_of(unit, best)
            if state is not None and state.moves:
                yield Draft(units=(unit,), state=state)

    def _worth_a_proposal(self, units: Iterable[Draft], routine: Iterable[Draft]) -> Iterator[Draft]:
        """Units in which something must be read, or that move what the routine proposal does not.

        A package that may bring in another one need not do so where all else stays as it is.
        """
        moved = {move for draft in routine for move in draft.state.moves}
        for draft in units:
            is_flagged = any(self._bench.verdict(move) is not Verdict.ROUTINE for move in draft.state.moves)
            if is_flagged or not moved.issuperset(draft.state.moves):
                yield draft

    def _state_of(self, unit: Unit, best: State) -> State | None:
        wanted = {name: {move.new for move in best.moves if move.name == name and move.new} for name in unit.names}

        def bounds(lock: str | None) -> tuple[str, ...]:
            found = []
            for name in unit.names:
                versions = best.versions(lock, name)
                if versions and wanted[name] & set(versions):
                    sign = "==" if len(versions) == 1 else ">="
                    found.append(f"{name}{sign}{min(versions)}")
            return tuple(found)

        refused = {name: (but(versions),) for name, versions in wanted.items() if versions}
        try:
            return self._safe(refused, moving=frozenset(unit.names), bounds=bounds)
        except NoSolutionError as error:
            self._warnings.append(f"no lock was found with {', '.join(unit.names)} alone: {error.what}")
            return None

    # What stays behind

    def _held(self, best: State, proposals: Iterable[Proposal]) -> tuple[HeldBump, ...]:
        proposed = {(bump.name, bump.new) for proposal in proposals for bump in proposal.bumps}
        dangerous = {(move.name, move.new) for move in self._dangers}

        def holder(name: NormalizedName, version: Version) -> Holder | None:
            if (name, version) in dangerous:
                return Holder(kind=HolderKind.CONFLICT, text=f"{name} {version} came out dangerous")
            return policy_holder(
                name,
                version,
                locks=self._standing,
                settings=self._policy,
                today=self._today,
            )

        held = held_bumps(best.resolutions, among=self._moving, cooldown=self._cooldown, policy=holder)
        waiting = [
            HeldBump(
                name=move.name,
                current=move.old,
                newest=move.new,
                holders=(
                    Holder(
                        kind=HolderKind.CONFLICT,
                        text=f"{move.name} {move.new} goes only with bumps that must be read first",
                    ),
                ),
            )
            for move in best.moves
            if move.old is not None and move.new is not None and (move.name, move.new) not in proposed
        ]
        names = {each.name for each in waiting}
        return tuple(sorted((*waiting, *(each for each in held if each.name not in names)), key=lambda each: each.name))

    def _project(self) -> str:
        inputs = gather(self._jobs[0].options, self._jobs[0].settings, self._surroundings)
        named = next((asked.origin.project for asked in inputs.requirements if asked.origin.project), None)
        return named or self._surroundings.directory.name


def _made_getter(stack: ExitStack, cache: Cache, surroundings: Surroundings) -> Getter:
    """What asks forges for release notes: no answer is worth a long wait."""
    options = ApiOptions(environ=surroundings.environ, timeout=_NOTES_SECONDS, retries=1, patience=0)
    api = stack.enter_context(Api(options, log=surroundings.log))
    return Patient(KeptAnswers(api, cache))
