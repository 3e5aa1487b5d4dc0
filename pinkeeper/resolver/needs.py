"""The terms in which resolvelib is asked: identifiers, needs and candidates.

A project with extras is several identifiers: the project itself, and one for each extra. A candidate for an extra
stands for the dependencies that the extra adds, and needs the project itself at the very same version.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from msgspec import Struct, field
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.origin import Origin
from pinkeeper.resolver.selection import Release

__all__ = ["Candidate", "Identifier", "Impossible", "Need", "Same", "Wanted", "is_exact"]


class Identifier(NamedTuple):
    """A project, or one extra of it; ``extra`` is empty for the project itself."""

    name: NormalizedName
    extra: str = ""

    def __str__(self) -> str:
        return f"{self.name}[{self.extra}]" if self.extra else self.name


class Wanted(Struct, frozen=True, kw_only=True, eq=False):
    """Versions of a project that somebody asks for.

    origin: the user's own line; None for a dependency. is_exact: one version alone can satisfy it (PEP 440, ``==``
    without a wildcard, or ``===``).

    Equal only to itself: hashing a specifier costs more than judging by it, and needs are looked up all the time.
    """

    identifier: Identifier
    specifier: SpecifierSet
    origin: Origin | None = None
    is_exact: bool
    _judged: dict[Version, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, identifier: Identifier, specifier: SpecifierSet, origin: Origin | None = None) -> Wanted:
        """Make a need, looking at its specifier once."""
        return cls(identifier=identifier, specifier=specifier, origin=origin, is_exact=is_exact(specifier))

    def admits(self, version: Version) -> bool:
        """Whether a version satisfies it, pre-release or not: who may take part is decided elsewhere."""
        known = self._judged.get(version)
        if known is None:
            known = self._judged[version] = self.specifier.contains(version, prereleases=True)
        return known

    def __str__(self) -> str:
        return f"{self.identifier}{self.specifier}"


class Same(Struct, frozen=True, kw_only=True):
    """The project itself, at the version that an extra of it was taken from."""

    identifier: Identifier
    version: Version

    def __str__(self) -> str:
        return f"{self.identifier}=={self.version}"


class Impossible(Struct, frozen=True, kw_only=True):
    """Nothing: the need of a candidate that turned out unusable once its metadata was read. reason: one sentence."""

    identifier: Identifier
    reason: str

    def __str__(self) -> str:
        return self.reason


def is_exact(specifier: SpecifierSet) -> bool:
    """Whether some part of a specifier pins one version."""
    return any(
        part.operator == "===" or (part.operator == "==" and not part.version.endswith(".*")) for part in specifier
    )


Need: TypeAlias = Wanted | Same | Impossible


class Candidate(Struct, frozen=True, eq=False):
    """A release that might be chosen for an identifier; equal where identifier and version are."""

    identifier: Identifier
    version: Version
    release: Release

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Candidate) and (self.identifier, self.version) == (other.identifier, other.version)

    def __hash__(self) -> int:
        return hash((self.identifier, self.version))

    def __str__(self) -> str:
        return f"{self.identifier} {self.version}"
