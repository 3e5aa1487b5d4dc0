"""One run of a command: how long, how much work, how much memory."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["RunFailedError", "Usage", "measured_run"]

_KIBIBYTE = 1024
_TOLD = 300


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What one process took, with those it waited for. wall, cpu: seconds. peak_bytes: of the largest of them."""

    wall: float
    cpu: float
    peak_bytes: int


class RunFailedError(Exception):
    """A command did not end well; the message is the end of what it said."""


def measured_run(command: Sequence[str], *, folder: Path, environ: Mapping[str, str], limit: float) -> Usage:
    """Run a command in a folder, to which its output goes too. limit: seconds after which it is ended.

    The peak is never below that of this process, which Linux hands on to a child; so this process is kept small.
    Raises RunFailedError.
    """
    said = folder / "said.txt"
    with said.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        ending = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        ending.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        ending.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
    if wall >= limit:
        raise RunFailedError(f"not done in {limit:.0f} s")
    if process.returncode:
        raise RunFailedError(_end_of(said) or f"exit status {process.returncode}")
    return Usage(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak_bytes=usage.ru_maxrss * _KIBIBYTE)


def _end_of(said: Path) -> str:
    return " ".join(said.read_text(encoding="utf-8", errors="replace").split())[-_TOLD:]
