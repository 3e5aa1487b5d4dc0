"""The METADATA file of a wheel (binary distribution format specification, PEP 427)."""

from __future__ import annotations

from typing import BinaryIO

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from pinkeeper.artifacts.core_metadata import HEADER_LIMIT
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.zip_archive import ZipArchive
from pinkeeper.errors import ArtifactError

__all__ = ["METADATA_LIMIT", "wheel_metadata"]

METADATA_LIMIT = HEADER_LIMIT
"""Bytes that METADATA may have, its description included."""

_DIST_INFO = ".dist-info"


def wheel_metadata(file: BinaryIO, *, filename: str) -> bytes:
    """The bytes of METADATA in the one top-level ``.dist-info`` folder, which must be that of the file's name.

    file: any seekable binary file; the end of the archive, its directory and the member are read, nothing else.
    Raises `ArtifactError` for whatever is not a sound wheel of that name; what the file itself raises as a
    `PinkeeperError` passes through.
    """
    try:
        project, version, _, _ = parse_wheel_filename(filename)
    except (InvalidWheelFilename, ValueError) as error:
        raise ArtifactError(f"{shown(filename)} is not the name of a wheel: {error}") from error
    archive = ZipArchive(file, filename=filename)
    folders = {top for name in archive.names if (top := name.partition("/")[0]).endswith(_DIST_INFO)}
    if len(folders) != 1:
        found = ", ".join(shown(folder) for folder in sorted(folders)[:5]) or "none"
        raise ArtifactError(f"it does not have exactly one .dist-info folder: {found}", where=filename)
    (folder,) = folders
    if not _is_of(folder, project, version):
        raise ArtifactError(f"its .dist-info folder is of another release: {shown(folder)}", where=filename)
    path = f"{folder}/METADATA"
    if (times := archive.names.count(path)) != 1:
        raise ArtifactError(f"it has {times or 'no'} members named {shown(path)}", where=filename)
    member = archive.member(archive.names.index(path))
    if member.is_link:
        raise ArtifactError(f"{shown(path)} is a link", where=filename)
    return archive.read(member, limit=METADATA_LIMIT)


def _is_of(folder: str, project: str, version: Version) -> bool:
    """True where ``{project}-{version}.dist-info`` says the release, however its parts were escaped."""
    name, _, written = folder.removesuffix(_DIST_INFO).rpartition("-")
    try:
        return canonicalize_name(name) == project and Version(written.replace("_", "-")) == version
    except ValueError:
        return False
