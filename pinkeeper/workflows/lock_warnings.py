"""What a person should know of a lock that was made: what was held back, passed over, left behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.inputs.settings import Settings
from pinkeeper.lockfile.compare import compare_hashes
from pinkeeper.model.lock import Lock
from pinkeeper.model.lock_result import HeldBack, LockWarning
from pinkeeper.resolver.explanation import joined_versions
from pinkeeper.resolver.needs import Wanted
from pinkeeper.resolver.resolution import Pin, Resolution
from pinkeeper.resolver.selection import Rejected, Rejection, Release
from pinkeeper.resolver.universal import Answers
from pinkeeper.workflows.lock_assembly import AddedFiles

__all__ = ["held_back", "warnings_for"]

# A release this much older than the newest one is told. An ordinary upper bound somewhere in the tree is no news; one
# that keeps a package four years behind is, and so is one year where the resolver gave newer releases up in silence.
_FAR_OLDER = timedelta(days=4 * 365)
_FAR_OLDER_AFTER_BACKTRACKING = timedelta(days=365)
_YEAR = 365.25
_SHOWN = 3


def held_back(answers: Answers, *, cooldown: timedelta) -> tuple[HeldBack, ...]:
    """For each pin the newest release that fits all requirements and that only its age kept out; sorted by name."""
    found = {held: None for served in answers.served for held in _held_back(served.resolution, cooldown)}
    return tuple(sorted(found, key=lambda held: (held.name, held.version)))


def _held_back(resolution: Resolution, cooldown: timedelta) -> Iterator[HeldBack]:
    for pin in resolution.pins:
        for judged in resolution.selector.matching(pin.release.listing, pin.specifier):
            if judged.version <= pin.release.version:
                break
            if isinstance(judged, Rejected) and judged.reason in {Rejection.COOLDOWN, Rejection.NO_UPLOAD_TIME}:
                uploaded = judged.file.upload_time if judged.file else None
                yield HeldBack(
                    name=pin.release.name,
                    version=judged.version,
                    chosen=pin.release.version,
                    uploaded=uploaded,
                    until=None if uploaded is None else uploaded + cooldown,
                )
                break


def warnings_for(
    answers: Answers,
    *,
    previous: Lock | None,
    made: Lock,
    added: Iterable[AddedFiles],
    settings: Settings,
    now: datetime,
) -> tuple[LockWarning, ...]:
    """All warnings, each once, sorted by kind and name. now: UTC."""
    warnings = [
        *_unknown_hashes(previous, made, answers),
        *_added_files(added),
        *_expired(settings, now),
        *_built(answers),
        *_lowered(answers),
    ]
    for served in answers.served:
        resolution = served.resolution
        warnings += [
            *_missing_extras(resolution),
            *_yanked(resolution),
            *_passed_over(resolution),
            *_ancient(resolution),
        ]
    return tuple(
        sorted(dict.fromkeys(warnings), key=lambda warning: (warning.kind, warning.name or "", warning.message))
    )


def _missing_extras(resolution: Resolution) -> Iterator[LockWarning]:
    for name, extra, version in resolution.missing_extras:
        yield LockWarning(kind="missing-extra", name=name, message=f"{name} {version} has no extra named {extra}")


def _yanked(resolution: Resolution) -> Iterator[LockWarning]:
    for pin in resolution.pins:
        if pin.release.yanked is not None:
            reason = f": {pin.release.yanked}" if pin.release.yanked else ""
            yield LockWarning(
                kind="yanked",
                name=pin.release.name,
                message=f"{pin.release.name} {pin.release.version} is yanked{reason}",
                details=tuple(f"pinned by {asker}" for asker in _askers(pin) if "==" in asker),
            )


def _passed_over(resolution: Resolution) -> Iterator[LockWarning]:
    """Newer releases that fit, and that could not be used once their metadata was looked at."""
    for pin in resolution.pins:
        name = pin.release.name
        for version in sorted((v for n, v in resolution.unusable if n == name), reverse=True):
            if version > pin.release.version and pin.specifier.contains(version, prereleases=True):
                problem = resolution.unusable[name, version]
                yield LockWarning(
                    kind="passed-over",
                    name=name,
                    message=f"{name} {version} was passed over for {pin.release.version}: {problem.what}",
                    details=(*problem.details, *((f"remedy: {problem.remedy}",) if problem.remedy else ())),
                )
                break


def _ancient(resolution: Resolution) -> Iterator[LockWarning]:
    """Pins far older than the newest release that the target could install, with what forced them."""
    for pin in resolution.pins:
        newest = next(
            (
                judged
                for judged in resolution.selector.matching(pin.release.listing, SpecifierSet())
                if isinstance(judged, Release) and judged.yanked is None
            ),
            None,
        )
        if newest is None or newest.version <= pin.release.version or _pinned_by_user(pin):
            continue
        tried = {*resolution.journal.clashes, *((each.name, version) for each, version in resolution.hopeless)}
        given_up = sorted(
            (
                version
                for name, version in tried
                if name == pin.release.name and version > pin.release.version and pin.specifier.contains(version)
            ),
            reverse=True,
        )
        if _is_far_older(pin.release, newest, backtracked=bool(given_up)):
            yield LockWarning(
                kind="ancient-release",
                name=pin.release.name,
                message=_how_old(pin.release, newest),
                details=(
                    *(
                        f"held below {newest.version} by {asker}"
                        for asker, specifier in _asks(pin)
                        if not specifier.contains(newest.version, prereleases=True)
                    ),
                    *_given_up(resolution, pin, given_up),
                ),
            )


def _is_far_older(chosen: Release, newest: Release, *, backtracked: bool) -> bool:
    then, now = _uploaded(chosen), _uploaded(newest)
    if then is None or now is None:
        return backtracked and chosen.version.release[0] < newest.version.release[0]
    return now - then >= (_FAR_OLDER_AFTER_BACKTRACKING if backtracked else _FAR_OLDER)


def _how_old(chosen: Release, newest: Release) -> str:
    then, now = _uploaded(chosen), _uploaded(newest)
    if then is None or now is None:
        return f"{chosen.name} {chosen.version} is far older than {newest.version}"
    years = (now - then).days / _YEAR
    return (
        f"{chosen.name} {chosen.version} ({then:%Y-%m-%d}) is {years:.1f} years older than "
        f"{newest.version} ({now:%Y-%m-%d})"
    )


def _given_up(resolution: Resolution, pin: Pin, versions: list[Version]) -> Iterator[str]:
    if not versions:
        return
    name = pin.release.name
    yield f"given up: {name} {joined_versions(str(version) for version in versions)}, because"
    yield from (f"  {side}" for side in dict.fromkeys(_sides(resolution, name, versions[0])))


def _sides(resolution: Resolution, name: NormalizedName, version: Version) -> Iterator[str]:
    """What collided over a release that was given up."""
    for identifier, hopeless in resolution.hopeless:
        if (identifier.name, hopeless) == (name, version):
            need = resolution.hopeless[identifier, hopeless]
            yield f"{name} {version} asks for {need}"
            for other in resolution.pins:
                if other.release.name == need.identifier.name:
                    for line, specifier in other.requested_by:
                        yield f"{line.place()} asks for {other.release.name}{specifier}"
            return
    for information in resolution.journal.clashes[name, version]:
        match information.requirement:
            case Wanted(origin=origin) if origin is not None:
                yield f"{origin.place()} asks for {information.requirement}"
            case need if information.parent is not None:
                yield f"{information.parent} asks for {need}"
            case need:
                yield f"something asks for {need}"


def _unknown_hashes(previous: Lock | None, made: Lock, answers: Answers) -> Iterator[LockWarning]:
    """Hashes of unchanged pins that the index gives to no file of the release any more."""
    changes = [change for change in compare_hashes(previous or Lock(), made) if change.gone]
    if not changes:
        return
    releases = {
        (pin.release.name, pin.release.version): pin.release
        for served in answers.served
        for pin in served.resolution.pins
    }
    for change in changes:
        release = releases[change.name, change.version]
        listed = {digest for file in release.listing.files(str(release.version)) for digest in file.digests}
        unknown = [digest for digest in change.gone if digest not in listed]
        if unknown:
            yield LockWarning(
                kind="unknown-hash",
                name=change.name,
                message=f"{change.name} {change.version}: the lock had hashes that belong to no file of this release",
                details=tuple(map(str, unknown)),
            )


def _added_files(added: Iterable[AddedFiles]) -> Iterator[LockWarning]:
    for late in added:
        yield LockWarning(
            kind="added-file",
            name=late.name,
            message=f"{late.name} {late.version}: files were added to the release since it was locked; not taken in",
            details=(*late.filenames, "remedy: look at them, then --refresh-hashes"),
        )


def _lowered(answers: Answers) -> Iterator[LockWarning]:
    """What targets gave up for one that no marker tells from them."""
    for served in answers.served:
        versions = {pin.release.name: pin.release.version for pin in served.resolution.pins}
        for name, (version, target) in served.lowered.items():
            yield LockWarning(
                kind="lowered-together",
                name=name,
                message=f"{name} {versions[name]} is locked, for {version} has no file for {target.name}",
                details=(
                    f"no marker tells that from {served.target.name}",
                    "remedy: give one of them a lock of its own, [tool.pinkeeper.locks.NAME]",
                ),
            )


def _built(answers: Answers) -> Iterator[LockWarning]:
    """What has no wheel on some target: there an installer builds it, and a build runs the package's code."""
    targets = [target for served in answers.served for target in served.targets]
    built: dict[str, list[str]] = {}
    for served in answers.served:
        for pin in served.resolution.pins:
            for target, files in zip(served.targets, pin.release.by_target, strict=True):
                if not files[0].is_wheel:
                    built.setdefault(f"{pin.release.name} {pin.release.version}", []).append(target.name)
    if built:
        one = len(built) == 1
        yield LockWarning(
            kind="sdist-only",
            name=None,
            message=(
                f"{len(built)} package{'' if one else 's'} would be built where {'it is' if one else 'they are'} "
                "installed, for want of a wheel; a build runs the package's code"
            ),
            details=(
                *(
                    f"{release}{'' if len(where) == len(targets) else f' on {_few(where)}'}"
                    for release, where in sorted(built.items())
                ),
                "remedy: --only-binary NAME takes a release that has wheels, if there is one",
            ),
        )


