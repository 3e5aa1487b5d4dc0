"""The one way to the terminal: data on stdout, everything else on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TextIO

from pinkeeper.reports.plain import printable

__all__ = ["Printer"]

_COLOURS = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[33m",
    "good": "\x1b[32m",
    "strong": "\x1b[1m",
    "quiet": "\x1b[2m",
    "added": "\x1b[32m",
    "removed": "\x1b[31m",
    "changed": "\x1b[36m",
}
_PLAIN = "\x1b[0m"


class Printer:
    """Prints; verbosity: -1 errors only, 0 results and warnings, 1 and more what goes on."""

    def __init__(self, *, verbosity: int, coloured: bool) -> None:
        self.verbosity = verbosity
        self.coloured = coloured

    @classmethod
    def of(cls, *, verbosity: int, color: str, environ: Mapping[str, str]) -> Printer:
        """Decide on colour: ``--color`` first, then NO_COLOR and FORCE_COLOR, then whether stderr is a terminal."""
        match color:
            case "always":
                coloured = True
            case "never":
                coloured = False
            case _:
                wanted = bool(environ.get("FORCE_COLOR")) or (sys.stderr.isatty() and environ.get("TERM") != "dumb")
                coloured = wanted and not environ.get("NO_COLOR")
        return cls(verbosity=verbosity, coloured=coloured)

    def data(self, text: str) -> None:
        """Write a result to stdout, as it is."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def styled_data(self, lines: Iterable[tuple[str, str | None]], *, color: str) -> None:
        """Write a result to stdout line by line, coloured where stdout is a terminal, or as ``--color`` says."""
        coloured = color == "always" or (color == "auto" and self.coloured and sys.stdout.isatty())
        for text, style in lines:
            clean = printable(text)
            _encoded(sys.stdout, f"{_COLOURS[style]}{clean}{_PLAIN}\n" if coloured and style else f"{clean}\n")

    def line(self, text: str, style: str | None = None) -> None:
        """Write a line to stderr unless ``--quiet``."""
        if self.verbosity >= 0:
            self._write(text, style)

    def log(self, text: str) -> None:
        """Write what goes on, under ``--verbose``."""
        if self.verbosity >= 1:
            self._write(_redacted(text), "quiet")

    def error(self, text: str) -> None:
        """Write an error, always."""
        head, _, rest = _redacted(text).partition("\n")
        self._write(f"error: {head}", "error")
        for line in rest.splitlines():
            self._write(line, None)

    def _write(self, text: str, style: str | None) -> None:
        clean = "\n".join(printable(line) for line in text.splitlines())
        if self.coloured and style is not None:
            clean = f"{_COLOURS[style]}{clean}{_PLAIN}"
        _encoded(sys.stderr, clean + "\n")


def _redacted(text: str) -> str:
    from pinkeeper.model.url import redact  # noqa: PLC0415 - most runs tell nothing that could hold a URL

    return redact(text)


def _encoded(stream: TextIO, text: str) -> None:
    """Write what the stream's encoding can say; the rest as escapes."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, errors="backslashreplace").decode(encoding))
    stream.flush()
