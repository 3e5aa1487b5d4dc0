"""The world of this process, as workflows get it."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from pinkeeper.cli.printer import Printer
from pinkeeper.workflows.surroundings import Progress, SilentProgress, Surroundings

__all__ = ["cache_directory", "process_surroundings"]


def cache_directory(said: str | None) -> Path:
    """``--cache-dir``, else ``PINKEEPER_CACHE_DIR``, else the platform's place for caches."""
    if said or (said := os.environ.get("PINKEEPER_CACHE_DIR")):
        return Path(said).expanduser().absolute()
    from platformdirs import user_cache_path  # noqa: PLC0415 - only where nobody said

    return user_cache_path("pinkeeper", appauthor=False)


def process_surroundings(printer: Printer, *, cache: Path | None, shows_progress: bool) -> Surroundings:
    """Environment, folder, clock and terminal of this process. cache: None where none is wanted."""
    progress: Progress = SilentProgress()
    if shows_progress and printer.verbosity >= 0 and sys.stderr.isatty():
        from pinkeeper.cli.progress import TerminalProgress  # noqa: PLC0415

        progress = TerminalProgress()
    return Surroundings(
        environ=dict(os.environ),
        directory=Path.cwd(),
        now=datetime.now(UTC),
        stdin=sys.stdin.buffer.read,
        cache_directory=cache,
        log=printer.log,
        progress=progress,
    )
