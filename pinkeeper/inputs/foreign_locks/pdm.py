"""``pdm.lock``, version 4 of its format."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.errors import InputError
from pinkeeper.inputs.foreign_locks.pin import ForeignPin, entries
from pinkeeper.inputs.toml_document import TomlDocument

__all__ = ["is_pdm", "read_pdm"]

# An entry with one of these keys is no release on an index.
_ELSEWHERE = frozenset({"path", "url", "git", "hg", "svn", "bzr"})


def is_pdm(document: TomlDocument) -> bool:
    """Whether it is one: ``[metadata]`` says the version of the format."""
    metadata = document.data.get("metadata")
    return isinstance(metadata, dict) and "lock_version" in metadata


def read_pdm(document: TomlDocument) -> Iterator[ForeignPin]:
    """The pins on indexes; an entry of a package with extras pins the same as that without. Raises InputError."""
    metadata = document.data["metadata"]
    version = metadata.get("lock_version") if isinstance(metadata, dict) else None
    if not isinstance(version, str) or version.partition(".")[0] != "4":
        raise InputError(
            f"version {version} of the format of pdm.lock is not known; 4 is",
            where=document.place("metadata", "lock_version"),
            remedy="write it anew with a newer pdm: pdm lock --update-reuse",
        )
    for entry in entries(document, "package"):
        if _ELSEWHERE.isdisjoint(entry.table):
            yield entry.pin(
                name=entry.text("name"), version=entry.text("version"), marker=entry.optional_text("marker")
            )
