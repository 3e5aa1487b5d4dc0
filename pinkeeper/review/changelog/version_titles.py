"""Titles of changelog sections, read for the version that they are about.

``1.2.3 (2026-01-01)``, ``[v1.2.3](https://forge.example) - 2026-01-01``, ``What's new in Name 1.2``, ``2026-01-01:
version 1.2.3``: whatever stands around a version, once links and markup are off, is words that say nothing (a date, the
project's name, "release notes") or words that make the title one about something else ("Python 3.13 support").
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.changelog.vocabulary import DATE_WORDS, EMPTY_WORDS, OTHER_SUBJECTS, UNRELEASED_WORDS

__all__ = ["TITLE_LIMIT", "VersionTitle", "is_unreleased_title", "read_version_title", "version_in_file_name"]

TITLE_LIMIT = 300
"""Characters that a title may have."""

_VERSION_LIMIT = 64
_PART_LIMIT = 9  # digits in a number of a version
_SINGLE_NUMBER_WORDS = frozenset({"version", "ver", "release", "v"})
_YEAR = range(1990, 2100)
_DAY = range(1, 32)
_COMPACT_DATE = 8  # digits in 20260131

_TAG = lazy_pattern(r"<[^<>]*>")
_LINK = lazy_pattern(r"\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])?")
_RST_LINK = lazy_pattern(r"`([^`<>]*)<[^`<>]*>`_{0,2}")
_ROLE = lazy_pattern(r":[a-z][a-z-]*:`")
_ANCHOR = lazy_pattern(r"\{[#:][^{}]*\}")
_URL = lazy_pattern(r"https?://\S*")
_ISO_DATE = lazy_pattern(r"\b(?:19|20)\d\d[-/](?:\d{1,2}|[x?]{1,2})(?:[-/](?:\d{1,2}|[x?]{1,2}))?(?![\w.])")
_OTHER_DATE = lazy_pattern(r"(?<![\w.])\d{1,2}([-/.])\d{1,2}\1(?:19|20)\d\d(?![\w.])")
_CLOCK = lazy_pattern(r"\b\d{1,2}:\d\d(?::\d\d)?\b")
_BREAK = lazy_pattern(r"[\s,;:()\[\]{}|/*`\"~=<>\u2013\u2014\u2022]+")
_ORDINAL = lazy_pattern(r"(\d{1,2})(?:st|nd|rd|th)?")
_NUMBER = lazy_pattern(r"\d")
_SERIES = lazy_pattern(r"(\d{1,9}(?:\.\d{1,9}){0,2})\.x")


class VersionTitle(Struct, frozen=True, kw_only=True):
    """What a title says.

    versions: in its order; more than one where a section is about several. owner: words before the version that are
    neither empty nor the project's name, perhaps the name of another project. is_plain: nothing else stands there.
    is_series: it is about all releases that begin so (``1.2.x``).
    """

    versions: tuple[Version, ...]
    owner: str = ""
    is_plain: bool = True
    is_series: bool = False


@lru_cache(maxsize=4096)
def read_version_title(title: str, name: NormalizedName) -> VersionTitle | None:
    """What a title says of versions; None where it is not the title of a version's section."""
    if len(title) > TITLE_LIMIT or _NUMBER.search(title) is None:
        return None
    words = _words(title)
    own = {name, name.replace("-", "")}
    if set(parts := name.split("-")) <= {word.lower() for word in words}:
        own.update(parts)  # one part alone may be the name of another project
    versions: list[Version] = []
    before: list[str] = []
    after: list[str] = []
    is_series = False
    previous = ""
    for word in words:
        marked = previous in _SINGLE_NUMBER_WORDS or previous in own
        found = None if canonicalize_name(word) in own else _version(word, own, marked=marked)
        previous = word.lower()
        if found is not None:
            if found.owner and not versions:
                before.append(found.owner)
            versions += found.versions
            is_series |= found.is_series
        elif not _is_empty(word, own, versions=bool(versions)):
            (after if versions else before).append(previous)
    if not versions:
        return None
    others = [*before, *after]
    if any(word.startswith(OTHER_SUBJECTS) for word in others if word not in UNRELEASED_WORDS):
        return None
    return VersionTitle(versions=tuple(versions), owner=" ".join(before), is_plain=not others, is_series=is_series)


