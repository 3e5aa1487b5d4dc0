"""What became of the API. griffe is imported only where an interface may have changed."""

from __future__ import annotations

from collections.abc import Sequence

from pinkeeper.artifacts.contents import Contents
from pinkeeper.model.comparison import ApiChange, FileChange, NotAnalysed
from pinkeeper.review.api.interfaces import changed_interfaces

__all__ = ["api_changes"]


def api_changes(
    old: Contents, new: Contents, changed: Sequence[FileChange]
) -> tuple[tuple[ApiChange, ...], tuple[NotAnalysed, ...]]:
    """What became of public names, by path and line; and what could not be compared.

    changed: the files that differ, of which those of Python count. Contents are read from memory; nothing of them is
    imported, run or written to disk. A change that is seen under several names is told once, under the shortest.
    """
    interfaces = changed_interfaces(old, new, changed)
    # Files that are new take no name away.
    if all(change.old_path is None for change in interfaces.changes):
        return (), ()
    from pinkeeper.review.api.comparison import find_changes  # noqa: PLC0415 - griffe is a tenth of a run's start-up

    return find_changes(old, new, changed, interfaces)
