"""Comparisons that were made before: the same bytes on both sides, looked at in the same way, come out the same."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec
from packaging.utils import NormalizedName
from packaging.version import Version

import pinkeeper
from pinkeeper.index.cache import Cache
from pinkeeper.model.comparison import DiffResult
from pinkeeper.workflows.diff_asked import ChosenSide
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["decoded_result", "encoded_result", "kept_result", "key_of", "remember"]

_SHELF = "comparisons"


def key_of(name: NormalizedName, sides: Iterable[ChosenSide], surroundings: Surroundings) -> str | None:
    """What a result depends on, hashed: the files of both sides, this program, and the Python that parses.

    None where the bytes of a file are not known before it is read. Raises InputError.
    """
    parts = [name, _program()]
    for side in sides:
        digests = side.digests(surroundings)
        if digests is None:
            return None
        parts += [str(side.version), *digests]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def kept_result(store: Cache, key: str) -> DiffResult | None:
    """What came of a comparison before; None where it was not made."""
    payload = store.read(_SHELF, key)
    if payload is None:
        return None
    try:
        return decoded_result(payload)
    except (msgspec.DecodeError, ValueError):
        store.drop(_SHELF, key)
        return None


def remember(store: Cache, key: str, result: DiffResult) -> None:
    """Keep what came of a comparison."""
    store.write(_SHELF, key, encoded_result(result))


def encoded_result(result: DiffResult) -> bytes:
    """A result as bytes, for this program alone."""
    return msgspec.msgpack.encode(result, enc_hook=str)


def decoded_result(payload: bytes) -> DiffResult:
    """What `encoded_result` gave. Raises DecodeError, ValueError."""
    return msgspec.msgpack.decode(payload, type=DiffResult, dec_hook=_decoded)


def _decoded(kind: type, value: Any) -> Any:
    if kind is Version:
        return Version(value)
    raise NotImplementedError(kind)


@cache
def _program() -> str:
    """What this program is: its version, and what can be told of the files of its rooms without reading them."""
    parts = [pinkeeper.__version__, sys.version]
    folders = [os.path.join(pinkeeper.__path__[0], room) for room in ("review", "artifacts", "model")]  # noqa: PTH118
    for folder in folders:  # grows while it is walked
        for entry in sorted(os.scandir(folder), key=lambda each: each.name):
            if entry.is_dir():
                folders.append(entry.path)
            elif entry.name.endswith((".py", ".txt")):
                status = entry.stat()
                parts.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(parts)
