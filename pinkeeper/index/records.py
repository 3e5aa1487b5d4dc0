"""The compact form in which index pages are kept, in memory and in the cache.

A page is cut into releases once; what it says of their files stays as it came until a resolution looks at a release.
A page of ten thousand files then costs what its few candidates cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum

import msgspec
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.index.filenames import FilenameReader

__all__ = ["FileRecord", "PageRecord", "Spelling", "group_releases"]


class Spelling(IntEnum):
    """How the files of a page are written in its record."""

    JSON = 1  # a JSON array of the page's own file objects
    HTML = 2  # the insides of the page's own anchors, a line each


class FileRecord(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One file as the page gives it.

    url: as written, still relative if the page has it so, without fragment. digests: ``algorithm:hex`` texts.
    upload_time: as written (RFC 3339). core_metadata: None where there is none, else its digests (perhaps empty).
    """

    filename: str
    url: str
    digests: tuple[str, ...] = ()
    requires_python: str | None = None
    yanked: str | None = None
    core_metadata: tuple[str, ...] | None = None
    size: int | None = None
    upload_time: str | None = None


class PageRecord(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One project's page.

    base: the URL that file URLs are relative to. versions: canonical texts, newest first. files: for each version what
    the page says of its files, spelled as `spelling` says. unreadable: how many files had names that say no release.
    """

    base: str
    spelling: Spelling
    versions: list[str]
    files: list[bytes]
    unreadable: int


def group_releases(
    files: Iterable[tuple[str, bytes]],
    *,
    name: NormalizedName,
    base: str,
    spelling: Spelling,
    join: Callable[[list[bytes]], bytes],
) -> PageRecord:
    """Sort (file name, what the page says) pairs into releases, newest first."""
    version_of = FilenameReader(name).version
    releases: dict[Version, list[bytes]] = {}
    unreadable = 0
    for filename, said in files:
        version = version_of(filename)
        if version is None:
            unreadable += 1
        elif version in releases:
            releases[version].append(said)
        else:
            releases[version] = [said]
    versions = sorted(releases, reverse=True)
    return PageRecord(
        base, spelling, [str(version) for version in versions], [join(releases[v]) for v in versions], unreadable
    )
