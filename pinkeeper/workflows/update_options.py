"""What a user may say of one update on the command line."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from packaging.utils import NormalizedName

from pinkeeper.inputs.update_settings import Level, UpdateSettings
from pinkeeper.workflows.lock_options import LockOptions

__all__ = ["UpdateOptions"]


class UpdateOptions(Struct, frozen=True, kw_only=True):
    """The command line of ``update``, decoded. None and empty mean: not said.

    lock: which locks, and how they are made. names: packages that may move, and no others of their own accord. jobs:
    processes to compare in.
    """

    lock: LockOptions
    names: frozenset[NormalizedName] = frozenset()
    direct: bool = False
    security: bool = False
    level: Level | None = None
    advisories: str | None = None
    notes: Literal["files", "all"] | None = None
    jobs: int | None = None

    def over(self, settings: UpdateSettings) -> UpdateSettings:
        """The command line over the settings; a level that is said counts for every package."""
        return replace(
            settings,
            direct=self.direct or settings.direct,
            security=self.security or settings.security,
            level=self.level or settings.level,
            levels=() if self.level else settings.levels,
            advisories=self.advisories or settings.advisories,
            notes=self.notes or settings.notes,
        )
