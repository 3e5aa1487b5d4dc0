"""What others say of bumps: release notes, and advisories."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.utils import NormalizedName

from pinkeeper.inputs.update_settings import UpdateSettings
from pinkeeper.model.comparison import DiffResult, ReleaseNotes
from pinkeeper.model.lock import Lock
from pinkeeper.model.proposal import Advisory
from pinkeeper.updates.moves import Move
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["Advice"]


class Advice:
    """Release notes and advisories of one run."""

    def __init__(self, *, affected: frozenset[NormalizedName] = frozenset(), warnings: tuple[str, ...] = ()) -> None:
        self.affected = affected
        self.warnings = warnings

    @classmethod
    def read(cls, policy: UpdateSettings, locks: Iterable[Lock], surroundings: Surroundings) -> Advice:
        """What is known before anything is compared."""
        del policy, locks, surroundings
        return cls()

    def fixed(self, move: Move) -> tuple[Advisory, ...]:
        """The advisories that the old release has and the new one has not."""
        del move
        return ()

    def notes(
        self, move: Move, compared: DiffResult | None, policy: UpdateSettings
    ) -> tuple[tuple[ReleaseNotes, ...], tuple[str, ...]]:
        """The release notes of a bump from every source that had any, and what was asked in vain."""
        del move, policy
        if compared is None or not compared.notes.sections:
            return (), ()
        return (compared.notes,), ()
