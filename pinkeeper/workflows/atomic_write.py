"""A file is written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from pathlib import Path

from pinkeeper.errors import OutputError

__all__ = ["remove_leftovers", "replace_text"]

_SUFFIX = ".new"
_ABANDONED = 3600
"""Seconds after which nobody is at work any more on a file that was to be put in a place."""


def replace_text(path: Path, text: str, *, shown: str) -> None:
    """Put a text in the place of a file, atomically, keeping its permissions. Raises OutputError.

    shown: the path as the user named it. A symbolic link is followed: its target is replaced.
    """
    import tempfile  # noqa: PLC0415 - a lock that does not change is not written

    target = Path(os.path.realpath(path))  # Path.resolve() raises RuntimeError for links in a circle, until Python 3.13
    temporary = ""
    try:
        mode = _mode(target)
        if mode is not None and not stat.S_ISREG(mode):
            target.write_text(text, encoding="utf-8", newline="\n")  # a device or a pipe is written, never replaced
            return
        if mode is not None and not mode & 0o222:
            _refuse(shown, "it is read-only")  # root could; whoever took the permission away meant it
        prefix = f".{target.name}."
        remove_leftovers(target.parent, prefix=prefix, suffix=_SUFFIX)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=prefix, suffix=_SUFFIX)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask() if mode is None else stat.S_IMODE(mode))
        Path(temporary).replace(target)
    except OSError as error:
        _discard(temporary)
        if not target.parent.exists():
            _refuse(shown, f"{error.strerror}: its folder", error, remedy="make the folder first")
        _refuse(shown, error.strerror or str(error), error)
    except BaseException:
        _discard(temporary)
        raise


def remove_leftovers(folder: Path, *, prefix: str, suffix: str) -> None:
    """Remove what killed runs left of files that never came to their places; a run that is at work keeps its own."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:  # whatever it is will be told by the writing
        for entry in entries:
            if entry.name.startswith(prefix) and entry.name.endswith(suffix) and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(OSError):
                    if time.time() - entry.stat(follow_symlinks=False).st_mtime > _ABANDONED:
                        Path(entry.path).unlink()


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _refuse(
    shown: str, reason: str, cause: OSError | None = None, *, remedy: str = "what stood there before is untouched"
) -> None:
    raise OutputError(f"the file cannot be written: {reason}", where=shown, remedy=remedy) from cause


def _discard(temporary: str) -> None:
    if temporary:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
