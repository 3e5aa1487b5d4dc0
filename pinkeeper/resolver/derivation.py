"""A proof that requirements cannot be had together, and from which facts it follows.

It is sought as PubGrub seeks it (conflict-driven learning), over the finite sets of releases that are there: a state of
a project is "not in the tree" or one of its releases, and a set of states is an integer, bit 0 standing for the first.
A *nogood* says of some projects that they cannot all be in given sets of states. Facts are nogoods; two nogoods that
share a project give a third; an empty one is a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pinkeeper.errors import MetadataUnavailableError, PinkeeperError, UnknownPackageError
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.resolver.needs import Candidate, Identifier, Impossible, Need, Same, Wanted, is_exact
from pinkeeper.resolver.provider import Provider
from pinkeeper.resolver.selection import Rejected, Rejection, Release, Selector, is_there, parse_version
from pinkeeper.resolver.source import ProjectListing, ReleaseSource

__all__ = ["Asked", "Bound", "Fact", "HeldOut", "Needs", "NotUsable", "Universe", "proof"]

_ABSENT = 1
_MOST_STEPS = 5_000
_MOST_READ = 48  # releases of one project whose needs are read to say what they have in common


class Asked(Struct, frozen=True, eq=False):
    """The user's line asks for a project."""

    line: InputRequirement
    need: Wanted


class Bound(Struct, frozen=True, eq=False):
    """The user's constraint leaves out some releases of a project."""

    line: InputRequirement


class Needs(Struct, frozen=True, eq=False):
    """Some releases need something. versions: canonical texts, newest first."""

    identifier: Identifier
    versions: tuple[str, ...]
    need: Wanted | Same


class HeldOut(Struct, frozen=True, eq=False):
    """Releases are no candidates. reason: None for pre-releases, the text of a yank, else why they were rejected.

    rejected: what was judged of each of `versions`, where that is why.
    """

    name: NormalizedName
    versions: tuple[str, ...]
    reason: Rejection | str | None
    rejected: tuple[Rejected, ...] = ()


class NotUsable(Struct, frozen=True, eq=False):
    """Releases cannot be used once their metadata is looked at."""

    name: NormalizedName
    versions: tuple[str, ...]
    error: PinkeeperError | str


Fact: TypeAlias = Asked | Bound | Needs | HeldOut | NotUsable
_Terms: TypeAlias = Mapping[Identifier, int]


class _Nogood(Struct, frozen=True, eq=False):
    """States that cannot come together: a fact, or what follows from two others."""

    terms: _Terms
    fact: Fact | None = None
    causes: tuple[_Nogood, ...] = ()


class _Step(Struct, frozen=True, eq=False):
    """One narrowing of a project's states. cause: None for a guess. own: what the cause alone leaves."""

    identifier: Identifier
    states: int
    own: int
    cause: _Nogood | None
    level: int


