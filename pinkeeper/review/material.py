"""All that rules look at: two releases read, compared and analysed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.artifacts.contents import Contents
from pinkeeper.model.comparison import FieldChange, FileChange
from pinkeeper.model.finding import When
from pinkeeper.review.capabilities.native import NativeSummary
from pinkeeper.review.capabilities.package import PackageCode
from pinkeeper.review.capabilities.summary import Capability, Fact, Literal, Oddity
from pinkeeper.review.changed_functions import ChangedFunctions

__all__ = ["Material", "NewFact", "NewLiteral", "NewOddity", "Novelty", "Side"]


class Novelty(StrEnum):
    """Where something new stands."""

    NEW_FILE = "new file"
    NEW_SCOPE = "new function"
    OLD_SCOPE = "existing function"


class NewFact(Struct, frozen=True, kw_only=True):
    """A use of a capability that the old release has not got. path: in the new archive."""

    path: str
    fact: Fact
    when: When
    novelty: Novelty


class NewLiteral(Struct, frozen=True, kw_only=True):
    """A text that the old release has not got anywhere."""

    path: str
    literal: Literal
    when: When
    novelty: Novelty


class NewOddity(Struct, frozen=True, kw_only=True):
    """An oddity that the old file has not got."""

    path: str
    oddity: Oddity
    novelty: Novelty


class Side(Struct, frozen=True, kw_only=True, eq=False):
    """One release. wheel, sdist: what was read of it; at least one is there. code: of the wheel, else of the sdist.

    build: of the files of the sdist that run when it is built. natives: by path. filenames: of all files that its index
    lists, empty where that is not known. can: what the code of the release can
    do anywhere, as far as somebody asked.
    """

    version: Version
    wheel: Contents | None
    sdist: Contents | None
    code: PackageCode
    build: PackageCode
    natives: Mapping[str, NativeSummary]
    filenames: tuple[str, ...] = ()
    can: frozenset[Capability] = frozenset()

    @property
    def main(self) -> Contents:
        """What gets installed: the wheel, else the sdist."""
        found = self.wheel or self.sdist
        assert found is not None
        return found


class Material(Struct, frozen=True, kw_only=True, eq=False):
    """Two releases.

    changes: files of the wheels, else of the sdists; build_changes: files of the sdists that take part in a build.
    beyond_sdist: Python files and functions of the new wheel that its sdist has not got, as (path, what).
    beyond_wheel: code of other wheels of the new release that the one that was read has not got, as (filename, path
    there, what). facts,
    literals, oddities: what is new in the new code, the build's apart in `build_facts`. changed_functions: of files
    that are in both releases, as trees. known: names that a new
    dependency may be mistaken for (of the lock, and widely used ones).
    """

    name: NormalizedName
    old: Side
    new: Side
    changes: tuple[FileChange, ...]
    build_changes: tuple[FileChange, ...] = ()
    beyond_sdist: tuple[tuple[str, str], ...] = ()
    beyond_wheel: tuple[tuple[str, str, str], ...] = ()
    fields: tuple[FieldChange, ...] = ()
    facts: tuple[NewFact, ...] = ()
    build_facts: tuple[NewFact, ...] = ()
    literals: tuple[NewLiteral, ...] = ()
    oddities: tuple[NewOddity, ...] = ()
    changed_functions: ChangedFunctions
    known: frozenset[NormalizedName] = frozenset()
