"""The situations in which a lock is made."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Scenario"]


class Scenario(StrEnum):
    """What is there before a run."""

    COLD = "cold"
    """Neither a cache nor an output."""
    WARM = "warm"
    """A cache whose pages are fresh, no output."""
    NO_CHANGE = "no-change"
    """A fresh cache and the output of a run with the same input."""
    UPGRADE = "upgrade"
    """A fresh cache and an output in which one package is older than it could be: it alone is asked to move."""
    STALE = "stale"
    """A cache whose pages must be asked for again, and have not changed; no output."""
    UNIVERSAL_COLD = "universal-cold"
    """A lock for several Pythons and platforms, as COLD."""
    UNIVERSAL_WARM = "universal-warm"
    """A lock for several Pythons and platforms, as WARM."""

    @property
    def universal(self) -> bool:
        """Whether the lock serves several environments."""
        return self in {Scenario.UNIVERSAL_COLD, Scenario.UNIVERSAL_WARM}
