"""One resolution: from roots to a pinned tree, or to an explanation why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import (
    InputError,
    MetadataUnavailableError,
    NetworkError,
    NoSolutionError,
    PinkeeperError,
    UnknownPackageError,
)
from pinkeeper.model.origin import Origin
from pinkeeper.model.requirement import InputRequirement, Requirement
from pinkeeper.resolver.dependencies import DependencyReader, RequirementTexts, UnusableRequirementError
from pinkeeper.resolver.direct import DirectRelease, DirectReleases, DirectSource, direct_references, reference_of
from pinkeeper.resolver.journal import Journal
from pinkeeper.resolver.needs import Candidate, Identifier, Need, Same, Wanted
from pinkeeper.resolver.policy import Policy
from pinkeeper.resolver.prefetch import Prefetcher
from pinkeeper.resolver.progress import ResolutionProgress, SilentProgress
from pinkeeper.resolver.provider import Provider
from pinkeeper.resolver.selection import Release, Selector
from pinkeeper.resolver.source import ReleaseSource
from pinkeeper.resolver.tree_walk import walk

__all__ = ["Pin", "Problem", "Resolution", "resolve"]

_MAX_ROUNDS = 20_000
_MOST_WALKS = 8


class Problem(Struct, frozen=True, kw_only=True):
    """What is to be solved.

    excludes: projects that are left out of the tree, whoever wants them. direct: what stands behind the direct
    references that hold on some target. preferred: versions to keep where they fit, in order (of an existing lock, of
    other targets).
    """

    requirements: tuple[InputRequirement, ...]
    constraints: tuple[InputRequirement, ...] = ()
    overrides: tuple[InputRequirement, ...] = ()
    excludes: frozenset[NormalizedName] = frozenset()
    direct: DirectReleases = field(default_factory=dict)
    policy: Policy
    preferred: Mapping[NormalizedName, tuple[Version, ...]] = field(default_factory=dict)


class Pin(Struct, frozen=True, kw_only=True):
    """One chosen release.

    asked_by: the projects of the tree that depend on it, each with all that it asks. requested_by: the user's own
    lines, each with what it asks; constraints among them. needs: what it asks of others, sorted by name.
    """

    release: Release
    extras: frozenset[NormalizedName]
    requested_by: tuple[tuple[Origin, SpecifierSet], ...]
    asked_by: tuple[tuple[NormalizedName, SpecifierSet], ...]
    needs: tuple[Requirement, ...] = ()

    @property
    def specifier(self) -> SpecifierSet:
        """Everything that is asked of its version."""
        combined = SpecifierSet()
        for _, specifier in (*self.requested_by, *self.asked_by):
            combined &= specifier
        return combined


class Resolution(Struct, frozen=True, kw_only=True):
    """The answer.

    pins: sorted by name. roots: the user's requirements that hold on the target. missing_extras: (project, extra,
    version) that were asked for in vain. unusable: releases that were passed over, and why. hopeless: releases that
    were given up for a need that nothing answers beside what the user asks. journal: what was tried on the way.
    """

    pins: tuple[Pin, ...]
    roots: tuple[Requirement, ...]
    missing_extras: tuple[tuple[NormalizedName, str, Version], ...]
    unusable: Mapping[tuple[NormalizedName, Version], PinkeeperError]
    hopeless: Mapping[tuple[Identifier, Version], Need]
    journal: Journal
    selector: Selector


def resolve(
    problem: Problem,
    source: ReleaseSource,
    *,
    progress: ResolutionProgress,
    texts: RequirementTexts | None = None,
    likely: Sequence[Release] = (),
    explains: bool = True,
) -> Resolution:
    """Find one release for every project of the tree.

    texts: what was parsed for other targets. likely: what was chosen for another target, from which little will differ;
    where it is empty, everything is fetched ahead of need. explains: whether an error should say why.

    Raises NoSolutionError with an explanation, UnknownPackageError, MetadataUnavailableError, InputError for what the
    user contradicts himself in, and whatever the source raises for the network.
    """
    texts = texts or RequirementTexts()
    named = _named_directly(problem, texts)
    if named:
        problem = _with_exact_versions(problem, named)
        source = DirectSource((release for _, release in named.values()), source)
    selector = Selector(problem.policy)
    reader = DependencyReader(
        problem.policy.target,
        problem.overrides,
        excludes=problem.excludes,
        direct={name: (url,) for name, (url, _) in named.items()},
        texts=texts,
    )
    provider = Provider(source, selector, reader, constraints=problem.constraints, preferred=problem.preferred)
    roots = _roots(problem, reader)
    provider.begin(roots)
    journal = Journal(progress)
    prefetcher = Prefetcher(
        source,
        selector,
        reader,
        bounds=lambda name: provider.specifier(name, ()),
        preferred=problem.preferred,
    )
    try:
        if likely:
            for release in likely:
                if release.name not in named and release.files[0].direct is None:
                    provider.ask_early(selector.judge(release.listing, str(release.version)))
        else:
            prefetcher.start(roots)
        chosen = _first_choices(roots, provider, progress)
        if chosen is None:
            if likely:
                prefetcher.start(roots)
            try:
                chosen = _searched(roots, provider, journal=journal)
            except NoSolutionError as error:
                if not explains or error.details:
                    raise
                from pinkeeper.resolver.explanation import explain  # noqa: PLC0415 - only on the way to an error

                raise explain(
                    problem,
                    provider=provider,
                    selector=selector,
                    reader=reader,
                    source=source,
                    journal=journal,
                    attempt=partial(_attempted, source=source, texts=texts),
                ) from None
    finally:
        prefetcher.stop()
    return Resolution(
        pins=_pins(chosen, roots, provider),
        roots=_asked_for(roots),
        missing_extras=tuple(
            sorted(
                (identifier.name, identifier.extra, version)
                for identifier, version in provider.missing_extras
                if identifier in chosen and chosen[identifier].version == version
            )
        ),
        unusable=provider.unusable,
        hopeless=provider.hopeless,
        journal=journal,
        selector=selector,
    )


def _named_directly(problem: Problem, texts: RequirementTexts) -> dict[NormalizedName, tuple[str, DirectRelease]]:
    """The direct releases of the target, each with its URL. Raises InputError."""
    if not problem.direct:
        return {}
    found = direct_references(
        problem.requirements,
        problem.constraints,
        problem.overrides,
        excludes=problem.excludes,
        holds=DependencyReader(problem.policy.target, texts=texts).holds,
    )
    urls = {name: reference_of(lines[0])[1] for name, lines in found.items()}
    return {name: (url, problem.direct[name, url]) for name, url in urls.items()}


def _with_exact_versions(problem: Problem, named: Mapping[NormalizedName, tuple[str, DirectRelease]]) -> Problem:
    """The same with the versions of direct releases in place of their URLs."""

    def exact(asked: InputRequirement) -> InputRequirement:
        if asked.requirement.url is None or asked.requirement.name not in named:
            return asked
        _, release = named[asked.requirement.name]
        specifier = SpecifierSet(f"=={release.version}")
        return replace(asked, requirement=replace(asked.requirement, url=None, specifier=specifier))

    return replace(
        problem,
        requirements=tuple(map(exact, problem.requirements)),
        constraints=tuple(map(exact, problem.constraints)),
        overrides=tuple(map(exact, problem.overrides)),
    )


def _first_choices(
    roots: Sequence[Wanted], provider: Provider, progress: ResolutionProgress
) -> Mapping[Identifier, Candidate] | None:
    """The tree of the candidates that come first, where they fit together; None where a search is needed.

    A first walk knows of a project only who asks first. What the others ask is known to the next, until a walk meets
    nothing new: then every project has the first candidate for all that the tree asks of it, as a search that never had
    to turn back would choose it.
    """
    known: Mapping[NormalizedName, tuple[Need, ...]] = {}
    for _ in range(_MOST_WALKS):
        chosen: dict[NormalizedName, Candidate] = {}

        def first(
            need: Need,
            chosen: dict[NormalizedName, Candidate] = chosen,
            known: Mapping[NormalizedName, tuple[Need, ...]] = known,
        ) -> Candidate | None:
            identifier = need.identifier
            taken = chosen.get(identifier.name)
            if taken is not None:
                return Candidate(identifier, taken.version, taken.release)
            found = provider.first(identifier, tuple(dict.fromkeys((need, *known.get(identifier.name, ())))))
            if found is not None:
                chosen[identifier.name] = found
                progress.pinned(identifier.name, found.version, len(chosen))
            return found

        walked = walk(roots, provider, first)
        if any(misfit.found is None for misfit in walked.misfits):
            return None
        asked = _asked_of(roots, walked.reached, provider)
        if not walked.misfits and not any(
            set(known.get(name, ())) > set(asked[name])
            and provider.first(candidate.identifier, asked[name]) != candidate
            for name, candidate in chosen.items()
        ):
            return walked.reached
        known = asked
    return None


def _asked_of(
    roots: Sequence[Wanted], chosen: Mapping[Identifier, Candidate], provider: Provider
) -> dict[NormalizedName, tuple[Need, ...]]:
    """All that is asked of each project: by the user, by what was chosen, and of the project by its own extras."""
    found: dict[NormalizedName, dict[Need, None]] = {}
    for need in chain(roots, *(provider.get_dependencies(candidate) for candidate in chosen.values())):
        if not isinstance(need, Same):
            found.setdefault(need.identifier.name, {})[need] = None
    return {name: tuple(needs) for name, needs in found.items()}


def _attempted(problem: Problem, *, source: ReleaseSource, texts: RequirementTexts) -> Resolution | None:
    """The answer to a changed problem; None where there is none."""
    try:
        return resolve(problem, source, progress=SilentProgress(), texts=texts, explains=False)
    except (NoSolutionError, MetadataUnavailableError, UnknownPackageError, NetworkError):
        return None


def _searched(roots: Sequence[Wanted], provider: Provider, *, journal: Journal) -> Mapping[Identifier, Candidate]:
    """The tree that a search with backtracking finds."""
    from resolvelib import ResolutionImpossible, ResolutionTooDeep  # noqa: PLC0415 - most trees need no search
    from resolvelib.resolvers import Resolution as Search  # noqa: PLC0415

    # Not resolvelib's Resolver: it prunes what is left over from choices that were taken back by a recursion that does
    # not end where leftovers need each other in a circle (1.2.1).
    search: Search[Need, Candidate, Identifier] = Search(provider, journal)  # type: ignore[arg-type] # as protocols
    try:
        state = search.resolve(roots, max_rounds=_MAX_ROUNDS)
    except ResolutionImpossible:
        raise NoSolutionError("no set of releases satisfies all requirements") from None
    except ResolutionTooDeep:
        raise NoSolutionError(
            f"no answer after {_MAX_ROUNDS} steps",
            details=journal.fighting(),
            remedy="bound the versions of the projects named above with a constraint",
        ) from None
    # A search leaves behind what it chose on the way and did without in the end.
    return walk(roots, provider, lambda need: state.mapping[need.identifier]).reached


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


def _asked_for(roots: Iterable[Wanted]) -> tuple[Requirement, ...]:
    """The user's requirements, as overrides leave them: one for each project on each line."""
    specifiers: dict[tuple[NormalizedName, Origin | None], SpecifierSet] = {}
    extras: dict[tuple[NormalizedName, Origin | None], set[NormalizedName]] = {}
    for root in roots:
        key = (root.identifier.name, root.origin)
        known = specifiers.get(key, root.specifier)
        specifiers[key] = known if known == root.specifier else known & root.specifier
        if root.identifier.extra:
            extras.setdefault(key, set()).add(NormalizedName(root.identifier.extra))
    return tuple(
        Requirement(name=key[0], specifier=specifier, extras=frozenset(extras.get(key, ())))
        for key, specifier in specifiers.items()
    )


