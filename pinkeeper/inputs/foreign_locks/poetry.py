"""``poetry.lock``, versions 1 and 2 of its format."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.errors import InputError
from pinkeeper.inputs.foreign_locks.pin import Entry, ForeignPin, any_of, entries
from pinkeeper.inputs.toml_document import TomlDocument

__all__ = ["is_poetry", "read_poetry"]

# An entry with any other source, such as git or directory, is no release on an index.
_INDEXES = (None, "legacy")


def is_poetry(document: TomlDocument) -> bool:
    """Whether it is one: ``[metadata]`` says the version of the format, or in the oldest files only a hash."""
    metadata = document.data.get("metadata")
    return isinstance(metadata, dict) and ("lock-version" in metadata or "content-hash" in metadata)


def read_poetry(document: TomlDocument) -> Iterator[ForeignPin]:
    """The pins on indexes. Raises InputError."""
    metadata = document.data["metadata"]
    version = metadata.get("lock-version", "1.0") if isinstance(metadata, dict) else None
    if not isinstance(version, str) or version.partition(".")[0] not in {"1", "2"}:
        raise InputError(
            f"version {version} of the format of poetry.lock is not known; 1 and 2 are",
            where=document.place("metadata", "lock-version"),
        )
    for entry in entries(document, "package"):
        source = entry.inner("source")
        if (source and source.optional_text("type")) in _INDEXES:
            yield entry.pin(name=entry.text("name"), version=entry.text("version"), marker=_marker(entry))


def _marker(entry: Entry) -> str | None:
    """The marker of an entry: since version 2.1 a string, or one for each group that has any; before it, rarely one."""
    if not isinstance(entry.table.get("markers"), dict):
        return entry.optional_text("markers") or entry.optional_text("marker")
    by_group = entry.inner("markers")
    groups = entry.texts("groups")
    if by_group is None or any(group not in by_group.table for group in groups):
        return None  # a group without a marker needs it everywhere
    return any_of(tuple(by_group.text(group) for group in sorted(by_group.table)))
