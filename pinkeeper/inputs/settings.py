"""``[tool.pinkeeper]``: the settings of a project.

A new key is a field of `Settings` and a line of the table `_KEYS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct, field
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.inputs import settings_shapes as shapes
from pinkeeper.inputs.collected import raise_problems
from pinkeeper.inputs.conflicts import Conflict, conflicts
from pinkeeper.inputs.named_locks import NamedLock, named_locks
from pinkeeper.inputs.relative_paths import with_slashes
from pinkeeper.inputs.settings_shapes import Setting, Shape
from pinkeeper.inputs.toml_document import TomlDocument, load_toml
from pinkeeper.inputs.update_settings import UpdateSettings, update_settings
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.url import IndexURL

__all__ = ["CooldownExemption", "Settings", "read_settings"]


class CooldownExemption(Struct, frozen=True, kw_only=True):
    """A release that the cooldown does not hold back. until: the last day, in UTC, on which that is so."""

    package: NormalizedName
    version: Version
    reason: str
    until: date


class Settings(Struct, frozen=True, kw_only=True):
    """What a project always wants. None and empty mean: not said.

    sources: package name to the name of an index, by name. find_links: folders are relative to where the file was
    looked for. cooldown: zero turns it off. exclude_newer: UTC. constraints, overrides: PEP 508 texts, valid.
    cert, client_cert: paths as written. excludes: packages left out of the tree wherever they are required. locks: in
    the order in which they are written.
    """

    index_url: IndexURL | None = None
    extra_index_urls: tuple[IndexURL, ...] = ()
    indexes: tuple[IndexURL, ...] = ()
    sources: tuple[tuple[NormalizedName, str], ...] = ()
    find_links: tuple[IndexURL, ...] = ()
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()
    cert: str | None = None
    client_cert: str | None = None
    keyring: bool | None = None
    cooldown: timedelta | None = None
    cooldown_exemptions: tuple[CooldownExemption, ...] = ()
    exclude_newer: datetime | None = None
    allow_build: frozenset[NormalizedName] = frozenset()
    formats: FormatControl = field(default_factory=FormatControl)
    pre: bool = False
    resolution: Literal["highest", "lowest", "lowest-direct"] | None = None
    extras: tuple[str, ...] = ()
    all_extras: bool = False
    groups: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    excludes: frozenset[NormalizedName] = frozenset()
    conflicts: tuple[Conflict, ...] = ()
    python: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    universal: bool = False
    outputs: tuple[str, ...] = ()
    hashes: Literal["targets", "all"] | None = None
    annotate: bool | None = None
    annotation_style: Literal["split", "line"] | None = None
    header: bool | None = None
    locks: tuple[NamedLock, ...] = ()
    update: UpdateSettings = UpdateSettings()


_EXEMPTION: Mapping[str, Shape[object]] = {
    "package": shapes.package,
    "version": shapes.version,
    "reason": shapes.text,
    "until": shapes.day,
}
# Keys that pip has too are spelled as pip spells them. A key means the field of the same name, but for _FIELDS.
_KEYS: Mapping[str, Shape[object]] = {
    "index-url": shapes.index_url,
    "extra-index-url": shapes.index_urls,
    "indexes": shapes.named_indexes,
    "sources": shapes.by_package,
    "find-links": shapes.find_links,
    "no-index": shapes.flag,
    "trusted-host": shapes.texts,
    "cert": shapes.text,
    "client-cert": shapes.text,
    "keyring": shapes.flag,
    "cooldown": shapes.duration,
    "cooldown-exemptions": shapes.records(_EXEMPTION),
    "exclude-newer": shapes.moment,
    "allow-build": shapes.packages,
    "only-binary": shapes.packages_or_all,
    "no-binary": shapes.packages_or_all,
    "pre": shapes.flag,
    "resolution": shapes.choice("highest", "lowest", "lowest-direct"),
    "extras": shapes.section_names,
    "all-extras": shapes.flag,
    "groups": shapes.section_names,
    "constraints": shapes.requirements,
    "overrides": shapes.requirements,
    "excludes": shapes.packages,
    "conflicts": conflicts,
    "python": shapes.texts,
    "platforms": shapes.texts,
    "universal": shapes.flag,
    "outputs": shapes.texts,
    "hashes": shapes.choice("targets", "all"),
    "annotate": shapes.flag,
    "annotation-style": shapes.choice("split", "line"),
    "header": shapes.flag,
    "locks": named_locks,
    "update": update_settings,
}
_FIELDS = {"extra-index-url": "extra_index_urls", "trusted-host": "trusted_hosts"}


def read_settings(path: str, data: Mapping[str, object] | bytes) -> Settings:
    """Read ``[tool.pinkeeper]`` of a ``pyproject.toml``, or of the metadata of a script (PEP 723, a name in ``.py``).

    data: the file's bytes, or the whole file decoded. Raises InputError for what is not TOML, ConfigurationError for
    an unknown key or a wrong value, CollectedError for several.
    """
    shown = with_slashes(path)
    document = _document(shown, data)
    tool = document.data.get("tool", {})
    if not isinstance(tool, Mapping) or "pinkeeper" not in tool:
        return Settings()
    setting = Setting(document, ("tool", "pinkeeper"))
    values: dict[str, Any] = shapes.record(tool["pinkeeper"], setting, _KEYS)
    formats = _formats(values.pop("only-binary", frozenset()), values.pop("no-binary", frozenset()), setting)
    raise_problems(setting.problems)
    values["cooldown-exemptions"] = tuple(
        CooldownExemption(**exemption) for exemption in values.get("cooldown-exemptions", ())
    )
    return Settings(
        formats=formats, **{_FIELDS.get(key, key.replace("-", "_")): value for key, value in values.items()}
    )


def _document(path: str, data: Mapping[str, object] | bytes) -> TomlDocument:
    if not isinstance(data, bytes):
        return TomlDocument(path=path, data=data)
    if not path.endswith(".py"):
        return load_toml(path, data)
    from pinkeeper.inputs.script import load_script  # noqa: PLC0415 - only for scripts

    return load_script(path, data)


def _formats(only_binary: frozenset[str], no_binary: frozenset[str], setting: Setting) -> FormatControl:
    """Both keys together. Names count more than ``:all:``, so that the order of the keys means nothing."""
    for contradiction in sorted(only_binary & no_binary):
        setting.at("no-binary").wrong(f"{contradiction} stands in only-binary too")
    return FormatControl(only_binary=only_binary, no_binary=no_binary)
