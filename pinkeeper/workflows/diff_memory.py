"""Comparisons that were made before: the same bytes on both sides, looked at in the same way, come out the same."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from packaging.version import Version

from pinkeeper import __version__
from pinkeeper.index.cache import Cache
from pinkeeper.model.comparison import DiffResult

__all__ = ["kept_result", "remember"]

_SHELF = "comparisons"


def kept_result(store: Cache, key: str) -> DiffResult | None:
    """What came of a comparison before; None where it was not made, or by another program than this one."""
    payload = store.read(_SHELF, f"{key}-{_program()}")
    if payload is None:
        return None
    try:
        return msgspec.msgpack.decode(payload, type=DiffResult, dec_hook=_decoded)
    except (msgspec.DecodeError, ValueError):
        store.drop(_SHELF, f"{key}-{_program()}")
        return None


def remember(store: Cache, key: str, result: DiffResult) -> None:
    """Keep what came of a comparison."""
    store.write(_SHELF, f"{key}-{_program()}", msgspec.msgpack.encode(result, enc_hook=str))


def _decoded(kind: type, value: Any) -> Any:
    if kind is Version:
        return Version(value)
    raise NotImplementedError(kind)


@cache
def _program() -> str:
    """What the room that reviews is, in few letters: another analysis or other rules may find other things."""
    digest = hashlib.sha256(__version__.encode())
    for package in ("pinkeeper.review", "pinkeeper.artifacts"):
        folders = [files(package)]
        while folders:
            for entry in sorted(folders.pop().iterdir(), key=lambda each: each.name):
                if entry.is_dir():
                    folders.append(entry)
                elif entry.name.endswith((".py", ".txt")):
                    digest.update(entry.name.encode())
                    digest.update(entry.read_bytes())
    return digest.hexdigest()[:12]
