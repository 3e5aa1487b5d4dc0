"""The tree of a lock on each target: all that is required is pinned, fits, and nothing else is installed.

What a package requires is given by a `Needs`: the core metadata of the file that the target would install, or, where
the index is not asked, what the lock itself records.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from pinkeeper.errors import PinkeeperError
from pinkeeper.model.check_result import CheckFinding, Severity
from pinkeeper.model.lock import LockedPackage
from pinkeeper.workflows.check_direct import is_what_was_asked
from pinkeeper.workflows.check_files import where_served

__all__ = [
    "Constraint",
    "Need",
    "Needs",
    "Standing",
    "TreeFinding",
    "Trees",
    "UnknownNeedsError",
    "judge_extras",
    "walk_tree",
]


class UnknownNeedsError(PinkeeperError):
    """What a package requires cannot be known. told: another finding says so already."""

    def __init__(self, what: str, *, told: bool = False) -> None:
        super().__init__(what)
        self.told = told


class Need(Struct, frozen=True, kw_only=True):
    """Something that is asked for. by: who asks, for messages. url: of a direct reference."""

    name: NormalizedName
    extras: frozenset[NormalizedName] = frozenset()
    specifier: SpecifierSet = field(default_factory=SpecifierSet)
    url: str | None = None
    by: str

    def __str__(self) -> str:
        extras = f"[{','.join(sorted(self.extras))}]" if self.extras else ""
        return f"{self.name}{extras}{f' @ {self.url}' if self.url else self.specifier}"


class Constraint(Struct, frozen=True, kw_only=True):
    """A bound that the user sets, which asks for nothing."""

    name: NormalizedName
    specifier: SpecifierSet
    by: str


class Standing(Struct, frozen=True, kw_only=True):
    """What a lock installs on one target. packages: those whose marker holds, by their place in the lock.

    roots: None where it is not known what is asked for; then the packages that none other requires count as roots.
    """

    target: str
    packages: Mapping[int, LockedPackage]
    roots: Sequence[Need] | None
    constraints: Sequence[Constraint] = ()


class Needs(Protocol):
    """Gives what a package requires on a target."""

    def needs(self, place: int, extra: str) -> Iterable[Need]:
        """What a package asks for, itself or for one extra. Raises UnknownNeedsError."""
        ...


class TreeFinding(Struct, frozen=True, kw_only=True, order=True):
    """A misfit on one target; equal ones of several targets are told together. place: in the lock, -1 for none."""

    place: int
    kind: str
    message: str
    package: NormalizedName


@dataclasses.dataclass(slots=True, kw_only=True)
class Trees:
    """The trees of all targets. extras: what is asked of each package, by its place in the lock.

    reached: the places of what is required, by target. unknown: targets on which something could not be known, so that
    nothing is said of what is not required there.
    """

    findings: dict[TreeFinding, list[str]] = dataclasses.field(default_factory=dict)
    reached: dict[str, set[int]] = dataclasses.field(default_factory=dict)
    extras: dict[int, set[NormalizedName]] = dataclasses.field(default_factory=dict)
    unknown: list[str] = dataclasses.field(default_factory=list)

    def told(self, packages: Sequence[LockedPackage], *, targets: int, path: str) -> Iterator[CheckFinding]:
        """The findings, each once, with the targets where they are."""
        for finding, names in sorted(self.findings.items()):
            yield CheckFinding(
                kind=finding.kind,
                severity=Severity.ERROR,
                message=f"{finding.message}{where_served(names, targets)}",
                path=path,
                line=packages[finding.place].line if finding.place >= 0 else None,
                package=finding.package,
            )

    def excuse(self, alike: Mapping[str, Sequence[str]]) -> None:
        """Drop what is not required on a target, and is on another that no marker tells from it. alike: by target."""
        for finding, names in list(self.findings.items()):
            if finding.kind != "unrequired-package":
                continue
            left = [
                name
                for name in names
                if not any(finding.place in self.reached.get(other, ()) for other in alike.get(name, ()))
            ]
            if left:
                self.findings[finding] = left
            else:
                del self.findings[finding]

    def add(self, finding: TreeFinding, target: str) -> None:
        """Take a finding of one target."""
        self.findings.setdefault(finding, []).append(target)


def walk_tree(standing: Standing, needs: Needs, trees: Trees) -> None:
    """Walk one target's tree and add what is found."""
    _Walk(standing, needs, trees).run()


