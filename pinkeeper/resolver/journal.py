"""What a resolution tried, kept so that its answer can be explained."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.resolver.needs import Candidate, Identifier, Need
from pinkeeper.resolver.progress import ResolutionProgress

if TYPE_CHECKING:
    from resolvelib.resolvers import RequirementInformation

__all__ = ["Clash", "Journal"]

Clash = tuple["RequirementInformation[Need, Candidate]", ...]


class Journal:
    """A resolvelib reporter: records why candidates were given up.

    clashes: for a release that was tried and given up, the needs that collided. first_asked: the first need of an
    identifier, and the candidate that had it (None for the user's own). rounds: how many steps were taken.
    """

    def __init__(self, progress: ResolutionProgress) -> None:
        self._progress = progress
        self._pinned: set[NormalizedName] = set()
        self._conflicts: Counter[NormalizedName] = Counter()
        self.clashes: dict[tuple[NormalizedName, Version], Clash] = {}
        self.first_asked: dict[Identifier, tuple[Need, Candidate | None]] = {}
        self.rounds = 0

    def starting(self) -> None:
        """Do nothing."""

    def starting_round(self, index: int) -> None:
        """Do nothing."""

    def ending(self, state: Any) -> None:
        """Do nothing."""

    def adding_requirement(self, requirement: Need, parent: Candidate | None) -> None:
        """Keep who asked first."""
        self.first_asked.setdefault(requirement.identifier, (requirement, parent))

    def ending_round(self, index: int, state: Any) -> None:
        """Count a step."""
        self.rounds = index + 1

    def pinning(self, candidate: Candidate) -> None:
        """Tell the progress."""
        self._pinned.add(candidate.identifier.name)
        self._progress.pinned(candidate.identifier.name, candidate.version, len(self._pinned))

    def resolving_conflicts(self, causes: Any) -> None:
        """Keep the conflict for the releases that brought it about."""
        for cause in causes:
            if cause.parent is not None:
                self.clashes.setdefault((cause.parent.identifier.name, cause.parent.version), tuple(causes))

    def rejecting_candidate(self, criterion: Any, candidate: Candidate) -> None:
        """Keep the first reason for which a release was given up."""
        key = (candidate.identifier.name, candidate.version)
        self.clashes.setdefault(key, tuple(criterion.information))
        for information in criterion.information:
            self._conflicts[information.requirement.identifier.name] += 1

    def fighting(self) -> tuple[str, ...]:
        """The projects that most conflicts were about, one line each."""
        worst = sorted(self._conflicts.items(), key=lambda item: (-item[1], item[0]))[:5]
        return tuple(f"{name}: part of {count} conflicts" for name, count in worst)
