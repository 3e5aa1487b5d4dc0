"""Which locks are made: the project's only one, or those that its settings name."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from pinkeeper.errors import ConfigurationError
from pinkeeper.inputs.named_locks import NamedLock
from pinkeeper.inputs.near import or_nearest
from pinkeeper.inputs.settings import Settings
from pinkeeper.workflows.lock_options import LockOptions

__all__ = ["LockJob", "choose_jobs"]


class LockJob(Struct, frozen=True, kw_only=True):
    """One lock to make. said: the user's own command; options, settings: what it comes to for this lock."""

    said: LockOptions
    options: LockOptions
    settings: Settings
    name: str | None = None


def choose_jobs(options: LockOptions, settings: Settings) -> tuple[LockJob, ...]:
    """The locks that settings name, all or those that are asked for; where they name none, the only one.

    Whoever names sources on the command line means these and no named lock. Raises ConfigurationError.
    """
    named = {lock.name: lock for lock in settings.locks}
    for name in options.locks:
        if name not in named:
            raise ConfigurationError(
                f"there is no lock named {name}{or_nearest(name, named)}",
                where="--lock",
                details=(f"locks: {', '.join(named) or 'none'}",),
                remedy=f"describe it in [tool.pinkeeper.locks.{name}]",
            )
    if not named or (options.sources and not options.locks):
        return (LockJob(said=options, options=options, settings=settings),)
    chosen = options.locks or tuple(named)
    if options.outputs and len(chosen) > 1:
        raise ConfigurationError(
            "several locks cannot go to the same output",
            where="--output-file",
            remedy=f"choose one of them with --lock: {', '.join(chosen)}",
        )
    return tuple(_job(named[name], options, settings) for name in dict.fromkeys(chosen))


def _job(named: NamedLock, said: LockOptions, settings: Settings) -> LockJob:
    """What ``[tool.pinkeeper.locks.NAME]`` says, in place of the sections and outputs of the project's only lock."""
    targets_said = bool(said.pythons or said.platforms or said.universal)
    options = replace(
        said,
        sources=said.sources or named.inputs,
        extras=said.extras or named.extras,
        all_extras=said.all_extras or bool(named.all_extras),
        groups=said.groups or named.groups,
        outputs=said.outputs or named.written,
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
    return LockJob(said=replace(said, locks=(named.name,)), options=options, settings=own, name=named.name)
