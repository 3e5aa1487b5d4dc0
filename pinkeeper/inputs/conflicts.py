"""Extras and dependency groups that cannot be installed together: what ``conflicts`` says, and what is asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, cast

from msgspec import Struct
from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from pinkeeper.errors import ConfigurationError
from pinkeeper.inputs.collected import raise_problems
from pinkeeper.inputs.near import or_nearest
from pinkeeper.inputs.settings_shapes import Setting

__all__ = ["Conflict", "Section", "check_conflicts", "conflicts"]

_KINDS = ("extra", "group")


class Section(Struct, frozen=True, order=True):
    """An extra or a dependency group of the project."""

    kind: Literal["extra", "group"]
    name: NormalizedName

    def __str__(self) -> str:
        """The spelling of settings and of `Origin.section`: ``extra:cpu``."""
        return f"{self.kind}:{self.name}"


# Of which no two can be installed together; two or more, in the order in which they are written.
Conflict = tuple[Section, ...]


def conflicts(value: object, setting: Setting) -> tuple[Conflict, ...] | None:
    """The shape of the setting: arrays of ``"extra:NAME"``, ``"group:NAME"`` or tables ``{extra = "NAME"}``.

    A section twice in one array, an array of less than two sections and an array that says what another says are
    mistakes.
    """
    if not isinstance(value, list):
        setting.expected('an array of arrays, [["extra:NAME", "extra:NAME"]]', value)
        return None
    found: list[Conflict] = []
    for number, item in enumerate(value):
        conflict = _conflict(item, setting.at(number))
        if conflict is None:
            continue
        if any(set(conflict) == set(earlier) for earlier in found):
            setting.at(number).wrong(f"{' and '.join(map(str, conflict))} are said to conflict already")
        found.append(conflict)
    return tuple(found)


def check_conflicts(conflicts: Collection[Conflict], sections: Collection[str]) -> None:
    """Raise ConfigurationError where two of the sections that are asked for (`Inputs.sections`) conflict."""
    problems = []
    for conflict in conflicts:
        asked = [section for section in conflict if str(section) in sections]
        if len(asked) > 1:
            *others, last = (f"the {section.kind} {section.name}" for section in asked)
            problems.append(
                ConfigurationError(
                    f"{', '.join(others)} and {last} cannot be installed together",
                    details=["tool.pinkeeper.conflicts says so"],
                    remedy="ask for one of them, or give each a lock of its own: [tool.pinkeeper.locks.NAME]",
                )
            )
    raise_problems(problems)


def _conflict(value: object, setting: Setting) -> Conflict | None:
    if not isinstance(value, list):
        setting.expected('an array, ["extra:NAME", "extra:NAME"]', value)
        return None
    sections: list[Section] = []
    for number, item in enumerate(value):
        section = _section(item, setting.at(number))
        if section is None:
            return None
        if section in sections:
            setting.at(number).wrong(f"{section} stands in it twice", value=str(section))
            return None
        sections.append(section)
    if len(sections) < 2:  # noqa: PLR2004 - it takes two
        setting.wrong("expected two sections or more")
        return None
    return tuple(sections)


def _section(value: object, setting: Setting) -> Section | None:
    match value:
        case str():
            kind, colon, name = (part.strip() for part in value.partition(":"))
            if not colon:
                setting.wrong(f"expected extra:NAME or group:NAME, not {value!r}", value=value)
                return None
        case dict() if len(value) == 1 and isinstance(name := next(iter(value.values())), str):
            kind = next(iter(value))
        case dict():
            setting.wrong('expected {extra = "NAME"} or {group = "NAME"}')
            return None
        case _:
            setting.expected('a string such as "extra:NAME"', value)
            return None
    if kind not in _KINDS:
        setting.wrong(f"expected extra or group, not {kind!r}{or_nearest(kind, _KINDS)}")
        return None
    try:
        canonical = canonicalize_name(name, validate=True)
    except InvalidName:
        setting.wrong(f"not a name: {name!r}", value=name)
        return None
    return Section(cast("Literal['extra', 'group']", kind), canonical)
