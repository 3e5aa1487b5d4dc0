"""Several files written together: all of them, or none; what was cut off half-way is ended by the next run.

Each file is made beside its place. A journal that names them all is what decides: before it stands nothing happened,
and once it stands everything will. It is removed when every file is in its place.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from pinkeeper.errors import OutputError
from pinkeeper.workflows.atomic_write import remove_leftovers, replace_text
from pinkeeper.workflows.unfinished import JOURNAL, refuse_unfinished

__all__ = ["finish_writing", "write_together"]

_PREFIX, _SUFFIX = ".pinkeeper-", ".staged"


def write_together(texts: Mapping[str, str], directory: Path) -> None:
    """Put texts in the places of files, by path relative to a directory. Raises OutputError; then nothing changed.

    Where another run was cut off half-way that is to be ended first, or what it wrote would be mixed with this.
    """
    refuse_unfinished(directory)
    for folder in {Path(os.path.realpath(directory / path)).parent for path in texts}:
        remove_leftovers(folder, prefix=_PREFIX, suffix=_SUFFIX)
    if len(texts) == 1:
        for path, text in texts.items():
            replace_text(directory / path, text, shown=path)
        return
    staged: dict[str, Path] = {}
    try:
        for path, text in texts.items():
            staged[path] = _stage(directory / path, text, shown=path)
        names = {path: temporary.name for path, temporary in staged.items()}
        replace_text(directory / JOURNAL, json.dumps(names), shown=JOURNAL)
    except BaseException:
        for temporary in staged.values():
            with contextlib.suppress(OSError):
                temporary.unlink()
        raise
    finish_writing(directory)


def finish_writing(directory: Path) -> bool:
    """Put in place what was staged by a run that was cut off; whether there was any.

    Raises OutputError for a journal that is none of ours.
    """
    journal = directory / JOURNAL
    try:
        staged = json.loads(journal.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        raise _foreign(str(error)) from error
    if not isinstance(staged, dict):
        raise _foreign("it is no table of paths")
    for path, temporary in staged.items():
        if not isinstance(temporary, str) or Path(temporary).name != temporary or not _is_staged(temporary):
            raise _foreign(f"it names {temporary!r}")
        target = Path(os.path.realpath(directory / path))
        with contextlib.suppress(FileNotFoundError):  # it is in its place already
            (target.parent / temporary).replace(target)
    journal.unlink()
    return True


def _stage(path: Path, text: str, *, shown: str) -> Path:
    """A file with a text beside the place where it will go."""
    import tempfile  # noqa: PLC0415 - most runs write one file, or none

    target = Path(os.path.realpath(path))
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=_PREFIX, suffix=_SUFFIX)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode & 0o7777 if target.exists() else 0o644
        Path(temporary).chmod(mode)
    except OSError as error:
        raise OutputError(
            f"the file cannot be written: {error.strerror or error}",
            where=shown,
            remedy="what stood there before is untouched",
        ) from error
    return Path(temporary)


def _is_staged(name: str) -> bool:
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX)


def _foreign(what: str) -> OutputError:
    return OutputError(
        f"an earlier run was cut off, and what it left cannot be used: {what}",
        where=JOURNAL,
        remedy=f"remove {JOURNAL}, and look at the locks with git status",
    )
