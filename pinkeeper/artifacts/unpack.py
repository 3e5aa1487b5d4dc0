"""An sdist unpacked for a build: regular files and folders only, under limits, below one folder."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import BinaryIO

from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.tar_archive import TAR_SUFFIXES, tar_members
from pinkeeper.artifacts.zip_archive import ZipArchive
from pinkeeper.errors import ArtifactError

__all__ = ["unpack_sdist"]

_MEMBER_LIMIT = 256 * 1024 * 1024
_TOTAL_LIMIT = 1024 * 1024 * 1024


def unpack_sdist(sdist: Path, into: Path) -> Path:
    """Write the files of an sdist below ``into``, which must be an empty folder; give its one top-level folder.

    No link is ever made: one that leads to a file of the archive becomes a copy of it, others and devices are refused.
    Raises `ArtifactError` for those, for names that leave the folder or stand twice, and for sizes beyond all reason.
    """
    tree = _Tree(into, sdist.name)
    with sdist.open("rb") as file:
        if sdist.name.endswith(TAR_SUFFIXES):
            _unpack_tar(file, tree)
        elif sdist.name.endswith(".zip"):
            _unpack_zip(file, tree)
        else:
            raise ArtifactError(f"{shown(sdist.name)} is not the name of an sdist that can be read")
    tree.copy_links()
    folders = [path for path in into.iterdir() if path.is_dir()]
    if len(folders) != 1:
        raise ArtifactError(f"it has {len(folders) or 'no'} top-level folders, not one", where=sdist.name)
    return folders[0]


class _Tree:
    """Files as they are written. Every name has been judged by the archive reader; it is normalized here."""

    def __init__(self, root: Path, filename: str) -> None:
        self._root = root
        self.filename = filename
        self._files: set[str] = set()
        self._links: list[tuple[str, str]] = []
        self._total = 0

    def add_folder(self, name: str) -> None:
        self._make(self._root / posixpath.normpath(name))

    def add_file(self, name: str, content: bytes, *, executable: bool) -> None:
        name = posixpath.normpath(name)
        self._total += len(content)
        if self._total > _TOTAL_LIMIT:
            raise ArtifactError(f"it unpacks to more than {_TOTAL_LIMIT} bytes", where=self.filename)
        path = self._root / name
        self._make(path.parent)
        try:
            # "x" refuses what exists already, also under another case where the file system has but one.
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            raise ArtifactError(f"it has two members named {shown(name)}", where=self.filename) from None
        except (OSError, ValueError) as error:
            raise self._unwritable(name, error) from error
        if executable:
            path.chmod(0o755)
        self._files.add(name)

    def add_link(self, name: str, target: str) -> None:
        """target: relative to the root."""
        self._links.append((posixpath.normpath(name), posixpath.normpath(target)))

    def copy_links(self) -> None:
        for name, target in self._links:
            if target not in self._files:
                raise ArtifactError(f"the link {shown(name)} leads to no file of the archive", where=self.filename)
            self.add_file(name, (self._root / target).read_bytes(), executable=False)

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:
            raise self._unwritable(folder.name, error) from error

    def _unwritable(self, name: str, error: Exception) -> ArtifactError:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return ArtifactError(f"its member {shown(name)} cannot be unpacked: {reason}", where=self.filename)


def _unpack_tar(file: BinaryIO, tree: _Tree) -> None:
    for member in tar_members(file, filename=tree.filename):
        if member.is_folder:
            tree.add_folder(member.name)
        elif member.link_target is not None:
            # A symbolic link is relative to its own folder, a hard link to the archive's root.
            base = posixpath.dirname(member.name) if member.is_symbolic_link else ""
            tree.add_link(member.name, posixpath.join(base, member.link_target))
        else:
            tree.add_file(member.name, member.read(limit=_MEMBER_LIMIT), executable=member.is_executable)


def _unpack_zip(file: BinaryIO, tree: _Tree) -> None:
    archive = ZipArchive(file, filename=tree.filename)
    for index, name in enumerate(archive.names):
        member = archive.member(index)
        if member.is_folder:
            tree.add_folder(name)
            continue
        content = archive.read(member, limit=_MEMBER_LIMIT)
        if member.is_link:
            target = content.decode("utf-8", "surrogateescape")
            tree.add_link(name, posixpath.join(posixpath.dirname(name), target))
        else:
            tree.add_file(name, content, executable=bool(member.unix_mode & 0o100))
