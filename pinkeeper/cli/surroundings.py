"""The world of this process, as workflows get it."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from pinkeeper.cli.printer import Printer
from pinkeeper.errors import InputError
from pinkeeper.workflows.surroundings import MOST_BYTES, Progress, SilentProgress, Surroundings
from pinkeeper.workflows.trace import Trace, TracedEnvironment

__all__ = ["process_surroundings"]


def process_surroundings(printer: Printer, *, cache: Path | None, shows_progress: bool) -> Surroundings:
    """Environment, folder, clock and terminal of this process. cache: None where none is wanted."""
    progress: Progress = SilentProgress()
    if shows_progress and printer.verbosity >= 0 and sys.stderr.isatty():
        from pinkeeper.cli.progress import TerminalProgress  # noqa: PLC0415

        progress = TerminalProgress()
    trace = Trace()
    return Surroundings(
        environ=TracedEnvironment(os.environ, trace),
        trace=trace,
        directory=Path.cwd(),
        now=datetime.now(UTC),
        stdin=_stdin,
        cache_directory=cache,
        log=printer.log,
        progress=progress,
    )


def _stdin() -> bytes:
    """What is piped in. Raises InputError where that has no end."""
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InputError(f"it has more than {MOST_BYTES:,} bytes", where="-")
    return content
