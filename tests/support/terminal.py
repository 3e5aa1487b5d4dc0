"""A terminal for tests: a program runs in a real pseudo-terminal, and its screen is read as a person would see it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Terminal"]

_CONTROL = re.compile(
    rb"\x1b\[([?<=>]?)([0-9;:]*)[ $]?([@-~])"  # CSI
    rb"|\x1b[\]P_^X].*?(?:\x07|\x1b\\)"  # OSC, DCS and the like
    rb"|\x1b[()][0-9A-Za-z]|\x1b[=>78MDEc]",
    re.DOTALL,
)
_UNFINISHED = re.compile(rb"\x1b(?:\[[?<=>]?[0-9;:]*|[\]P_^X][^\x07\x1b]*|[()])?\Z")


class Terminal:
    """A program in a terminal of some size; in use as a context manager, which ends it."""

    def __init__(
        self, command: Sequence[str], *, directory: Path, environ: Mapping[str, str], columns: int = 80, rows: int = 24
    ) -> None:
        self.columns, self.rows = columns, rows
        self.status: int | None = None
        self.colours = False
        self._cells = [[" "] * columns for _ in range(rows)]
        self._x = self._y = 0
        self._pending = b""
        self.pid, self._handle = pty.fork()
        if self.pid == 0:  # pragma: no cover - another process
            os.chdir(directory)
            os.execvpe(command[0], list(command), dict(environ))
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        os.close(self._handle)

    @property
    def screen(self) -> str:
        """What is seen, without blanks at the ends of lines."""
        return "\n".join("".join(row).rstrip() for row in self._cells)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._handle, text.encode())

    def until(self, sees: Callable[[str], object] | str, *, seconds: float = 60.0) -> str:
        """Look at the screen until it shows something, and give it. Raises AssertionError where it never does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            screen = self.screen
            if sees in screen if isinstance(sees, str) else sees(screen):
                return screen
            if not self._look():
                break
        raise AssertionError(f"it was never seen:\n{self.screen}")

    def wait(self, *, seconds: float = 60.0) -> int:
        """Let the program come to its end; its exit status."""
        end = time.monotonic() + seconds
        while self.status is None and time.monotonic() < end:
            if not self._look():
                self._reap(os.WNOHANG)
                time.sleep(0.05)
        assert self.status is not None, self.screen
        return self.status

    def kill(self) -> None:
        """End the program as a power cut would."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self._reap(0)

    def _reap(self, how: int) -> None:
        pid, status = os.waitpid(self.pid, how)
        if pid:
            self.status = os.waitstatus_to_exitcode(status)

    def _look(self) -> bool:
        """Take what the program wrote; False where it writes no more."""
        ready, _, _ = select.select([self._handle], [], [], 0.1)
        if not ready:
            return True
        try:
            written = os.read(self._handle, 2**16)
        except OSError:  # Linux says so where the other end is closed
            return False
        self._take(written)
        return bool(written)

    def _take(self, written: bytes) -> None:
        data = self._pending + written
        unfinished = _UNFINISHED.search(data)
        self._pending = b"" if unfinished is None else unfinished[0]
        data = data[: len(data) - len(self._pending)]
        at = 0
        for found in _CONTROL.finditer(data):
            self._print(data[at : found.start()])
            at = found.end()
            if found[3]:
                self._control(found[1].decode(), found[2].decode(), found[3].decode())
        self._print(data[at:])

    def _print(self, text: bytes) -> None:
        for character in text.decode("utf-8", "replace"):
            if character == "\n":
                self._y = min(self._y + 1, self.rows - 1)
            elif character == "\r":
                self._x = 0
            elif character >= " ":
                if self._x < self.columns:
                    self._cells[self._y][self._x] = character
                self._x += 1

    def _control(self, private: str, numbers: str, final: str) -> None:
        if private:
            return
        values = [int(part) if part.isdigit() else 0 for part in re.split("[;:]", numbers)]
        match final:
            case "H" | "f":
                self._y = min(max(values[0], 1), self.rows) - 1
                self._x = max(values[1] if len(values) > 1 else 1, 1) - 1
            case "J":
                self._cells = [[" "] * self.columns for _ in range(self.rows)]
            case "K":
                self._cells[self._y][self._x :] = [" "] * (self.columns - self._x)
            case "A":
                self._y = max(self._y - max(values[0], 1), 0)
            case "B":
                self._y = min(self._y + max(values[0], 1), self.rows - 1)
            case "C":
                self._x += max(values[0], 1)
            case "D":
                self._x = max(self._x - max(values[0], 1), 0)
            case "m":
                self.colours |= any(30 <= value <= 38 or 40 <= value <= 48 or value >= 90 for value in values)
