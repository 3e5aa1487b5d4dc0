"""Dependencies as the sources of a project declare them, before they become core metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace
from packaging.markers import Marker
from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from pinkeeper.artifacts.dependency import InvalidRequirement, parse_dependency
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.model.metadata import CoreMetadata, MetadataSource
from pinkeeper.model.requirement import Requirement

__all__ = ["Declared", "NotStatic", "core_metadata_of", "requirement_lines"]


class NotStatic(Struct, frozen=True, kw_only=True):
    """The dependencies cannot be known without running code of the package. reason: what is not literal, and where."""

    reason: str


class Declared(Struct, frozen=True, kw_only=True):
    """Dependencies as written; None where the source says nothing of a field.

    optional: requirement texts by extra. A key may be ``extra:marker`` or ``:marker``, as setuptools has it.
    """

    dependencies: tuple[str, ...] | None = None
    optional: Mapping[str, tuple[str, ...]] | None = None
    requires_python: str | None = None


def core_metadata_of(declared: Declared, *, source: MetadataSource, place: str) -> CoreMetadata | NotStatic:
    """Requirements of extras get the marker ``extra == "name"``, as a build backend would write it.

    place: the file that declares them, for the reason.
    """
    try:
        dependencies = tuple(str(parse_dependency(text)) for text in declared.dependencies or ())
        by_extra: dict[NormalizedName | None, list[str]] = {}
        for key, texts in (declared.optional or {}).items():
            extra, condition = _extra_and_condition(key)
            requires = (_conditional(parse_dependency(text), extra, condition) for text in texts)
            by_extra.setdefault(extra, []).extend(map(str, requires))
    except (InvalidRequirement, InvalidName) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        return NotStatic(reason=f"{place}: a requirement cannot be read: {shown(reason)}")
    general = by_extra.pop(None, [])
    return CoreMetadata(
        requires=(*dependencies, *general),
        requires_by_extra={extra: tuple(texts) for extra, texts in by_extra.items() if extra and texts},
        requires_python=declared.requires_python or None,
        provides_extras=frozenset(extra for extra in by_extra if extra),
        source=source,
    )


def requirement_lines(text: str) -> Iterator[str]:
    """The requirements in a text as setuptools reads it: one a line, without blank lines and comments.

    Raises `InvalidRequirement` for a line that is continued with a backslash.
    """
    for line in text.splitlines():
        requirement = line.partition(" #")[0].strip()
        if requirement.endswith("\\"):
            raise InvalidRequirement("a requirement is continued on the next line")
        if requirement and not requirement.startswith("#"):
            yield requirement


def _extra_and_condition(key: str) -> tuple[NormalizedName | None, Marker | None]:
    """Part ``extra:marker``. Raises InvalidName or InvalidRequirement."""
    extra, colon, condition = (part.strip() for part in key.partition(":"))
    if not extra and not condition:
        raise InvalidName("an extra without a name")
    name = canonicalize_name(extra, validate=True) if extra else None
    # A marker under the limits of a whole requirement.
    return name, parse_dependency(f"{extra or 'any'}; {condition}").marker if colon else None


def _conditional(requirement: Requirement, extra: NormalizedName | None, condition: Marker | None) -> Requirement:
    parts = [f"({marker})" for marker in (requirement.marker, condition) if marker is not None]
    if extra is not None:
        parts.append(f'extra == "{extra}"')
    return replace(requirement, marker=Marker(" and ".join(parts))) if parts else requirement
