"""One resolution: from roots to a pinned tree, or to an explanation why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version
from resolvelib import ResolutionImpossible, ResolutionTooDeep
from resolvelib.resolvers import Resolution as Search

from pinkeeper.errors import InputError, NoSolutionError, PinkeeperError
from pinkeeper.model.origin import Origin
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.resolver.dependencies import DependencyReader, UnusableRequirementError
from pinkeeper.resolver.explanation import explain
from pinkeeper.resolver.journal import Journal
from pinkeeper.resolver.needs import Candidate, Identifier, Need, Wanted
from pinkeeper.resolver.policy import Policy
from pinkeeper.resolver.prefetch import Prefetcher
from pinkeeper.resolver.progress import ResolutionProgress
from pinkeeper.resolver.provider import Provider
from pinkeeper.resolver.selection import Release, Selector
from pinkeeper.resolver.source import ReleaseSource

__all__ = ["Pin", "Problem", "Resolution", "resolve"]

_MAX_ROUNDS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is to be solved. preferred: versions to keep where they fit (an existing lock)."""

    requirements: tuple[InputRequirement, ...]
    constraints: tuple[InputRequirement, ...] = ()
    overrides: tuple[InputRequirement, ...] = ()
    policy: Policy
    preferred: Mapping[NormalizedName, Version] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One chosen release.

    asked_by: the projects of the tree that depend on it, each with all that it asks. requested_by: the user's own
    lines, each with what it asks; constraints among them.
    """

    release: Release
    extras: frozenset[NormalizedName]
    requested_by: tuple[tuple[Origin, SpecifierSet], ...]
    asked_by: tuple[tuple[NormalizedName, SpecifierSet], ...]

    @property
    def specifier(self) -> SpecifierSet:
        """Everything that is asked of its version."""
        combined = SpecifierSet()
        for _, specifier in (*self.requested_by, *self.asked_by):
            combined &= specifier
        return combined


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The answer.

    pins: sorted by name. missing_extras: (project, extra, version) that were asked for in vain. unusable: releases
    that were passed over, and why. journal: what was tried on the way.
    """

    pins: tuple[Pin, ...]
    missing_extras: tuple[tuple[NormalizedName, str, Version], ...]
    unusable: Mapping[tuple[NormalizedName, Version], PinkeeperError]
    journal: Journal
    selector: Selector


def resolve(problem: Problem, source: ReleaseSource, *, progress: ResolutionProgress) -> Resolution:
    """Find one release for every project of the tree.

    Raises NoSolutionError with an explanation, UnknownPackageError, and whatever the source raises for the network.
    """
    selector = Selector(problem.policy)
    reader = DependencyReader(problem.policy.target, problem.overrides)
    provider = Provider(source, selector, reader, constraints=problem.constraints, preferred=problem.preferred)
    roots = _roots(problem, reader)
    prefetcher = Prefetcher(
        source,
        selector,
        reader,
        bounds=lambda name: provider.specifier(name, ()),
        preferred=problem.preferred.get,
    )
    prefetcher.start(roots)
    journal = Journal(progress)
    # Not resolvelib's Resolver: it prunes what is left over from choices that were taken back by a recursion that does
    # not end where leftovers need each other in a circle (1.2.1).
    search: Search[Need, Candidate, Identifier] = Search(provider, journal)
    try:
        state = search.resolve(roots, max_rounds=_MAX_ROUNDS)
    except ResolutionImpossible as error:
        raise explain(
            error.causes,
            provider=provider,
            selector=selector,
            source=source,
            journal=journal,
            target=problem.policy.target,
        ) from None
    except ResolutionTooDeep:
        raise NoSolutionError(
            f"no answer after {_MAX_ROUNDS} steps",
            details=journal.fighting(),
            remedy="bound the versions of the projects named above with a constraint",
        ) from None
    finally:
        prefetcher.stop()
    chosen = _reachable(state.mapping, roots, provider)
    return Resolution(
        pins=_pins(chosen, roots, provider),
        missing_extras=tuple(
            sorted(
                (identifier.name, identifier.extra, version)
                for identifier, version in provider.missing_extras
                if identifier in chosen and chosen[identifier].version == version
            )
        ),
        unusable=provider.unusable,
        journal=journal,
        selector=selector,
    )


def _roots(problem: Problem, reader: DependencyReader) -> list[Wanted]:
    """The user's requirements that hold on the target, each with its place."""
    roots = []
    for asked in problem.requirements:
        try:
            if reader.holds(asked.requirement.marker):
                roots += [
                    Wanted.of(need.identifier, need.specifier, asked.origin)
                    for need in reader.expand(asked.requirement)
                ]
        except UnusableRequirementError as error:
            raise InputError(
                f"{asked.requirement.name} cannot be locked: {error}",
                where=asked.origin.place(),
                remedy="name a version that an index lists",
            ) from error
    return roots


def _reachable(
    mapping: Mapping[Identifier, Candidate], roots: Iterable[Wanted], provider: Provider
) -> dict[Identifier, Candidate]:
    """The candidates that the roots need, directly or through others."""
    chosen: dict[Identifier, Candidate] = {}
    wanted = [root.identifier for root in roots]
    while wanted:
        identifier = wanted.pop()
        if identifier not in chosen:
            candidate = chosen[identifier] = mapping[identifier]
            wanted += [need.identifier for need in provider.get_dependencies(candidate)]
    return chosen


def _pins(mapping: Mapping[Identifier, Candidate], roots: Iterable[Wanted], provider: Provider) -> tuple[Pin, ...]:
    origins: dict[NormalizedName, dict[Origin, SpecifierSet]] = {}
    for root in roots:
        assert root.origin is not None
        origins.setdefault(root.identifier.name, {})[root.origin] = root.specifier
    asked: dict[NormalizedName, dict[NormalizedName, SpecifierSet]] = {}
    extras: dict[NormalizedName, set[NormalizedName]] = {}
    for identifier, candidate in mapping.items():
        if identifier.extra:
            extras.setdefault(identifier.name, set()).add(NormalizedName(identifier.extra))
        for need in provider.get_dependencies(candidate):
            if isinstance(need, Wanted) and need.identifier.name != identifier.name:
                by = asked.setdefault(need.identifier.name, {})
                by[identifier.name] = by.get(identifier.name, SpecifierSet()) & need.specifier
    pins = []
    for identifier, candidate in sorted(mapping.items()):
        if identifier.extra:
            continue
        name = identifier.name
        requested = dict(origins.get(name, {}))
        for constraint in provider.constraints_on(name):
            requested[constraint.origin] = constraint.requirement.specifier
        pins.append(
            Pin(
                release=candidate.release,
                extras=frozenset(extras.get(name, ())),
                requested_by=tuple(sorted(requested.items(), key=lambda item: (item[0].via(), item[0].line or 0))),
                asked_by=tuple(sorted(asked.get(name, {}).items(), key=lambda item: item[0])),
            )
        )
    return tuple(pins)
