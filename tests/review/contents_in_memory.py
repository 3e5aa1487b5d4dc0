"""A distribution file's contents without a distribution file, for what reads members and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pinkeeper.artifacts.contents import Anomaly, Entry, Unread
from pinkeeper.errors import ArtifactError

__all__ = ["ContentsInMemory"]


class ContentsInMemory:
    """Fulfils `Contents`. files: by path. broken: paths that are listed and cannot be read. reads: what was read."""

    anomalies: tuple[Anomaly, ...] = ()
    unread: tuple[Unread, ...] = ()
    sha256 = "0" * 64
    size = 0

    def __init__(
        self,
        files: Mapping[str, str | bytes],
        *,
        filename: str = "kit-2.0.tar.gz",
        broken: frozenset[str] = frozenset(),
    ) -> None:
        self.filename = filename
        self.is_wheel = filename.endswith(".whl")
        self._files = {
            path: content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
            for path, content in sorted(files.items())
        }
        self._broken = broken
        self.reads: list[str] = []
        self.entries: Mapping[str, Entry] = {
            path: Entry(path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest())
            for path, content in self._files.items()
        }

    def read(self, path: str) -> bytes:
        self.reads.append(path)
        if path in self._broken:
            raise ArtifactError("the member is damaged", where=path)
        return self._files[path]

    def close(self) -> None:
        pass