class Universe:
    """What is known of projects and their releases; shared by all proofs of one problem.

    is_hopeful: releases that do not say what they need without a build are taken to need nothing.
    """

    def __init__(
        self, provider: Provider, selector: Selector, source: ReleaseSource, *, is_hopeful: bool = False
    ) -> None:
        self._is_hopeful = is_hopeful
        self._provider = provider
        self._selector = selector
        self._source = source
        self._listings: dict[NormalizedName, ProjectListing | None] = {}
        self._needs: dict[tuple[Identifier, str], tuple[Need, ...]] = {}
        self._out: dict[NormalizedName, set[str]] = {}

    def listing(self, name: NormalizedName) -> ProjectListing | None:
        """The releases of a project; None where no index lists it."""
        if name not in self._listings:
            try:
                self._listings[name] = self._source.listing(name).result()
            except UnknownPackageError:
                self._listings[name] = None
        return self._listings[name]

    def versions(self, name: NormalizedName) -> tuple[str, ...]:
        """Canonical texts, newest first."""
        listing = self.listing(name)
        return () if listing is None else listing.versions

    def candidates(self, name: NormalizedName) -> tuple[str, ...]:
        """The releases that are candidates, as far as was asked, newest first."""
        out = self._out.get(name, set())
        return tuple(text for text in self.versions(name) if text not in out)

    def all_states(self, identifier: Identifier) -> int:
        """Every state of a project."""
        return (1 << (len(self.versions(identifier.name)) + 1)) - 1

    def texts(self, identifier: Identifier, states: int) -> tuple[str, ...]:
        """The releases among some states."""
        return tuple(text for place, text in enumerate(self.versions(identifier.name), start=1) if states >> place & 1)

    def admitted(self, need: Need) -> int:
        """The states that fulfil a need."""
        match need:
            case Impossible():
                return 0
            case Same(version=version):
                return self._where(need.identifier, lambda text: parse_version(text) == version)
            case Wanted():
                return self._where(need.identifier, lambda text: need.admits(parse_version(text)))

    def unfulfilled(self, need: Need) -> _Terms:
        """The states that do not fulfil a need; nothing where none does, which says nothing of the project any more."""
        states = self.all_states(need.identifier) & ~self.admitted(need)
        return {} if states == self.all_states(need.identifier) else {need.identifier: states}

    def among(self, identifier: Identifier, texts: Collection[str]) -> int:
        """The states of some releases."""
        return self._where(identifier, frozenset(texts).__contains__)

    def bounded_out(self, constraint: InputRequirement) -> int:
        """The releases that a constraint leaves out."""
        requirement = constraint.requirement
        return self._where(
            Identifier(requirement.name),
            lambda text: not requirement.specifier.contains(parse_version(text), prereleases=True),
        )

    def _where(self, identifier: Identifier, holds: Callable[[str], bool]) -> int:
        states = 0
        for place, text in enumerate(self.versions(identifier.name), start=1):
            if holds(text):
                states |= 1 << place
        return states

    def held_out(self, identifier: Identifier, asked: Iterable[SpecifierSet]) -> list[_Nogood]:
        """Facts about releases that are no candidates, whoever asks. asked: all that the user asks of the project."""
        listing, name = self.listing(identifier.name), identifier.name
        if listing is None:
            return []
        groups: dict[tuple[object, ...], list[tuple[str, Rejected | None]]] = {}
        specifiers = list(asked)
        exact = [each for each in specifiers if is_exact(each)]
        finals = [text for text in listing.versions if not parse_version(text).is_prerelease]
        takes_pre = any(each.prereleases for each in specifiers) or not any(
            is_there(self._selector.judge(listing, text))
            and all(each.contains(text, prereleases=True) for each in specifiers)
            for text in finals
        )
        takes_pre = takes_pre or self._selector.takes_pre_releases
        for text in listing.versions:
            judged = self._selector.judge(listing, text)
            if isinstance(judged, Rejected):
                groups.setdefault((judged.reason, ""), []).append((text, judged))
            elif judged.yanked is not None and not any(each.contains(text, prereleases=True) for each in exact):
                groups.setdefault((None, judged.yanked), []).append((text, None))
            elif judged.version.is_prerelease and not takes_pre:
                groups.setdefault((None, None), []).append((text, None))
        found = []
        for (reason, told), entries in groups.items():
            texts = tuple(text for text, _ in entries)
            rejected = tuple(judged for _, judged in entries if judged is not None)
            fact = HeldOut(name, texts, reason if isinstance(reason, Rejection) else _text_or_none(told), rejected)
            found.append(_Nogood({identifier: self.among(identifier, texts)}, fact))
            self._out.setdefault(name, set()).update(texts)
        return found

    def needs_of(self, identifier: Identifier, states: int) -> list[_Nogood]:
        """Facts about what the releases among some states need, those that need the same together."""
        listing = self.listing(identifier.name)
        if listing is None:
            return []
        texts = [text for text in self.texts(identifier, states) if (identifier, text) not in self._needs]
        releases = [judged for text in texts if isinstance(judged := self._selector.judge(listing, text), Release)]
        # An sdist is read whole: of those only the first, which is the one to be tried.
        read = [*releases[:1], *(each for each in releases[1:_MOST_READ] if each.installed[0].is_wheel)]
        for release in read:
            self._provider.ask_early(release)
        for release in read:
            candidate = Candidate(identifier, release.version, release)
            self._needs[identifier, str(release.version)] = self._provider.read_needs(candidate)
        groups: dict[tuple[NormalizedName, str], list[tuple[str, Need]]] = {}
        for text in self.texts(identifier, states):
            for need in self._needs.get((identifier, text), ()):
                # What makes releases unusable is mostly the same for many of them, but for their own versions in it.
                said = str(need).replace(text, "") if isinstance(need, Impossible) else str(need)
                groups.setdefault((need.identifier.name, said), []).append((text, need))
        found = (
            self._need_fact(identifier, tuple(text for text, _ in entries), entries[0][1])
            for entries in groups.values()
        )
        return [nogood for nogood in found if nogood is not None]

    def _need_fact(self, identifier: Identifier, texts: tuple[str, ...], need: Need) -> _Nogood | None:
        states = self.among(identifier, texts)
        if isinstance(need, Impossible):
            error = self._provider.unusable.get((identifier.name, parse_version(texts[0])), need.reason)
            if self._is_hopeful and isinstance(error, MetadataUnavailableError):
                return None
            return _Nogood({identifier: states}, NotUsable(identifier.name, texts, error))
        fact = Needs(identifier, texts, need)
        return _Nogood({identifier: states, **self.unfulfilled(need)}, fact)


