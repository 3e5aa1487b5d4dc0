"""Why there is no solution, in sentences: what collides, who asked for it, what is there, what would help."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace
from packaging.utils import NormalizedName

from pinkeeper.errors import (
    MetadataUnavailableError,
    NetworkError,
    NoSolutionError,
    PinkeeperError,
    UnknownPackageError,
)
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.requirement import InputRequirement, Requirement
from pinkeeper.model.target import Target
from pinkeeper.resolver.dependencies import DependencyReader, UnusableRequirementError
from pinkeeper.resolver.derivation import Asked, Bound, Fact, HeldOut, Needs, NotUsable, Universe, proof
from pinkeeper.resolver.journal import Journal
from pinkeeper.resolver.needs import Identifier, Same, Wanted
from pinkeeper.resolver.provider import Provider
from pinkeeper.resolver.remedies import Attempt, Remedy, remedies
from pinkeeper.resolver.selection import Rejection, Selector, parse_version
from pinkeeper.resolver.source import ReleaseSource

if TYPE_CHECKING:
    from pinkeeper.resolver.resolution import Problem

__all__ = ["describe_rejection", "explain", "joined_versions"]

_REASONS = 3  # told one by one before the rest is put together
_SHOWN = 4  # versions named in one line before the rest is counted


def explain(
    problem: Problem,
    *,
    provider: Provider,
    selector: Selector,
    reader: DependencyReader,
    source: ReleaseSource,
    journal: Journal,
    attempt: Attempt,
) -> PinkeeperError:
    """Turn a problem that has no solution into an error that says why.

    attempt: solves a changed problem, to try what would help. Gives an UnknownPackageError or
    MetadataUnavailableError where that is what stands in the way, else a NoSolutionError.
    """
    universe = Universe(provider, selector, source)
    asked = [
        Asked(line, Wanted.of(need.identifier, need.specifier, line.origin))
        for line in problem.requirements
        if reader.holds(line.requirement.marker)
        for need in reader.expand(line.requirement)
    ]
    bounds = [Bound(line) for line in problem.constraints if reader.holds(line.requirement.marker)]
    try:
        facts = proof(universe, asked, bounds)
        if facts is not None and any(
            isinstance(fact, NotUsable) and isinstance(fact.error, MetadataUnavailableError) for fact in facts
        ):
            # Where no build would help, what collides anyway is told.
            hopeful = Universe(provider, selector, source, is_hopeful=True)
            anyway = proof(hopeful, asked, bounds)
            if anyway is not None:
                universe, facts = hopeful, anyway
    except NetworkError:
        facts = None  # what the search did not need is not at hand
    what = f"no set of releases satisfies all requirements for {selector.target.name}"
    if facts is None:
        return NoSolutionError(
            what,
            details=journal.fighting() or tuple(f"{each.line.origin.place()} asks for {each.need}" for each in asked),
            remedy="bound the versions of the projects named above with a constraint",
        )
    facts = _merged(map(partial(_as_far_as_asked, facts=facts), facts), universe)
    sentences = tuple(dict.fromkeys(_sentences(facts, universe, selector.target)))
    lines = tuple({id(fact.line): fact.line for fact in facts if isinstance(fact, Asked | Bound)}.values())
    for fact in facts:
        if isinstance(fact, Asked | Needs) and universe.listing(fact.need.identifier.name) is None:
            return _unknown(provider.unknown[fact.need.identifier.name], fact, sentences)
    unreadable = _unreadable(facts, lines)
    if unreadable is not None and len(lines) == 1:
        return MetadataUnavailableError(
            unreadable.what,
            where=unreadable.where,
            remedy=unreadable.remedy,
            details=tuple(dict.fromkeys((*unreadable.details, *sentences))),
        )
    names = {_subject(fact) for fact in facts}
    if len(names) == 1 and len(lines) == 1:
        what = f"no release of {names.pop()} can be used for {selector.target.name}"
    found = remedies(problem, facts, lines, attempt=attempt)
    return NoSolutionError(
        what,
        details=sentences,
        remedy=_remedy(found, facts),
        lacks_files=any(
            isinstance(fact, HeldOut) and fact.reason in {Rejection.TAGS, Rejection.PYTHON} for fact in facts
        ),
        core=lines,
        remedies=found,
    )


def _as_far_as_asked(fact: Fact, facts: Iterable[Fact]) -> Fact:
    """Of releases that are no candidates those that somebody in a proof would take: the others are no news."""
    if not isinstance(fact, HeldOut):
        return fact
    needs = [
        each.need
        for each in facts
        if isinstance(each, Asked | Needs) and each.need.identifier.name == fact.name and isinstance(each.need, Wanted)
    ]
    wanted = tuple(text for text in fact.versions if any(need.admits(parse_version(text)) for need in needs))
    rejected = tuple(each for each in fact.rejected if any(need.admits(each.version) for need in needs))
    return replace(fact, versions=wanted, rejected=rejected) if wanted else fact


def _merged(facts: Iterable[Fact], universe: Universe) -> tuple[Fact, ...]:
    """The same, releases that need the same, or cannot be used for the same kind of reason, together."""
    found: dict[tuple[object, ...], Fact] = {}
    for each in facts:
        fact = each
        match each:
            case Needs(identifier=identifier, need=need):
                key: tuple[object, ...] = (identifier, str(need))
            case NotUsable(name=name, error=MetadataUnavailableError()):
                key = (name, MetadataUnavailableError)
            case NotUsable(name=name, error=error):
                key = (name, _first_line(str(error)))
            case _:
                key = (id(each),)
        before = found.get(key)
        if isinstance(before, Needs | NotUsable) and isinstance(each, Needs | NotUsable):
            versions = {*before.versions, *each.versions}
            name = each.name if isinstance(each, NotUsable) else each.identifier.name
            first = max(before, each, key=lambda one: parse_version(one.versions[0]))
            fact = replace(first, versions=tuple(text for text in universe.versions(name) if text in versions))
        found[key] = fact
    return tuple(found.values())


def _unreadable(facts: Iterable[Fact], lines: Iterable[InputRequirement]) -> MetadataUnavailableError | None:
    """Why a release does not say what it needs: the newest, and sooner of a project that the user did not name."""
    named = {line.requirement.name for line in lines}
    found = [
        (fact.name not in named, parse_version(fact.versions[0]), fact.error)
        for fact in facts
        if isinstance(fact, NotUsable) and isinstance(fact.error, MetadataUnavailableError)
    ]
    return max(found, key=lambda entry: entry[:2])[2] if found else None


def _remedy(found: Sequence[Remedy], facts: Sequence[Fact]) -> str:
    texts = [remedy.text for remedy in found]
    texts += [
        fact.error.remedy
        for fact in facts
        if isinstance(fact, NotUsable)
        and isinstance(fact.error, MetadataUnavailableError | UnusableRequirementError)
        and fact.error.remedy is not None
    ]
    if not texts and any(isinstance(fact, HeldOut) and fact.reason is Rejection.TAGS for fact in facts):
        texts.append("another --platform")
    return " or ".join(dict.fromkeys(texts)) or "ask for something else: no small change of the lines above helps"


def _unknown(error: UnknownPackageError, fact: Asked | Needs, sentences: tuple[str, ...]) -> UnknownPackageError:
    where = fact.line.origin.place() if isinstance(fact, Asked) else None
    return error.advised(where=where, details=error.details if where else (*error.details, *sentences))


def _sentences(facts: Collection[Fact], universe: Universe, target: Target) -> Iterator[str]:
    """One for each fact: the user's lines in their order, each before all that it leads to."""
    told: dict[NormalizedName, None] = {}
    left = sorted(facts, key=lambda fact: _place(fact, universe))
    while left:
        fact = next((each for name in told for each in left if _is_about(each, name)), left[0])
        left.remove(fact)
        yield from _said(fact, universe, target)
        if isinstance(fact, Asked | Needs):
            told.setdefault(fact.need.identifier.name)


