"""How far a resolution is, for whoever wants to show it."""

from __future__ import annotations

from typing import Protocol

from packaging.utils import NormalizedName
from packaging.version import Version

__all__ = ["ResolutionProgress", "SilentProgress"]


class ResolutionProgress(Protocol):
    """Told from the thread that resolves."""

    def pinned(self, name: NormalizedName, version: Version, total: int) -> None:
        """A project got a version, perhaps for now; `total` projects have one."""
        ...


class SilentProgress:
    """Shows nothing."""

    def pinned(self, name: NormalizedName, version: Version, total: int) -> None:
        """Do nothing."""
