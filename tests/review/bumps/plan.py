"""Which bumps of a project are looked at, and which files of them; written down, so that runs can be repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from pinkeeper.index.page import Listing
from pinkeeper.model.distribution import DistributionFile

__all__ = ["Bump", "PlannedFile", "choose_bumps", "choose_files"]

_MAX_WHEEL = 60_000_000
_MAX_SDIST = 30_000_000
_PYTHON = (3, 12)
_OLDEST_BY_CHANCE = 30  # releases
_PLATFORMS = (
    *(f"manylinux_2_{minor}_x86_64" for minor in range(39, 4, -1)),
    "manylinux2014_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
    "linux_x86_64",
)


class PlannedFile(Struct, frozen=True, kw_only=True):
    """One distribution file. path: below the folder of downloads."""

    filename: str
    url: str
    sha256: str | None
    size: int


class Bump(Struct, frozen=True, kw_only=True):
    """Two releases of a project, the second being the next after the first. why: newest, major or chance."""

    package: str
    old: str
    new: str
    why: str
    old_files: tuple[PlannedFile, ...]
    new_files: tuple[PlannedFile, ...]


def choose_bumps(listing: Listing) -> tuple[Bump, ...]:
    """The two newest bumps, the newest one to another major version, and one by chance that stays the same."""
    usable: dict[str, tuple[PlannedFile, ...]] = {}
    versions = [text for text in listing.versions if not Version(text).is_prerelease]

    def files(version: str) -> tuple[PlannedFile, ...]:
        if version not in usable:
            usable[version] = choose_files(listing.files(version))
        return usable[version]

    kept = [version for version in versions[: 8 * _OLDEST_BY_CHANCE] if files(version)]
    pairs = [(old, new) for new, old in pairwise(kept)]
    chosen: dict[tuple[str, str], str] = dict.fromkeys(pairs[:2], "newest")
    if major := next((pair for pair in pairs if _major(pair[0]) != _major(pair[1])), None):
        chosen.setdefault(major, "major")
    rest = pairs[2:_OLDEST_BY_CHANCE]
    rest.sort(key=lambda pair: hashlib.sha256(f"{listing.name} {pair}".encode()).digest())
    for pair in rest[:1]:
        chosen.setdefault(pair, "chance")
    return tuple(
        Bump(package=listing.name, old=old, new=new, why=why, old_files=files(old), new_files=files(new))
        for (old, new), why in chosen.items()
    )


def choose_files(offered: Sequence[DistributionFile]) -> tuple[PlannedFile, ...]:
    """The wheel that CPython 3.12 on Linux would take and the sdist, each where it is not too large and not yanked."""
    ranks = {tag: rank for rank, tag in enumerate(_tags())}
    wheels = sorted(
        (min(ranks[tag] for tag in tags & ranks.keys()), file.filename, file)
        for file in offered
        if file.is_wheel and file.yanked is None and (tags := _tags_of(file.filename)) & ranks.keys()
    )
    sdists = [
        file
        for file in offered
        if not file.is_wheel and file.yanked is None and file.filename.endswith((".tar.gz", ".zip"))
    ]
    found = []
    if wheels and (wheels[0][2].size or 0) <= _MAX_WHEEL:
        found.append(wheels[0][2])
    if sdists and (sdists[0].size or 0) <= _MAX_SDIST and (found or not wheels):
        found.append(sdists[0])
    return tuple(
        PlannedFile(filename=file.filename, url=file.url, sha256=file.sha256, size=file.size or 0) for file in found
    )


def _tags() -> Iterator[Tag]:
    yield from cpython_tags(python_version=_PYTHON, platforms=_PLATFORMS)
    yield from compatible_tags(python_version=_PYTHON, interpreter="cp312", platforms=_PLATFORMS)


def _tags_of(filename: str) -> frozenset[Tag]:
    try:
        return parse_wheel_filename(filename)[3]
    except InvalidWheelFilename:
        return frozenset()


def _major(version: str) -> int:
    return Version(version).major
