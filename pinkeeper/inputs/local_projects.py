"""Local and editable projects: what they need takes their place, read from their files and never built.

A folder has no hash, so that pip refuses it where it checks hashes; it is told in `Inputs.left_out`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace
from packaging.markers import Marker
from packaging.utils import NormalizedName

from pinkeeper.errors import CollectedError, InputError, PinkeeperError
from pinkeeper.inputs.collected import FileReader, Inputs, LeftOut, raise_problems
from pinkeeper.inputs.local_reference import LocalReference, folder_of_requirement
from pinkeeper.inputs.own_extras import both_markers
from pinkeeper.inputs.pyproject import describes_project, read_pyproject
from pinkeeper.inputs.relative_paths import beside
from pinkeeper.model.origin import Origin
from pinkeeper.model.requirement import InputRequirement

__all__ = ["read_local_project", "settle_local_projects", "with_local_projects"]

_REASON = "a folder has no hash"
# Far more than anybody has, and well below where the interpreter gives up.
_DEEPEST = 100
# A folder with the extras that are asked of the project in it.
_Taken = tuple[str, frozenset[NormalizedName]]


def read_local_project(
    reference: LocalReference, origin: Origin, *, read: FileReader, relative: Callable[[str], str]
) -> Inputs:
    """What a local project needs, and itself in `Inputs.left_out`.

    The reference is relative to where the command runs. relative: gives a path as it is written into files. Raises
    InputError, or CollectedError with all independent ones.
    """
    return _Reading(read, relative).project(reference, origin, base="", inside=())


def with_local_projects(inputs: Inputs, *, base: str, read: FileReader, relative: Callable[[str], str]) -> Inputs:
    """Inputs of which the requirements that name a folder are replaced by what the project there needs.

    base: the file that relative folders are beside. Raises as `read_local_project` does.
    """
    return _Reading(read, relative).expanded(inputs, base=base, inside=())


def settle_local_projects(inputs: Inputs, *, read: FileReader, relative: Callable[[str], str]) -> Inputs:
    """Inputs without requirements on the names of local projects: these are there, whatever version they have.

    Where such a requirement asks for extras, what these need takes its place. To be applied to the inputs of all
    sources together. Raises InputError where two folders, or a folder and a URL, are one project.
    """
    if not inputs.left_out:
        return inputs
    reading = _Reading(read, relative)
    kept: dict[InputRequirement, None] = {}
    settled = inputs
    pending = [*reversed(inputs.requirements)]
    projects = _by_name(inputs.left_out)
    while pending:
        asked = pending.pop()
        project = projects.get(asked.requirement.name)
        if project is None:
            kept[asked] = None
            continue
        found = reading.extras(project, asked)
        pending += reversed(found.requirements)
        settled = settled.merged(replace(found, requirements=()))
        projects = _by_name(settled.left_out)
    return replace(settled, requirements=tuple(kept))


class _Reading:
    """Reads projects, and the local projects that these need, each of which adds to the inputs once."""

    def __init__(self, read: FileReader, relative: Callable[[str], str]) -> None:
        self._read = read
        self._relative = relative
        self._found: dict[_Taken, Inputs] = {}
        self._seen: set[tuple[_Taken, str]] = set()

    def project(self, reference: LocalReference, origin: Origin, *, base: str, inside: tuple[_Taken, ...]) -> Inputs:
        """One project. inside: those whose requirements led here; they have nothing to add, as a marker only narrows.

        Raises InputError, or CollectedError.
        """
        if len(inside) > _DEEPEST:
            raise InputError(
                f"local projects need each other more than {_DEEPEST} deep",
                where=origin.place(),
                details=[reference.text],
            )
        folder = self._relative(beside(base, reference.folder))
        taken = (folder, reference.extras)
        if taken not in self._found:
            self._found[taken] = self._declared(folder, reference, origin)
        found = self._found[taken]
        name = next(iter(found.projects), None)
        if None not in (name, reference.name) and name != reference.name:
            raise InputError(
                f"{folder} is the project {name}, not {reference.name}",
                where=origin.place(),
                details=[reference.text],
            )
        left_out = LeftOut(
            requirement=reference.text, path=folder, name=name or reference.name, origin=origin, reason=_REASON
        )
        itself = Inputs(left_out=(left_out,))
        seen = (taken, str(reference.marker))
        if taken in inside or seen in self._seen:
            return itself
        self._seen.add(seen)
        needed = Inputs(
            requirements=tuple(_narrowed(asked, reference.marker) for asked in found.requirements),
            requires_python=found.requires_python if reference.marker is None else None,
            files=found.files,
        )
        return itself.merged(self.expanded(needed, base=found.files[0], inside=(*inside, taken)))

    def expanded(self, inputs: Inputs, *, base: str, inside: tuple[_Taken, ...]) -> Inputs:
        """Inputs of which the requirements that name a folder are replaced. Raises InputError, CollectedError."""
        requirements: list[InputRequirement] = []
        problems: list[PinkeeperError] = []
        added = Inputs()
        for asked in inputs.requirements:
            try:
                reference = folder_of_requirement(asked.requirement)
                if reference is None:
                    requirements.append(asked)
                    continue
                found = self.project(reference, asked.origin, base=base, inside=inside)
            except PinkeeperError as error:
                problems += _placed(error, asked.origin)
                continue
            requirements += found.requirements
            added = added.merged(replace(found, requirements=()))
        raise_problems(problems)
        return replace(inputs.merged(added), requirements=tuple(requirements))

    def extras(self, project: LeftOut, asked: InputRequirement) -> Inputs:
        """What extras need that a requirement by name asks of a local project. Raises InputError, CollectedError."""
        requirement = asked.requirement
        if requirement.url is not None:
            raise InputError(
                f"{requirement.name} is asked for from a URL, and is the local project {project.path} too",
                where=asked.origin.place(),
                details=[f"{project.origin.place()} asks for {project.requirement}"],
            )
        if not requirement.extras:
            return Inputs()
        reference = LocalReference(
            text=project.requirement, folder=project.path, extras=requirement.extras, marker=requirement.marker
        )
        found = self.project(reference, project.origin, base="", inside=())
        return replace(found, requirements=tuple(each for each in found.requirements if each.origin.section))

    def _declared(self, folder: str, reference: LocalReference, origin: Origin) -> Inputs:
        """What the files of a project say that it needs. Raises InputError, CollectedError."""
        extras = sorted(reference.extras)
        failures: list[InputError] = []
        path = posixpath.normpath(posixpath.join(folder, "pyproject.toml"))
        try:
            content = self._read(path)
        except InputError as error:
            failures.append(error)
        else:
            if describes_project(path, content):
                return read_pyproject(path, read=lambda _: content, extras=extras)
            failures.append(InputError("there is no [project] table", where=path))
        path = posixpath.normpath(posixpath.join(folder, "setup.cfg"))
        try:
            content = self._read(path)
        except InputError as error:
            failures.append(error)
        else:
            from pinkeeper.inputs.setup_cfg import read_setup_cfg  # noqa: PLC0415 - few projects have one still

            return read_setup_cfg(path, read=lambda _: content, extras=extras)
        raise InputError(
            f"there is no project in {folder} that says what it needs",
            where=origin.place(),
            details=[line for failure in failures for line in str(failure).splitlines()],
            remedy="correct the path, or give the project a static [project] table in a pyproject.toml (PEP 621)",
        )


def _narrowed(asked: InputRequirement, marker: Marker | None) -> InputRequirement:
    if marker is None:
        return asked
    narrowed = replace(asked.requirement, marker=both_markers(marker, asked.requirement.marker))
    return replace(asked, requirement=narrowed)


def _by_name(projects: Iterable[LeftOut]) -> dict[NormalizedName, LeftOut]:
    """Local projects that have a name. Raises InputError where one lies in two folders."""
    found: dict[NormalizedName, LeftOut] = {}
    for project in projects:
        if project.name is None:
            continue
        first = found.setdefault(project.name, project)
        if first.path != project.path:
            raise InputError(
                f"the project {project.name} is asked for from two folders, {first.path} and {project.path}",
                where=project.origin.place(),
                details=[f"{first.origin.place()} asks for {first.requirement}"],
            )
    return found


def _placed(error: PinkeeperError, origin: Origin) -> Iterator[PinkeeperError]:
    """Errors with a place, which a requirement alone does not have."""
    for each in error.errors if isinstance(error, CollectedError) else (error,):
        if each.where is None:
            yield InputError(each.what, where=origin.place(), remedy=each.remedy, details=each.details)
        else:
            yield each
