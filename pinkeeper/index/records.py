"""The compact form in which index pages are kept, in memory and in the cache.

A page is cut into releases once; what it says of their files stays as it came until a resolution looks at a release.
A page of ten thousand files then costs what its few candidates cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Protocol

import msgspec
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.index.filenames import WHEEL_DASHES, FilenameReader, wheel_prefix

__all__ = ["Buffer", "FileRecord", "Page", "PageHead", "PageRecord", "Spelling", "group_releases"]


# What a page says of a file, as bytes or as a part of the page's bytes.
Buffer = bytes | msgspec.Raw


class Spelling(IntEnum):
    """How the files of a page are written in its record."""

    JSON = 1  # the page's own file objects, separated by commas
    HTML = 2  # the insides of the page's own anchors, a line each


class FileRecord(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One file as the page gives it.

    url: as written, still relative if the page has it so, without fragment. digests: ``algorithm:hex`` texts.
    upload_time: as written (RFC 3339). core_metadata: None where there is none, else its digests (perhaps empty).
    provenance: a URL as written.
    """

    filename: str
    url: str
    digests: tuple[str, ...] = ()
    requires_python: str | None = None
    yanked: str | None = None
    core_metadata: tuple[str, ...] | None = None
    size: int | None = None
    upload_time: str | None = None
    provenance: str | None = None


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
    files: Iterable[tuple[str, Buffer]],
    *,
    name: NormalizedName,
    base: str,
    spelling: Spelling,
    separator: bytes,
) -> PageRecord:
    """Sort (file name, what the page says) pairs into releases, newest first.

    On most pages the wheels of a release stand together, so that a look at the beginning of a name tells enough.
    """
    reader = FilenameReader(name)
    releases: dict[Version, list[Buffer]] = {}
    same: list[Buffer] = []  # what is said of the release that the last wheel belongs to
    prefix = "/"  # of all wheel names of that release; no name begins with this one
    for filename, said in files:
        if filename.startswith(prefix) and filename.endswith(".whl") and filename.count("-") in WHEEL_DASHES:
            same.append(said)
            continue
        version = reader.version(filename)
        if version is None:  # the name says no release
            continue
        of_version = releases.get(version)
        if of_version is None:
            of_version = releases[version] = []
        of_version.append(said)
        if filename.endswith(".whl"):
            same, prefix = of_version, wheel_prefix(filename)
    versions = sorted(releases, reverse=True)
    head = PageHead(base, spelling, [str(version) for version in versions])
    return PageRecord(head, [separator.join(releases[version]) for version in versions])
