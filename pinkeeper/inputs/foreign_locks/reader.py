"""Reads a lock that another tool wrote: what it is, its content says."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from pinkeeper.errors import InputError
from pinkeeper.inputs.foreign_locks.pdm import is_pdm, read_pdm
from pinkeeper.inputs.foreign_locks.pin import ForeignPin
from pinkeeper.inputs.foreign_locks.pipfile import is_pipfile, read_pipfile
from pinkeeper.inputs.foreign_locks.poetry import is_poetry, read_poetry
from pinkeeper.inputs.foreign_locks.uv import is_uv, read_uv
from pinkeeper.inputs.relative_paths import with_slashes
from pinkeeper.inputs.toml_document import TomlDocument, load_toml

__all__ = ["read_foreign_lock"]

_FORMATS: tuple[tuple[Callable[[TomlDocument], bool], Callable[[TomlDocument], Iterator[ForeignPin]]], ...] = (
    (is_pipfile, read_pipfile),
    (is_poetry, read_poetry),
    (is_pdm, read_pdm),
    (is_uv, read_uv),
)


def read_foreign_lock(path: str, content: bytes) -> tuple[ForeignPin, ...]:
    """The pins of a ``poetry.lock``, ``pdm.lock``, ``uv.lock`` or ``Pipfile.lock``, by name, version and marker.

    A name may have several pins. What a lock takes from elsewhere than an index is not among them. Raises InputError
    for any other file, for an unknown version of a format and for what is wrong in it.
    """
    document = _decoded(with_slashes(path), content)
    for recognizes, read in _FORMATS:
        if recognizes(document):
            return _told_apart(read(document))
    raise InputError(
        "it is no lock whose pins can be read",
        where=document.path,
        remedy="give a poetry.lock, pdm.lock, uv.lock, Pipfile.lock, pylock.toml or requirements.txt",
    )


def _decoded(path: str, content: bytes) -> TomlDocument:
    if not path.lower().endswith("pipfile.lock") and not content.lstrip().startswith(b"{"):
        return load_toml(path, content)
    try:
        data = json.loads(content)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}", where=f"{path}:{error.lineno}") from error
    except (ValueError, RecursionError) as error:  # no text, a number of thousands of digits, arrays a thousand deep
        raise InputError(f"not JSON: {error}", where=path) from error
    return TomlDocument(path=path, data=data if isinstance(data, dict) else {})


def _told_apart(pins: Iterator[ForeignPin]) -> tuple[ForeignPin, ...]:
    distinct = dict.fromkeys(pins)
    versions = Counter(name for name, _ in {(pin.name, pin.version) for pin in distinct})
    told = {pin if versions[pin.name] > 1 else replace(pin, marker=None) for pin in distinct}
    return tuple(sorted(told, key=lambda pin: (pin.name, pin.version, pin.marker or "")))
