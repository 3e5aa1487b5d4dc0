"""A piece of a unified difference."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

__all__ = ["DiffLine", "Hunk", "LineKind"]


class LineKind(StrEnum):
    """What became of a line; the value is its mark in a unified difference."""

    SAME = " "
    ADDED = "+"
    REMOVED = "-"


class DiffLine(Struct, frozen=True, array_like=True):
    """One line. old, new: its 1-based number on each side, None where it is not there. text: without its end."""

    kind: LineKind
    old: int | None
    new: int | None
    text: str


class Hunk(Struct, frozen=True, kw_only=True):
    """Lines that changed, with some around them."""

    lines: tuple[DiffLine, ...]

    @property
    def header(self) -> str:
        """``@@ -1,3 +1,4 @@``."""
        old = [line.old for line in self.lines if line.old is not None]
        new = [line.new for line in self.lines if line.new is not None]
        return f"@@ -{_range(old)} +{_range(new)} @@"


def _range(numbers: list[int]) -> str:
    return f"{numbers[0]},{len(numbers)}" if numbers else "0,0"
