"""A TOML file with the lines on which its keys stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import TypeAlias

from msgspec import Struct

from pinkeeper.errors import InputError

__all__ = ["Key", "TomlDocument", "kind_of", "load_toml", "written"]

Key: TypeAlias = str | int

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_DOTTED})[ \t]*\]\]?[ \t]*(?:#.*)?\Z")
_ASSIGNMENT = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_MESSAGE = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)\Z", re.DOTALL)


class TomlDocument(Struct, frozen=True, kw_only=True):
    """A decoded file. text: empty where only the data is known; then no place has a line."""

    path: str
    data: Mapping[str, object]
    text: str = ""

    def place(self, *keys: Key, value: str | None = None) -> str:
        """``pyproject.toml:12``, the path and, where one is found, the line that `line` gives."""
        line = self.line(*keys, value=value)
        return self.path if line is None else f"{self.path}:{line}"

    def line(self, *keys: Key, value: str | None = None) -> int | None:
        """The line of a key or table, or of a string in its array; the nearest table's where it has none, else None.

        Looked up by the form that people write, only where a line is asked for.
        """
        wanted = list(keys)
        while wanted:
            line = next((line for found, line in _keys(self.text) if found == tuple(wanted)), None)
            if line is not None:
                return self._line_of_value(line, value)
            wanted.pop()
        return None

    def _line_of_value(self, first: int, value: str | None) -> int:
        literals = () if value is None else (f'"{value}"', f"'{value}'")
        for number, line in enumerate(self.text.split("\n")[first - 1 :], start=first):
            if any(literal in line for literal in literals):
                return number
            if number > first and (_HEADER.match(line) or _ASSIGNMENT.match(line)):
                break
        return first


def load_toml(path: str, content: bytes) -> TomlDocument:
    """Decode TOML 1.0. Raises InputError with the line."""
    import tomllib  # noqa: PLC0415 - requirement files need none

    from pinkeeper.model.toml_text import parse_toml  # noqa: PLC0415 - same

    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(f"not TOML: it is not UTF-8 text ({error.reason})", where=f"{path}:{line}") from error
    try:
        return TomlDocument(path=path, data=parse_toml(text), text=text)
    except tomllib.TOMLDecodeError as error:
        found = _MESSAGE.match(str(error))
        reason = found[1] if found else str(error)
        line = int(found[2]) if found and found[2] else text.rstrip("\n").count("\n") + 1
        raise InputError(f"not TOML: {reason[:1].lower()}{reason[1:]}", where=f"{path}:{line}") from error
    except (ValueError, RecursionError) as error:  # see parse_toml
        raise InputError(f"not TOML: {error}", where=path) from error


def kind_of(value: object) -> str:
    """What TOML calls a value, for sentences such as ``expected a string, not an array``."""
    match value:
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a float"
        case str():
            return "a string"
        case datetime():
            return "a date-time"
        case date():
            return "a date"
        case time():
            return "a time of day"
        case list():
            return "an array"
        case _:
            return "a table"


def written(*keys: Key) -> str:
    """``tool.pinkeeper.extras[1]``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def _keys(text: str) -> Iterator[tuple[tuple[Key, ...], int]]:
    """Each table header and key, by the line it stands on; tables of an array by their number."""
    table: tuple[Key, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.match(line):
            names = _parts(header[2])
            table = names
            if header[1] == "[[":
                table = (*names, counts.get(names, 0))
                counts[names] = counts.get(names, 0) + 1
            yield table, number
        elif assignment := _ASSIGNMENT.match(line):
            parts = _parts(assignment[1])
            for length in range(1, len(parts) + 1):
                yield (*table, *parts[:length]), number


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_PART, dotted))
