"""What a release needs on the target: core metadata turned into needs (PEP 508 markers, overrides, extras)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pinkeeper.errors import PinkeeperError
from pinkeeper.model.metadata import CoreMetadata
from pinkeeper.model.requirement import InputRequirement, InvalidRequirement, Requirement, parse_requirement
from pinkeeper.model.target import Target
from pinkeeper.model.url import canonical_url, redact
from pinkeeper.resolver.needs import Identifier, Wanted

__all__ = ["DependencyReader", "RequirementTexts", "UnusableRequirementError"]


class UnusableRequirementError(PinkeeperError):
    """A ``Requires-Dist`` that cannot be followed; its text says why. The release that has it is passed over."""


class RequirementTexts:
    """``Requires-Dist`` texts, each parsed once, and markers, each judged once for what it looks at.

    Shared by the targets of one lock: equal texts give the very same needs on all of them.
    """

    def __init__(self) -> None:
        self._parsed: dict[str, tuple[Requirement, tuple[Wanted, ...]]] = {}
        self._looked_at: dict[str, tuple[str, ...]] = {}
        self._judged: dict[tuple[str, ...], bool] = {}

    def parsed(self, text: str) -> tuple[Requirement, tuple[Wanted, ...]]:
        """One requirement, and the needs that it stands for. Raises UnusableRequirementError."""
        known = self._parsed.get(text)
        if known is None:
            try:
                requirement = parse_requirement(text)
            except InvalidRequirement as error:
                raise UnusableRequirementError(f"its requirement {text!r} is not valid: {error}") from error
            known = self._parsed[text] = (requirement, _wanted(requirement, requirement.specifier))
        return known

    def holds(self, marker: Marker, environment: Mapping[str, str]) -> bool:
        """Whether a marker holds in an environment, ``extra`` included. Raises UnusableRequirementError."""
        text = str(marker)
        looked_at = self._looked_at.get(text)
        if looked_at is None:
            looked_at = self._looked_at[text] = tuple(name for name in environment if name in text)
        key = (text, *[environment[name] for name in looked_at])
        known = self._judged.get(key)
        if known is None:
            try:
                known = marker.evaluate(dict(environment))
            except (UndefinedComparison, UndefinedEnvironmentName) as error:
                raise UnusableRequirementError(f"the marker {marker} cannot be judged: {error}") from error
            self._judged[key] = known
        return known


class DependencyReader:
    """What metadata asks for on one target; every text is looked at once for each extra.

    direct: the URLs, as `canonical_url` has them, by which the user named files of a project. No other is followed: a
    package may not bring in a file from wherever it likes.
    """

    def __init__(
        self,
        target: Target,
        overrides: Iterable[InputRequirement] = (),
        *,
        excludes: Collection[NormalizedName] = (),
        direct: Mapping[NormalizedName, Collection[str]] | None = None,
        texts: RequirementTexts | None = None,
    ) -> None:
        self._target = dict(target.markers)
        self._environments: dict[str, Mapping[str, str]] = {}
        self._texts = texts or RequirementTexts()
        self._needs: dict[tuple[str, str], tuple[Wanted, ...]] = {}
        self._excludes = frozenset(excludes)
        self._direct = direct or {}
        self._overrides: dict[NormalizedName, list[Requirement]] = {}
        for override in overrides:
            self._overrides.setdefault(override.requirement.name, []).append(override.requirement)

    def holds(self, marker: Marker | None, extra: str = "") -> bool:
        """Whether a marker holds on the target, with one extra (or none) asked for."""
        if marker is None:
            return True
        environment = self._environments.get(extra)
        if environment is None:
            environment = self._environments[extra] = {**self._target, "extra": extra}
        return self._texts.holds(marker, environment)

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

    def _needs_of(self, text: str, extra: str) -> Iterable[Wanted]:
        requirement, wanted = self._texts.parsed(text)
        # An extra adds what holds with it and does not hold without it.
        if not self.holds(requirement.marker, extra) or (extra and self.holds(requirement.marker)):
            return ()
        if requirement.url is None and requirement.name not in self._overrides:
            return () if requirement.name in self._excludes else wanted
        return self.expand(requirement)

    def expand(self, requirement: Requirement) -> tuple[Wanted, ...]:
        """One requirement as needs: the project and each of its extras, after overrides and exclusions."""
        if requirement.name in self._excludes:
            return ()
        specifier: SpecifierSet | None = requirement.specifier
        if (overrides := self._overrides.get(requirement.name)) is not None:
            specifier = next((override.specifier for override in overrides if self.holds(override.marker)), None)
            if specifier is None:
                return ()  # overridden for other environments only: not needed here
        elif requirement.url is not None and canonical_url(requirement.url) not in self._direct.get(
            requirement.name, ()
        ):
            raise UnusableRequirementError(
                f"it wants {requirement.name} from {redact(requirement.url)}, which is followed only where you ask for "
                "it yourself",
                remedy=f"if you trust it, add to your requirements: {requirement.name} @ {redact(requirement.url)}",
            )
        assert specifier is not None
        return _wanted(requirement, specifier)


def _wanted(requirement: Requirement, specifier: SpecifierSet) -> tuple[Wanted, ...]:
    """Each extra that is asked for, and the project; what an extra needs decides about the version of both."""
    return tuple(
        Wanted.of(Identifier(requirement.name, extra), specifier) for extra in (*sorted(requirement.extras), "")
    )
