"""One source of a lock, whatever its format."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from pinkeeper.errors import InputError
from pinkeeper.inputs.collected import FileReader, Inputs
from pinkeeper.inputs.relative_paths import with_slashes
from pinkeeper.inputs.requirement_file import read_requirements

__all__ = ["check_sections", "is_project", "read_source"]

_RUN_TO_BE_READ = ("setup.py", "setup.cfg")


def is_project(path: str) -> bool:
    """Whether a source is read as a ``pyproject.toml``; all others are requirement files."""
    return path.endswith(".toml")


def read_source(
    path: str,
    *,
    read: FileReader,
    environ: Mapping[str, str],
    extras: Sequence[str] = (),
    all_extras: bool = False,
    groups: Sequence[str] = (),
) -> Inputs:
    """Read one source by its name. Requirement files have no extras and groups: see `check_sections`.

    Raises InputError, or CollectedError with all independent ones.
    """
    if is_project(path):
        from pinkeeper.inputs.pyproject import read_pyproject  # noqa: PLC0415 - requirement files need none

        return read_pyproject(path, read=read, extras=extras, all_extras=all_extras, groups=groups)
    if posixpath.basename(with_slashes(path)) in _RUN_TO_BE_READ:
        raise InputError(
            "it cannot be read without running the project's build",
            where=with_slashes(path),
            remedy="write what it needs in a pyproject.toml (PEP 621) or a requirements.in, and lock that",
        )
    return read_requirements(path, read=read, environ=environ)


def check_sections(
    sources: Sequence[str], *, extras: Sequence[str] = (), all_extras: bool = False, groups: Sequence[str] = ()
) -> None:
    """Raise InputError where extras or groups are asked for and no source can have any."""
    if any(map(is_project, sources)):
        return
    asked = [
        *(f"--extra {extra}" for extra in extras),
        *(["--all-extras"] if all_extras else []),
        *(f"--group {group}" for group in groups),
    ]
    if asked:
        raise InputError(
            f"{asked[0]} was asked for, and no source is a pyproject.toml",
            details=[f"sources: {', '.join(map(with_slashes, sources))}"],
            remedy="add the pyproject.toml to the sources, or leave the option out",
        )
