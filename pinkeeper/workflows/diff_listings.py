"""What the directories of the other wheels of a release list, fetched side by side by range requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from msgspec import Struct

from pinkeeper.artifacts.listed_members import Listed, listed_members
from pinkeeper.errors import ArtifactError, NetworkError
from pinkeeper.index.files import FileReader
from pinkeeper.model.comparison import ReleaseFile, Treatment
from pinkeeper.model.distribution import DistributionFile

__all__ = ["Listings", "list_wheels"]

_THREADS = 8
_MOST_WHEELS = 60


class Listings(Struct, frozen=True, kw_only=True):
    """members: of the wheels that could be listed, by filename. files: all of them, with what was done."""

    members: Mapping[str, Sequence[Listed]] = {}
    files: tuple[ReleaseFile, ...] = ()


def list_wheels(wheels: Sequence[DistributionFile], files: FileReader) -> Listings:
    """List as many of some wheels as is reasonable; what cannot be listed is told and is no failure."""
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="listing") as pool:
        found = list(pool.map(partial(_listed, files=files), wheels[:_MOST_WHEELS]))
    beyond = f"there are more than {_MOST_WHEELS} other wheels"
    return Listings(
        members={
            file.filename: each
            for file, each in zip(wheels[:_MOST_WHEELS], found, strict=True)
            if not isinstance(each, str)
        },
        files=(
            *(_told(file, each) for file, each in zip(wheels[:_MOST_WHEELS], found, strict=True)),
            *(_told(file, beyond) for file in wheels[_MOST_WHEELS:]),
        ),
    )


def _listed(file: DistributionFile, *, files: FileReader) -> tuple[Listed, ...] | str:
    """The members of a wheel, or why they are not known."""
    try:
        remote = files.remote(file)
        if remote is None:
            return "its server gives no parts of files"
        with remote:
            return listed_members(remote, filename=file.filename)
    except (NetworkError, ArtifactError) as error:
        return error.what


def _told(file: DistributionFile, found: tuple[Listed, ...] | str) -> ReleaseFile:
    is_listed = not isinstance(found, str)
    return ReleaseFile(
        filename=file.filename,
        sha256=file.sha256,
        size=file.size,
        treatment=Treatment.LISTED if is_listed else Treatment.NOT_READ,
        reason="the wheel for another environment" if is_listed else str(found),
    )
