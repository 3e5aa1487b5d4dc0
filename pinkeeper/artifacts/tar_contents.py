"""The members of a compressed tar archive, read in one go; contents are kept, since they cannot be read again."""

from __future__ import annotations

import hashlib
import posixpath
import zlib
from collections.abc import Mapping
from typing import BinaryIO

from msgspec import Struct

from pinkeeper.artifacts.archive_anomalies import AnomalyLog
from pinkeeper.artifacts.archive_limits import KEPT_MEMBER_LIMIT, KEPT_TOTAL_LIMIT, MEMBER_LIMIT, unpacked_limit
from pinkeeper.artifacts.contents import Anomaly, AnomalyKind, Entry, Unread
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.member_names import colliding, file_and_folder, judged_path
from pinkeeper.artifacts.sdist_layout import below_top_level
from pinkeeper.artifacts.tar_headers import TarHeader, tar_headers
from pinkeeper.artifacts.tar_stream import TarStream
from pinkeeper.artifacts.whole_file import hashed
from pinkeeper.errors import ArtifactError

__all__ = ["TarContents"]

_EXECUTABLE = 0o111
_PLAIN_LIMIT = 16 << 20  # bytes kept as they are; what comes after them is kept compressed, which takes time
_PACKED_SIZE = 2_000
_LINKS = {b"1": "hard", b"2": "symbolic"}
_DEVICES = frozenset({b"3", b"4", b"6"})


class _Member(Struct, frozen=True, gc=False):
    """content: None where it was too much to keep; compressed where `is_packed`."""

    content: bytes | None
    is_packed: bool
    size: int
    sha256: str
    executable: bool


class TarContents:
    """`Contents` of a compressed tar archive. Raises ArtifactError where there is no sound member at its beginning."""

    is_wheel = False

    def __init__(self, file: BinaryIO, *, filename: str) -> None:
        self.filename = filename
        self._file = file
        self.sha256, self.size = hashed(file, filename=filename)
        self._log = AnomalyLog()
        self._room = KEPT_TOTAL_LIMIT
        members = self._members(file)
        self._kept: dict[str, _Member] = {}
        entries: dict[str, Entry] = {}
        below = below_top_level(members, self._log)
        for path in sorted(below, key=below.__getitem__):
            member, named = members[path], below[path]
            if member.content is None:
                reason = "it was too large to be kept, so it was hashed only"
                self._log.leave_out(named, reason, size=member.size, sha256=member.sha256)
                continue
            entries[named] = Entry(path=named, size=member.size, sha256=member.sha256, executable=member.executable)
            self._kept[named] = member
        self.entries: Mapping[str, Entry] = entries
        self.anomalies: tuple[Anomaly, ...] = self._log.anomalies
        self.unread: tuple[Unread, ...] = self._log.unread

    def read(self, path: str) -> bytes:
        """The content of an entry. Raises ArtifactError where there is none, or after `close`."""
        member = self._kept.get(path)
        if member is None or member.content is None:
            raise ArtifactError(f"it has no member {shown(path)} that was read", where=self.filename)
        return zlib.decompress(member.content) if member.is_packed else member.content

    def close(self) -> None:
        """Let the file and what is kept of it go."""
        self._kept.clear()
        self._file.close()

    def _members(self, file: BinaryIO) -> dict[str, _Member]:
        """Regular files by path; of two with one path the last, as it is written over the first."""
        log = self._log
        file.seek(0)
        stream = TarStream(file, filename=self.filename, limit=unpacked_limit(self.size), log=log)
        members: dict[str, _Member] = {}
        folders: set[str] = set()
        links: dict[str, str] = {}
        for header in tar_headers(stream, filename=self.filename, log=log):
            name = _from_root(header.name)
            if header.is_folder:
                if name and (path := judged_path(name.rstrip("/"), log.add, is_wheel=False)):
                    folders.add(path)
                continue
            path = judged_path(name, log.add, is_wheel=False)
            if path is None:
                log.leave_out(header.name, "its name is no path in the archive")
            elif header.kind in _LINKS:
                links[path] = header.link_target
                log.leave_out(path, f"it is a {_LINKS[header.kind]} link")
            elif (member := self._read(stream, header, path)) is not None:
                self._add(members, path, member)
        _tell_links(links, members, folders, log)
        return members

    def _read(self, stream: TarStream, header: TarHeader, path: str) -> _Member | None:
        if header.kind in _DEVICES:
            self._log.refuse(AnomalyKind.DEVICE, path, "it is a device or a pipe")
            return None
        if header.is_sparse:
            self._log.refuse(AnomalyKind.ODD_MEMBER, path, "it is a sparse file, which not every reader knows")
            return None
        if not header.is_regular:
            detail = f"it is of the kind {shown(header.kind.decode('latin-1'))}, a file to some readers alone"
            self._log.add(AnomalyKind.ODD_MEMBER, path, detail)
        if header.size > MEMBER_LIMIT:
            self._log.refuse(AnomalyKind.BOMB, path, f"it has {header.size} bytes")
            return None
        keep = header.size <= min(KEPT_MEMBER_LIMIT, self._room)
        parts: list[bytes] = []
        digest, size = hashlib.sha256(), 0
        for piece in stream.pieces(header.size):
            digest.update(piece)
            size += len(piece)
            if keep:
                parts.append(piece)
        if size < header.size:
            self._log.refuse(AnomalyKind.DAMAGED_MEMBER, path, f"it is cut after {size} of {header.size} bytes")
            return None
        content, is_packed = None, False
        if keep:
            content = b"".join(parts)
            is_packed = self._room < KEPT_TOTAL_LIMIT - _PLAIN_LIMIT and size > _PACKED_SIZE
            if is_packed:
                content = zlib.compress(content, level=1)
            self._room -= size
        return _Member(content, is_packed, size, digest.hexdigest(), bool(header.mode & _EXECUTABLE))

    def _add(self, members: dict[str, _Member], path: str, member: _Member) -> None:
        before = members.get(path)
        if before is not None:
            same = "the same content" if before.sha256 == member.sha256 else "different contents"
            self._log.add(AnomalyKind.DUPLICATE_NAME, path, f"it stands twice, with {same}")
            if before.content is not None:
                self._room += before.size
        members[path] = member


def _from_root(name: str) -> str:
    """The name without the ``./`` that programs put before each when they pack what is in a folder."""
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return "" if name == "." else name


def _tell_links(links: dict[str, str], members: dict[str, _Member], folders: set[str], log: AnomalyLog) -> None:
    """And names that are one where there is no case, or that are a file and a folder."""
    for path, target in links.items():
        # A symbolic link is relative to its own folder, a hard link to the archive's root.
        ends = {posixpath.normpath(posixpath.join(posixpath.dirname(path), target)), posixpath.normpath(target)}
        where = "a file of the archive" if ends & members.keys() else "no file of the archive"
        log.add(AnomalyKind.LINK, path, f"it is a link to {shown(target)}, {where}")
        if path in members:
            log.add(AnomalyKind.DUPLICATE_NAME, path, "it is a file and a link")
    paths = sorted({*members, *links})
    for group in colliding(paths):
        same = ", ".join(map(shown, group[1:6]))
        log.add(AnomalyKind.CASE_COLLISION, group[0], f"where names have no case it is the same file as {same}")
    for path in file_and_folder(paths, folders):
        log.add(AnomalyKind.DUPLICATE_NAME, path, "it is a file and a folder")
