"""What a workflow gets of the world: files, environment, time, and someone to tell."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import InputError

__all__ = ["Progress", "SilentProgress", "Surroundings"]


class Progress(Protocol):
    """Shows how far a workflow is."""

    def started(self, counters: Callable[[], tuple[int, int]]) -> None:
        """Begin; `counters` gives the requests made and the bytes read so far."""
        ...

    def pinned(self, name: NormalizedName, version: Version, total: int) -> None:
        """A project got a version, perhaps for now; `total` projects have one."""
        ...

    def finished(self) -> None:
        """End, whatever came of it."""
        ...


class SilentProgress:
    """Shows nothing."""

    def started(self, counters: Callable[[], tuple[int, int]]) -> None:
        """Do nothing."""

    def pinned(self, name: NormalizedName, version: Version, total: int) -> None:
        """Do nothing."""

    def finished(self) -> None:
        """Do nothing."""


def _no_log(_message: str) -> None:
    """Drop a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The world as ``cli`` found it; tests make their own.

    now: UTC. stdin: gives its bytes, once. log: takes one line about what goes on, without secrets.
    """

    environ: Mapping[str, str]
    directory: Path
    now: datetime
    stdin: Callable[[], bytes]
    cache_directory: Path | None
    log: Callable[[str], None] = _no_log
    progress: Progress = field(default_factory=SilentProgress)

    def read(self, path: str) -> bytes:
        """The bytes of an input, ``-`` being stdin. Raises InputError."""
        if path == "-":
            return self.stdin()
        try:
            return (self.directory / path).read_bytes()
        except OSError as error:
            raise InputError(
                "there is no such file"
                if isinstance(error, FileNotFoundError)
                else f"it cannot be read: {error.strerror}",
                where=path,
            ) from error

    def sha256(self, path: str) -> str | None:
        """The SHA-256 of a file, however large, in hexadecimal; None where it cannot be read."""
        try:
            with (self.directory / path).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError):
            return None

    def exists(self, path: str) -> bool:
        """Whether an input is there."""
        return (self.directory / path).is_file()

    def relative(self, path: str) -> str:
        """A path as it is written into files: relative to where the command runs, with ``/``."""
        if path == "-" or not os.path.isabs(path):  # noqa: PTH117 - a text test, no disk
            return path.replace(os.sep, "/")
        return Path(os.path.relpath(path, self.directory)).as_posix()
