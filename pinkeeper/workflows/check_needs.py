"""What the packages of a lock require: as their core metadata says, or as the lock itself records."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future

from packaging.utils import NormalizedName

from pinkeeper.errors import ArtifactError, InputError, MetadataUnavailableError
from pinkeeper.index.source import IndexSource
from pinkeeper.inputs.collected import Inputs
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.metadata import CoreMetadata
from pinkeeper.model.requirement import InputRequirement, Requirement
from pinkeeper.resolver.dependencies import DependencyReader, UnusableRequirementError
from pinkeeper.resolver.needs import Wanted
from pinkeeper.workflows.check_pins import Pin, Serving, TargetView
from pinkeeper.workflows.check_tree import Constraint, Need, UnknownNeedsError

__all__ = ["CommentNeeds", "MetadataNeeds", "MetadataShelf", "RecordedNeeds", "bounds_on", "recorded_roots", "roots_on"]


class MetadataShelf:
    """The metadata of the files that the targets would install, all asked for ahead.

    Wheels of one release mostly have the very same metadata: where the index says so by its digest, one is read.
    """

    def __init__(self, pins: Sequence[Pin], source: IndexSource) -> None:
        self._futures: dict[Hashable, Future[CoreMetadata]] = {}
        for pin in pins:
            for serving in pin.servings:
                if serving.file is not None:
                    key = _key(serving.file)
                    if key not in self._futures:
                        package = pin.package
                        self._futures[key] = source.metadata(package.name, package.version, serving.file)

    def of(self, file: DistributionFile) -> CoreMetadata:
        """The metadata of one of these files. Raises UnknownNeedsError; NetworkError and HashMismatchError."""
        try:
            return self._futures[_key(file)].result()
        except (MetadataUnavailableError, ArtifactError) as error:
            details = f" ({'; '.join(error.details)})" if error.details else ""
            remedy = f"; {error.remedy}" if error.remedy else ""
            raise UnknownNeedsError(f"{error.what}{details}{remedy}") from error


def _key(file: DistributionFile) -> Hashable:
    strong = next((digest for digest in file.core_metadata or () if digest.algorithm == "sha256"), None)
    return strong or file.direct or file.url  # one archive may hold several projects, each in a folder of its own


class MetadataNeeds:
    """What packages require on one target, by the metadata of the file that it would install."""

    def __init__(self, pins: Sequence[Pin], view: TargetView, shelf: MetadataShelf) -> None:
        self._pins = pins
        self._view = view
        self._shelf = shelf
        self._servings: dict[int, Serving] = {
            place: serving for place, pin in enumerate(pins) for serving in pin.servings if serving.view is view
        }

    def needs(self, place: int, extra: str) -> Iterator[Need]:
        """What a package asks for, itself or for one extra. Raises UnknownNeedsError."""
        pin, file = self._pins[place], self._servings[place].file
        if file is None:
            raise UnknownNeedsError(f"{pin} has no file for the target", told=True)
        metadata = self._shelf.of(file)
        try:
            wanted = tuple(self._view.reader.needs(metadata, extra))
        except UnusableRequirementError as error:
            raise UnknownNeedsError(f"{pin}: {error.what}") from error
        yield from (_need(each, str(pin)) for each in wanted)

    def python_refused(self, place: int) -> str | None:
        """The ``Requires-Python`` of a package's metadata, where it does not admit the target."""
        file = self._servings[place].file
        if file is None:
            return None
        required = self._shelf.of(file).requires_python
        return required if required and not self._view.selector.admits_python(required) else None


class RecordedNeeds:
    """What packages require on one target, as a pylock records it."""

    def __init__(self, packages: Sequence[LockedPackage], reader: DependencyReader) -> None:
        self._packages = packages
        self._reader = reader

    def needs(self, place: int, extra: str) -> Iterator[Need]:
        """What a package asks for; what its extras add is not told apart. Raises UnknownNeedsError."""
        package = self._packages[place]
        if not extra:
            yield from _holding(package.needs, self._reader, by=f"{package.name} {package.version}")


class CommentNeeds:
    """What packages require, as the ``# via`` comments of a requirements lock say: names alone.

    installed: the packages of one target; where a comment holds is not said, so that nothing is found to be missing.
    """

    def __init__(self, installed: Mapping[int, LockedPackage]) -> None:
        self._installed = installed
        self._children: dict[NormalizedName, list[NormalizedName]] = {}
        for package in installed.values():
            for parent in package.required_by:
                self._children.setdefault(parent, []).append(package.name)

    def needs(self, place: int, extra: str) -> Iterator[Need]:
        """The packages whose comments name this one."""
        package = self._installed[place]
        if not extra:
            by = f"{package.name} {package.version}"
            yield from (Need(name=name, by=by) for name in self._children.get(package.name, ()))


def roots_on(inputs: Inputs, reader: DependencyReader) -> Iterator[Need]:
    """What the user's inputs ask for on a target. Raises InputError."""
    for asked in inputs.requirements:
        if not _holds(asked, reader):
            continue
        place, requirement = asked.origin.place(), asked.requirement
        if requirement.url is not None:
            yield Need(name=requirement.name, extras=requirement.extras, url=requirement.url, by=place)
            continue
        try:
            expanded = reader.expand(requirement)
        except UnusableRequirementError as error:
            raise InputError(error.what, where=place) from error
        yield from (_need(wanted, place) for wanted in expanded)


def bounds_on(inputs: Inputs, reader: DependencyReader) -> Iterator[Constraint]:
    """The constraints that hold on a target. Raises InputError."""
    for asked in inputs.constraints:
        if _holds(asked, reader):
            requirement = asked.requirement
            yield Constraint(name=requirement.name, specifier=requirement.specifier, by=asked.origin.place())


def recorded_roots(lock: Lock, reader: DependencyReader, *, path: str) -> Iterator[Need]:
    """What a pylock says that was asked for, on a target. Raises UnknownNeedsError."""
    yield from _holding(lock.roots, reader, by=path)


def _holding(requirements: Iterable[Requirement], reader: DependencyReader, *, by: str) -> Iterator[Need]:
    for requirement in requirements:
        try:
            holds = reader.holds(requirement.marker)
        except UnusableRequirementError as error:
            raise UnknownNeedsError(f"{by}: {error.what}") from error
        if holds:
            yield Need(
                name=requirement.name,
                extras=requirement.extras,
                specifier=requirement.specifier,
                url=requirement.url,
                by=by,
            )


def _holds(asked: InputRequirement, reader: DependencyReader) -> bool:
    try:
        return reader.holds(asked.requirement.marker)
    except UnusableRequirementError as error:
        raise InputError(error.what, where=asked.origin.place()) from error


def _need(wanted: Wanted, by: str) -> Need:
    name, extra = wanted.identifier
    extras = frozenset({NormalizedName(extra)}) if extra else frozenset()
    return Need(name=name, extras=extras, specifier=wanted.specifier, by=by)
