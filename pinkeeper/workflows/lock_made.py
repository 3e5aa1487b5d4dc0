"""One lock made, and not yet written: read what is asked for, resolve it for every target, put it together."""

from __future__ import annotations

import time
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.conflicts import check_conflicts
from pinkeeper.lockfile.compare import compare_locks
from pinkeeper.model.lock import Lock
from pinkeeper.model.lock_result import HeldBack, LockChanges, LockResult, LockWarning, UnservedTarget, WrittenLock
from pinkeeper.resolver.universal import Answers, resolve_targets
from pinkeeper.workflows.lock_assembly import AddedFiles, assemble, prove
from pinkeeper.workflows.lock_command import command_line
from pinkeeper.workflows.lock_inputs import gather
from pinkeeper.workflows.lock_job import LockJob
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_outputs import Outputs, described, fresh, rendered
from pinkeeper.workflows.lock_places import check_places
from pinkeeper.workflows.lock_problem import (
    Movement,
    decide,
    kept_packages,
    pose,
    preferences,
    previous_lock,
    takes_added,
)
from pinkeeper.workflows.lock_publishers import with_publishers
from pinkeeper.workflows.lock_source import OpenSource, Places, Sources, choose_places, open_source
from pinkeeper.workflows.lock_warnings import held_back, warnings_for
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["MadeLock", "Versions", "make"]

# Versions by package, the most wanted first.
Versions = Mapping[NormalizedName, tuple[Version, ...]]


