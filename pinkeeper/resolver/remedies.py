"""What would help where there is no solution: changes that were tried, and work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pinkeeper.errors import ConfigurationError
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.resolver.derivation import Fact, HeldOut, NotUsable
from pinkeeper.resolver.selection import Rejection
from pinkeeper.resolver.targets import target

if TYPE_CHECKING:
    from pinkeeper.resolver.resolution import Problem, Resolution

__all__ = ["Attempt", "Remedy", "remedies"]

_MOST_ATTEMPTS = 16
_ENOUGH = 2
_MINORS = range(9, 15)

# Solves a problem; None where it has no solution either.
Attempt: TypeAlias = "Callable[[Problem], Resolution | None]"
_Make: TypeAlias = "Callable[[], Remedy | None]"


class Remedy(Struct, frozen=True, kw_only=True):
    """A change with which there is a solution. text: what to type or write. problem: as it is with the change."""

    text: str
    problem: Problem


def remedies(
    problem: Problem, facts: Sequence[Fact], lines: Sequence[InputRequirement], *, attempt: Attempt
) -> tuple[Remedy, ...]:
    """One or two changes that work, the least harmful first: of the user's lines, then of what may take part.

    facts: of the proof that there is no solution; lines: the user's in it.
    """
    candidates = chain(
        _of_lines(problem, lines, attempt), _of_kinds(problem, facts, attempt), _of_age(problem, facts, attempt)
    )
    found = (remedy for make in islice(candidates, _MOST_ATTEMPTS) if (remedy := make()) is not None)
    enough = tuple(islice(found, _ENOUGH))
    if enough or len(lines) == 1:
        return enough
    without = (_without(problem, line, attempt) for line in lines)
    return tuple(islice((remedy for remedy in without if remedy is not None), 1))


def _of_lines(problem: Problem, lines: Sequence[InputRequirement], attempt: Attempt) -> Iterator[_Make]:
    """The user's lines, each with a wider bound."""
    for line in lines:
        if line.requirement.specifier:
            yield partial(_relaxed, problem, line, attempt)


def _of_kinds(problem: Problem, facts: Sequence[Fact], attempt: Attempt) -> Iterator[_Make]:
    """Other kinds of releases and files, another Python, a yanked release."""
    policy = problem.policy
    reasons = {fact.reason for fact in facts if isinstance(fact, HeldOut)}
    if None in reasons:
        yield partial(_tried, replace(problem, policy=replace(policy, pre=True)), "--pre", attempt)
    if Rejection.FORMAT in reasons:
        changed = replace(problem, policy=replace(policy, formats=FormatControl()))
        yield partial(_tried, changed, "drop --only-binary and --no-binary", attempt)
    if reasons & {Rejection.PYTHON, Rejection.TAGS} or any(map(_is_about_python, facts)):
        yield from _other_pythons(problem, attempt)
    for fact in facts:
        if isinstance(fact, HeldOut) and isinstance(fact.reason, str):
            yield partial(_pinned, problem, fact, attempt)


def _of_age(problem: Problem, facts: Sequence[Fact], attempt: Attempt) -> Iterator[_Make]:
    """Releases that are held back for their age; last, for it is there to protect."""
    held = [fact for fact in facts if isinstance(fact, HeldOut)]
    if any(fact.reason is Rejection.EXCLUDED_NEWER for fact in held):
        changed = replace(problem, policy=replace(problem.policy, exclude_newer=None))
        yield partial(_tried, changed, "a later --exclude-newer", attempt)
    for fact in held:
        if fact.reason is Rejection.COOLDOWN:
            yield partial(_exempt, problem, fact, attempt)
    if any(fact.reason is Rejection.NO_UPLOAD_TIME for fact in held):
        changed = replace(problem, policy=replace(problem.policy, cooldown=timedelta(0)))
        yield partial(_tried, changed, "--cooldown 0, if you trust this index to serve no fresh uploads", attempt)


def _is_about_python(fact: Fact) -> bool:
    return isinstance(fact, NotUsable) and str(fact.error).startswith("it needs Python")