def _place(fact: Fact, universe: Universe) -> tuple[int, str, int, Identifier, int]:
    """Where a fact comes among those of its kind: the user's lines as they stand, releases the newest first."""
    match fact:
        case Asked(line=line):
            return (0, line.origin.path, line.origin.line or 0, Identifier(line.requirement.name), 0)
        case Bound(line=line):
            return (1, line.origin.path, line.origin.line or 0, Identifier(line.requirement.name), 0)
        case Needs(identifier=identifier, versions=versions):
            return (2, "", 0, identifier, universe.versions(identifier.name).index(versions[0]))
        case HeldOut(name=name, versions=versions) | NotUsable(name=name, versions=versions):
            return (3, "", 0, Identifier(name), universe.versions(name).index(versions[0]))


def _is_about(fact: Fact, name: NormalizedName) -> bool:
    match fact:
        case Asked():
            return False
        case Bound(line=line):
            return line.requirement.name == name
        case Needs(identifier=identifier):
            return identifier.name == name
        case HeldOut(name=own) | NotUsable(name=own):
            return own == name


def _said(fact: Fact, universe: Universe, target: Target) -> Iterator[str]:
    match fact:
        case Asked(line=line, need=need):
            yield f"{line.origin.place()} asks for {_requirement(line.requirement)}"
            yield from _nothing_there(need, universe)
        case Bound(line=line):
            yield f"{line.origin.place()} bounds {line.requirement.name}{line.requirement.specifier} (a constraint)"
        case Needs(identifier=identifier, versions=versions, need=Wanted() as need):
            releases, verb = _releases(identifier, versions, universe)
            yield f"{releases} {verb} {need}"
            yield from _nothing_there(need, universe)
        case Needs():
            pass  # that an extra and its project have one version need not be said
        case HeldOut():
            yield from _held_out(fact, target)
        case NotUsable(name=name, versions=versions, error=MetadataUnavailableError()):
            releases, verb = _releases(Identifier(name), versions, universe)
            yield f"what {releases} {verb} cannot be known without a build"
        case NotUsable(name=name, versions=versions, error=error):
            yield f"cannot be used: {name} {joined_versions(versions)}: {_first_line(str(error))}"
        case _:
            assert_never(fact)


