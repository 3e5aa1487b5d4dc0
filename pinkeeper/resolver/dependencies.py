"""What a release needs on the target: core metadata turned into needs (PEP 508 markers, overrides, extras)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pinkeeper.errors import PinkeeperError
from pinkeeper.model.metadata import CoreMetadata
from pinkeeper.model.requirement import InputRequirement, InvalidRequirement, Requirement, parse_requirement
from pinkeeper.model.target import Target
from pinkeeper.resolver.needs import Identifier, Wanted

__all__ = ["DependencyReader", "UnusableRequirementError"]


class UnusableRequirementError(PinkeeperError):
    """A ``Requires-Dist`` that cannot be followed; its text says why. The release that has it is passed over."""


class DependencyReader:
    """Judges markers for one target; every marker is evaluated once for each extra.

    The releases of a project mostly repeat the same texts: equal texts give the very same needs.
    """

    def __init__(self, target: Target, overrides: Iterable[InputRequirement] = ()) -> None:
        self._environment = dict(target.markers)
        self._judged: dict[tuple[str, str], bool] = {}
        self._needs: dict[tuple[str, str], tuple[Wanted, ...]] = {}
        self._overrides: dict[NormalizedName, list[Requirement]] = {}
        for override in overrides:
            self._overrides.setdefault(override.requirement.name, []).append(override.requirement)

    def holds(self, marker: Marker | None, extra: str = "") -> bool:
        """Whether a marker holds on the target, with one extra (or none) asked for."""
        if marker is None:
            return True
        key = (str(marker), extra)
        known = self._judged.get(key)
        if known is None:
            try:
                known = marker.evaluate({**self._environment, "extra": extra})
            except (UndefinedComparison, UndefinedEnvironmentName) as error:
                raise UnusableRequirementError(f"the marker {marker} cannot be judged: {error}") from error
            self._judged[key] = known
        return known

    def needs(self, metadata: CoreMetadata, extra: str) -> Iterator[Wanted]:
        """What a release itself needs, or what one extra adds to that. Raises UnusableRequirementError."""
        texts: Iterable[str] = metadata.requires
        if extra:
            texts = (*texts, *metadata.requires_by_extra.get(NormalizedName(extra), ()))
        for text in texts:
            key = (text, extra)
            known = self._needs.get(key)
            if known is None:
                known = self._needs[key] = tuple(self._needs_of(text, extra))
            yield from known

    def _needs_of(self, text: str, extra: str) -> Iterator[Wanted]:
        try:
            requirement = parse_requirement(text)
        except InvalidRequirement as error:
            raise UnusableRequirementError(f"its requirement {text!r} is not valid: {error}") from error
        # An extra adds what holds with it and does not hold without it.
        if self.holds(requirement.marker, extra) and not (extra and self.holds(requirement.marker)):
            yield from self.expand(requirement)

    def expand(self, requirement: Requirement) -> Iterator[Wanted]:
        """One requirement as needs: the project and each of its extras, after overrides."""
        specifier: SpecifierSet | None = requirement.specifier
        if (overrides := self._overrides.get(requirement.name)) is not None:
            specifier = next((override.specifier for override in overrides if self.holds(override.marker)), None)
            if specifier is None:
                return  # overridden for other environments only: not needed here
        elif requirement.url is not None:
            raise UnusableRequirementError(f"{requirement.name} is wanted from a URL, which a lock does not follow yet")
        assert specifier is not None
        for extra in ("", *sorted(requirement.extras)):
            yield Wanted.of(Identifier(requirement.name, extra), specifier)
