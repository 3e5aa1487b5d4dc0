"""The compact form in which index pages are kept, in memory and in the cache.

A page is cut into releases once; what it says of their files stays as it came until a resolution looks at a release.
A page of ten thousand files then costs what its few candidates cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Protocol

import msgspec
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.index.filenames import FilenameReader

__all__ = ["FileRecord", "Page", "PageHead", "PageRecord", "Spelling", "group_releases"]


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


class PageHead(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is known of one project's page before a release is looked at.

    base: the URL that file URLs are relative to. versions: canonical texts, newest first.
    """

    base: str
    spelling: Spelling
    versions: list[str]


class Page(Protocol):
    """One project's page, wherever it lies."""

    @property
    def head(self) -> PageHead:
        """What is known before a release is looked at."""
        ...

    def said(self, number: int) -> bytes:
        """What the page says of the files of one of the versions, spelled as the head says."""
        ...


class PageRecord(msgspec.Struct, frozen=True, gc=False):
    """One project's page in memory. releases: for each version of the head what the page says of its files."""

    head: PageHead
    releases: list[bytes]

    def said(self, number: int) -> bytes:
        """What the page says of the files of one of the versions."""
        return self.releases[number]


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
    for filename, said in files:
        version = version_of(filename)
        if version is not None:  # else the name says no release
            releases.setdefault(version, []).append(said)
    versions = sorted(releases, reverse=True)
    head = PageHead(base, spelling, [str(version) for version in versions])
    return PageRecord(head, [join(releases[version]) for version in versions])
