"""``Pipfile.lock``, version 6 of its format."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.errors import InputError
from pinkeeper.inputs.foreign_locks.pin import Entry, ForeignPin
from pinkeeper.inputs.toml_document import TomlDocument, kind_of

__all__ = ["is_pipfile", "read_pipfile"]

_META = "_meta"
_KNOWN = 6


def is_pipfile(document: TomlDocument) -> bool:
    """Whether it is one, decoded: it has ``_meta``."""
    return _META in document.data


def read_pipfile(document: TomlDocument) -> Iterator[ForeignPin]:
    """The pins on indexes, of all categories; an entry without a version is a folder or a URL. Raises InputError."""
    meta = document.data[_META]
    version = meta.get("pipfile-spec") if isinstance(meta, dict) else None
    if version != _KNOWN:
        raise InputError(
            f"version {version} of the format of Pipfile.lock is not known; {_KNOWN} is", where=document.path
        )
    for category, packages in document.data.items():
        if category == _META:
            continue
        if not isinstance(packages, dict):
            raise InputError(f"{category}: expected a table, not {kind_of(packages)}", where=document.path)
        whole = Entry(document=document, keys=(category,), table=packages)
        for name in packages:
            entry = whole.inner(name)
            written = entry.optional_text("version") if entry else None
            if entry is not None and written is not None:
                yield entry.pin(name=name, version=written.removeprefix("=="), marker=entry.optional_text("markers"))
