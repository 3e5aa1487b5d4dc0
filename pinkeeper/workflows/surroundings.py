"""What a workflow gets of the world: files, environment, time, and someone to tell."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from pinkeeper.errors import InputError
from pinkeeper.workflows.trace import Trace

if TYPE_CHECKING:
    from packaging.utils import NormalizedName
    from packaging.version import Version

__all__ = ["MOST_BYTES", "Progress", "SilentProgress", "Surroundings"]


MOST_BYTES = 2**26
"""What an input may have at most: locks of thousands of packages have some megabytes, ``/dev/zero`` has no end."""


class Progress(Protocol):
    """Shows how far a workflow is."""

    def started(self, counters: Callable[[], tuple[int, int]]) -> None:
        """Begin; `counters` gives the requests made and the bytes read so far."""
        ...

    def pinned(self, name: NormalizedName, version: Version, total: int) -> None:
        """A project got a version, perhaps for now; `total` projects have one."""
        ...

    def compared(self, done: int, total: int, seconds_left: float | None) -> None:
        """Of `total` comparisons `done` are made; the rest takes about so long, where that can be said."""
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

    def compared(self, done: int, total: int, seconds_left: float | None) -> None:
        """Do nothing."""

    def finished(self) -> None:
        """Do nothing."""


def _no_log(_message: str) -> None:
    """Drop a message."""


class Surroundings(Struct, frozen=True, kw_only=True):
    """The world as ``cli`` found it; tests make their own.

    now: UTC. stdin: gives its bytes, once. log: takes one line about what goes on, without secrets. trace: is told of
    every file that is read here.
    """

    environ: Mapping[str, str]
    directory: Path
    now: datetime
    stdin: Callable[[], bytes]
    cache_directory: Path | None
    log: Callable[[str], None] = _no_log
    progress: Progress = field(default_factory=SilentProgress)
    trace: Trace = field(default_factory=Trace)

    def read(self, path: str) -> bytes:
        """The bytes of an input, ``-`` being stdin. Raises InputError."""
        if path == "-":
            self.trace.lost()
            return self.stdin()
        place = self.directory / path
        try:
            with place.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except (OSError, ValueError) as error:
            self.trace.saw(str(place), None)
            raise InputError(
                "there is no such file"
                if isinstance(error, FileNotFoundError)
                else f"it cannot be read: {error.strerror if isinstance(error, OSError) else error}",
                where=path,
            ) from error
        if len(content) > MOST_BYTES:
            self.trace.saw(str(place), None)
            raise InputError(f"it has more than {MOST_BYTES:,} bytes", where=path)
        self.trace.saw(str(place), content)
        return content

    def read_configuration(self, path: Path) -> str | None:
        """The text of a configuration file of pip; None where it cannot be read."""
        place = str(path.absolute())
        try:
            content = path.read_bytes()
        except OSError:
            self.trace.saw(place, None)
            return None
        self.trace.saw(place, content)
        try:
            return content.decode()
        except UnicodeDecodeError:
            return None

    def sha256(self, path: str) -> str | None:
        """The SHA-256 of a file, however large, in hexadecimal; None where it cannot be read."""
        place = self.directory / path
        try:
            with place.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError):
            sha256 = None
        self.trace.saw_digest(str(place), sha256)
        return sha256

    def exists(self, path: str) -> bool:
        """Whether an input is there."""
        place = self.directory / path
        exists = place.is_file()
        self.trace.saw_whether(str(place), exists=exists)
        return exists

    def relative(self, path: str) -> str:
        """A path as it is written into files: relative to where the command runs, with ``/``."""
        if path == "-" or not os.path.isabs(path):  # noqa: PTH117 - a text test, no disk
            return path.replace(os.sep, "/")
        return Path(os.path.relpath(path, self.directory)).as_posix()