def _few(names: Sequence[str]) -> str:
    """Some names, and how many there are more."""
    return ", ".join(names) if len(names) <= _SHOWN else f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"


def _expired(settings: Settings, now: datetime) -> Iterator[LockWarning]:
    for exemption in settings.cooldown_exemptions:
        if exemption.until < now.date():
            yield LockWarning(
                kind="expired-exemption",
                name=exemption.package,
                message=(
                    f"the cooldown exemption of {exemption.package} {exemption.version} ran out on {exemption.until}"
                ),
                details=("remedy: remove it from [[tool.pinkeeper.cooldown-exemptions]]",),
            )


def _uploaded(release: Release) -> datetime | None:
    return min((file.upload_time for file in release.files if file.upload_time is not None), default=None)


def _asks(pin: Pin) -> Iterator[tuple[str, SpecifierSet]]:
    for origin, specifier in pin.requested_by:
        yield f"{origin.place()} ({pin.release.name}{specifier})", specifier
    for name, specifier in pin.asked_by:
        yield f"{name} ({pin.release.name}{specifier})", specifier


def _askers(pin: Pin) -> Iterator[str]:
    return (asker for asker, _ in _asks(pin))


def _pinned_by_user(pin: Pin) -> bool:
    return any(
        part.operator in {"==", "==="} and not part.version.endswith(".*")
        for _, specifier in pin.requested_by
        for part in specifier
    )
