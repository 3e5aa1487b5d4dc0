"""All that the inputs of one run ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec import Struct, field
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pinkeeper.errors import CollectedError, PinkeeperError
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.origin import Origin
from pinkeeper.model.requirement import InputRequirement

__all__ = ["FileReader", "Inputs", "LeftOut", "raise_problems"]

# Gives the bytes of a file by its path as the user named it; "-" is stdin. Raises InputError.
FileReader: TypeAlias = Callable[[str], bytes]


class LeftOut(Struct, frozen=True, kw_only=True):
    """A local project that is asked for: what it needs is locked, and it is not, for it is a folder without a hash.

    requirement: as written, ``-e`` included, without credentials. path: of the folder, normalised, as `Origin` keeps
    paths. name: of the project, None where its files do not say. origin: of the requirement. reason: a clause for the
    comment that stands in its place.
    """

    requirement: str
    path: str
    name: NormalizedName | None
    origin: Origin
    reason: str


class Inputs(Struct, frozen=True, kw_only=True):
    """What one or several sources ask for, each tuple in the order of the sources.

    pre: some source admits pre-releases. requires_python: all ``requires-python`` together; None where no source has
    one. sections: ``extra:NAME`` and ``group:NAME`` of the sources, as far as they are taken, also because others ask
    for them. projects: names of the projects that the sources are. left_out: local projects, each once. files: all
    files that were read, each once.
    """

    requirements: tuple[InputRequirement, ...] = ()
    constraints: tuple[InputRequirement, ...] = ()
    overrides: tuple[InputRequirement, ...] = ()
    index: IndexOptions = field(default_factory=IndexOptions)
    formats: FormatControl = field(default_factory=FormatControl)
    pre: bool = False
    requires_python: SpecifierSet | None = None
    sections: frozenset[str] = frozenset()
    projects: frozenset[NormalizedName] = frozenset()
    left_out: tuple[LeftOut, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def direct(self) -> tuple[InputRequirement, ...]:
        """What names a file: a URL, a path, version control (PEP 508, direct references)."""
        everything = (*self.requirements, *self.constraints, *self.overrides)
        return tuple(asked for asked in everything if asked.requirement.url is not None)

    def merged(self, later: Inputs) -> Inputs:
        """These inputs and those of a source named later, whose index options count less."""
        return Inputs(
            requirements=(*self.requirements, *later.requirements),
            constraints=(*self.constraints, *later.constraints),
            overrides=(*self.overrides, *later.overrides),
            index=self.index.over(later.index),
            formats=self.formats.merged(later.formats),
            pre=self.pre or later.pre,
            requires_python=_both(self.requires_python, later.requires_python),
            sections=self.sections | later.sections,
            projects=self.projects | later.projects,
            left_out=tuple(dict.fromkeys((*self.left_out, *later.left_out))),
            files=tuple(dict.fromkeys((*self.files, *later.files))),
        )


def _both(first: SpecifierSet | None, second: SpecifierSet | None) -> SpecifierSet | None:
    if first is None or second is None:
        return second if first is None else first
    return first & second


def raise_problems(problems: Sequence[PinkeeperError]) -> None:
    """Raise the only problem as it is, several as a CollectedError; return where there is none."""
    match problems:
        case []:
            return
        case [problem]:
            raise problem
        case _:
            raise CollectedError(problems)
