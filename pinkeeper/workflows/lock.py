"""Lock a project: make every lock that is asked for, let them agree, write them down with hashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol

from msgspec.structs import replace
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.lock_result import LockResult, LockWarning
from pinkeeper.workflows.lock_inputs import gather_settings
from pinkeeper.workflows.lock_job import LockJob, choose_jobs
from pinkeeper.workflows.lock_made import MadeLock, Versions, make
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_outputs import compared, written
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.unfinished import refuse_unfinished
from pinkeeper.workflows.write_together import finish_writing

__all__ = ["Maker", "lock", "lock_all", "make_all"]


class Maker(Protocol):
    """Makes one lock, as `pinkeeper.workflows.lock_made.make` does."""

    def __call__(self, job: LockJob, *, wanted: Versions, elsewhere: Versions) -> MadeLock:
        """The lock, not written."""
        ...


def lock_all(options: LockOptions, surroundings: Surroundings) -> tuple[LockResult, ...]:
    """Make the locks that settings name, all or those that are asked for; where they name none, the only one.

    Raises what `make` raises, OutputError, and StaleLockError under ``check``. Nothing is written unless every lock
    could be made.
    """
    if options.check:
        refuse_unfinished(surroundings.directory)
    else:
        finish_writing(surroundings.directory)
    jobs = choose_jobs(options, gather_settings(options, surroundings))
    return tuple(_finished(each, surroundings) for each in make_all(jobs, partial(make, surroundings=surroundings)))


def make_all(jobs: Iterable[LockJob], maker: Maker) -> list[MadeLock]:
    """Make locks that agree with each other as far as they can, and write none. Raises what `maker` raises."""
    made: list[MadeLock] = []
    for job in jobs:
        made.append(maker(job, wanted={}, elsewhere=_versions(made)))
    return _agreed(made, maker) if len(made) > 1 else made


def lock(options: LockOptions, surroundings: Surroundings) -> LockResult:
    """Make the project's only lock. Raises what `lock_all` raises."""
    job = LockJob(said=options, options=options, settings=gather_settings(options, surroundings))
    return _finished(make(job, surroundings, wanted={}, elsewhere={}), surroundings)


def _finished(made: MadeLock, surroundings: Surroundings) -> LockResult:
    if made.unmoved:
        return made.result(made.unmoved)
    return made.result((compared if made.job.options.check else written)(made.texts, surroundings))


def _agreed(made: Sequence[MadeLock], maker: Maker) -> list[MadeLock]:
    """Give shared packages the same release where they can have it.

    A lock begins with what those before it have. Where it could not take that, those before it are made once more with
    what it has; this stands if it brings the locks closer together. What an existing lock pins does not move for it.
    """
    common = dict(_common(made))
    if not common:
        return list(made)
    again = []
    for each in made:
        own = each.versions()
        wanted = {name: (version,) for name, version in common.items() if own.get(name, (version,)) != (version,)}
        again.append(_once_more(each, wanted, made, maker) if wanted else each)
    return again if len(_differing(again)) < len(_differing(made)) else list(made)


def _common(made: Sequence[MadeLock]) -> Iterator[tuple[NormalizedName, Version]]:
    """The newest release of each differing package that all locks with it may have, as far as specifiers tell."""
    for name in sorted(_differing(made)):
        having = [(each, each.versions()[name]) for each in made if name in each.versions()]
        if any(len(versions) != 1 or each.unmoved for each, versions in having):
            continue
        asked = [specifier for each, _ in having for specifier in each.asked(name)]
        for version in sorted({version for _, (version,) in having}, reverse=True):
            moving = [(name, own) in each.kept() for each, (own,) in having if own != version]
            if not any(moving) and all(specifier.contains(version, prereleases=True) for specifier in asked):
                yield name, version
                break


def _differing(made: Sequence[MadeLock]) -> set[NormalizedName]:
    """The packages that two locks have at different releases."""
    seen: dict[NormalizedName, tuple[Version, ...]] = {}
    return {
        name
        for each in made
        for name, versions in each.versions().items()
        if seen.setdefault(name, versions) != versions
    }


def _once_more(before: MadeLock, wanted: Versions, made: Sequence[MadeLock], maker: Maker) -> MadeLock:
    after = maker(before.job, wanted=wanted, elsewhere=_versions(made))
    told = [
        LockWarning(
            kind="held-by-lock",
            name=name,
            message=(
                f"{name} {version} is locked, as in another lock of the project; {before.versions()[name][0]} could be"
            ),
        )
        for name, (version,) in wanted.items()
        if after.versions().get(name) == (version,)
    ]
    return replace(
        after,
        warnings=(*after.warnings, *told),
        seconds=before.seconds + after.seconds,
        requests=before.requests + after.requests,
        bytes_read=before.bytes_read + after.bytes_read,
    )


def _versions(locks: Sequence[MadeLock]) -> Versions:
    found: dict[NormalizedName, tuple[Version, ...]] = {}
    for each in locks:
        for name, versions in each.versions().items():
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), *versions)))
    return found
