"""Lock a project: read what is asked for, resolve it for every target, write it down with hashes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ConfigurationError
from pinkeeper.inputs.conflicts import check_conflicts
from pinkeeper.inputs.near import or_nearest
from pinkeeper.inputs.settings import Settings
from pinkeeper.lockfile.compare import compare_locks
from pinkeeper.model.lock import Lock
from pinkeeper.model.lock_result import LockChanges, LockResult, UnservedTarget, WrittenLock
from pinkeeper.resolver.universal import resolve_targets
from pinkeeper.workflows.lock_assembly import assemble, prove
from pinkeeper.workflows.lock_command import command_line
from pinkeeper.workflows.lock_inputs import gather, gather_settings
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_outputs import Outputs, compared, described, fresh, rendered, written
from pinkeeper.workflows.lock_problem import Decisions, decide, pose, preferences, previous_lock, takes_added
from pinkeeper.workflows.lock_source import choose_places, open_source
from pinkeeper.workflows.lock_warnings import held_back, warnings_for
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["lock", "lock_all"]

_Chosen = dict[NormalizedName, tuple[Version, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One lock to make. said: the user's own command; options, settings: what it comes to for this lock.

    chosen: versions that other locks of the project have, which are taken where they fit.
    """

    said: LockOptions
    options: LockOptions
    settings: Settings
    name: str | None = None
    chosen: Mapping[NormalizedName, tuple[Version, ...]] = field(default_factory=dict)


def lock_all(options: LockOptions, surroundings: Surroundings) -> tuple[LockResult, ...]:
    """Make the locks that settings name, all or those that are asked for; where they name none, the only one.

    Raises what `lock` raises. Locks that were made before one fails stay written: each is whole.
    """
    settings = gather_settings(options, surroundings)
    if options.sources and not options.locks:
        return (_made(_Job(said=options, options=options, settings=settings), surroundings),)
    names = {named.name: named for named in settings.locks}
    for name in options.locks:
        if name not in names:
            raise ConfigurationError(
                f"there is no lock named {name}{or_nearest(name, names)}",
                where="--lock",
                details=(f"locks: {', '.join(names) or 'none'}",),
                remedy=f"describe it in [tool.pinkeeper.locks.{name}]",
            )
    if not names:
        return (_made(_Job(said=options, options=options, settings=settings), surroundings),)
    if options.outputs and len(options.locks or names) > 1:
        raise ConfigurationError(
            "several locks cannot go to the same output",
            where="--output-file",
            remedy=f"choose one of them with --lock: {', '.join(options.locks or names)}",
        )
    chosen: _Chosen = {}
    results = []
    for name in options.locks or tuple(names):
        job = _named_job(name, options, settings, chosen)
        results.append(_made(job, surroundings, chosen))
    return tuple(results)


def lock(options: LockOptions, surroundings: Surroundings) -> LockResult:
    """Make one lock and write its outputs.

    Raises InputError and ConfigurationError for what was asked, NoSolutionError with an explanation,
    UnknownPackageError, MetadataUnavailableError, HashMismatchError, NetworkError, OutputError; StaleLockError under
    ``check``. Nothing is written unless everything went well.
    """
    settings = gather_settings(options, surroundings)
    return _made(_Job(said=options, options=options, settings=settings), surroundings)


def _named_job(name: str, said: LockOptions, settings: Settings, chosen: _Chosen) -> _Job:
    """What ``[tool.pinkeeper.locks.NAME]`` says, in place of the sections and outputs of the project's only lock."""
    named = next(named for named in settings.locks if named.name == name)
    targets_said = bool(said.pythons or said.platforms or said.universal)
    options = replace(
        said,
        sources=said.sources or named.inputs,
        extras=said.extras or named.extras,
        all_extras=said.all_extras or bool(named.all_extras),
        groups=said.groups or named.groups,
        outputs=said.outputs or named.outputs or (f"requirements-{name}.txt",),
        cooldown=said.cooldown if said.cooldown is not None else named.cooldown,
        targets=() if targets_said else named.targets,
        pythons=said.pythons or (() if targets_said else named.python),
        platforms=said.platforms or (() if targets_said else named.platforms),
        universal=said.universal or (not targets_said and bool(named.universal)),
    )
    own = replace(
        settings,
        extras=(),
        all_extras=False,
        groups=(),
        constraints=(*settings.constraints, *named.constraints),
        hashes=named.hashes or settings.hashes,
    )
    return _Job(said=replace(said, locks=(name,)), options=options, settings=own, name=name, chosen=chosen)


