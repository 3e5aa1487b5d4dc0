"""Which format a lock has, by the name of its file; and the lock read, whatever that is."""

from __future__ import annotations

import re

from pinkeeper.lockfile.requirements_reader import read_requirements_lock
from pinkeeper.model.lock import Lock

__all__ = ["is_pylock", "read_lock"]

_PYLOCK_NAME = re.compile(r"pylock\.([^.]+\.)?toml")


def is_pylock(path: str) -> bool:
    """Whether a file is a pylock by its name: ``pylock.toml`` or ``pylock.NAME.toml`` (PEP 751)."""
    return _PYLOCK_NAME.fullmatch(path.replace("\\", "/").rpartition("/")[2]) is not None


def read_lock(text: str, *, path: str) -> Lock:
    """Read a lock. Raises InputError."""
    if is_pylock(path):
        from pinkeeper.lockfile.pylock_reader import read_pylock  # noqa: PLC0415 - most locks are requirements files

        return read_pylock(text, path=path)
    return read_requirements_lock(text, path=path)