def _text_or_none(told: object) -> str | None:
    return told if isinstance(told, str) else None


def proof(universe: Universe, asked: Sequence[Asked], bounds: Sequence[Bound]) -> tuple[Fact, ...] | None:
    """The facts from which it follows that the user's lines cannot be had; None where that is not so, or not seen.

    The lines among the facts are as few as can be: without any of them there would be no proof.
    """
    found = _Search(universe, asked, bounds).facts()
    if found is None:
        return None
    for line in [fact.line for fact in found if isinstance(fact, Asked | Bound)]:
        if not any(isinstance(fact, Asked | Bound) and fact.line is line for fact in found):
            continue
        lines = {id(fact.line) for fact in found if isinstance(fact, Asked | Bound)} - {id(line)}
        fewer = _Search(
            universe,
            [fact for fact in asked if id(fact.line) in lines],
            [fact for fact in bounds if id(fact.line) in lines],
        ).facts()
        found = found if fewer is None else fewer
    return found


class _Search:
    """One search for a proof."""

    def __init__(self, universe: Universe, asked: Sequence[Asked], bounds: Sequence[Bound]) -> None:
        self._universe = universe
        self._nogoods: dict[Identifier, list[_Nogood]] = {}
        self._steps: list[_Step] = []
        self._history: dict[Identifier, list[int]] = {}
        self._decided: dict[Identifier, int] = {}
        self._known: set[Identifier] = set()
        self._said: dict[NormalizedName, list[SpecifierSet]] = {}
        self._level = 0
        for fact in asked:
            self._said.setdefault(fact.need.identifier.name, []).append(fact.need.specifier)
        for bound in bounds:
            self._said.setdefault(bound.line.requirement.name, []).append(bound.line.requirement.specifier)
        self._first: list[_Nogood] = []
        self._first += [_Nogood(universe.unfulfilled(fact.need), fact) for fact in asked]
        for bound in bounds:
            states = universe.bounded_out(bound.line)
            if states:
                self._first.append(_Nogood({Identifier(bound.line.requirement.name): states}, bound))

    def facts(self) -> tuple[Fact, ...] | None:
        """The facts of a proof; None where the lines can be had, or the search was given up."""
        hopeless = next((nogood for nogood in self._first if not nogood.terms), None)
        if hopeless is not None:
            return _leaves(hopeless)
        changed = dict.fromkeys(identifier for nogood in self._first for identifier in self._add(nogood))
        for _ in range(_MOST_STEPS):
            conflict = self._propagate(changed)
            if conflict is not None:
                learned = self._resolve(conflict)
                if not learned.terms:
                    return _leaves(learned)
                changed = dict.fromkeys(self._add(learned))
                continue
            identifier = self._next()
            if identifier is None:
                return None
            changed = self._decide(identifier)
        return None

    def _states(self, identifier: Identifier) -> int:
        history = self._history.get(identifier)
        return self._steps[history[-1]].states if history else self._universe.all_states(identifier)

    def _add(self, nogood: _Nogood) -> Iterable[Identifier]:
        for identifier in nogood.terms:
            self._nogoods.setdefault(identifier, []).append(nogood)
            if identifier not in self._known:
                self._known.add(identifier)
                said = self._said.get(identifier.name, ())
                for held in self._universe.held_out(identifier, said):
                    yield from self._add(held)
        yield from nogood.terms

    def _propagate(self, changed: dict[Identifier, None]) -> _Nogood | None:
        while changed:
            for nogood in reversed(self._nogoods.get(changed.popitem()[0], ())):
                open_terms = [
                    (identifier, states)
                    for identifier, states in nogood.terms.items()
                    if self._states(identifier) & ~states
                ]
                if not open_terms:
                    return nogood
                if len(open_terms) == 1:
                    identifier, states = open_terms[0]
                    if self._states(identifier) & states:
                        own = self._universe.all_states(identifier) & ~states
                        self._push(_Step(identifier, self._states(identifier) & own, own, nogood, self._level))
                        changed[identifier] = None
        return None

    def _push(self, step: _Step) -> None:
        self._history.setdefault(step.identifier, []).append(len(self._steps))
        self._steps.append(step)

    def _next(self) -> Identifier | None:
        open_ones = [
            identifier
            for identifier in self._history
            if identifier not in self._decided and not self._states(identifier) & _ABSENT
        ]
        return min(open_ones, key=lambda each: (self._states(each).bit_count(), each), default=None)

    def _decide(self, identifier: Identifier) -> dict[Identifier, None]:
        """Guess the newest release that is left; learn what it and its like need."""
        states = self._states(identifier)
        facts = self._universe.needs_of(identifier, states)
        changed = dict.fromkeys(touched for nogood in facts for touched in self._add(nogood))
        guess = states & -states
        self._level += 1
        self._decided[identifier] = self._level
        self._push(_Step(identifier, guess, guess, None, self._level))
        return {**changed, identifier: None}

    def _resolve(self, nogood: _Nogood) -> _Nogood:
        """Turn a nogood that the steps so far meet into one that says something further back, and go back there."""
        while nogood.terms:
            satisfier, before = self._satisfier(nogood)
            step = self._steps[satisfier]
            if step.cause is None or before < step.level:
                self._go_back(before)
                return nogood
            nogood = self._combined(nogood, step.cause, step.identifier)
        return nogood

    def _satisfier(self, nogood: _Nogood) -> tuple[int, int]:
        """The step with which a nogood was met, and the level at which it would have been met but for that step."""
        met = {identifier: self._met(identifier, states) for identifier, states in nogood.terms.items()}
        satisfier = max(met.values())
        if satisfier < 0:
            return 0, 0
        step = self._steps[satisfier]
        others = [place for identifier, place in met.items() if identifier != step.identifier]
        states = nogood.terms[step.identifier]
        if step.own & ~states:  # it met the nogood together with earlier narrowings of the same project
            history = self._history[step.identifier]
            others.append(next(place for place in history if not self._steps[place].states & step.own & ~states))
        others = [place for place in others if place != satisfier]
        level = max((self._steps[place].level for place in others if place >= 0), default=0)
        return satisfier, level

    def _met(self, identifier: Identifier, states: int) -> int:
        if not self._universe.all_states(identifier) & ~states:
            return -1
        return next(place for place in self._history[identifier] if not self._steps[place].states & ~states)

    def _combined(self, first: _Nogood, second: _Nogood, identifier: Identifier) -> _Nogood:
        terms: dict[Identifier, int] = dict(first.terms)
        for other, states in second.terms.items():
            terms[other] = terms[other] & states if other in terms else states
        either = first.terms[identifier] | second.terms[identifier]
        if either == self._universe.all_states(identifier):
            del terms[identifier]
        else:
            terms[identifier] = either
        return _Nogood(terms, causes=(first, second))

    def _go_back(self, level: int) -> None:
        while self._steps and self._steps[-1].level > level:
            step = self._steps.pop()
            self._history[step.identifier].pop()
            if not self._history[step.identifier]:
                del self._history[step.identifier]
        self._decided = {identifier: at for identifier, at in self._decided.items() if at <= level}
        self._level = level


def _leaves(nogood: _Nogood) -> tuple[Fact, ...]:
    found: dict[int, Fact] = {}
    seen: set[int] = set()
    todo = [nogood]
    while todo:
        each = todo.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if each.fact is not None:
            found.setdefault(id(each.fact), each.fact)
        todo += reversed(each.causes)
    return tuple(found.values())
