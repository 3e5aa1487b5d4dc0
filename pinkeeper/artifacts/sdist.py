"""The files of an sdist (PEP 517, PEP 625, PEP 643) that can say its dependencies, without unpacking it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, Protocol

from msgspec import Struct

from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.tar_archive import TAR_SUFFIXES, tar_members
from pinkeeper.artifacts.zip_archive import ZipArchive
from pinkeeper.errors import ArtifactError

__all__ = ["SdistFiles", "read_sdist_files"]

_MIB = 1024 * 1024
_LIMITS = {"PKG-INFO": 4 * _MIB, "pyproject.toml": _MIB, "setup.cfg": _MIB, "setup.py": _MIB}
_DEPTH = 2  # the top-level folder and the file in it


class _Reader(Protocol):
    def __call__(self, *, limit: int) -> bytes: ...


class SdistFiles(Struct, frozen=True, kw_only=True):
    """Contents of the files at the root of an sdist, None where it has no such file."""

    pkg_info: bytes | None = None
    pyproject: bytes | None = None
    setup_cfg: bytes | None = None
    setup_py: bytes | None = None


def read_sdist_files(file: BinaryIO, *, filename: str, subdirectory: str = "") -> SdistFiles:
    """Read the four files from a ``.tar.gz``, ``.tgz``, ``.tar.bz2``, ``.tar.xz`` or ``.zip``.

    subdirectory: the folder of the project below the top-level one, ``/`` between its parts.

    Reading stops when all four are found; a file that stands twice before that is refused, since it cannot be known
    which one an installer would take. Raises `ArtifactError` for that, for such a file in more than one top-level
    folder, for one that is a link or too large, and for whatever is not a sound archive. What the file itself raises
    as a `PinkeeperError` passes through.
    """
    if filename.endswith(TAR_SUFFIXES):
        members = _tar_files(file, filename)
    elif filename.endswith(".zip"):
        members = _zip_files(file, filename)
    else:
        raise ArtifactError(f"{shown(filename)} is not the name of an sdist that can be read")
    found: dict[str, bytes] = {}
    folders = set()
    below = [part for part in subdirectory.split("/") if part]
    for name, read in members:
        path = name.removeprefix("./").split("/")
        folder, base = path[0], path[-1]
        if len(path) < _DEPTH or path[1:-1] != below or base not in _LIMITS:
            continue
        if base in found:
            raise ArtifactError(f"it has more than one {base} at its root", where=filename)
        folders.add(folder)
        if len(folders) > 1:
            raise ArtifactError("it has more than one top-level folder with a project", where=filename)
        found[base] = read(limit=_LIMITS[base])
        if len(found) == len(_LIMITS):
            break
    return SdistFiles(
        pkg_info=found.get("PKG-INFO"),
        pyproject=found.get("pyproject.toml"),
        setup_cfg=found.get("setup.cfg"),
        setup_py=found.get("setup.py"),
    )


def _tar_files(file: BinaryIO, filename: str) -> Iterator[tuple[str, _Reader]]:
    for member in tar_members(file, filename=filename):
        if not member.is_folder:
            yield member.name, member.read


def _zip_files(file: BinaryIO, filename: str) -> Iterator[tuple[str, _Reader]]:
    archive = ZipArchive(file, filename=filename)

    def read(index: int, *, limit: int) -> bytes:
        member = archive.member(index)
        if member.is_link:
            raise ArtifactError(f"{shown(member.name)} is a link", where=filename)
        return archive.read(member, limit=limit)

    for index, name in enumerate(archive.names):
        yield name, partial(read, index)
