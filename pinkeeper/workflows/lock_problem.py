"""From what was said, on the command line, in settings and in inputs, to the problem that is solved."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from msgspec import Struct
from msgspec.structs import replace
from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import InputError
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.settings import Settings
from pinkeeper.lockfile.lock_formats import is_pylock, read_lock
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import InputRequirement, InvalidRequirement, Requirement, parse_requirement
from pinkeeper.model.target import Target
from pinkeeper.resolver.policy import Policy, Strategy
from pinkeeper.resolver.resolution import Problem
from pinkeeper.resolver.universal import Preferences
from pinkeeper.workflows.lock_options import HashChoice, LockOptions
from pinkeeper.workflows.lock_targets import DeclaredTargets, declare_targets
from pinkeeper.workflows.surroundings import Surroundings

__all__ = [
    "DEFAULT_COOLDOWN",
    "Decisions",
    "Movement",
    "decide",
    "kept_packages",
    "pose",
    "preferences",
    "previous_lock",
    "takes_added",
]

DEFAULT_COOLDOWN = timedelta(days=3)


class Movement(Struct, frozen=True, kw_only=True):
    """How far a lock may go from the one that stands, in place of what ``--upgrade`` and the like say.

    moving: packages that need not stay where they are; the others do where they can. refused: versions that are not
    taken in, by package; what is locked may always stay.
    """

    moving: frozenset[NormalizedName]
    refused: Mapping[NormalizedName, tuple[SpecifierSet, ...]] = {}


class Decisions(Struct, frozen=True, kw_only=True):
    """Command line over settings over defaults."""

    outputs: tuple[str, ...]
    cooldown: timedelta
    hashes: HashChoice
    targets: DeclaredTargets


def decide(options: LockOptions, settings: Settings, inputs: Inputs) -> Decisions:
    """What this run goes by. Raises ConfigurationError."""
    cooldown = options.cooldown if options.cooldown is not None else settings.cooldown
    return Decisions(
        outputs=options.outputs or settings.outputs or ("requirements.txt",),
        cooldown=DEFAULT_COOLDOWN if cooldown is None else cooldown,
        hashes=options.hashes or HashChoice(settings.hashes or HashChoice.TARGETS),
        targets=declare_targets(options, settings, inputs.requires_python),
    )


def previous_lock(outputs: Sequence[str], surroundings: Surroundings) -> Lock | None:
    """The lock that stands where an output will go, a pylock before others: it says more. Raises InputError.

    None where none stands.
    """
    standing = [output for output in outputs if output != "-" and surroundings.exists(output)]
    if not standing:
        return None
    return _read(min(standing, key=lambda output: not is_pylock(output)), surroundings, what="the existing output")


def _read(path: str, surroundings: Surroundings, *, what: str) -> Lock:
    try:
        text = surroundings.read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{what} is not UTF-8 text ({error.reason})", where=path, remedy="move it away") from error
    return read_lock(text, path=path)


def pose(
    options: LockOptions,
    settings: Settings,
    inputs: Inputs,
    *,
    decisions: Decisions,
    previous: Lock | None,
    takes_added: bool,
    now: datetime,
    movement: Movement | None = None,
) -> Problem:
    """The problem for the resolver, for the first target; no direct reference is followed yet. Raises InputError."""
    upgrades = {requirement.name: requirement for requirement in map(_upgrade, options.upgrade_packages)}
    return Problem(
        requirements=inputs.requirements,
        constraints=(*inputs.constraints, *map(_bound, upgrades.values())),
        overrides=inputs.overrides,
        excludes=settings.excludes | inputs.projects | {left.name for left in inputs.left_out if left.name},
        policy=Policy(
            target=decisions.targets.targets[0],
            now=now,
            formats=settings.formats.merged(inputs.formats).merged(options.formats),
            pre=options.pre or settings.pre or inputs.pre,
            strategy=options.resolution or Strategy(settings.resolution or Strategy.HIGHEST),
            cooldown=decisions.cooldown,
            exclude_newer=options.exclude_newer or settings.exclude_newer,
            exempt=_exempt(settings, now),
            kept=_kept_hashes(
                kept_packages(options, previous) if movement is None or previous is None else previous.packages
            ),
            takes_added=takes_added,
            refused={} if movement is None else movement.refused,
        ),
    )


def takes_added(previous: Lock | None, options: LockOptions, decisions: Decisions, *, command: str) -> bool:
    """Whether files of locked releases are taken in that the existing lock does not have.

    So it is where the user says so, and where the lock is for other targets or other hashes than before: its files say
    nothing then of what was there when it was made. command: the one that makes the lock.
    """
    if previous is None or options.refresh_hashes:
        return True
    if previous.targets:
        return not {target.spelling for target in decisions.targets.targets} <= set(previous.targets)
    return previous.command is not None and _scope(previous.command) != _scope(command)


def _scope(command: str) -> list[str]:
    """The words of a command that say for which targets and with which hashes a lock is made."""
    try:
        words = shlex.split(command)
    except ValueError:
        return [command]
    return sorted(
        word for word in words if word.startswith(("--python-version", "--platform", "--universal", "--hash"))
    )


def kept_packages(
    options: LockOptions, previous: Lock | None, movement: Movement | None = None
) -> tuple[LockedPackage, ...]:
    """The pins of the existing lock that should stay where they fit."""
    if previous is None or options.upgrade:
        return ()
    if movement is not None:
        return tuple(package for package in previous.packages if package.name not in movement.moving)
    upgrades = {requirement.name for requirement in map(_upgrade, options.upgrade_packages)}
    return tuple(package for package in previous.packages if package.name not in upgrades)


def preferences(
    options: LockOptions,
    previous: Lock | None,
    surroundings: Surroundings,
    *,
    wanted: Mapping[NormalizedName, tuple[Version, ...]],
    elsewhere: Mapping[NormalizedName, tuple[Version, ...]],
    movement: Movement | None = None,
) -> Preferences:
    """What is tried first on a target. Raises InputError.

    First what is wanted before all, then what the existing lock pins there, then what ``--from`` files pin, then what
    both pin on other targets, the newest first and no pre-releases, then what other locks of the project have.
    """
    kept = [(package.name, package.version, package.marker) for package in kept_packages(options, previous, movement)]
    kept += [pin for path in options.preferences for pin in _pins_of(path, surroundings)]
    texts = {marker for _, _, marker in kept if marker is not None}
    markers = {text: Marker(text) for text in texts}
    newest_first = sorted((pin for pin in kept if not pin[1].is_prerelease), key=lambda pin: pin[1], reverse=True)

    def preferred(target: Target) -> Mapping[NormalizedName, tuple[Version, ...]]:
        environment = {**target.markers, "extra": ""}
        holding = {None, *(text for text, marker in markers.items() if _holds(marker, environment))}
        versions: dict[NormalizedName, tuple[Version, ...]] = {}
        for name, version, _ in (
            *(pin for pin in kept if pin[2] in holding),
            *(pin for pin in newest_first if pin[2] not in holding),
        ):
            versions[name] = (*versions.get(name, ()), version)
        return {
            name: (*wanted.get(name, ()), *versions.get(name, ()), *elsewhere.get(name, ()))
            for name in {**wanted, **versions, **elsewhere}
        }

    return preferred


def _holds(marker: Marker, environment: Mapping[str, str]) -> bool:
    """Whether a pin of another lock counts on a target; one whose marker cannot be judged does."""
    try:
        return marker.evaluate(dict(environment))
    except (UndefinedComparison, UndefinedEnvironmentName):
        return True


def _pins_of(path: str, surroundings: Surroundings) -> Iterator[tuple[NormalizedName, Version, str | None]]:
    """The pins of any tool's lock. Raises InputError."""
    if path.endswith(".txt") or is_pylock(path):
        for package in _read(path, surroundings, what="it").packages:
            yield package.name, package.version, package.marker
    else:
        from pinkeeper.inputs.foreign_locks import read_foreign_lock  # noqa: PLC0415 - few runs have one

        for pin in read_foreign_lock(path, surroundings.read(path)):
            yield pin.name, pin.version, pin.marker


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
    kept: dict[tuple[NormalizedName, Version], frozenset[str]] = {}
    for package in packages:
        if package.url is None:
            hashes = frozenset(digest.value for digest in package.hashes if digest.algorithm == "sha256")
            key = (package.name, package.version)
            kept[key] = kept.get(key, frozenset()) | hashes
    return kept
