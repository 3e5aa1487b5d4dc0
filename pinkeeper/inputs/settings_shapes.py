"""The shapes that values of settings have: each function here checks one and gives what it means.

A shape takes a decoded TOML value and its place. It gives None after it told the place what is wrong, so that one
reading finds every mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias, TypeVar

from msgspec import Struct, field
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pinkeeper.errors import ConfigurationError, InputError, PinkeeperError
from pinkeeper.inputs.durations import end_of_day, parse_duration, parse_moment
from pinkeeper.inputs.near import or_nearest
from pinkeeper.inputs.relative_paths import beside, find_links_beside, is_url, with_slashes
from pinkeeper.inputs.requirement_text import parse_user_requirement
from pinkeeper.inputs.toml_document import Key, TomlDocument, kind_of, written
from pinkeeper.model.url import IndexURL

__all__ = [
    "Setting",
    "Shape",
    "by_package",
    "choice",
    "day",
    "duration",
    "find_links",
    "flag",
    "index_url",
    "index_urls",
    "moment",
    "named_indexes",
    "packages",
    "packages_or_all",
    "paths",
    "record",
    "records",
    "requirements",
    "section_names",
    "text",
    "texts",
    "version",
]

_T = TypeVar("_T")


class Setting(Struct, frozen=True):
    """Where a value stands, and where its mistakes go."""

    document: TomlDocument
    keys: tuple[Key, ...]
    problems: list[PinkeeperError] = field(default_factory=list)

    def at(self, key: Key) -> Setting:
        """A value inside this one."""
        return Setting(self.document, (*self.keys, key), self.problems)

    def wrong(self, what: str, *, value: str | None = None, remedy: str | None = None) -> None:
        """Tell a mistake: a sentence to stand behind the key path. value: a string, to find its line in an array."""
        where = self.document.place(*self.keys, value=value)
        self.problems.append(ConfigurationError(f"{written(*self.keys)}: {what}", where=where, remedy=remedy))

    def expected(self, expected: str, value: object) -> None:
        """Tell that a value is of the wrong type."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        quotes = "put it in quotes" if is_number and "string" in expected else None
        self.wrong(f"expected {expected}, not {kind_of(value)}", remedy=quotes)


Shape: TypeAlias = Callable[[object, Setting], _T | None]


def flag(value: object, setting: Setting) -> bool | None:
    """``true`` or ``false``."""
    if isinstance(value, bool):
        return value
    setting.expected("true or false", value)
    return None


def text(value: object, setting: Setting) -> str | None:
    """A string that is not empty."""
    if not isinstance(value, str):
        setting.expected("a string", value)
    elif not value.strip():
        setting.wrong("expected a string that is not empty")
    else:
        return value.strip()
    return None


def _each(shape: Shape[_T]) -> Shape[tuple[_T, ...]]:
    """An array of what `shape` takes; one string alone stands for an array of it."""

    def decode(value: object, setting: Setting) -> tuple[_T, ...] | None:
        if isinstance(value, str):
            only = shape(value, setting)
            return None if only is None else (only,)
        if not isinstance(value, list):
            setting.expected("an array of strings", value)
            return None
        found = [shape(item, setting.at(number)) for number, item in enumerate(value)]
        return tuple(item for item in found if item is not None)

    return decode


def choice(*words: str) -> Shape[str]:
    """One of some words."""

    def decode(value: object, setting: Setting) -> str | None:
        word = text(value, setting)
        if word is None or word in words:
            return word
        setting.wrong(f"expected {' or '.join(words)}, not {word}")
        return None

    return decode


def _name(value: object, setting: Setting) -> str | None:
    """A name of a package, an extra or a group, as written."""
    name = text(value, setting)
    if name is None:
        return None
    try:
        canonicalize_name(name, validate=True)
    except InvalidName:
        setting.wrong(f"not a name: {name!r}", value=name)
        return None
    return name


def package(value: object, setting: Setting) -> NormalizedName | None:
    """The name of a package."""
    name = _name(value, setting)
    return None if name is None else canonicalize_name(name)


def packages(value: object, setting: Setting) -> frozenset[NormalizedName] | None:
    """Names of packages."""
    names = _each(package)(value, setting)
    return None if names is None else frozenset(names)


def packages_or_all(value: object, setting: Setting) -> frozenset[str] | None:
    """Names of packages, or ``:all:``."""
    return frozenset({":all:"}) if value in (":all:", [":all:"]) else packages(value, setting)


def version(value: object, setting: Setting) -> Version | None:
    """A version (PEP 440)."""
    written_version = text(value, setting)
    if written_version is None:
        return None
    try:
        return Version(written_version)
    except InvalidVersion:
        setting.wrong(f"not a version: {written_version!r}")
        return None