class _Walk:
    """One walk over the packages of one target."""

    def __init__(self, standing: Standing, needs: Needs, trees: Trees) -> None:
        self._standing = standing
        self._needs = needs
        self._trees = trees
        self._places: dict[NormalizedName, int] = {}
        self._reached: dict[int, set[str]] = {}
        self._all_known = True
        self._cache: dict[tuple[int, str], tuple[Need, ...]] = {}

    def run(self) -> None:
        self._find_places()
        roots = self._standing.roots
        self._follow(self._parentless() if roots is None else roots)
        self._check_constraints()
        if self._all_known and roots is not None:
            for place, package in self._standing.packages.items():
                if place not in self._reached and self._places[package.name] == place:
                    text = f"{package.name} {package.version} is installed, and nothing requires it"
                    self._add("unrequired-package", text, package.name, place)
        if not self._all_known:
            self._trees.unknown.append(self._standing.target)
        self._trees.reached[self._standing.target] = set(self._reached)
        for place, extras in self._reached.items():
            self._trees.extras.setdefault(place, set()).update(NormalizedName(extra) for extra in extras if extra)

    def _find_places(self) -> None:
        for place, package in self._standing.packages.items():
            first = self._places.setdefault(package.name, place)
            if first != place:
                other = self._standing.packages[first]
                text = f"{package.name} is pinned twice, {other.version} and {package.version}"
                self._add("duplicate-pin", text, package.name, place)

    def _follow(self, roots: Iterable[Need]) -> None:
        todo = deque(roots)
        while todo:
            need = todo.popleft()
            place = self._places.get(need.name)
            if place is None:
                self._add("missing-package", f"{need.by} requires {need}, which is not pinned", need.name, -1)
                continue
            self._check_fit(need, place)
            for extra in ("", *sorted(need.extras)):
                if extra not in self._reached.setdefault(place, set()):
                    self._reached[place].add(extra)
                    todo += self._of(place, extra)

    def _of(self, place: int, extra: str) -> tuple[Need, ...]:
        known = self._cache.get((place, extra))
        if known is None:
            try:
                known = tuple(self._needs.needs(place, extra))
            except UnknownNeedsError as error:
                known = ()
                self._all_known = False
                if not error.told:
                    package = self._standing.packages[place]
                    self._add("unreadable-metadata", str(error.what), package.name, place)
            self._cache[place, extra] = known
        return known

    def _check_fit(self, need: Need, place: int) -> None:
        package = self._standing.packages[place]
        if need.url is not None:
            if package.url is None or not is_what_was_asked(need.url, package.url):
                found = package.url or package.version
                self._add("unsatisfied", f"{need.by} requires {need}, and {found} is pinned", need.name, place)
        elif not need.specifier.contains(package.version, prereleases=True):
            text = f"{need.by} requires {need}, and {package.version} is pinned"
            self._add("unsatisfied", text, need.name, place)

    def _check_constraints(self) -> None:
        for constraint in self._standing.constraints:
            place = self._places.get(constraint.name)
            if place is None or place not in self._reached:
                continue
            version = self._standing.packages[place].version
            if not constraint.specifier.contains(version, prereleases=True):
                text = f"{constraint.by} allows {constraint.name}{constraint.specifier}, and {version} is pinned"
                self._add("constraint", text, constraint.name, place)

    def _parentless(self) -> list[Need]:
        """What nothing in the lock requires, with the extras that are written beside it."""
        packages = self._standing.packages
        required: set[NormalizedName] = set()
        for place, package in packages.items():
            for extra in ("", *sorted(package.extras)):
                required |= {need.name for need in self._of(place, extra) if need.name != package.name}
        return [
            Need(name=package.name, extras=package.extras, by="the lock")
            for package in packages.values()
            if package.name not in required
        ]

    def _add(self, kind: str, message: str, package: NormalizedName, place: int) -> None:
        self._trees.add(TreeFinding(place=place, kind=kind, message=message, package=package), self._standing.target)


def judge_extras(
    packages: Sequence[LockedPackage],
    trees: Trees,
    *,
    must_be_written: bool,
    path: str,
) -> Iterator[CheckFinding]:
    """Compare the extras beside pins with those that are asked for, where a package is reached at all."""
    for place, package in enumerate(packages):
        if place not in trees.extras:
            continue
        asked = frozenset(trees.extras[place])
        if package.extras != asked if must_be_written else not package.extras <= asked:
            yield CheckFinding(
                kind="extras",
                severity=Severity.ERROR,
                message=f"{package.name}: the extras beside it are {_listed(package.extras)}, asked for are "
                f"{_listed(asked)}",
                path=path,
                line=package.line,
                package=package.name,
            )


def _listed(extras: Iterable[str]) -> str:
    return ", ".join(sorted(extras)) or "none"
