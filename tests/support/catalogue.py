"""What the loopback index holds: projects and their distribution files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal
from urllib.parse import quote

from packaging.utils import NormalizedName, canonicalize_name, parse_sdist_filename, parse_wheel_filename

__all__ = ["Catalogue", "StoredFile", "split_filename"]


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """One distribution file and what pages say of it.

    content: None where only facts are known (the file itself is then 404). hashes: by algorithm, as pages tell them.
    metadata: what is served as core metadata, None for none. yanked: None when not, else the reason, perhaps empty.
    provenance: what is served as its provenance object (PEP 740), None for none.
    """

    project: NormalizedName
    version: str
    filename: str
    content: bytes | None = field(repr=False)
    hashes: Mapping[str, str]
    size: int | None
    upload_time: datetime | None
    requires_python: str | None
    yanked: str | None
    metadata: bytes | None = field(repr=False)
    provenance: bytes | None = field(repr=False, default=None)

    @property
    def path(self) -> str:
        """Where the file lies on the server."""
        return f"/files/{self.project}/{quote(self.filename)}"

    @cached_property
    def metadata_sha256(self) -> str | None:
        """The digest of the core metadata, in hexadecimal."""
        return None if self.metadata is None else hashlib.sha256(self.metadata).hexdigest()


class Catalogue:
    """Files by project, in the order in which they were added; a later one of the same name replaces the earlier."""

    def __init__(self) -> None:
        self._projects: dict[NormalizedName, dict[str, StoredFile]] = {}

    def add(self, file: StoredFile) -> None:
        """Take a file in."""
        self.add_project(file.project)[file.filename] = file

    def add_project(self, name: str) -> dict[str, StoredFile]:
        """Make sure a project is listed, if only with an empty page."""
        return self._projects.setdefault(canonicalize_name(name), {})

    def remove(self, filename: str) -> None:
        """Drop a file; its project stays. Raises KeyError."""
        self._projects[split_filename(filename)[0]].pop(filename)

    def names(self) -> list[NormalizedName]:
        """All projects, sorted."""
        return sorted(self._projects)

    def files(self, project: str) -> list[StoredFile] | None:
        """The files of a project, None where it is not listed."""
        files = self._projects.get(canonicalize_name(project))
        return None if files is None else list(files.values())

    def all_files(self) -> list[StoredFile]:
        """Every file, by project."""
        return [file for name in self.names() for file in self._projects[name].values()]

    def find(self, project: str, filename: str) -> StoredFile | None:
        """One file, None where there is no such."""
        return self._projects.get(canonicalize_name(project), {}).get(filename)


def split_filename(filename: str) -> tuple[NormalizedName, str, Literal["wheel", "sdist"]]:
    """The project, version and kind that a file name tells. Raises `packaging.utils` errors for other names."""
    if filename.endswith(".whl"):
        name, version, _, _ = parse_wheel_filename(filename)
        return name, str(version), "wheel"
    name, version = parse_sdist_filename(filename)
    return name, str(version), "sdist"
