"""One source of a lock, whatever its format."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence

from pinkeeper.errors import InputError
from pinkeeper.inputs.collected import FileReader, Inputs
from pinkeeper.inputs.relative_paths import with_slashes
from pinkeeper.inputs.requirement_file import read_requirements

__all__ = ["check_sections", "is_project", "read_source"]


def is_project(path: str) -> bool:
    """Whether a source is read as a ``pyproject.toml``, which can have extras and dependency groups."""
    return path.endswith(".toml")


def _has_extras(path: str) -> bool:
    return is_project(path) or _name_of(path) == "setup.cfg"


def _name_of(path: str) -> str:
    return posixpath.basename(with_slashes(path))


def read_source(
    path: str,
    *,
    read: FileReader,
    environ: Mapping[str, str],
    extras: Sequence[str] = (),
    all_extras: bool = False,
    groups: Sequence[str] = (),
    relative: Callable[[str], str] = str,
) -> Inputs:
    """Read one source by its name: a ``pyproject.toml``, ``setup.cfg``, a script (PEP 723) or a requirement file.

    Only projects have extras and groups: see `check_sections`. What local projects need is part of the inputs; what
    requirements of other sources ask of them by name is not: see `settle_local_projects`. relative: gives a path as it
    is written into files. Raises InputError, or CollectedError with all independent ones.
    """
    if not is_project(path) and _name_of(path) != "setup.cfg" and not path.endswith(".py"):
        return read_requirements(path, read=read, environ=environ, relative=relative)
    return _with_local_projects(
        _read_declared(path, read=read, extras=extras, all_extras=all_extras, groups=groups),
        base=with_slashes(path),
        read=read,
        relative=relative,
    )


def _read_declared(
    path: str, *, read: FileReader, extras: Sequence[str], all_extras: bool, groups: Sequence[str]
) -> Inputs:
    """A source that is no requirement file; each reader is loaded where it is needed."""
    if is_project(path):
        from pinkeeper.inputs.pyproject import read_pyproject  # noqa: PLC0415

        return read_pyproject(path, read=read, extras=extras, all_extras=all_extras, groups=groups)
    match _name_of(path):
        case "setup.cfg":
            from pinkeeper.inputs.setup_cfg import read_setup_cfg  # noqa: PLC0415

            return read_setup_cfg(path, read=read, extras=extras, all_extras=all_extras)
        case "setup.py":
            raise InputError(
                "it cannot be read without running the project's build",
                where=with_slashes(path),
                remedy="write what it needs in a pyproject.toml (PEP 621) or a requirements.in, and lock that",
            )
        case _:
            from pinkeeper.inputs.script import read_script  # noqa: PLC0415

            return read_script(path, read=read)


def _with_local_projects(inputs: Inputs, *, base: str, read: FileReader, relative: Callable[[str], str]) -> Inputs:
    if all(asked.requirement.url is None for asked in inputs.requirements):
        return inputs
    from pinkeeper.inputs.local_projects import with_local_projects  # noqa: PLC0415 - most sources name no folder

    return with_local_projects(inputs, base=base, read=read, relative=relative)


def check_sections(
    sources: Sequence[str], *, extras: Sequence[str] = (), all_extras: bool = False, groups: Sequence[str] = ()
) -> None:
    """Raise InputError where extras or groups are asked for and no source can have any."""
    asked = [
        *(f"--extra {extra}" for extra in extras if not any(map(_has_extras, sources))),
        *(["--all-extras"] if all_extras and not any(map(_has_extras, sources)) else []),
        *(f"--group {group}" for group in groups if not any(map(is_project, sources))),
    ]
    if asked:
        raise InputError(
            f"{asked[0]} was asked for, and no source is a pyproject.toml",
            details=[f"sources: {', '.join(map(with_slashes, sources))}"],
            remedy="add the pyproject.toml to the sources, or leave the option out",
        )
