"""What others say of bumps: release notes, and advisories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from packaging.utils import NormalizedName

from pinkeeper.forge.api import Getter
from pinkeeper.inputs.update_settings import UpdateSettings
from pinkeeper.model.comparison import DiffResult, ReleaseNotes
from pinkeeper.model.lock import Lock
from pinkeeper.model.proposal import Advisory
from pinkeeper.updates.advisories import AdvisoryBook, fixed
from pinkeeper.updates.moves import Move
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.update_notes import gather_notes

__all__ = ["Advice"]

_ASKERS = 8


class Advice:
    """Release notes and advisories of one run. affected: the locked packages that an advisory is about."""

    def __init__(
        self,
        *,
        book: AdvisoryBook | None = None,
        affected: frozenset[NormalizedName] = frozenset(),
        getter: Getter | None = None,
    ) -> None:
        self.affected = affected
        self._book = book or AdvisoryBook()
        self._getter = getter
        self._notes: dict[Move, tuple[tuple[ReleaseNotes, ...], tuple[str, ...]]] = {}

    @classmethod
    def read(
        cls, policy: UpdateSettings, locks: Iterable[Lock], surroundings: Surroundings, *, getter: Getter | None
    ) -> Advice:
        """What is known before anything is compared. Raises InputError for advisories that cannot be read.

        getter: what asks forges for release notes; None where nothing may be asked.
        """
        if policy.advisories is None:
            return cls(getter=getter)
        from pinkeeper.workflows.update_advisories import read_advisories  # noqa: PLC0415 - few projects have any

        packages = {(package.name, package.version) for lock in locks for package in lock.packages}
        book = read_advisories(policy.advisories, frozenset(name for name, _ in packages), surroundings)
        affected = frozenset(name for name, version in packages if book.affecting(name, version))
        return cls(book=book, affected=affected, getter=getter)

    def fixed(self, move: Move) -> tuple[Advisory, ...]:
        """The advisories that the old release has and the new one has not."""
        return fixed(self._book, move.name, move.old, move.new)

    def gather(self, moves: Mapping[Move, DiffResult | None]) -> None:
        """Look for the release notes of some moves, side by side."""
        with ThreadPoolExecutor(_ASKERS, thread_name_prefix="notes") as pool:
            asked = {
                move: pool.submit(gather_notes, move.name, move.old, move.new, compared, self._getter)
                for move, compared in moves.items()
                if move.new is not None and move not in self._notes
            }
            self._notes.update((move, future.result()) for move, future in asked.items())

    def notes(self, move: Move) -> tuple[tuple[ReleaseNotes, ...], tuple[str, ...]]:
        """The release notes of a move from every source that had any, and what was asked in vain."""
        return self._notes.get(move, ((), ()))
