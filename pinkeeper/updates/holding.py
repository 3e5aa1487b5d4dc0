"""What keeps a package from its newest release."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.proposal import HeldBump, Holder, HolderKind
from pinkeeper.model.target import Target
from pinkeeper.resolver.explanation import describe_rejection
from pinkeeper.resolver.resolution import Pin, Resolution
from pinkeeper.resolver.selection import Rejected, Rejection, Release

__all__ = ["held_bumps"]

PolicyHolder = Callable[[NormalizedName, Version], Holder | None]
"""Which part of the policy keeps a release out."""


def held_bumps(
    resolutions: Iterable[tuple[Target, Resolution]],
    *,
    among: frozenset[NormalizedName],
    cooldown: timedelta,
    policy: PolicyHolder,
) -> tuple[HeldBump, ...]:
    """The packages that have a newer release than the best state of the locks has, sorted by name.

    resolutions: that best state, on each target. among: the packages that it is asked of.
    """
    current: dict[NormalizedName, Version] = {}
    newest: dict[NormalizedName, Version] = {}
    holders: dict[NormalizedName, dict[Holder, None]] = {}
    for target, resolution in resolutions:
        versions = {pin.release.name: pin.release.version for pin in resolution.pins}
        for pin in resolution.pins:
            name = pin.release.name
            if name not in among or pin.release.files[0].direct is not None:
                continue
            current[name] = max(pin.release.version, current.get(name, pin.release.version))
            for version, holder in _holding(pin, resolution, target, versions, cooldown=cooldown, policy=policy):
                newest[name] = max(version, newest.get(name, version))
                holders.setdefault(name, {})[holder] = None
    return tuple(
        HeldBump(name=name, current=current[name], newest=newest[name], holders=tuple(holders[name]))
        for name in sorted(holders)
        if newest[name] > current[name]
    )


def _holding(
    pin: Pin,
    resolution: Resolution,
    target: Target,
    versions: Mapping[NormalizedName, Version],
    *,
    cooldown: timedelta,
    policy: PolicyHolder,
) -> Iterator[tuple[Version, Holder]]:
    """What holds the newest release, and where that is none that could be taken, the newest one that could."""
    told = False
    for judged in resolution.selector.matching(pin.release.listing, SpecifierSet()):
        if judged.version <= pin.release.version:
            return
        if isinstance(judged, Release):
            if judged.yanked is None:
                for holder in _of_candidate(pin, judged, resolution, versions):
                    yield judged.version, holder
                return
            if not told:
                yield judged.version, Holder(kind=HolderKind.YANKED, text=_yanked(judged))
        elif judged.reason is Rejection.EXCLUDED_NEWER or told:
            continue
        else:
            yield judged.version, _of_rejected(pin, judged, target, cooldown=cooldown, policy=policy)
        told = True


def _yanked(release: Release) -> str:
    reason = f": {release.yanked}" if release.yanked else ""
    return f"{release.name} {release.version} is yanked{reason}"


def _of_rejected(pin: Pin, judged: Rejected, target: Target, *, cooldown: timedelta, policy: PolicyHolder) -> Holder:
    name = pin.release.name
    said = f"{name} {judged.version}"
    match judged.reason:
        case Rejection.COOLDOWN:
            uploaded = None if judged.file is None else judged.file.upload_time
            until = None if uploaded is None else uploaded + cooldown
            text = f"{said} is younger than the cooldown" + (f", until {until:%Y-%m-%d %H:%M} UTC" if until else "")
            return Holder(kind=HolderKind.COOLDOWN, text=text, until=until)
        case Rejection.NO_UPLOAD_TIME:
            return Holder(kind=HolderKind.COOLDOWN, text=f"the index does not say how old {said} is")
        case Rejection.REFUSED:
            held = policy(name, judged.version)
            return held or Holder(kind=HolderKind.POLICY, text=f"{said} is held out of this update")
        case reason:
            return Holder(kind=HolderKind.TARGET, text=f"{said}: {describe_rejection(reason, judged.file, target)}")


def _of_candidate(
    pin: Pin, newer: Release, resolution: Resolution, versions: Mapping[NormalizedName, Version]
) -> Iterator[Holder]:
    """Whose requirement a release does not meet; where it would meet all, what it collided with."""
    name = pin.release.name
    found = False
    for origin, specifier in pin.requested_by:
        if not specifier.contains(newer.version, prereleases=True):
            found = True
            place = origin.place()
            yield Holder(kind=HolderKind.REQUIREMENT, text=f"{place} asks for {name}{specifier}", by=place)
    for asker, specifier in pin.asked_by:
        if not specifier.contains(newer.version, prereleases=True):
            found = True
            text = f"{asker} {versions[asker]} requires {name}{specifier}"
            yield Holder(kind=HolderKind.REQUIREMENT, text=text, by=asker)
    if found:
        return
    unusable = resolution.unusable.get((name, newer.version))
    if unusable is not None:
        yield Holder(kind=HolderKind.CONFLICT, text=f"{name} {newer.version} cannot be used: {unusable.what}")
        return
    for identifier, version in resolution.hopeless:
        if (identifier.name, version) == (name, newer.version):
            need = resolution.hopeless[identifier, version]
            yield Holder(
                kind=HolderKind.CONFLICT,
                text=f"{name} {newer.version} asks for {need}, which does not go with the rest",
                by=need.identifier.name,
            )
            return
    yield Holder(kind=HolderKind.CONFLICT, text=f"{name} {newer.version} does not go with the rest of the tree")