def _pins(mapping: Mapping[Identifier, Candidate], roots: Iterable[Wanted], provider: Provider) -> tuple[Pin, ...]:
    origins: dict[NormalizedName, dict[Origin, SpecifierSet]] = {}
    for root in roots:
        assert root.origin is not None
        by_origin = origins.setdefault(root.identifier.name, {})
        known = by_origin.get(root.origin, root.specifier)
        by_origin[root.origin] = known if known == root.specifier else known & root.specifier
    edges = _edges(mapping, provider)
    asked: dict[NormalizedName, list[tuple[NormalizedName, SpecifierSet]]] = {}
    for parent in sorted(edges):
        for need in edges[parent]:
            asked.setdefault(need.name, []).append((parent, need.specifier))
    extras: dict[NormalizedName, set[NormalizedName]] = {}
    for identifier in mapping:
        if identifier.extra:
            extras.setdefault(identifier.name, set()).add(NormalizedName(identifier.extra))
    pins = []
    for identifier, candidate in sorted(mapping.items(), key=lambda item: item[0]):
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
                asked_by=tuple(asked.get(name, ())),
                needs=tuple(edges.get(name, ())),
            )
        )
    return tuple(pins)


def _edges(mapping: Mapping[Identifier, Candidate], provider: Provider) -> dict[NormalizedName, list[Requirement]]:
    """For each project what it and its extras ask of other projects, one requirement for each of them."""
    specifiers: dict[NormalizedName, dict[NormalizedName, SpecifierSet]] = {}
    extras: dict[tuple[NormalizedName, NormalizedName], set[NormalizedName]] = {}
    for identifier, candidate in mapping.items():
        for need in provider.get_dependencies(candidate):
            child = need.identifier
            if isinstance(need, Wanted) and child.name != identifier.name:
                asked = specifiers.setdefault(identifier.name, {})
                known = asked.get(child.name)
                asked[child.name] = (
                    need.specifier if known is None or known == need.specifier else known & need.specifier
                )
                if child.extra:
                    extras.setdefault((identifier.name, child.name), set()).add(NormalizedName(child.extra))
    return {
        parent: [
            Requirement(name=name, specifier=asked[name], extras=frozenset(extras.get((parent, name), ())))
            for name in sorted(asked)
        ]
        for parent, asked in specifiers.items()
    }
