"""The lines that a change adds, as its hunks show them."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.model.comparison import FileChange
from pinkeeper.model.hunk import DiffLine, LineKind

__all__ = ["added_lines"]


def added_lines(change: FileChange) -> Iterator[list[DiffLine]]:
    """The lines that each hunk adds, where it adds some; none for a file that is gone."""
    if change.new_path is not None:
        for hunk in change.hunks:
            added = [line for line in hunk.lines if line.kind is LineKind.ADDED]
            if added:
                yield added