def _made(job: _Job, surroundings: Surroundings, chosen: _Chosen | None = None) -> LockResult:
    """Make a lock, and add to `chosen` what was chosen for it."""
    began = time.monotonic()
    options, settings = job.options, job.settings
    inputs = gather(options, settings, surroundings)
    check_conflicts(settings.conflicts, inputs.sections)
    decisions = decide(options, settings, inputs)
    previous = previous_lock(decisions.outputs, surroundings)
    places = choose_places(options, settings, inputs, surroundings)
    outputs = Outputs(
        said=job.said, options=options, settings=settings, inputs=inputs, decisions=decisions, places=places
    )
    if options.check and (standing := fresh(outputs, surroundings)) is not None:
        return _unmoved(job, decisions, previous or Lock(), standing, elapsed=time.monotonic() - began)
    with open_source(places, options, settings, surroundings) as opened:
        surroundings.progress.started(opened.counters)
        try:
            problem = pose(
                options,
                settings,
                inputs,
                decisions=decisions,
                previous=previous,
                takes_added=takes_added(previous, options, decisions, command=command_line(job.said, surroundings)),
                now=surroundings.now,
            )
            answers = resolve_targets(
                problem,
                decisions.targets.targets,
                opened.source,
                preferences=preferences(options, previous, job.chosen, surroundings),
                progress=surroundings.progress,
            )
            made, added = assemble(
                answers,
                problem.requirements,
                hashes=decisions.hashes,
                kept={} if problem.policy.takes_added else problem.policy.kept,
                sha256s=opened.source.sha256s,
            )
            prove(made, answers)
        finally:
            surroundings.progress.finished()
        requests, bytes_read = opened.counters()
    whole = decisions.targets.universal or not answers.unserved
    texts = rendered(described(made, answers, outputs), outputs, surroundings, whole=whole)
    stands = compared(texts, surroundings) if options.check else written(texts, surroundings)
    if chosen is not None:
        for package in made.packages:
            chosen[package.name] = tuple(dict.fromkeys((*chosen.get(package.name, ()), package.version)))
    return LockResult(
        name=job.name,
        targets=tuple(target.name for served in answers.served for target in served.targets),
        unserved=tuple(
            UnservedTarget(target=failed.target.name, reason=str(failed.error)) for failed in answers.unserved
        ),
        universal=decisions.targets.universal,
        packages=len({package.name for package in made.packages}),
        previous=previous is not None,
        outputs=stands,
        changes=compare_locks(previous or Lock(), made),
        held_back=held_back(answers, cooldown=decisions.cooldown),
        warnings=warnings_for(
            answers, previous=previous, made=made, added=added, settings=settings, now=surroundings.now
        ),
        elapsed=time.monotonic() - began,
        requests=requests,
        bytes_read=bytes_read,
    )


def _unmoved(
    job: _Job, decisions: Decisions, previous: Lock, standing: tuple[WrittenLock, ...], *, elapsed: float
) -> LockResult:
    """What is told of a lock that was made from just these inputs and was not touched since."""
    return LockResult(
        name=job.name,
        targets=tuple(target.name for target in decisions.targets.targets),
        universal=decisions.targets.universal,
        packages=len({package.name for package in previous.packages}),
        previous=True,
        outputs=standing,
        changes=LockChanges(),
        elapsed=elapsed,
    )
