"""The locks of a project, all together, in the states that an update looks at: as they stand, and as they could be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import cached_property, partial
from typing import Self

from msgspec.structs import replace
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import InputError
from pinkeeper.inputs.settings import Settings
from pinkeeper.model.lock import Lock
from pinkeeper.model.target import Target
from pinkeeper.resolver.resolution import Pin, Resolution
from pinkeeper.updates.moves import LockState, Move, moves_between
from pinkeeper.workflows.lock import make_all
from pinkeeper.workflows.lock_inputs import gather
from pinkeeper.workflows.lock_job import LockJob
from pinkeeper.workflows.lock_made import MadeLock, make
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_problem import Movement, decide, previous_lock
from pinkeeper.workflows.lock_source import OpenSource, Places, open_source
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["Bounds", "SharedSources", "Solver", "State", "no_bounds", "standing_locks"]

Bounds = Callable[[str | None], tuple[str, ...]]
"""Requirements that a lock must meet besides its own, by its name."""


def no_bounds(_lock: str | None) -> tuple[str, ...]:
    """None."""
    return ()


def standing_locks(jobs: Iterable[LockJob], surroundings: Surroundings) -> tuple[dict[str | None, Lock], timedelta]:
    """Each lock as it stands, by its name, and the longest of their cooldowns.

    Raises InputError where one is not there yet: there is nothing to update then.
    """
    found: dict[str | None, Lock] = {}
    cooldown = timedelta(0)
    for job in jobs:
        decisions = decide(job.options, job.settings, gather(job.options, job.settings, surroundings))
        lock = previous_lock(decisions.outputs, surroundings)
        if lock is None:
            command = "pinkeeper lock" if job.name is None else f"pinkeeper lock --lock {job.name}"
            raise InputError("there is no lock to update", where=decisions.outputs[0], remedy=f"make it: {command}")
        found[job.name] = lock
        cooldown = max(cooldown, decisions.cooldown)
    return found, cooldown


class SharedSources:
    """Opens each place once for all the locks that are made of it, until the end of the run."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._open: dict[str, OpenSource] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    @contextmanager
    def __call__(
        self,
        places: Places,
        options: LockOptions,
        settings: Settings,
        surroundings: Surroundings,
        *,
        direct: Iterable[str] = (),
    ) -> Iterator[OpenSource]:
        """A source of some places, with which credentials for direct references are not shared."""
        urls = tuple(direct)
        if urls:
            with open_source(places, options, settings, surroundings, direct=urls) as own:
                yield own
            return
        key = repr((places, sorted(options.allow_build), sorted(settings.allow_build)))
        if key not in self._open:
            self._open[key] = self._stack.enter_context(open_source(places, options, settings, surroundings))
        yield self._open[key]

    def counters(self) -> tuple[int, int]:
        """Requests made and bytes read, of all."""
        counts = [opened.counters() for opened in self._open.values()]
        return sum(requests for requests, _ in counts), sum(read for _, read in counts)


class State:
    """All locks, made and not written."""

    def __init__(self, made: Iterable[MadeLock]) -> None:
        self.made = tuple(made)

    @cached_property
    def moves(self) -> Mapping[Move, tuple[str, ...]]:
        """What moves from what stands, with the names of the locks."""
        return moves_between(
            LockState(name=each.job.name, old=each.previous or Lock(), new=each.lock) for each in self.made
        )

    @cached_property
    def required_by(self) -> Mapping[NormalizedName, tuple[NormalizedName, ...]]:
        """Who depends on each package, in any lock."""
        found: dict[NormalizedName, set[NormalizedName]] = {}
        for each in self.made:
            for package in each.lock.packages:
                found.setdefault(package.name, set()).update(package.required_by)
        return {name: tuple(sorted(parents)) for name, parents in found.items()}

    @property
    def resolutions(self) -> Iterator[tuple[Target, Resolution]]:
        """The tree of each target of each lock."""
        for each in self.made:
            for served in () if each.answers is None else each.answers.served:
                yield served.target, served.resolution

    def pin(self, name: NormalizedName, version: Version | None) -> tuple[Target, Pin] | None:
        """A pin of a package on the first target that has it: of a version, or of any for None."""
        for target, resolution in self.resolutions:
            for pin in resolution.pins:
                if pin.release.name == name and version in {None, pin.release.version}:
                    return target, pin
        return None

    def versions(self, lock: str | None, name: NormalizedName) -> tuple[Version, ...]:
        """The versions of a package in one lock, the newest first."""
        return next((each.versions().get(name, ()) for each in self.made if each.job.name == lock), ())


class Solver:
    """Makes states. sources: shared by all of them."""

    def __init__(self, jobs: Iterable[LockJob], surroundings: Surroundings, sources: SharedSources) -> None:
        self._jobs = tuple(jobs)
        self._maker = partial(make, surroundings=surroundings, sources=sources)

    def state(
        self,
        movement: Movement,
        *,
        bounds: Bounds = no_bounds,
    ) -> State:
        """The best state that a movement allows.

        Raises what `pinkeeper.workflows.lock_made.make` raises, NoSolutionError first of all.
        """
        jobs = [replace(job, options=replace(job.options, upgrade_packages=bounds(job.name))) for job in self._jobs]
        return State(make_all(jobs, partial(self._maker, movement=movement)))
