"""Requirements as PEP 508 writes them, parsed once."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct
from packaging.markers import Marker
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as _ParsedRequirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from pinkeeper.model.digest import Digest
from pinkeeper.model.origin import Origin

__all__ = ["InputRequirement", "InvalidRequirement", "Requirement", "parse_requirement"]

_ANY = SpecifierSet()


class Requirement(Struct, frozen=True, kw_only=True):
    """A PEP 508 dependency specifier with normalized names (PEP 503, PEP 685)."""

    name: NormalizedName
    extras: frozenset[NormalizedName] = frozenset()
    specifier: SpecifierSet = _ANY
    marker: Marker | None = None
    url: str | None = None

    def __str__(self) -> str:
        extras = f"[{','.join(sorted(self.extras))}]" if self.extras else ""
        body = f" @ {self.url}" if self.url else str(self.specifier)
        separator = " ; " if self.url else "; "
        return f"{self.name}{extras}{body}" + (f"{separator}{self.marker}" if self.marker else "")


class InputRequirement(Struct, frozen=True, kw_only=True):
    """A requirement that a user wrote, with its place and, in requirement files, the ``--hash`` options of its line."""

    requirement: Requirement
    origin: Origin
    hashes: frozenset[Digest] = frozenset()
    editable: bool = False


@lru_cache(maxsize=16384)
def parse_requirement(text: str) -> Requirement:
    """Parse one PEP 508 string. Raises `InvalidRequirement`."""
    parsed = _ParsedRequirement(text)
    return Requirement(
        name=canonicalize_name(parsed.name),
        extras=frozenset(canonicalize_name(extra) for extra in parsed.extras),
        specifier=parsed.specifier,
        marker=parsed.marker,
        url=parsed.url,
    )
