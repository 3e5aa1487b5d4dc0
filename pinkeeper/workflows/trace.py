"""What a run looked at of the world, kept so that the next one can tell whether anything of it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

__all__ = ["THERE", "Trace", "TracedEnvironment", "state_of"]

# The state of a file whose content nobody asked for.
THERE = "there"


class Trace:
    """Files and variables, each as it was when it was looked at.

    files: by absolute path, the SHA-256 in hexadecimal, THERE, or None for a file that is not there. variables: of the
    environment, None for one that is not set. complete: False where something was looked at that leaves no trace.
    """

    def __init__(self) -> None:
        self.files: dict[str, str | None] = {}
        self.variables: dict[str, str | None] = {}
        self.complete = True

    def saw(self, path: str, content: bytes | None) -> None:
        """A file was read, or could not be."""
        self.files[path] = state_of(content)

    def saw_digest(self, path: str, sha256: str | None) -> None:
        """A file was read for its SHA-256 alone."""
        self.files[path] = sha256

    def saw_whether(self, path: str, *, exists: bool) -> None:
        """It was asked whether a file is there."""
        if self.files.get(path) is None:
            self.files[path] = THERE if exists else None

    def lost(self) -> None:
        """What was looked at cannot be looked at again, or may change without a trace."""
        self.complete = False


class TracedEnvironment(Mapping[str, str]):
    """Environment variables; a trace is told of those that are looked at."""

    def __init__(self, environ: Mapping[str, str], trace: Trace) -> None:
        self._environ = environ
        self._trace = trace

    def __getitem__(self, name: str) -> str:
        value = self._trace.variables[name] = self._environ.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)


def state_of(content: bytes | None) -> str | None:
    """How a trace has the content of a file; None for one that is not there."""
    return None if content is None else hashlib.sha256(content).hexdigest()
