"""Reads a hashed requirements file as it is laid out, apart from the program's own reader."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.version import Version

__all__ = ["LockedPin", "read_lock", "read_pins"]

_ENTRY = re.compile(
    r"^(?P<name>[a-z0-9-]+)(?:\[(?P<extras>[^\]]*)\])?==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\\n]+?))?"
    r"(?P<hashes>(?: \\\n    --hash=\S+)*)\n(?P<via>(?:    # .*\n)*)",
    re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True)
class LockedPin:
    """One line of a lock as it is written.

    hashes: SHA-256 in hexadecimal, in order. via: whom the comment names.
    """

    name: str
    version: Version
    marker: str | None = None
    extras: tuple[str, ...]
    hashes: tuple[str, ...]
    via: tuple[str, ...]

    def __str__(self) -> str:
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        return f"{self.name}{extras}=={self.version}" + (f" ; {self.marker}" if self.marker else "")


def read_pins(text: str) -> tuple[LockedPin, ...]:
    """The pins of a lock in order. Raises ValueError for a line that is no part of one."""
    rest = _ENTRY.sub("", text)
    if unread := [line for line in rest.splitlines() if line and not line.startswith(("#", "--"))]:
        raise ValueError(f"not read: {unread}")
    return tuple(_pin(entry) for entry in _ENTRY.finditer(text))


def read_lock(text: str) -> dict[str, LockedPin]:
    """The pins by name, of a lock that has each but once. Raises ValueError for any other."""
    pins = read_pins(text)
    by_name = {pin.name: pin for pin in pins}
    if len(by_name) != len(pins):
        raise ValueError("a package stands in the lock more than once")
    return by_name


def _pin(entry: re.Match[str]) -> LockedPin:
    said = [line.removeprefix("    #").strip().removeprefix("via").strip() for line in entry["via"].splitlines()]
    return LockedPin(
        name=entry["name"],
        version=Version(entry["version"]),
        marker=entry["marker"],
        extras=tuple(filter(None, (entry["extras"] or "").split(","))),
        hashes=tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry["hashes"])),
        via=tuple(filter(None, said)),
    )
