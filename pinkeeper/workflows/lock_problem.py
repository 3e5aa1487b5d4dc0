"""From what was said, on the command line, in settings and in inputs, to the problem that is solved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ConfigurationError, InputError
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.settings import Settings
from pinkeeper.lockfile.requirements_reader import read_requirements_lock
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import InputRequirement, InvalidRequirement, Requirement, parse_requirement
from pinkeeper.model.target import Target
from pinkeeper.resolver.policy import Policy, Strategy
from pinkeeper.resolver.resolution import Problem
from pinkeeper.resolver.targets import target
from pinkeeper.workflows.lock_options import HashChoice, LockOptions
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["DEFAULT_COOLDOWN", "Decisions", "decide", "pose", "previous_lock"]

DEFAULT_COOLDOWN = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Command line over settings over defaults."""

    outputs: tuple[str, ...]
    cooldown: timedelta
    hashes: HashChoice
    target: Target


def decide(options: LockOptions, settings: Settings, inputs: Inputs) -> Decisions:
    """What this run goes by. Raises ConfigurationError."""
    outputs = options.outputs or settings.outputs or ("requirements.txt",)
    for output in outputs:
        name = output.replace("\\", "/").rpartition("/")[2]
        if name == "pylock.toml" or (name.startswith("pylock.") and name.endswith(".toml")):
            raise ConfigurationError(
                "pylock.toml cannot be written yet", where=output, remedy="write a requirements.txt"
            )
    cooldown = options.cooldown if options.cooldown is not None else settings.cooldown
    return Decisions(
        outputs=outputs,
        cooldown=DEFAULT_COOLDOWN if cooldown is None else cooldown,
        hashes=options.hashes or HashChoice(settings.hashes or HashChoice.TARGETS),
        target=_target(options, settings, inputs),
    )


def _target(options: LockOptions, settings: Settings, inputs: Inputs) -> Target:
    pythons = (options.python,) if options.python else settings.python
    platforms = (options.platform,) if options.platform else settings.platforms
    if len(pythons) > 1 or len(platforms) > 1:
        raise ConfigurationError(
            "a lock serves one target for now",
            details=(f"python: {', '.join(pythons)}", f"platforms: {', '.join(platforms)}"),
            remedy="choose one with --python-version and --platform",
        )
    chosen = target(python=next(iter(pythons), None), platform=next(iter(platforms), None))
    if inputs.requires_python is not None and not inputs.requires_python.contains(chosen.python, prereleases=True):
        raise ConfigurationError(
            f"the project requires Python {inputs.requires_python}, and the target has {chosen.python}",
            remedy="choose another --python-version",
        )
    return chosen


def previous_lock(output: str, surroundings: Surroundings) -> Lock | None:
    """The lock that stands where the first output will go; None where there is none. Raises InputError."""
    if output == "-" or not surroundings.exists(output):
        return None
    try:
        text = surroundings.read(output).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"the existing output is not UTF-8 text ({error.reason})", where=output, remedy="move it away"
        ) from error
    return read_requirements_lock(text, path=output)


def pose(
    options: LockOptions,
    settings: Settings,
    inputs: Inputs,
    *,
    decisions: Decisions,
    previous: Lock | None,
    now: datetime,
) -> Problem:
    """The problem for the resolver. Raises InputError."""
    upgrades = {requirement.name: requirement for requirement in map(_upgrade, options.upgrade_packages)}
    keeps = previous is not None and not options.upgrade
    kept = [package for package in previous.packages if package.name not in upgrades] if keeps and previous else []
    return Problem(
        requirements=inputs.requirements,
        constraints=(*inputs.constraints, *map(_bound, upgrades.values())),
        overrides=inputs.overrides,
        preferred={package.name: (package.version,) for package in kept},
        policy=Policy(
            target=decisions.target,
            now=now,
            formats=settings.formats.merged(inputs.formats).merged(options.formats),
            pre=options.pre or settings.pre or inputs.pre,
            strategy=options.resolution or Strategy(settings.resolution or Strategy.HIGHEST),
            cooldown=decisions.cooldown,
            exclude_newer=options.exclude_newer or settings.exclude_newer,
            exempt=_exempt(settings, now),
            kept=_kept_hashes(kept),
        ),
    )


def _upgrade(text: str) -> Requirement:
    try:
        return parse_requirement(text)
    except InvalidRequirement as error:
        raise InputError(
            f"not a requirement: {error}",
            where=f"--upgrade-package {text}",
            remedy="name a package, with a version if you like: name or name==1.2",
        ) from error


def _bound(upgrade: Requirement) -> InputRequirement:
    """``--upgrade-package name==1.2`` bounds this run as a constraint would."""
    return InputRequirement(
        requirement=replace(upgrade, extras=frozenset()),
        origin=Origin(path="--upgrade-package", kind=OriginKind.COMMAND_LINE),
    )


def _exempt(settings: Settings, now: datetime) -> frozenset[tuple[NormalizedName, Version]]:
    """Exemptions that have not run out; one holds through its last day, in UTC."""
    return frozenset(
        (exemption.package, exemption.version)
        for exemption in settings.cooldown_exemptions
        if now < datetime.combine(exemption.until, time.min, UTC) + timedelta(days=1)
    )


def _kept_hashes(packages: Iterable[LockedPackage]) -> Mapping[tuple[NormalizedName, Version], frozenset[str]]:
    return {
        (package.name, package.version): frozenset(
            digest.value for digest in package.hashes if digest.algorithm == "sha256"
        )
        for package in packages
    }
