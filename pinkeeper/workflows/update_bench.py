"""Where the moves of an update are compared, each once, whatever states it stands in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import PinkeeperError
from pinkeeper.model.finding import Verdict
from pinkeeper.model.lock import Lock
from pinkeeper.model.proposal import BumpKind
from pinkeeper.updates.moves import Move, kind_of
from pinkeeper.workflows.diff_asked import ReleaseAsked
from pinkeeper.workflows.diff_index import sides_of
from pinkeeper.workflows.lock_source import OpenSource
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.update_compare import NOTHING, Compared, ComparisonAsked, Workshop, compare_all
from pinkeeper.workflows.update_states import State

__all__ = ["Bench"]


class Bench:
    """Compares moves and remembers what came of it."""

    def __init__(self, workshop: Workshop, opened: OpenSource, *, jobs: int | None, surroundings: Surroundings) -> None:
        self._workshop = workshop
        self._opened = opened
        self._jobs = jobs
        self._surroundings = surroundings
        self._known: dict[Move, Compared] = {}

    def compare(self, state: State, moves: Iterable[Move]) -> None:
        """See that some moves of a state are compared."""
        asked: dict[Move, ComparisonAsked] = {}
        for move in moves:
            if move in self._known or move.new is None:
                continue
            try:
                found = _asked(move, state)
            except PinkeeperError as error:
                found = str(error)
            if isinstance(found, str):
                self._known[move] = Compared(failure=found)
            else:
                asked[move] = found
        if not asked:
            return
        done = compare_all(
            tuple(asked.values()),
            self._workshop,
            self._opened,
            jobs=self._jobs,
            surroundings=self._surroundings,
            told=self._surroundings.progress.compared,
        )
        self._known.update(zip(asked, done, strict=True))

    def of(self, move: Move) -> Compared:
        """What came of one; nothing is known of what only leaves."""
        return self._known.get(move, Compared())

    def verdict(self, move: Move) -> Verdict:
        """What a move comes to; one that could not be compared must be looked at by a person."""
        if move.new is None:
            return Verdict.ROUTINE
        result = self.of(move).result
        if result is None or (result.verdict is Verdict.ROUTINE and self.flagged_for(move)):
            return Verdict.REVIEW
        return result.verdict

    def flagged_for(self, move: Move) -> str:
        """Why a person must decide on a move, whatever was found in its files; empty where nothing asks for that."""
        result = self.of(move).result
        match kind_of(move):
            case BumpKind.ADDED:
                return "it was not in the lock before"
            case BumpKind.DOWNGRADED:
                return "it goes back to an older release"
            case BumpKind.MAJOR if result is not None and result.api:
                return f"a major release that breaks {len(result.api)} public name{'s' if len(result.api) > 1 else ''}"
            case _:
                return ""

    @property
    def made(self) -> int:
        """Comparisons that were made in this run."""
        return sum(each.result is not None and not each.was_known for each in self._known.values())

    @property
    def recalled(self) -> int:
        """Comparisons that earlier runs had made."""
        return sum(each.was_known for each in self._known.values())


def _asked(move: Move, state: State) -> ComparisonAsked | str:
    """What to compare: the files that the locks pin, on the first target that has the new release.

    Gives a sentence where that cannot be. Raises InputError for a release that is not listed any more.
    """
    assert move.new is not None
    found = state.pin(move.name, move.new)
    if found is None or found[1].release.files[0].direct is not None:
        return "it is a direct reference, and no release of an index"
    target, pin = found
    listing = pin.release.listing
    before = _pinned((each.previous for each in state.made), move.name)
    after = _pinned((each.lock for each in state.made), move.name)
    new = ReleaseAsked(move.name, move.new)
    if move.old is None:
        _, side = sides_of(new, new, listing, for_target=target, pinned=after)
        return ComparisonAsked(name=move.name, old=NOTHING, new=side)
    pinned = {**after, move.old: before.get(move.old, frozenset()) or after.get(move.old, frozenset())}
    old_side, new_side = sides_of(ReleaseAsked(move.name, move.old), new, listing, for_target=target, pinned=pinned)
    listed = {file.sha256 for file in listing.files(str(move.old))}
    if not pinned[move.old] & listed:
        return f"the hashes in the lock belong to no file of {move.name} {move.old} that its index lists"
    return ComparisonAsked(name=move.name, old=old_side, new=new_side)


def _pinned(locks: Iterable[Lock | None], name: NormalizedName) -> Mapping[Version, frozenset[str]]:
    """The SHA-256 of the files of a package that locks pin, by version."""
    found: dict[Version, frozenset[str]] = {}
    for lock in locks:
        for package in () if lock is None else lock.packages:
            if package.name == name:
                digests = frozenset(digest.value for digest in package.hashes if digest.algorithm == "sha256")
                found[package.version] = found.get(package.version, frozenset()) | digests
    return found
