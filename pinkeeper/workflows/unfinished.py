"""Whether a run that wrote several files together was cut off half-way."""

from __future__ import annotations

from pathlib import Path

from pinkeeper.errors import OutputError

__all__ = ["JOURNAL", "refuse_unfinished"]

JOURNAL = ".pinkeeper-writing.json"
"""What stands in a directory from when files are about to be put in their places until they are."""


def refuse_unfinished(directory: Path) -> None:
    """Raises OutputError where some files may be new and others old: nothing is to be said of, or made from, these."""
    if (directory / JOURNAL).exists():
        raise OutputError(
            "an earlier run was cut off while it put several files in their places",
            where=JOURNAL,
            remedy="run again what it was: pinkeeper lock, update or review import begin by ending it",
        )
