"""The files that an index has of releases that are to be compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from packaging.version import Version

from pinkeeper.errors import InputError
from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.near import nearest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.target import Target
from pinkeeper.resolver.policy import Policy
from pinkeeper.resolver.selection import Rejected, Selector
from pinkeeper.resolver.source import ProjectListing
from pinkeeper.resolver.targets import target
from pinkeeper.workflows.diff_asked import SDISTS, Asked, ChosenSide, PathAsked
from pinkeeper.workflows.diff_options import DiffOptions
from pinkeeper.workflows.lock_inputs import gather_settings
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_source import OpenSource, choose_places, open_source
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["files_of_index", "sides_of"]


@contextmanager
def files_of_index(
    old: Asked, new: Asked, options: DiffOptions, surroundings: Surroundings
) -> Iterator[tuple[OpenSource, ChosenSide, ChosenSide]]:
    """Choose the files of both sides: wheels of the same kind where both have them.

    Raises InputError for a release that is not listed, UnknownPackageError, NetworkError, ConfigurationError.
    """
    settings = gather_settings(LockOptions(), surroundings)
    lock_options = LockOptions(
        index=options.index, offline=options.offline, cert=options.cert, client_cert=options.client_cert
    )
    places = choose_places(lock_options, settings, Inputs(), surroundings)
    chosen_target = target(python=options.python, platform=options.platform)
    with open_source(places, lock_options, settings, surroundings) as opened:
        listing = opened.source.listing(old.name).result()
        yield opened, *sides_of(old, new, listing, for_target=chosen_target)


def sides_of(
    old: Asked,
    new: Asked,
    listing: ProjectListing,
    *,
    for_target: Target,
    pinned: Mapping[Version, frozenset[str]] | None = None,
) -> tuple[ChosenSide, ChosenSide]:
    """The files of both sides: wheels of the same kind where both have them.

    pinned: by version, the SHA-256 of the wheels that count; None where all do. An sdist is there to be read in any
    case: it has the release notes, and what the wheel was made of. Raises InputError for a release that is not listed.
    """
    wheels = {
        each.version: [
            file
            for file in _wheels(each, listing, for_target)
            if pinned is None or file.sha256 in pinned.get(each.version, frozenset())
        ]
        for each in (old, new)
        if not isinstance(each, PathAsked)
    }
    best = {version: next(iter(found), None) for version, found in wheels.items()}
    first, last = best.get(old.version), best.get(new.version)
    if first is not None and last is not None and first.wheel_tags != last.wheel_tags:
        same = next((file for file in wheels[old.version] if file.wheel_tags == last.wheel_tags), None)
        if same is not None:
            best[old.version] = same
        else:
            best[new.version] = next(
                (file for file in wheels[new.version] if file.wheel_tags == first.wheel_tags), last
            )
    before, after = (
        ChosenSide(version=each.version, by_path=each)
        if isinstance(each, PathAsked)
        else _side(each.version, best[each.version], wheels[each.version], listing)
        for each in (old, new)
    )
    return before, after


def _side(
    version: Version, wheel: DistributionFile | None, wheels: Sequence[DistributionFile], listing: ProjectListing
) -> ChosenSide:
    sdists = [file for file in listing.files(str(version)) if not file.is_wheel and file.filename.endswith(SDISTS)]
    return ChosenSide(
        version=version,
        wheel=wheel,
        sdist=min(sdists, key=lambda file: (not file.filename.endswith(".tar.gz"), file.filename), default=None),
        others=tuple(sorted((file for file in wheels if file != wheel), key=lambda file: file.filename)),
    )


def _wheels(asked: Asked, listing: ProjectListing, for_target: Target) -> Sequence[DistributionFile]:
    """The wheels of a release, those that the target would install first."""
    text = str(asked.version)
    if text not in listing.versions:
        near = nearest(text, listing.versions)
        raise InputError(
            f"the index lists no release {asked.version} of {asked.name}",
            remedy=f"did you mean {near}?" if near else "look at what the index lists",
        )
    judged = Selector(Policy(target=for_target, now=datetime(1970, 1, 1, tzinfo=UTC))).judge(listing, text)
    best = () if isinstance(judged, Rejected) else judged.files
    return [*_only_wheels(best), *(file for file in _only_wheels(listing.files(text)) if file not in best)]


def _only_wheels(files: Iterable[DistributionFile]) -> list[DistributionFile]:
    return [file for file in files if file.is_wheel]