class MadeLock(Struct, frozen=True, kw_only=True):
    """A lock, and what is told of it.

    previous: the one that stands. answers: the trees, None where nothing had to be resolved. texts: by output; unmoved:
    the outputs as they stand, where nothing was done because they were made from just these inputs and not touched
    since. movement: how far it was free to go, where that was not for the options to say. seconds: what making it took.
    """

    job: LockJob
    lock: Lock
    previous: Lock | None
    movement: Movement | None = None
    targets: tuple[str, ...]
    universal: bool
    answers: Answers | None = None
    unserved: tuple[UnservedTarget, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    warnings: tuple[LockWarning, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    unmoved: tuple[WrittenLock, ...] = ()
    seconds: float
    requests: int = 0
    bytes_read: int = 0

    def versions(self) -> dict[NormalizedName, tuple[Version, ...]]:
        """The versions of each package, on whatever target, the newest first."""
        found: dict[NormalizedName, set[Version]] = {}
        for package in self.lock.packages:
            found.setdefault(package.name, set()).add(package.version)
        return {name: tuple(sorted(versions, reverse=True)) for name, versions in found.items()}

    def asked(self, name: NormalizedName) -> tuple[SpecifierSet, ...]:
        """What is asked of the version of a package on each target that has it."""
        served = () if self.answers is None else self.answers.served
        return tuple(pin.specifier for each in served for pin in each.resolution.pins if pin.release.name == name)

    def kept(self) -> frozenset[tuple[NormalizedName, Version]]:
        """The releases that it has from the one before it."""
        before = self.previous.packages if self.previous is not None and not self.job.options.upgrade else ()
        moving = frozenset() if self.movement is None else self.movement.moving
        return frozenset((package.name, package.version) for package in before if package.name not in moving)

    def result(self, outputs: tuple[WrittenLock, ...]) -> LockResult:
        """What is told of it. outputs: as they were written."""
        return LockResult(
            name=self.job.name,
            targets=self.targets,
            unserved=self.unserved,
            universal=self.universal,
            packages=len({package.name for package in self.lock.packages}),
            previous=self.previous is not None,
            outputs=outputs,
            changes=LockChanges() if self.unmoved else compare_locks(self.previous or Lock(), self.lock),
            held_back=self.held_back,
            warnings=self.warnings,
            elapsed=self.seconds,
            requests=self.requests,
            bytes_read=self.bytes_read,
        )


def make(
    job: LockJob,
    surroundings: Surroundings,
    *,
    wanted: Versions,
    elsewhere: Versions,
    movement: Movement | None = None,
    sources: Sources = open_source,
) -> MadeLock:
    """Make a lock. wanted: versions that come before those of the existing lock; elsewhere: after them.

    movement: how far it may go from the existing lock, where that is not for the options to say. sources: what opens
    the places that packages come from.

    Raises InputError and ConfigurationError for what was asked, NoSolutionError with an explanation,
    UnknownPackageError, MetadataUnavailableError, HashMismatchError, NetworkError.
    """
    began = time.monotonic()
    options, settings = job.options, job.settings
    inputs = gather(options, settings, surroundings)
    check_conflicts(settings.conflicts, inputs.sections)
    decisions = decide(options, settings, inputs)
    check_places(decisions.outputs, inputs.files, surroundings)
    previous = previous_lock(decisions.outputs, surroundings)
    places = choose_places(options, settings, inputs, surroundings)
    outputs = Outputs(
        said=job.said, options=options, settings=settings, inputs=inputs, decisions=decisions, places=places
    )
    if options.check and previous is not None and (unmoved := fresh(outputs, surroundings)) is not None:
        return MadeLock(
            job=job,
            lock=previous,
            previous=previous,
            targets=tuple(target.name for target in decisions.targets.targets),
            universal=decisions.targets.universal,
            unmoved=unmoved,
            seconds=time.monotonic() - began,
        )
    if _moves_unseen(options, inputs, places):
        surroundings.trace.lost()
    with sources(places, options, settings, surroundings, direct=_direct_urls(inputs)) as opened:
        surroundings.progress.started(opened.counters)
        try:
            solved = _solved(
                outputs, previous, opened, surroundings, wanted=wanted, elsewhere=elsewhere, movement=movement
            )
        finally:
            surroundings.progress.finished()
        requests, bytes_read = opened.counters()
    lock, answers = solved.lock, solved.answers
    whole = decisions.targets.universal or not answers.unserved
    return MadeLock(
        job=job,
        lock=lock,
        previous=previous,
        movement=movement,
        targets=tuple(target.name for served in answers.served for target in served.targets),
        universal=decisions.targets.universal,
        answers=answers,
        unserved=tuple(
            UnservedTarget(target=failed.target.name, reason=str(failed.error)) for failed in answers.unserved
        ),
        held_back=held_back(answers, cooldown=decisions.cooldown),
        warnings=warnings_for(
            answers, previous=previous, made=lock, added=solved.added, settings=settings, now=surroundings.now
        ),
        texts=rendered(described(lock, answers, outputs, previous=previous), outputs, surroundings, whole=whole),
        seconds=time.monotonic() - began,
        requests=requests,
        bytes_read=bytes_read,
    )


def _moves_unseen(options: LockOptions, inputs: Inputs, places: Places) -> bool:
    """Whether the next run may come to something else although no file, no variable and no index page changes."""
    if options.upgrade or options.upgrade_packages or options.refresh_hashes or inputs.direct:
        return True
    return bool(places.asked.find_links) or any(index.url.startswith("file:") for index in places.indexes())


class _Solved(Struct, frozen=True, kw_only=True):
    """The trees of all targets, and the lock that they come to. added: files that came late and were not taken in."""

    answers: Answers
    lock: Lock
    added: tuple[AddedFiles, ...]


def _solved(
    outputs: Outputs,
    previous: Lock | None,
    opened: OpenSource,
    surroundings: Surroundings,
    *,
    wanted: Versions,
    elsewhere: Versions,
    movement: Movement | None,
) -> _Solved:
    """Resolve for every target, and put the trees together."""
    options, decisions = outputs.options, outputs.decisions
    problem = pose(
        options,
        outputs.settings,
        outputs.inputs,
        decisions=decisions,
        previous=previous,
        takes_added=takes_added(previous, options, decisions, command=command_line(outputs.said, surroundings)),
        now=surroundings.now,
        movement=movement,
    )
    references: Mapping[str, str] = {}
    if outputs.inputs.direct:
        from pinkeeper.workflows.lock_direct import follow_references  # noqa: PLC0415 - few inputs have any

        followed = follow_references(
            problem,
            decisions.targets.targets,
            opened.direct(),
            kept=kept_packages(options, previous, movement),
            surroundings=surroundings,
        )
        problem, references = replace(problem, direct=followed.releases), followed.asked
    answers = resolve_targets(
        problem,
        decisions.targets.targets,
        opened.source,
        preferences=preferences(options, previous, surroundings, wanted=wanted, elsewhere=elsewhere, movement=movement),
        progress=surroundings.progress,
    )
    lock, added = assemble(
        answers,
        problem.requirements,
        hashes=decisions.hashes,
        kept={} if problem.policy.takes_added else problem.policy.kept,
        sha256s=opened.source.sha256s,
        references=references,
    )
    prove(lock, answers)
    lock = with_publishers(lock, previous, opened, surroundings, outputs=decisions.outputs, offline=options.offline)
    return _Solved(answers=answers, lock=lock, added=added)


def _direct_urls(inputs: Inputs) -> tuple[str, ...]:
    """The URLs of direct references as they were written, credentials included, to say who may be shown these."""
    return tuple((asked.requirement.url or "").removeprefix("git+") for asked in inputs.direct)
