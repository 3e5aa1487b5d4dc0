"""A progress line on a terminal. A run that is over at once shows none, and does not pay for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from packaging.utils import NormalizedName
from packaging.version import Version

__all__ = ["TerminalProgress"]

_QUIET_SECONDS = 0.3
_TICK_SECONDS = 0.1
_MINUTE = 60


class TerminalProgress:
    """Shows packages resolved, requests made, bytes read and releases compared, a few times a second, on stderr."""

    def __init__(self) -> None:
        self._total = 0
        self._compared = ""
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._depth = 0

    def started(self, counters: Callable[[], tuple[int, int]]) -> None:
        """Begin to show, soon; what begins within goes on with the same line."""
        self._depth += 1
        if self._depth > 1:
            return
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._show, args=(counters,), name="progress", daemon=True)
        self._thread.start()

    def pinned(self, name: NormalizedName, version: Version, total: int) -> None:
        """Take the number of packages; `name` and `version` change too fast to be read."""
        del name, version
        self._total = total

    def compared(self, done: int, total: int, seconds_left: float | None) -> None:
        """Take the number of comparisons, and how long the rest takes."""
        left = "" if seconds_left is None else f", about {_span(seconds_left)} left"
        self._compared = f", {done} of {total} compared{left}"

    def finished(self) -> None:
        """Take the line away."""
        self._depth -= 1
        if self._depth > 0:
            return
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=1)

    def _show(self, counters: Callable[[], tuple[int, int]]) -> None:
        if self._over.wait(_QUIET_SECONDS):
            return
        from rich.console import Console  # noqa: PLC0415 - only for runs that last

        console = Console(stderr=True)
        with console.status("resolving") as status:
            while not self._over.wait(_TICK_SECONDS):
                requests, read = counters()
                status.update(
                    f"{self._total} packages resolved, {requests} requests, {read / 1e6:.1f} MB{self._compared}"
                )


def _span(seconds: float) -> str:
    """A span of time as people say it."""
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < _MINUTE else f"{whole // _MINUTE} min {whole % _MINUTE} s"
