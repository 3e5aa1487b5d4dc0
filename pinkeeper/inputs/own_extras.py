"""Requirements of a project on itself: ``demo[x]`` inside ``demo`` stands for what its extra ``x`` lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from packaging.markers import Marker
from packaging.utils import NormalizedName

from pinkeeper.model.requirement import Requirement

__all__ = ["Asked", "Expanded", "both_markers", "with_own_extras"]

# A requirement and the section that it is written in, such as extra:web; None is what the project always needs.
Asked: TypeAlias = tuple[Requirement, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
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

    def expand(requirement: Requirement, section: str | None, inside: tuple[NormalizedName, ...]) -> Iterator[Asked]:
        if requirement.name != own or requirement.url is not None:
            yield requirement, section
            return
        for extra in sorted(requirement.extras):
            key = (extra, str(requirement.marker))
            if extra not in extras:
                unknown[section, extra] = None
            elif extra not in inside and key not in taken:
                taken[key] = None
                for inner in extras[extra]:
                    marker = both_markers(requirement.marker, inner.marker)
                    yield from expand(replace(inner, marker=marker), f"extra:{extra}", (*inside, extra))

    found: dict[Asked, None] = {}
    for requirement, section in asked:
        kind, _, name = (section or "").partition(":")
        found |= dict.fromkeys(expand(requirement, section, (NormalizedName(name),) if kind == "extra" else ()))
    return Expanded(asked=tuple(found), extras=frozenset(extra for extra, _ in taken), unknown=tuple(unknown))


def both_markers(first: Marker | None, second: Marker | None) -> Marker | None:
    """The marker that holds where both hold; None holds everywhere."""
    if first is None or second is None:
        return second if first is None else first
    return first & second
