"""``[tool.pinkeeper.update]``: how far the locks of a project move, and how that is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, cast

from msgspec import Struct
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName

from pinkeeper.inputs import settings_shapes as shapes
from pinkeeper.inputs.settings_shapes import Setting, Shape

__all__ = [
    "ForgeKind",
    "IgnoredReleases",
    "Level",
    "RequestSettings",
    "UpdateGroup",
    "UpdateSettings",
    "update_settings",
]

Level = Literal["patch", "minor", "major"]
ForgeKind = Literal["github", "gitlab", "other"]
_MOST_REQUESTS = 100


class IgnoredReleases(Struct, frozen=True, kw_only=True):
    """Releases that are not proposed. versions: of PEP 440. until: the last day, in UTC, on which that is so."""

    package: NormalizedName
    versions: SpecifierSet
    reason: str
    until: date


class UpdateGroup(Struct, frozen=True, kw_only=True):
    """Packages that move together where one of them must be read. patterns: names, in which ``*`` stands for any."""

    name: str
    patterns: tuple[str, ...]


class RequestSettings(Struct, frozen=True, kw_only=True):
    """``[tool.pinkeeper.update.pull-requests]``. None: found out from the repository and the environment.

    forge_url: of the forge's API. base: the branch that proposals are for. branch_prefix: of their branches. labels,
    reviewers: as the forge names them. draft: flagged proposals are opened as drafts. most_open: at a time.
    """

    forge: ForgeKind | None = None
    forge_url: str | None = None
    remote: str = "origin"
    base: str | None = None
    branch_prefix: str = "pinkeeper/"
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    draft: bool = True
    most_open: int | None = None


class UpdateSettings(Struct, frozen=True, kw_only=True):
    """What a project wants of updates. Empty means all.

    packages: patterns of those that may move of their own accord; exclude: of those that may not. direct: only what
    the inputs name. security: only what a known advisory is about. level: how far a package goes at most; levels: for
    single ones. advisories: a file, folder or zip archive of records in the OSV format. notes: where
    release notes are looked for: in the published files alone, or at the project's forge too.
    """

    packages: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    direct: bool = False
    security: bool = False
    level: Level = "major"
    levels: tuple[tuple[NormalizedName, Level], ...] = ()
    ignore: tuple[IgnoredReleases, ...] = ()
    groups: tuple[UpdateGroup, ...] = ()
    advisories: str | None = None
    notes: Literal["files", "all"] = "all"
    requests: RequestSettings = RequestSettings()


def _specifier(value: object, setting: Setting) -> SpecifierSet | None:
    text = shapes.text(value, setting)
    if text is None:
        return None
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        setting.wrong(f"not a version specifier: {text!r}", remedy='write it as "==1.2.3" or ">=2"')
        return None


def _levels(value: object, setting: Setting) -> tuple[tuple[NormalizedName, Level], ...] | None:
    if not isinstance(value, dict):
        setting.expected("a table of levels by package", value)
        return None
    found = []
    for key, item in value.items():
        name, level = shapes.package(key, setting.at(key)), _level(item, setting.at(key))
        if name is not None and level is not None:
            found.append((name, cast("Level", level)))
    return tuple(sorted(found))


def _groups(value: object, setting: Setting) -> tuple[UpdateGroup, ...] | None:
    if not isinstance(value, dict):
        setting.expected("a table of patterns by the name of the group", value)
        return None
    found = []
    for name, item in value.items():
        patterns = shapes.texts(item, setting.at(name))
        if not all(character.isalnum() or character in "-_" for character in name) or not name:
            setting.at(name).wrong("its name stands in that of a branch", remedy="use letters, digits, - and _")
        elif patterns:
            found.append(UpdateGroup(name=name, patterns=patterns))
    return tuple(found)


def _count(value: object, setting: Setting) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_REQUESTS:
        return value
    setting.wrong(f"expected a number from 1 to {_MOST_REQUESTS}")
    return None


_level: Shape[str] = shapes.choice("patch", "minor", "major")
_IGNORE: Mapping[str, Shape[object]] = {
    "package": shapes.package,
    "versions": _specifier,
    "reason": shapes.text,
    "until": shapes.day,
}
_REQUESTS: Mapping[str, Shape[object]] = {
    "forge": shapes.choice("github", "gitlab", "other"),
    "forge-url": shapes.text,
    "remote": shapes.text,
    "base": shapes.text,
    "branch-prefix": shapes.text,
    "labels": shapes.texts,
    "reviewers": shapes.texts,
    "draft": shapes.flag,
    "most-open": _count,
}


def _requests(value: object, setting: Setting) -> RequestSettings | None:
    values: dict[str, Any] = shapes.record(value, setting, _REQUESTS)
    return RequestSettings(**{key.replace("-", "_"): item for key, item in values.items()})


def _ignore(value: object, setting: Setting) -> tuple[IgnoredReleases, ...] | None:
    found: tuple[Mapping[str, Any], ...] | None = shapes.records(_IGNORE)(value, setting)
    if found is None:
        return None
    return tuple(IgnoredReleases(**entry) for entry in found if len(entry) == len(_IGNORE))


_KEYS: Mapping[str, Shape[object]] = {
    "packages": shapes.texts,
    "exclude": shapes.texts,
    "direct": shapes.flag,
    "security": shapes.flag,
    "level": _level,
    "levels": _levels,
    "ignore": _ignore,
    "groups": _groups,
    "advisories": shapes.text,
    "notes": shapes.choice("files", "all"),
    "pull-requests": _requests,
}


def update_settings(value: object, setting: Setting) -> UpdateSettings | None:
    """The shape of the setting."""
    values: dict[str, Any] = shapes.record(value, setting, _KEYS)
    if "pull-requests" in values:
        values["requests"] = values.pop("pull-requests")
    return UpdateSettings(**values)
