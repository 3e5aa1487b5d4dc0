"""One resolution for each declared target, with as few distinct releases among them as can be."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import MetadataUnavailableError, NoSolutionError, PinkeeperError
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import InputRequirement, Requirement
from pinkeeper.model.target import Target
from pinkeeper.resolver.dependencies import RequirementTexts
from pinkeeper.resolver.progress import ResolutionProgress
from pinkeeper.resolver.resolution import Problem, Resolution, resolve
from pinkeeper.resolver.selection import Rejected, Rejection, Release, Selector
from pinkeeper.resolver.source import ReleaseSource

__all__ = ["Answers", "Preferences", "Served", "Unserved", "resolve_targets"]

# Targets that no marker tells apart.
_Group = tuple[Target, ...]

# What an earlier lock pins on a target, most wanted first.
Preferences = Callable[[Target], Mapping[NormalizedName, tuple[Version, ...]]]


class Served(Struct, frozen=True, kw_only=True):
    """Targets that no marker tells apart, and the tree that serves all of them.

    lowered: releases that the first of them would have had alone, by project, and the target that has no file of them.
    """

    targets: tuple[Target, ...]
    resolution: Resolution
    lowered: Mapping[NormalizedName, tuple[Version, Target]] = field(default_factory=dict)

    @property
    def target(self) -> Target:
        """The first of them; the others differ in wheel tags alone."""
        return self.targets[0]


class Unserved(Struct, frozen=True, kw_only=True):
    """A target that cannot have the tree. error: why, such as a package without a file for it."""

    target: Target
    error: PinkeeperError


class Answers(Struct, frozen=True, kw_only=True):
    """All targets: those that have a tree, in the order in which they were declared, and those that have none."""

    served: tuple[Served, ...]
    unserved: tuple[Unserved, ...] = ()


def resolve_targets(
    problem: Problem,
    targets: Sequence[Target],
    source: ReleaseSource,
    *,
    preferences: Preferences,
    progress: ResolutionProgress,
) -> Answers:
    """Resolve for each target, the newest Python first, each beginning with what was chosen for those before it.

    A target that must take an older release, where one to come can have the newer, waits until the end: what it falls
    to is for itself alone. problem: its policy's target counts for nothing. preferences: go before what other targets
    chose. Raises what `resolve` raises where no target has an answer, or where one has none for another reason than
    files that are not there.
    """
    search = _Search(problem, source, preferences=preferences, progress=progress)
    waiting = deque(sorted(_alike(targets), key=lambda group: group[0].python, reverse=True))
    put_off: list[_Group] = []
    while waiting:
        group = waiting.popleft()
        if not search.serve(group, others=waiting):
            put_off.append(group)
    for group in put_off:
        search.serve(group, others=())
    if not search.served:
        raise search.unserved[0].error
    order = {target.spelling: place for place, target in enumerate(targets)}
    return Answers(
        served=tuple(sorted(search.served, key=lambda answer: order[answer.target.spelling])),
        unserved=tuple(sorted(search.unserved, key=lambda failed: order[failed.target.spelling])),
    )


class _Search:
    """What was found so far, and the versions that were chosen for it."""

    def __init__(
        self,
        problem: Problem,
        source: ReleaseSource,
        *,
        preferences: Preferences,
        progress: ResolutionProgress,
    ) -> None:
        self.served: list[Served] = []
        self.unserved: list[Unserved] = []
        self._problem = problem
        self._source = source
        self._preferences = preferences
        self._progress = progress
        self._texts = RequirementTexts()
        self._chosen: dict[NormalizedName, dict[Version, None]] = {}

    def serve(self, group: _Group, *, others: Iterable[_Group]) -> bool:
        """Find what serves a group, or why nothing does; False where it should wait for others, which can have more."""
        try:
            resolution = self._resolved(group[:1])
        except (NoSolutionError, MetadataUnavailableError) as error:
            if not _lacks_files(error):
                raise
            self.unserved.append(Unserved(target=group[0], error=error))
            return len(group) == 1 or self.serve(group[1:], others=others)
        if self._falls_behind(resolution, others):
            return False
        together = Served(targets=group[:1], resolution=resolution)
        for companion in group[1:]:
            together = self._joined(together, companion)
        self.served.append(together)
        for pin in together.resolution.pins:
            # What is admitted on one target brings no pre-release in on another.
            if self._problem.policy.pre or not pin.release.version.is_prerelease:
                self._chosen.setdefault(pin.release.name, {})[pin.release.version] = None
        return True

    def _joined(self, together: Served, companion: Target) -> Served:
        """The same for one target more that no marker tells apart; what the user named may not be lowered for it."""
        named = {root.name for root in together.resolution.roots}
        held = [
            InputRequirement(
                requirement=Requirement(name=pin.release.name, specifier=SpecifierSet(f"==={pin.release.version}")),
                origin=Origin(
                    path=f"{together.target.name}, which no marker tells from it", kind=OriginKind.COMMAND_LINE
                ),
            )
            for pin in together.resolution.pins
            if pin.release.name in named
        ]
        targets = (*together.targets, companion)
        try:
            resolution = self._resolved(targets, held=held, like=together.resolution)
        except (NoSolutionError, MetadataUnavailableError) as error:
            self.unserved.append(Unserved(target=companion, error=error))
            return together
        now = {pin.release.name: pin.release.version for pin in resolution.pins}
        lowered = {
            pin.release.name: (pin.release.version, companion)
            for pin in together.resolution.pins
            if now.get(pin.release.name, pin.release.version) < pin.release.version
        }
        return Served(targets=targets, resolution=resolution, lowered={**lowered, **together.lowered})

    def _resolved(
        self, group: _Group, *, held: Sequence[InputRequirement] = (), like: Resolution | None = None
    ) -> Resolution:
        likely = like or (self.served[-1].resolution if self.served else None)
        preferred = self._preferences(group[0])
        if like is not None:
            first = {pin.release.name: (pin.release.version,) for pin in like.pins}
            preferred = _in_order(first, preferred)
        return resolve(
            replace(
                self._problem,
                constraints=(*self._problem.constraints, *held),
                policy=replace(self._problem.policy, target=group[0], companions=group[1:]),
                preferred=_in_order(preferred, self._chosen),
            ),
            self._source,
            progress=self._progress,
            texts=self._texts,
            likely=[pin.release for pin in likely.pins] if likely else (),
        )

    def _falls_behind(self, resolution: Resolution, others: Iterable[_Group]) -> bool:
        """Whether some release could not be taken that another target can take."""
        selectors = [Selector(replace(self._problem.policy, target=group[0])) for group in others]
        for pin in resolution.pins:
            if pin.release.version in self._chosen.get(pin.release.name, ()):
                continue
            for judged in resolution.selector.matching(pin.release.listing, pin.specifier):
                if judged.version <= pin.release.version:
                    break
                if isinstance(judged, Rejected) and judged.reason in {Rejection.TAGS, Rejection.PYTHON}:
                    text = str(judged.version)
                    if any(isinstance(other.judge(pin.release.listing, text), Release) for other in selectors):
                        return True
        return False


def _alike(targets: Iterable[Target]) -> list[_Group]:
    """Targets in groups with equal marker environments: a lock cannot give them different releases."""
    groups: dict[tuple[tuple[str, str], ...], list[Target]] = {}
    for target in targets:
        group = groups.setdefault(target.environment, [])
        if all(target.tags != other.tags for other in group):
            group.append(target)
    return list(map(tuple, groups.values()))


def _lacks_files(error: PinkeeperError) -> bool:
    return isinstance(error, MetadataUnavailableError) or (isinstance(error, NoSolutionError) and error.lacks_files)


def _in_order(
    first: Mapping[NormalizedName, Iterable[Version]], then: Mapping[NormalizedName, Iterable[Version]]
) -> dict[NormalizedName, tuple[Version, ...]]:
    return {name: tuple(dict.fromkeys(chain(first.get(name, ()), then.get(name, ())))) for name in {**first, **then}}
