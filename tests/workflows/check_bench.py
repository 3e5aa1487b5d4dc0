"""A folder with a project, locked and checked through the workflows themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pinkeeper.model.check_result import CheckedLock
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.url import IndexURL
from pinkeeper.workflows.check import check
from pinkeeper.workflows.check_options import CheckOptions
from pinkeeper.workflows.lock import lock
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["NOW", "Bench"]

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Locks and checks in `directory`, against the index at `url`, with a cache beside it."""

    directory: Path
    url: str

    def write(self, path: str, text: str) -> None:
        target = self.directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())

    def read(self, path: str = "requirements.txt") -> str:
        return (self.directory / path).read_bytes().decode()

    def lock(self, *sources: str, **options: Any) -> str:
        """Lock and give the text of the first output."""
        options.setdefault("index", self.index())
        outputs = options.setdefault("outputs", ("requirements.txt",))
        lock(LockOptions(sources=sources, **options), self.surroundings())
        return self.read(outputs[0])

    def check(self, path: str = "requirements.txt", **options: Any) -> CheckedLock:
        """Check one lock."""
        (checked,) = check(CheckOptions(locks=(path,), **options), self.surroundings()).locks
        return checked

    def check_text(self, text: str, path: str = "requirements.txt", **options: Any) -> CheckedLock:
        """Check a lock of this text, which is written where the lock stands."""
        self.write(path, text)
        return self.check(path, **options)

    def index(self) -> IndexOptions:
        return IndexOptions(index_url=IndexURL.parse(self.url))

    def surroundings(self) -> Surroundings:
        return Surroundings(
            environ={"PIP_INDEX_URL": self.url},  # what a lock that says nothing else is checked against
            directory=self.directory,
            now=NOW,
            stdin=lambda: b"",
            cache_directory=self.directory.parent / "cache",
        )
