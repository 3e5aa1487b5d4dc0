"""What is found wrong with an archive while it is read, and what is left out for it."""

from __future__ import annotations

from collections import Counter

from pinkeeper.artifacts.contents import Anomaly, AnomalyKind, Unread
from pinkeeper.artifacts.member_names import path_shown

__all__ = ["AnomalyLog"]

# A reviewer who was told of a hundred members knows what to think of the archive.
_SAME_KIND_LIMIT = 100
_UNREAD_LIMIT = 1000


class AnomalyLog:
    """Gathers anomalies and unread members; of very many the first, and how many there are."""

    def __init__(self) -> None:
        self._found: list[Anomaly] = []
        self._counts: Counter[AnomalyKind] = Counter()
        self._unread: list[Unread] = []
        self._unread_count = 0

    def add(self, kind: AnomalyKind, path: str | None, detail: str) -> None:
        """path: of a member, as it is named in the archive or already fit to be shown."""
        self._counts[kind] += 1
        if self._counts[kind] <= _SAME_KIND_LIMIT:
            shown = path if path is None else path_shown(path)
            self._found.append(Anomaly(kind=kind, path=shown, detail=detail))

    def leave_out(self, path: str, reason: str, *, size: int | None = None, sha256: str | None = None) -> None:
        """Say that a member was not read."""
        self._unread_count += 1
        if self._unread_count <= _UNREAD_LIMIT:
            self._unread.append(Unread(path=path_shown(path), reason=reason, size=size, sha256=sha256))

    def refuse(self, kind: AnomalyKind, path: str, detail: str) -> None:
        """Both: an anomaly for which a member was not read."""
        self.add(kind, path, detail)
        self.leave_out(path, detail)

    @property
    def anomalies(self) -> tuple[Anomaly, ...]:
        """In the order in which they were met."""
        more = [
            Anomaly(kind=kind, detail=f"there are {count - _SAME_KIND_LIMIT} more of this kind")
            for kind, count in self._counts.items()
            if count > _SAME_KIND_LIMIT
        ]
        return (*self._found, *more)

    @property
    def unread(self) -> tuple[Unread, ...]:
        """By path."""
        found = sorted(self._unread, key=lambda unread: (unread.path, unread.reason))
        if more := self._unread_count - len(found):
            found.append(Unread(path="others", reason=f"{more} more members were not read"))
        return tuple(found)
