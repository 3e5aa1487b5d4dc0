"""What others say of bumps: release notes, and advisories."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.utils import NormalizedName

from pinkeeper.inputs.update_settings import UpdateSettings
from pinkeeper.model.comparison import DiffResult, ReleaseNotes
from pinkeeper.model.lock import Lock
from pinkeeper.model.proposal import Advisory
from pinkeeper.updates.advisories import AdvisoryBook, fixed
from pinkeeper.updates.moves import Move
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["Advice"]


class Advice:
    """Release notes and advisories of one run. affected: the locked packages that an advisory is about."""

    def __init__(self, *, book: AdvisoryBook | None = None, affected: frozenset[NormalizedName] = frozenset()) -> None:
        self.affected = affected
        self.warnings: tuple[str, ...] = ()
        self._book = book or AdvisoryBook()

    @classmethod
    def read(cls, policy: UpdateSettings, locks: Iterable[Lock], surroundings: Surroundings) -> Advice:
        """What is known before anything is compared. Raises InputError for advisories that cannot be read."""
        if policy.advisories is None:
            return cls()
        from pinkeeper.workflows.update_advisories import read_advisories  # noqa: PLC0415 - few projects have any

        packages = {(package.name, package.version) for lock in locks for package in lock.packages}
        book = read_advisories(policy.advisories, frozenset(name for name, _ in packages), surroundings)
        return cls(book=book, affected=frozenset(name for name, version in packages if book.affecting(name, version)))

    def fixed(self, move: Move) -> tuple[Advisory, ...]:
        """The advisories that the old release has and the new one has not."""
        return fixed(self._book, move.name, move.old, move.new)

    def notes(
        self, move: Move, compared: DiffResult | None, policy: UpdateSettings
    ) -> tuple[tuple[ReleaseNotes, ...], tuple[str, ...]]:
        """The release notes of a bump from every source that had any, and what was asked in vain."""
        del move, policy
        if compared is None or not compared.notes.sections:
            return (), ()
        return (compared.notes,), ()