def _tried(problem: Problem, text: str, attempt: Attempt) -> Remedy | None:
    return None if attempt(problem) is None else Remedy(text=text, problem=problem)


def _relaxed(problem: Problem, line: InputRequirement, attempt: Attempt) -> Remedy | None:
    """A line with a bound that lets in what would be chosen without any."""
    answer = attempt(_with_specifier(problem, line, SpecifierSet()))
    if answer is None:
        return None
    name = line.requirement.name
    version = next((pin.release.version for pin in answer.pins if pin.release.name == name), None)
    if version is None:
        return None
    specifier = _nearest(line.requirement.specifier, version)
    changed = _with_specifier(problem, line, specifier)
    return _tried(
        changed, f"{name}{specifier} in place of {name}{line.requirement.specifier} in {line.origin.place()}", attempt
    )


def _without(problem: Problem, line: InputRequirement, attempt: Attempt) -> Remedy | None:
    changed = replace(
        problem,
        requirements=tuple(each for each in problem.requirements if each is not line),
        constraints=tuple(each for each in problem.constraints if each is not line),
    )
    return _tried(changed, f"do without {line.requirement.name}, of {line.origin.place()}", attempt)


def _nearest(specifier: SpecifierSet, version: Version) -> SpecifierSet:
    """A specifier that admits a version, and is as near to the given one as its kind allows."""
    kept = SpecifierSet()
    for part in specifier:
        if part.contains(version, prereleases=True):
            kept &= SpecifierSet(str(part))
        elif part.operator in {">=", ">", "~="}:
            kept &= SpecifierSet(f">={version.public}")
        elif part.operator in {"<", "<="}:
            kept &= SpecifierSet(f"<={version.public}")
        elif part.operator in {"==", "==="}:
            kept &= SpecifierSet(f"=={version.public}")
    return kept


def _with_specifier(problem: Problem, line: InputRequirement, specifier: SpecifierSet) -> Problem:
    def changed(each: InputRequirement) -> InputRequirement:
        return replace(each, requirement=replace(each.requirement, specifier=specifier)) if each is line else each

    return replace(
        problem,
        requirements=tuple(map(changed, problem.requirements)),
        constraints=tuple(map(changed, problem.constraints)),
    )


def _other_pythons(problem: Problem, attempt: Attempt) -> Iterator[_Make]:
    """The same on another Python, the nearest first."""
    here = problem.policy.target
    platform = here.spelling[1]
    minor = here.python.release[1]
    for other in sorted(_MINORS, key=lambda each: (abs(each - minor), each)):
        if other == minor:
            continue
        python = f"3.{other}"
        try:
            elsewhere = target(python=python, platform=platform)
        except ConfigurationError:
            return
        changed = replace(problem, policy=replace(problem.policy, target=elsewhere, companions=()))
        yield partial(_tried, changed, f"--python-version {python}", attempt)


def _pinned(problem: Problem, fact: HeldOut, attempt: Attempt) -> Remedy | None:
    """A yanked release, pinned by the user."""
    for line in problem.requirements:
        for version in fact.versions:
            if line.requirement.name == fact.name and line.requirement.specifier.contains(version, prereleases=True):
                changed = _with_specifier(problem, line, SpecifierSet(f"=={version}"))
                text = f"{fact.name}=={version} in {line.origin.place()}, if you want it although it was yanked"
                return _tried(changed, text, attempt)
    return None


def _exempt(problem: Problem, fact: HeldOut, attempt: Attempt) -> Remedy | None:
    """The newest release that the cooldown holds back, let in by name."""
    for version in fact.versions:
        exempt = problem.policy.exempt | {(fact.name, Version(version))}
        remedy = _tried(
            replace(problem, policy=replace(problem.policy, exempt=exempt)),
            f"wait, or exempt {fact.name} {version} in [[tool.pinkeeper.cooldown-exemptions]]",
            attempt,
        )
        if remedy is not None:
            return remedy
    return None
