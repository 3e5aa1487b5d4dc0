"""Tags of releases, read for the version that they are of."""

from __future__ import annotations

import re

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

__all__ = ["version_of_tag"]

_LENGTH_LIMIT = 120
_PART_LIMIT = 9  # digits in a number of a version
_START = re.compile(r"(?:^|(?<===)|(?<=[-_/@ ])|(?<![a-zA-Z])(?<=[vV])|(?<=[a-zA-Z]))(?=\d)")
_WORDS = re.compile(r"[-.](?:stable|final|release|ga|nightly)(?:[-.]patch\d{1,9})?$", re.IGNORECASE)
_EMPTY = frozenset(
    {"", "v", "ver", "version", "r", "rel", "release", "releases", "tag", "tags", "py", "python", "pypi"}
)


def version_of_tag(tag: str, name: NormalizedName) -> tuple[Version, bool] | None:
    """The version of a tag such as ``v1.2``, ``name-1.2``, ``name==1.2``, ``libs/name/v1.2``, ``rel_1_2``.

    The second: whether the tag names the project, as in a repository of many. None for tags of other projects, and for
    what is no version.
    """
    if len(tag) > _LENGTH_LIMIT:
        return None
    tag = _WORDS.sub("", tag)
    found: tuple[Version, bool] | None = None
    for match in _START.finditer(tag):
        version = _version(tag[match.start() :])
        if version is None:
            continue
        owner = _owner(tag[: match.start()])
        if canonicalize_name(owner) == name:
            return version, True
        if found is None and owner in _EMPTY:
            found = version, False
    return found


def _version(text: str) -> Version | None:
    plain = text.replace("_", ".") if "." not in text else text
    if any(len(part) > _PART_LIMIT for part in re.split(r"\D+", plain)):
        return None
    try:
        return Version(plain)
    except InvalidVersion:
        return None


def _owner(prefix: str) -> str:
    """What stands before a version, without marks, a ``v``, and the folders of a repository."""
    text = re.sub(r"(?:^|(?<=[-_/@= ]))[vV]$", "", prefix.lower()).rstrip("-_/@= ")
    last = text.rpartition("/")[2].lstrip("@")
    return last.removesuffix("-v").removesuffix("_v")
