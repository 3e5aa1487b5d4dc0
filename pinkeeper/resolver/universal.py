"""One resolution for each declared target, with as few distinct releases among them as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import MetadataUnavailableError, NoSolutionError, PinkeeperError
from pinkeeper.model.target import Target
from pinkeeper.resolver.dependencies import RequirementTexts
from pinkeeper.resolver.progress import ResolutionProgress
from pinkeeper.resolver.resolution import Pin, Problem, Resolution, resolve
from pinkeeper.resolver.source import ReleaseSource

__all__ = ["Answers", "Preferences", "Served", "Unserved", "resolve_targets"]

# What an earlier lock pins on a target, most wanted first.
Preferences = Callable[[Target], Mapping[NormalizedName, tuple[Version, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Targets that no marker tells apart, and the tree that serves all of them."""

    targets: tuple[Target, ...]
    resolution: Resolution

    @property
    def target(self) -> Target:
        """The first of them; the others differ in wheel tags alone."""
        return self.targets[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A target that cannot have the tree. error: why, such as a package without a file for it."""

    target: Target
    error: PinkeeperError


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
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

    problem: its policy's target counts for nothing. preferences: go before what other targets chose. Raises what
    `resolve` raises where no target has an answer, or where one has none for another reason than files that are not
    there.
    """
    texts = RequirementTexts()
    chosen: dict[NormalizedName, dict[Version, None]] = {}
    served: list[Served] = []
    unserved: list[Unserved] = []
    for group in sorted(_alike(targets), key=lambda group: group[0].python, reverse=True):
        likely = served[-1].resolution.pins if served else ()

        def resolved(group: Sequence[Target], likely: Sequence[Pin] = likely) -> Resolution:
            policy = replace(problem.policy, target=group[0], companions=tuple(group[1:]))
            preferred = _in_order(preferences(group[0]), chosen)
            return resolve(
                replace(problem, policy=policy, preferred=preferred),
                source,
                progress=progress,
                texts=texts,
                likely=[pin.release for pin in likely],
            )

        answer, failed = _serve(group, resolved)
        unserved += failed
        if answer is not None:
            served.append(answer)
            for pin in answer.resolution.pins:
                # What is admitted on one target brings no pre-release in on another.
                if problem.policy.pre or not pin.release.version.is_prerelease:
                    chosen.setdefault(pin.release.name, {})[pin.release.version] = None
    if not served:
        raise unserved[0].error
    order = {target: place for place, target in enumerate(targets)}
    return Answers(
        served=tuple(sorted(served, key=lambda answer: order[answer.target])),
        unserved=tuple(sorted(unserved, key=lambda failed: order[failed.target])),
    )


def _alike(targets: Iterable[Target]) -> list[list[Target]]:
    """Targets in groups with equal marker environments: a lock cannot give them different releases."""
    groups: dict[tuple[tuple[str, str], ...], list[Target]] = {}
    for target in targets:
        group = groups.setdefault(target.environment, [])
        if all(target.tags != other.tags for other in group):
            group.append(target)
    return list(groups.values())


def _serve(
    group: Sequence[Target], resolved: Callable[[Sequence[Target]], Resolution]
) -> tuple[Served | None, list[Unserved]]:
    """Serve all targets of a group, or as many as can be served together, the first ones first."""
    try:
        return Served(targets=tuple(group), resolution=resolved(group)), []
    except (NoSolutionError, MetadataUnavailableError) as error:
        if not _lacks_files(error):
            raise
        if len(group) == 1:
            return None, [Unserved(target=group[0], error=error)]
    together: Served | None = None
    failed = []
    for target in group:
        tried = (*together.targets, target) if together else (target,)
        try:
            together = Served(targets=tried, resolution=resolved(tried))
        except (NoSolutionError, MetadataUnavailableError) as error:
            if not _lacks_files(error):
                raise
            failed.append(Unserved(target=target, error=error))
    return together, failed


def _lacks_files(error: PinkeeperError) -> bool:
    return isinstance(error, MetadataUnavailableError) or (isinstance(error, NoSolutionError) and error.lacks_files)


def _in_order(
    first: Mapping[NormalizedName, Iterable[Version]], then: Mapping[NormalizedName, Iterable[Version]]
) -> dict[NormalizedName, tuple[Version, ...]]:
    return {name: tuple(dict.fromkeys(chain(first.get(name, ()), then.get(name, ())))) for name in {**first, **then}}
