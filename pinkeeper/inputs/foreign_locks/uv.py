"""``uv.lock``, version 1 of its format."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.errors import InputError
from pinkeeper.inputs.foreign_locks.pin import ForeignPin, any_of, entries
from pinkeeper.inputs.toml_document import TomlDocument

__all__ = ["is_uv", "read_uv"]


def is_uv(document: TomlDocument) -> bool:
    """Whether it is one: the version of the format is a number, and the project itself is a package in it."""
    return isinstance(document.data.get("version"), int) and "package" in document.data


def read_uv(document: TomlDocument) -> Iterator[ForeignPin]:
    """The pins on indexes; an entry with any other source is the project itself, a folder or a URL.

    Raises InputError.
    """
    if document.data["version"] != 1:
        raise InputError(
            f"version {document.data['version']} of the format of uv.lock is not known; 1 is",
            where=document.place("version"),
        )
    for entry in entries(document, "package"):
        source = entry.inner("source")
        if source is not None and "registry" in source.table:
            yield entry.pin(
                name=entry.text("name"),
                version=entry.text("version"),
                marker=any_of(entry.texts("resolution-markers")),
            )
