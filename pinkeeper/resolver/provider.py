"""Answers resolvelib's questions about one target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ArtifactError, MetadataUnavailableError, PinkeeperError, UnknownPackageError
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.metadata import CoreMetadata
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.resolver.dependencies import DependencyReader, UnusableRequirementError
from pinkeeper.resolver.lazy_sequence import LazySequence
from pinkeeper.resolver.needs import Candidate, Identifier, Impossible, Need, Same, Wanted, is_exact
from pinkeeper.resolver.selection import Rejected, Release, Selector
from pinkeeper.resolver.source import ProjectListing, ReleaseSource

if TYPE_CHECKING:
    from resolvelib.resolvers import RequirementInformation

__all__ = ["Provider"]

_MOST_AHEAD = 16
# A second release is tried where somebody narrows the choice; only a third is a sign of a search.
_TRIES_WITHOUT_HASTE = 2
# An sdist is read whole. One that is larger is asked for only when it is needed.
_MOST_BYTES_AHEAD = 2**20
# When so many sdists of a project do not say what they need, or so many bytes were read for nothing, the others would
# not say it either: a project whose releases are sdists of some hundred megabytes has dozens of them.
_MOST_IN_VAIN = 4
_MOST_BYTES_IN_VAIN = 32 * 2**20


class Provider:
    """A provider for resolvelib: candidates by policy, requirement and constraint; needs from core metadata, read once.

    preferred: versions to try first, in this order, from an existing lock or from other targets. unusable: why releases
    were passed over once their metadata was looked at, by project and version. unknown: projects that no index lists.
    missing_extras: extras that a chosen release does not have. hopeless: what releases need that nothing can answer,
    whatever else is chosen; learned when their needs are read, and never tried again.
    """

    def __init__(
        self,
        source: ReleaseSource,
        selector: Selector,
        reader: DependencyReader,
        *,
        constraints: Iterable[InputRequirement] = (),
        preferred: Mapping[NormalizedName, Sequence[Version]] | None = None,
    ) -> None:
        self._source = source
        self._selector = selector
        self._reader = reader
        self._preferred = preferred or {}
        self._constraints: dict[NormalizedName, list[InputRequirement]] = {}
        for constraint in constraints:
            if reader.holds(constraint.requirement.marker):
                self._constraints.setdefault(constraint.requirement.name, []).append(constraint)
        self._dependencies: dict[tuple[Identifier, Version], tuple[Need, ...]] = {}
        self._orders: dict[tuple[object, ...], LazySequence[Release | Rejected]] = {}
        self._tried: Counter[NormalizedName] = Counter()
        self._discovered: dict[NormalizedName, int] = {}
        self.unusable: dict[tuple[NormalizedName, Version], PinkeeperError] = {}
        self.unknown: dict[NormalizedName, UnknownPackageError] = {}
        self.missing_extras: set[tuple[Identifier, Version]] = set()
        self.hopeless: dict[tuple[Identifier, Version], Need] = {}
        self._roots: dict[NormalizedName, list[Need]] = {}
        self._answers: dict[Identifier, Candidate] = {}
        self._in_vain: dict[NormalizedName, set[DistributionFile]] = {}

    def begin(self, roots: Iterable[Need]) -> None:
        """Take note of what must hold whatever is chosen."""
        for root in roots:
            self._roots.setdefault(root.identifier.name, []).append(root)
            self._discovered.setdefault(root.identifier.name, len(self._discovered))

    def roots_on(self, name: NormalizedName) -> Sequence[Need]:
        """What the user asks of a project."""
        return self._roots.get(name, ())

    def constraints_on(self, name: NormalizedName) -> Sequence[InputRequirement]:
        """The user's constraints that bind a project on this target."""
        return self._constraints.get(name, ())

    def identify(self, requirement_or_candidate: Need | Candidate) -> Identifier:
        """Give the identifier that a need or a candidate is about."""
        return requirement_or_candidate.identifier

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[Identifier],
        resolutions: Mapping[Identifier, Candidate],
        candidates: Mapping[Identifier, Iterator[Candidate]],
        information: Mapping[Identifier, Iterator[RequirementInformation[Need, Candidate]]],
        backtrack_causes: Sequence[RequirementInformation[Need, Candidate]],
    ) -> Iterable[Identifier]:
        """Look first at what the last conflict was about, so that a dead end is left soon."""
        identifiers = list(identifiers)
        if not backtrack_causes:
            return identifiers
        fighting = {cause.requirement.identifier for cause in backtrack_causes}
        fighting |= {cause.parent.identifier for cause in backtrack_causes if cause.parent is not None}
        return [identifier for identifier in identifiers if identifier in fighting] or identifiers

    def get_preference(
        self,
        identifier: Identifier,
        resolutions: Mapping[Identifier, Candidate],
        candidates: Mapping[Identifier, Iterator[Candidate]],
        information: Mapping[Identifier, Iterator[RequirementInformation[Need, Candidate]]],
        backtrack_causes: Sequence[RequirementInformation[Need, Candidate]],
    ) -> tuple[bool, int, bool]:
        """Give exact pins first, they cost no choice; then what was asked for first, breadth before depth.

        An extra goes before its project: what it needs decides about the version of both.
        """
        pinned = any(_pins_one(info.requirement) for info in information[identifier])
        order = self._discovered.setdefault(identifier.name, len(self._discovered))
        return (not pinned, order, not identifier.extra)

    def find_matches(
        self,
        identifier: Identifier,
        requirements: Mapping[Identifier, Iterator[Need]],
        incompatibilities: Mapping[Identifier, Iterator[Candidate]],
    ) -> Iterable[Candidate]:
        """Give candidates in order of preference, lazily."""
        needs = list(requirements[identifier])
        if identifier.extra:  # an extra is bound by all that binds its project
            needs += requirements.get(Identifier(identifier.name), ())
        refused = {candidate.version for candidate in incompatibilities[identifier]}
        return lambda: self.candidates(identifier, needs, refused=refused)  # type: ignore[return-value] # may be a call

    def candidates(
        self, identifier: Identifier, needs: Sequence[Need], *, refused: Collection[Version]
    ) -> Iterator[Candidate]:
        """Give what fulfils all of some needs on one identifier, the preferred first, but for refused versions."""
        if any(isinstance(need, Impossible) for need in needs):
            return
        try:
            listing = self._source.listing(identifier.name).result()
        except UnknownPackageError as error:
            self.unknown[identifier.name] = error
            return
        same = {need.version for need in needs if isinstance(need, Same)}
        takes_yanked = any(_pins_one(need) for need in needs) or self._pins(identifier.name)
        ordered = self._orders.get(key := (identifier.name, *needs))
        if ordered is None:
            ordered = self._orders[key] = LazySequence(self._in_order(listing, needs))
        for judged in ordered:
            match judged:
                case Release(version=version, yanked=yanked):
                    admitted = version not in refused and same <= {version}
                    if admitted and (identifier, version) not in self.hopeless and (yanked is None or takes_yanked):
                        yield Candidate(identifier, version, judged)
                case Rejected():
                    pass

    def first(self, identifier: Identifier, needs: Sequence[Need]) -> Candidate | None:
        """Give the candidate that comes first for some needs, but for hopeless ones; None where there is none."""
        for found in self.candidates(identifier, needs, refused=frozenset()):
            self.get_dependencies(found)
            if not self.is_hopeless(found):
                return found
        return None

    def _in_order(self, listing: ProjectListing, needs: Sequence[Need]) -> Iterator[Release | Rejected]:
        """The preferred release first, where it fits; then the others."""
        specifier = self.specifier(listing.name, needs)
        direct = any(isinstance(need, Wanted) and need.origin is not None for need in needs)
        tried: set[Version] = set()
        for preferred in self._preferred.get(listing.name, ()):
            if specifier.contains(preferred, prereleases=True) and (text := str(preferred)) in listing.versions:
                tried.add(preferred)
                yield self._selector.judge(listing, text)
        for judged in self._selector.matching(listing, specifier, direct=direct):
            if judged.version not in tried:
                yield judged

    def specifier(self, name: NormalizedName, needs: Iterable[Need]) -> SpecifierSet:
        """All that is asked of a project's version, constraints included, as one set."""
        combined = SpecifierSet()
        for need in needs:
            match need:
                case Wanted(specifier=specifier):
                    combined &= specifier
                case Same(version=version):
                    combined &= SpecifierSet(f"=={version}")
                case Impossible():
                    pass
        for constraint in self.constraints_on(name):
            combined &= constraint.requirement.specifier
        return combined

    def is_satisfied_by(self, requirement: Need, candidate: Candidate) -> bool:
        """Say whether a candidate fulfils a need."""
        match requirement:
            case Wanted():
                return requirement.admits(candidate.version)
            case Same(version=version):
                return candidate.version == version
            case Impossible():
                return False

    def get_dependencies(self, candidate: Candidate) -> Iterable[Need]:
        """Give what a candidate needs; a candidate that cannot be used needs the impossible."""
        key = (candidate.identifier, candidate.version)
        known = self._dependencies.get(key)
        if known is None:
            known = self.read_needs(candidate)
            unanswered = next((need for need in known if not self._can_be_answered(need)), None)
            if unanswered is not None:
                self.hopeless[key] = unanswered
                known = (unanswered,)
            self._dependencies[key] = known
            for need in known:
                self._discovered.setdefault(need.identifier.name, len(self._discovered))
        return known

    def is_hopeless(self, candidate: Candidate) -> bool:
        """Whether a candidate needs something that nothing can answer, as far as is known so far."""
        return (candidate.identifier, candidate.version) in self.hopeless

    def _can_be_answered(self, need: Need) -> bool:
        """Whether anything fulfils a need and what the user asks of the same project, as far as is known so far."""
        identifier = need.identifier
        known = self._answers.get(identifier)
        if known is not None and not self.is_hopeless(known) and self.is_satisfied_by(need, known):
            return True
        for found in self.candidates(identifier, (need, *self.roots_on(identifier.name)), refused=frozenset()):
            if isinstance(need, Same):
                self.get_dependencies(found)  # they lie in the same metadata, so that it costs nothing to know
                if self.is_hopeless(found):
                    continue
            self._answers[identifier] = found
            return True
        return False

    def metadata(self, release: Release) -> tuple[CoreMetadata, ...]:
        """Give the core metadata of a release, from each file that a target would install."""
        return tuple(self._metadata(release, file) for file in release.installed)

    def _metadata(self, release: Release, file: DistributionFile) -> CoreMetadata:
        if file.is_wheel:
            return self._source.metadata(release.name, release.version, file).result()
        in_vain = self._in_vain.setdefault(release.name, set())
        is_enough = len(in_vain) >= _MOST_IN_VAIN or sum(each.size or 0 for each in in_vain) >= _MOST_BYTES_IN_VAIN
        if is_enough and file not in in_vain:
            raise MetadataUnavailableError(
                f"{release.name} {release.version} has no wheel for the target, and its sdist was not looked at: "
                f"{len(in_vain)} others do not say statically what they need",
                where=file.filename,
                remedy=f"allow it to be built: --allow-build {release.name}, or bound its version",
            )
        try:
            return self._source.metadata(release.name, release.version, file).result()
        except MetadataUnavailableError:
            in_vain.add(file)
            raise

    def ask_early(self, judged: Release | Rejected) -> None:
        """Have the metadata of a release fetched, if it is a candidate, without waiting for it."""
        if isinstance(judged, Release):
            for file in judged.installed:
                if not file.is_wheel and (file.size is None or file.size > _MOST_BYTES_AHEAD):
                    continue
                self._source.metadata(judged.name, judged.version, file)

    def read_needs(self, candidate: Candidate) -> tuple[Need, ...]:
        """Give what a candidate needs, learning nothing of it."""
        identifier, release = candidate.identifier, candidate.release
        if not identifier.extra:
            self._look_ahead(release)
        try:
            read = self.metadata(release)
            needs: list[Need] = list(dict.fromkeys(need for each in read for need in self._of_others(candidate, each)))
            for metadata in read:
                self._check_python(metadata)
        except (UnusableRequirementError, MetadataUnavailableError, ArtifactError) as error:
            self.unusable[identifier.name, release.version] = error
            reason = f"{release.name} {release.version} cannot be used: {error}"
            nothing = Identifier(release.name, f"!{release.version}")
            return (Impossible(identifier=nothing, reason=reason),)
        if identifier.extra:
            if not needs and not any(identifier.extra in metadata.provides_extras for metadata in read):
                self.missing_extras.add((identifier, release.version))
            needs.insert(0, Same(identifier=Identifier(identifier.name), version=release.version))
        return tuple(needs)

    def _look_ahead(self, release: Release) -> None:
        """Ask early for what would be tried next, more of it the longer the search for a fitting release goes on."""
        self._tried[release.name] += 1
        tries = self._tried[release.name]
        if tries <= _TRIES_WITHOUT_HASTE:
            return
        versions = release.listing.versions
        at = versions.index(str(release.version)) + 1
        for text in versions[at : at + min(2 ** (tries - 1), _MOST_AHEAD)]:
            judged = self._selector.judge(release.listing, text)
            likely = release.version.is_prerelease or not judged.version.is_prerelease
            if likely:
                self.ask_early(judged)

    def _of_others(self, candidate: Candidate, metadata: CoreMetadata) -> Iterator[Wanted]:
        """What a candidate needs, but for itself: a project may ask for more of its own extras."""
        own = Identifier(candidate.identifier.name)
        for need in self._reader.needs(metadata, candidate.identifier.extra):
            if need.identifier.name == own.name and not need.admits(candidate.version):
                raise UnusableRequirementError(f"it needs another version of itself, {need}")
            if need.identifier not in {own, candidate.identifier}:
                yield need

    def _check_python(self, metadata: CoreMetadata) -> None:
        if metadata.requires_python and not self._selector.admits_python(metadata.requires_python):
            raise UnusableRequirementError(f"it needs Python {metadata.requires_python}")

    def _pins(self, name: NormalizedName) -> bool:
        return any(is_exact(constraint.requirement.specifier) for constraint in self.constraints_on(name))


def _pins_one(need: Need) -> bool:
    match need:
        case Wanted():
            return need.is_exact
        case Same():
            return True
        case Impossible():
            return True