def is_unreleased_title(title: str) -> bool:
    """Whether a title is that of changes that no release has yet."""
    if len(title) > TITLE_LIMIT:
        return False
    words = [word.lower() for word in _words(title)]
    unreleased = [word in UNRELEASED_WORDS for word in words]
    return any(unreleased) and all(
        flag or word in EMPTY_WORDS or word in DATE_WORDS for flag, word in zip(unreleased, words, strict=True)
    )


def version_in_file_name(stem: str, name: NormalizedName) -> VersionTitle | None:
    """What the name of a file says, without its ending: ``v1.2``, ``1.2.3-notes``, ``release_1_2``."""
    text = stem.lower().replace("_", "." if _NUMBER.match(stem.lstrip("vV")) else " ")
    for mark in ("-", " "):
        read = read_version_title(text.replace("-", mark), name)
        if read is not None and read.is_plain and len(read.versions) == 1:
            return read
    return None


def _words(title: str) -> list[str]:
    """The words of a title without markup, dates and addresses."""
    title = title.replace("\u2019", "'")
    text = _TAG.sub(" ", _RST_LINK.sub(r"\1", title))
    text = _LINK.sub(r"\1 ", text)
    for pattern in (_ROLE, _ANCHOR, _URL, _ISO_DATE, _OTHER_DATE, _CLOCK):
        text = pattern.sub(" ", text)
    words = (raw.strip("._-'!#+\\") for raw in _BREAK.split(text.replace(".*", ".x")))
    return [word for word in words if any(character.isalnum() for character in word)]


def _version(word: str, own: set[str], *, marked: bool) -> VersionTitle | None:
    """The version that one word is. marked: what stands before says that it must be one."""
    digit = _NUMBER.search(word)
    if digit is None or len(word) > _VERSION_LIMIT:
        return None
    prefix, text = word[: digit.start()].lower(), word[digit.start() :]
    for own_name in sorted(own, key=len, reverse=True):  # names may have digits in them
        rest = word[len(own_name) :]
        if word.lower().startswith(own_name) and rest[:1] in ("-", "@", "_"):
            prefix, text = "", rest[1:]
            break
    text = text.lstrip("vV")
    marked |= prefix.endswith("v")
    owner = prefix.rstrip("-_@.")
    owner = owner if owner == "v" else owner.removesuffix("v").rstrip("-_@.")
    if owner in EMPTY_WORDS or canonicalize_name(owner) in own:
        owner = ""
    series = _SERIES.fullmatch(text.lower())
    text = series.group(1) if series else text
    if "." not in text and not series and (not marked or len(text) == _COMPACT_DATE):
        return None
    if any(len(part) > _PART_LIMIT for part in re.split(r"\D+", text)):
        return None
    try:
        version = Version(text)
    except InvalidVersion:
        return None
    return VersionTitle(versions=(version,), owner=owner, is_series=series is not None)


def _is_empty(word: str, own: set[str], *, versions: bool) -> bool:
    """Whether a word says nothing about what a section is about. versions: it stands after a version."""
    lower = word.lower()
    if lower in EMPTY_WORDS or lower in DATE_WORDS or lower in UNRELEASED_WORDS or canonicalize_name(lower) in own:
        return True
    if lower.isdecimal() and lower.isascii():
        number = int(lower) if len(lower) <= _COMPACT_DATE else 0
        return number in _YEAR or number in _DAY or (versions and len(lower) == _COMPACT_DATE)
    return _ORDINAL.fullmatch(lower) is not None
