"""Everything that lies in a distribution file: its members, each readable, and what is wrong with the archive."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import BinaryIO, Protocol

from msgspec import Struct

from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.tar_archive import TAR_SUFFIXES
from pinkeeper.errors import ArtifactError

__all__ = ["Anomaly", "AnomalyKind", "Contents", "Entry", "Unread", "open_contents"]


class AnomalyKind(StrEnum):
    """What can be wrong with an archive that can be read all the same."""

    UNSAFE_PATH = "unsafe path"  # absolute, with a parent step, a drive, a NUL
    LINK = "link"
    DEVICE = "device"  # a device, a pipe, a socket
    DUPLICATE_NAME = "duplicate name"
    CASE_COLLISION = "case collision"  # names that are one on a file system that knows no case, or no Unicode form
    HEADER_MISMATCH = "header mismatch"  # the local header of a member says another thing than the directory
    HIDDEN_DATA = "hidden data"  # bytes before, between or after the members that no member accounts for
    ENCRYPTED = "encrypted"
    BOMB = "bomb"  # it would unpack to far more than it is
    DAMAGED_MEMBER = "damaged member"
    RECORD_MISSING = "RECORD missing"
    RECORD_MISMATCH = "RECORD mismatch"  # a member whose content is not what RECORD says
    RECORD_UNLISTED = "RECORD unlisted"  # a member that RECORD does not list
    RECORD_ABSENT = "RECORD absent"  # RECORD lists what is not there
    ODD_NAME = "odd name"  # control, bidi, zero-width or undecodable characters in a name, or another name elsewhere
    ODD_MEMBER = "odd member"  # of a type, or compressed in a way, that not every reader takes for the same
    MISPLACED = "misplaced"  # outside of the one top-level folder of an sdist; a second .dist-info folder of a wheel


class Anomaly(Struct, frozen=True, kw_only=True):
    """One thing that is wrong. path: of the member, as text fit to be shown. detail: one sentence."""

    kind: AnomalyKind
    path: str | None = None
    detail: str


class Unread(Struct, frozen=True, kw_only=True):
    """A member that was not read, and why.

    path: as text fit to be shown. size, sha256: of its content, where that was too large to be given but was hashed.
    """

    path: str
    reason: str
    size: int | None = None
    sha256: str | None = None


class Entry(Struct, frozen=True, kw_only=True):
    """A regular file.

    path: ``/`` between its parts; of an sdist below its one top-level folder. It is printable: other characters of the
    name stand as Python writes them in a string. size: bytes.
    """

    path: str
    size: int
    sha256: str
    executable: bool = False


class Contents(Protocol):
    """A distribution file that was read.

    filename: its own. sha256: of all its bytes, in hexadecimal. entries: regular files by path, sorted; those that
    could not be read are in `unread` instead. anomalies: in the order in which they were met.
    """

    filename: str
    is_wheel: bool
    sha256: str
    size: int
    entries: Mapping[str, Entry]
    anomalies: tuple[Anomaly, ...]
    unread: tuple[Unread, ...]

    def read(self, path: str) -> bytes:
        """The content of an entry. Raises ArtifactError where it cannot be had any more."""
        ...

    def close(self) -> None:
        """Let the file go."""
        ...


def open_contents(file: BinaryIO, *, filename: str) -> Contents:
    """Read the members of a wheel or an sdist once, nothing being written to disk and nothing run.

    file: a seekable one, which the contents keep until they are closed. filename: its suffix says the kind: ``.whl``,
    ``.zip``, ``.tar.gz``, ``.tgz``, ``.tar.bz2`` or ``.tar.xz``. Raises ArtifactError where it is no archive of that
    kind; the file stays open then.
    """
    # Imported here since these modules build on the values above, and only one of them is needed.
    if filename.endswith(TAR_SUFFIXES):
        from pinkeeper.artifacts.tar_contents import TarContents  # noqa: PLC0415

        return TarContents(file, filename=filename)
    if filename.endswith((".whl", ".zip")):
        from pinkeeper.artifacts.zip_contents import ZipContents  # noqa: PLC0415

        return ZipContents(file, filename=filename, is_wheel=filename.endswith(".whl"))
    raise ArtifactError(f"{shown(filename)} is not the name of a wheel or an sdist that can be read")