def _requirement(value: object, setting: Setting) -> str | None:
    """A PEP 508 string, as written."""
    requirement = text(value, setting)
    if requirement is None:
        return None
    try:
        parse_user_requirement(requirement)
    except InputError as error:
        setting.wrong(error.what, value=requirement)
        return None
    return requirement


def index_url(value: object, setting: Setting) -> IndexURL | None:
    """The URL of an index, of which credentials are taken off."""
    url = text(value, setting)
    if url is None:
        return None
    if not is_url(url):
        # What is no URL could still hold a password, and nobody can tell where.
        setting.wrong("expected a URL that begins with its scheme, such as https:", value=url)
        return None
    return IndexURL.parse(url)


def _find_links(value: object, setting: Setting) -> IndexURL | None:
    """A page, or a folder relative to the file."""
    location = text(value, setting)
    return None if location is None else IndexURL.parse_location(find_links_beside(setting.document.path, location))


def _path(value: object, setting: Setting) -> str | None:
    """A path relative to the file; ``-`` stays."""
    path = text(value, setting)
    return path if path in (None, "-") else beside(setting.document.path, with_slashes(path))


def named_indexes(value: object, setting: Setting) -> tuple[IndexURL, ...] | None:
    """A table of index URLs by name."""
    if not isinstance(value, dict):
        setting.expected("a table of index URLs by name", value)
        return None
    found = [(name, index_url(url, setting.at(name))) for name, url in value.items()]
    return tuple(IndexURL(url=url.url, credentials=url.credentials, name=name) for name, url in found if url)


def by_package(value: object, setting: Setting) -> tuple[tuple[NormalizedName, str], ...] | None:
    """A table of strings by package, given in the order of the names."""
    if not isinstance(value, dict):
        setting.expected("a table of index names by package", value)
        return None
    found: dict[NormalizedName, str] = {}
    for key, item in value.items():
        name, target = package(key, setting.at(key)), text(item, setting.at(key))
        if name is None or target is None:
            continue
        if found.setdefault(name, target) != target:
            setting.at(key).wrong(f"{name} has another source already, {found[name]}")
    return tuple(sorted(found.items()))


def duration(value: object, setting: Setting) -> timedelta | None:
    """A span of time as `parse_duration` reads it; 0 may be a number."""
    if value == 0 and type(value) is int:
        return timedelta(0)
    if not isinstance(value, str):
        setting.expected('a duration such as "3 days"', value)
        return None
    try:
        return parse_duration(value)
    except ConfigurationError as error:
        setting.wrong(error.what, remedy=error.remedy)
        return None


def moment(value: object, setting: Setting) -> datetime | None:
    """A time as `parse_moment` reads it, or TOML's own date or offset date-time. Gives UTC."""
    try:
        match value:
            case datetime() if value.tzinfo is not None:
                return value.astimezone(UTC)
            case date() if not isinstance(value, datetime):
                return end_of_day(value)
            case str():
                return parse_moment(value)
            case datetime():
                setting.wrong("expected a time with its offset from UTC, such as 2026-08-01T12:00:00Z")
            case _:
                setting.expected('a date or time such as "2026-08-01"', value)
    except ConfigurationError as error:
        setting.wrong(error.what, remedy=error.remedy)
    except OverflowError:
        setting.wrong("there is no such time")
    return None


def day(value: object, setting: Setting) -> date | None:
    """A date: TOML's own, or a string."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            setting.wrong(f"expected a date such as 2026-08-01, not {value!r}")
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    setting.expected("a date such as 2026-08-01", value)
    return None


def record(
    value: object, setting: Setting, shapes: Mapping[str, Shape[object]], *, required: bool = False
) -> dict[str, object]:
    """A table whose keys are all known, by key; a key that is wrong is left out. required: no key may be missing."""
    found: dict[str, object] = {}
    if not isinstance(value, dict):
        setting.expected("a table", value)
        return found
    for key, item in value.items():
        shape = shapes.get(key)
        if shape is None:
            setting.at(key).wrong(f"there is no such key{or_nearest(key, shapes)}")
        elif (decoded := shape(item, setting.at(key))) is not None:
            found[key] = decoded
    for key in shapes if required else ():
        if key not in value:
            setting.wrong(f"{key} is missing")
    return found


def records(shapes: Mapping[str, Shape[object]]) -> Shape[tuple[Mapping[str, object], ...]]:
    """An array of tables that have exactly the keys of `shapes`."""

    def decode(value: object, setting: Setting) -> tuple[Mapping[str, object], ...] | None:
        if not isinstance(value, list):
            setting.expected(f"an array of tables, [[{written(*setting.keys)}]]", value)
            return None
        return tuple(record(item, setting.at(number), shapes, required=True) for number, item in enumerate(value))

    return decode


texts = _each(text)
section_names = _each(_name)
requirements = _each(_requirement)
index_urls = _each(index_url)
find_links = _each(_find_links)
paths = _each(_path)
