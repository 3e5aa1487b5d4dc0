"""Requirements of a project on itself: ``demo[x]`` inside ``demo`` stands for what its extra ``x`` lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace
from packaging.markers import Marker
from packaging.utils import NormalizedName

from pinkeeper.model.requirement import Requirement

__all__ = ["Asked", "Expanded", "both_markers", "with_own_extras"]

# A requirement and the section that it is written in, such as extra:web; None is what the project always needs.
Asked: TypeAlias = tuple[Requirement, str | None]


class Expanded(Struct, frozen=True, kw_only=True):
    """Requirements on other projects alone, each once.

    extras: those that requirements on the project itself ask for. unknown: such that do not exist, each with the
    section that asks for it.
    """

    asked: tuple[Asked, ...]
    extras: frozenset[NormalizedName]
    unknown: tuple[tuple[str | None, NormalizedName], ...]


def with_own_extras(
    asked: Iterable[Asked], *, own: NormalizedName | None, extras: Mapping[NormalizedName, Sequence[Requirement]]
) -> Expanded:
    """Requirements in order, those on the project itself replaced by what its extras list, under both markers."""
    taken: dict[tuple[NormalizedName, str], None] = {}
    unknown: dict[tuple[str | None, NormalizedName], None] = {}

    found: dict[Asked, None] = {}
    # What is still to be looked at, next one last, with the extras of the project that led to it.
    pending = [(requirement, section, _itself(section)) for requirement, section in asked][::-1]
    while pending:
        requirement, section, inside = pending.pop()
        if requirement.name != own or requirement.url is not None:
            found[requirement, section] = None
            continue
        if not requirement.extras:
            continue
        first, *others = sorted(requirement.extras)
        if others:
            pending.append((replace(requirement, extras=frozenset(others)), section, inside))
        key = (first, str(requirement.marker))
        if first in inside or key in taken:
            continue
        if first not in extras:
            unknown[section, first] = None
            continue
        taken[key] = None
        pending += [
            (replace(inner, marker=both_markers(requirement.marker, inner.marker)), f"extra:{first}", inside | {first})
            for inner in reversed(extras[first])
        ]
    return Expanded(asked=tuple(found), extras=frozenset(extra for extra, _ in taken), unknown=tuple(unknown))


def _itself(section: str | None) -> frozenset[NormalizedName]:
    kind, _, name = (section or "").partition(":")
    return frozenset([NormalizedName(name)] if kind == "extra" else [])


def both_markers(first: Marker | None, second: Marker | None) -> Marker | None:
    """The marker that holds where both hold; None holds everywhere."""
    if first is None or second is None:
        return second if first is None else first
    return first & second
