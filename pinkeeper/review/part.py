"""Some of the entries of a distribution file, as if there were no others."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pinkeeper.artifacts.contents import Anomaly, Contents, Entry, Unread

__all__ = ["Part"]


class Part:
    """Contents of which only some paths are seen. Closing it does nothing: the whole belongs to somebody else."""

    def __init__(self, whole: Contents, paths: Collection[str]) -> None:
        self._whole = whole
        self.filename = whole.filename
        self.is_wheel = whole.is_wheel
        self.sha256 = whole.sha256
        self.size = whole.size
        self.entries: Mapping[str, Entry] = {path: entry for path, entry in whole.entries.items() if path in paths}
        self.anomalies: tuple[Anomaly, ...] = ()
        self.unread: tuple[Unread, ...] = ()

    def read(self, path: str) -> bytes:
        """The content of an entry. Raises ArtifactError where it cannot be had any more."""
        return self._whole.read(path)

    def close(self) -> None:
        """Nothing is held."""
