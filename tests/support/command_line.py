"""``pinkeeper`` as users run it: another process, a directory, a cache of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CommandLine", "CommandResult"]

_REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """How a run ended: its exit status, negative for a signal, and what it said, newlines untouched."""

    status: int
    stdout: str
    stderr: str


@dataclass(frozen=True, kw_only=True)
class CommandLine:
    """Runs ``python -m pinkeeper`` in `directory`, with `cache` as its cache."""

    directory: Path
    cache: Path

    def __call__(
        self,
        *arguments: str | Path,
        stdin: str | bytes = b"",
        environ: Mapping[str, str | None] | None = None,
        timeout: float = 60.0,
    ) -> CommandResult:
        """Run to the end. environ: variables to set, or with None to drop. timeout: seconds."""
        done = subprocess.run(
            self._command(arguments),
            cwd=self.directory,
            env=self._environment(environ or {}),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return CommandResult(status=done.returncode, stdout=done.stdout.decode(), stderr=done.stderr.decode())

    def start(self, *arguments: str | Path, environ: Mapping[str, str | None] | None = None) -> subprocess.Popen[bytes]:
        """Start, with pipes for output and no input, and let the test go on; it must wait for the end."""
        return subprocess.Popen(
            self._command(arguments),
            cwd=self.directory,
            env=self._environment(environ or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file in the directory, its folders too."""
        target = self.directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def read(self, path: str) -> str:
        """A file of the directory, newlines untouched."""
        return (self.directory / path).read_bytes().decode()

    def _command(self, arguments: tuple[str | Path, ...]) -> list[str]:
        return [sys.executable, "-m", "pinkeeper", *map(str, arguments)]

    def _environment(self, changes: Mapping[str, str | None]) -> dict[str, str]:
        environment: dict[str, str | None] = {
            **os.environ,
            "PYTHONPATH": str(_REPOSITORY),
            "PINKEEPER_CACHE_DIR": str(self.cache),
            "COLUMNS": "100",
            **changes,
        }
        return {name: value for name, value in environment.items() if value is not None}
