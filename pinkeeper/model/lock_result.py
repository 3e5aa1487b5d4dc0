"""What one run of ``pinkeeper lock`` found out, for reports to show."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

__all__ = ["HeldBack", "LockChanges", "LockResult", "LockWarning", "PinChange", "UnservedTarget", "WrittenLock"]


class PinChange(Struct, frozen=True, kw_only=True):
    """One package whose pin differs; old is None where it was added, new where it was removed."""

    name: NormalizedName
    old: Version | None
    new: Version | None


class LockChanges(Struct, frozen=True, kw_only=True):
    """A lock against the one before it, each tuple sorted by name."""

    added: tuple[PinChange, ...] = ()
    removed: tuple[PinChange, ...] = ()
    upgraded: tuple[PinChange, ...] = ()
    downgraded: tuple[PinChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.upgraded or self.downgraded)


class HeldBack(Struct, frozen=True, kw_only=True):
    """A newer release that the cooldown kept out.

    version: the newest one that would have been chosen but for the cooldown. chosen: the one that was, None where
    nothing else was there. uploaded, until: UTC; None where the index gives no upload time.
    """

    name: NormalizedName
    version: Version
    chosen: Version | None
    uploaded: datetime | None
    until: datetime | None


class LockWarning(Struct, frozen=True, kw_only=True):
    """Something a person should know that did not stop the lock.

    kind: a stable word for machines, such as ``ancient-release``. message: one sentence; details: further lines.
    """

    kind: str
    name: NormalizedName | None
    message: str
    details: tuple[str, ...] = ()


class UnservedTarget(Struct, frozen=True, kw_only=True):
    """A target that the lock does not serve, and why: a text of several lines."""

    target: str
    reason: str


class WrittenLock(Struct, frozen=True, kw_only=True):
    """One output: its path as the user named it (``-`` is stdout), its text, and whether the file changed."""

    path: str
    text: str
    changed: bool


class LockResult(Struct, frozen=True, kw_only=True):
    """All that ``lock`` tells.

    name: of the lock, where settings name several. targets: the names of those that are served; unserved: of the
    others. universal: every target that the project admits was asked for, rather than some by name. packages: distinct
    ones in the lock. previous: whether there was a lock before. elapsed: seconds. requests, bytes_read: what went over
    the network.
    """

    name: str | None = None
    targets: tuple[str, ...]
    unserved: tuple[UnservedTarget, ...] = ()
    universal: bool = False
    packages: int
    previous: bool
    outputs: tuple[WrittenLock, ...]
    changes: LockChanges
    held_back: tuple[HeldBack, ...] = ()
    warnings: tuple[LockWarning, ...] = ()
    elapsed: float = 0.0
    requests: int = 0
    bytes_read: int = 0
