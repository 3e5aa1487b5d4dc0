"""``[tool.pinkeeper.locks.NAME]``: locks of their own for parts of a project, each with a small tree."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from msgspec import Struct

from pinkeeper.inputs import settings_shapes as shapes
from pinkeeper.inputs.settings_shapes import Setting, Shape
from pinkeeper.model.lock import TargetSpelling

__all__ = ["NamedLock", "named_locks"]

# It stands between the dots of pylock.NAME.toml (PEP 751), and in names of files on every system.
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
_WORDS_OF_A_TARGET = 2


class NamedLock(Struct, frozen=True, kw_only=True):
    """What one of several locks wants. None and empty mean: not said.

    name: may stand in the name of a file. inputs, outputs: paths relative to where the settings' file was looked for.
    targets: exactly these; python, platforms and universal are empty then. constraints: PEP 508 texts, valid.
    cooldown: zero turns it off.
    """

    name: str
    inputs: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    all_extras: bool | None = None
    groups: tuple[str, ...] = ()
    targets: tuple[TargetSpelling, ...] = ()
    python: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    universal: bool | None = None
    outputs: tuple[str, ...] = ()
    cooldown: timedelta | None = None
    constraints: tuple[str, ...] = ()
    hashes: Literal["targets", "all"] | None = None

    @property
    def written(self) -> tuple[str, ...]:
        """Where it stands: its outputs, else a requirements file of its name."""
        return self.outputs or (f"requirements-{self.name}.txt",)


_ENVIRONMENTS: Mapping[str, Shape[object]] = {
    "python": shapes.texts,
    "platforms": shapes.texts,
    "universal": shapes.flag,
}


def _targets(value: object, setting: Setting) -> tuple[TargetSpelling, ...] | dict[str, object] | None:
    """Texts such as ``3.12 linux_x86_64``, or a table that stands for the keys of the same names."""
    if isinstance(value, dict):
        return shapes.record(value, setting, _ENVIRONMENTS)
    texts = shapes.texts(value, setting)
    if texts is None:
        return None
    found = []
    for number, text in enumerate(texts):
        words = text.split()
        if len(words) != _WORDS_OF_A_TARGET:
            setting.at(number).wrong(
                f'expected "PYTHON PLATFORM", such as "3.12 linux_x86_64", not {text!r}', value=text
            )
        else:
            found.append((words[0], words[1]))
    return tuple(found)


def _inputs(value: object, setting: Setting) -> tuple[str, ...] | None:
    paths = shapes.paths(value, setting)
    if paths is not None and "-" in paths:
        setting.wrong("a lock that has a name cannot be made of what comes in", value="-", remedy="name a file")
        return None
    return paths


_KEYS: Mapping[str, Shape[object]] = {
    "inputs": _inputs,
    "extras": shapes.section_names,
    "all-extras": shapes.flag,
    "groups": shapes.section_names,
    "targets": _targets,
    **_ENVIRONMENTS,
    "outputs": shapes.paths,
    "cooldown": shapes.duration,
    "constraints": shapes.requirements,
    "hashes": shapes.choice("targets", "all"),
}


def named_locks(value: object, setting: Setting) -> tuple[NamedLock, ...] | None:
    """The shape of the setting: tables by name.

    Names that differ in case alone, and outputs that two locks write, are mistakes: one of two files would be lost.
    """
    if not isinstance(value, dict):
        setting.expected("a table of locks by name, [tool.pinkeeper.locks.NAME]", value)
        return None
    found = []
    names: dict[str, str] = {}
    for name, table in value.items():
        if not _NAME.fullmatch(name):
            setting.at(name).wrong(
                f"{name!r} cannot stand in the name of a file such as pylock.NAME.toml",
                remedy="use letters, digits, - and _",
            )
        elif names.setdefault(name.lower(), name) != name:
            setting.at(name).wrong(f"its name differs from {names[name.lower()]} in case alone")
        elif (lock := _named_lock(name, table, setting.at(name))) is not None:
            found.append(lock)
    _check_outputs(found, setting)
    return tuple(found)


def _named_lock(name: str, value: object, setting: Setting) -> NamedLock | None:
    if not isinstance(value, dict):
        setting.expected("a table", value)
        return None
    values: dict[str, Any] = shapes.record(value, setting, _KEYS)
    if "targets" in values:
        for key in _ENVIRONMENTS:
            if key in values:
                setting.at(key).wrong("targets says it already", remedy=f"leave out either {key} or targets")
        if isinstance(values["targets"], dict):
            values |= values.pop("targets")
    return NamedLock(name=name, **{key.replace("-", "_"): item for key, item in values.items()})


def _check_outputs(locks: list[NamedLock], setting: Setting) -> None:
    writers: dict[str, str] = {}
    for lock in locks:
        for output in lock.outputs:
            writer = writers.setdefault(posixpath.normpath(output), lock.name)
            if writer != lock.name:
                setting.at(lock.name).at("outputs").wrong(f"{writer} writes {output} too")
