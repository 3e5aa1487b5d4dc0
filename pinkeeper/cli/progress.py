"""A progress line on a terminal. A run that is over at once shows none, and does not pay for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from packaging.utils import NormalizedName
from packaging.version import Version

__all__ = ["TerminalProgress"]

_QUIET_SECONDS = 0.3
_TICK_SECONDS = 0.1


class TerminalProgress:
    """Shows packages resolved, requests made and bytes read, a few times a second, on stderr."""

    def __init__(self) -> None:
        self._total = 0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def started(self, counters: Callable[[], tuple[int, int]]) -> None:
        """Begin to show, soon."""
        self._thread = threading.Thread(target=self._show, args=(counters,), name="progress", daemon=True)
        self._thread.start()

    def pinned(self, name: NormalizedName, version: Version, total: int) -> None:
        """Take the number of packages; `name` and `version` change too fast to be read."""
        del name, version
        self._total = total

    def finished(self) -> None:
        """Take the line away."""
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
                status.update(f"{self._total} packages resolved, {requests} requests, {read / 1e6:.1f} MB")