def _subject(fact: Fact) -> NormalizedName:
    match fact:
        case Asked(need=need) | Needs(need=need):
            return need.identifier.name
        case Bound(line=line):
            return line.requirement.name
        case HeldOut(name=name) | NotUsable(name=name):
            return name


def _requirement(requirement: Requirement) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"


def _releases(identifier: Identifier, versions: Sequence[str], universe: Universe) -> tuple[str, str]:
    """Releases in words, and the verb for them: ranges where they follow one another, all where there are no others."""
    everything = universe.candidates(identifier.name)
    if len(everything) > 1 and set(versions) >= set(everything):
        others = len(everything) < len(universe.versions(identifier.name))
        return f"every release of {identifier}{' that could be taken' if others else ''}", "needs"
    if not set(versions) <= set(everything):
        everything = universe.versions(identifier.name)
    places = {text: place for place, text in enumerate(everything)}
    runs: list[list[str]] = []
    for text in sorted(versions, key=places.__getitem__):
        if runs and places[text] == places[runs[-1][-1]] + 1:
            runs[-1].append(text)
        else:
            runs.append([text])
    verb = "needs" if len(versions) == 1 else "need"
    return f"{identifier} {joined_versions(_run(run) for run in reversed(runs))}", verb


def _run(run: Sequence[str]) -> str:
    return run[0] if len(run) == 1 else f"{run[-1]} to {run[0]}"


def _nothing_there(need: Wanted | Same, universe: Universe) -> Iterator[str]:
    """What is there, where nothing fulfils a need."""
    name = need.identifier.name
    listing = universe.listing(name)
    if listing is None or not isinstance(need, Wanted) or universe.admitted(need):
        return
    if not listing.versions:
        yield f"the index lists {name} without any release"
        return
    newest, oldest = listing.versions[0], listing.versions[-1]
    there = f"the only release is {newest}" if newest == oldest else f"releases run from {oldest} to {newest}"
    pre_releases = sum(parse_version(text).is_prerelease for text in listing.versions)
    hint = f" ({pre_releases} of them pre-releases)" if pre_releases else ""
    yield f"no release of {name} satisfies {need.specifier or 'any version'}; {there}{hint}"


def _held_out(fact: HeldOut, target: Target) -> Iterator[str]:
    """One sentence for all releases that are no candidates for the very same reason."""
    releases = f"{fact.name} {joined_versions(fact.versions)}"
    match fact.reason:
        case None:
            yield f"a pre-release, which nobody asks for: {releases}"
        case str() as said:
            yield f"yanked, so only an exact pin (==) takes it: {releases}{f' ({said})' if said else ''}"
        case Rejection() as reason:
            yield from _rejected(fact, reason, target)


def _rejected(fact: HeldOut, reason: Rejection, target: Target) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for text, judged in zip(fact.versions, fact.rejected, strict=True):
        groups.setdefault(describe_rejection(reason, judged.file, target), []).append(text)
    told = list(groups.items())
    for what, versions in told[:_REASONS]:
        yield f"{what}: {fact.name} {joined_versions(versions)}"
    rest = [text for _, versions in told[_REASONS:] for text in versions]
    if rest:
        yield f"likewise, for another Python each: {fact.name} {joined_versions(rest)}"


def describe_rejection(reason: Rejection, file: DistributionFile | None, target: Target) -> str:
    """Say why releases are no candidates, for one line before their versions."""
    match reason:
        case Rejection.COOLDOWN:
            return "held back by the cooldown"
        case Rejection.NO_UPLOAD_TIME:
            return "held back by the cooldown, because the index gives no upload time"
        case Rejection.EXCLUDED_NEWER:
            return "uploaded after --exclude-newer"
        case Rejection.REFUSED:
            return "held out of this update"
        case Rejection.PYTHON:
            return f"needs Python {file.requires_python if file else '?'}, the target has {target.python}"
        case Rejection.TAGS:
            return f"no wheel for {target.name} and no sdist"
        case Rejection.FORMAT:
            return "has no file that --only-binary or --no-binary admit"
        case Rejection.NO_FILES:
            return "has no file"


def joined_versions(versions: Iterable[str]) -> str:
    """Name a few versions and count the rest."""
    listed = list(versions)
    if len(listed) <= _SHOWN:
        return ", ".join(listed)
    return f"{', '.join(listed[:_SHOWN])} and {len(listed) - _SHOWN} more"


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
