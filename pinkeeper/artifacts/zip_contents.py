"""The members of a wheel or a zipped sdist, all read once under limits, what is wrong with them being told.

A name that stands twice is read as pip reads it: the last one counts.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Mapping
from threading import Lock
from typing import BinaryIO

from pinkeeper.artifacts.archive_anomalies import AnomalyLog
from pinkeeper.artifacts.archive_limits import GIVEN_LIMIT, MEMBER_LIMIT, unpacked_limit
from pinkeeper.artifacts.contents import Anomaly, AnomalyKind, Entry, Unread
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.member_content import DAMAGE, unpacked
from pinkeeper.artifacts.member_names import are_plain, colliding, file_and_folder, judged_path, printable
from pinkeeper.artifacts.record import check_record
from pinkeeper.artifacts.sdist_layout import below_top_level
from pinkeeper.artifacts.whole_file import bytes_at, hashed
from pinkeeper.artifacts.zip_directory import DirectoryEntry, ZipDirectory, read_directory
from pinkeeper.artifacts.zip_member import LONGEST_HEADER, LocatedMember, check_kind, packed_pieces, read_member
from pinkeeper.errors import ArtifactError

__all__ = ["ZipContents"]

_EXECUTABLE = 0o111
# Members that overlap can make a reader go over the same bytes for ever; what is packed is gone over this often.
_OVERLAP_LIMIT = 4


class ZipContents:
    """`Contents` of a ZIP archive. The file stays open until `close`, members are read from it when asked for.

    Raises ArtifactError where no directory can be found.
    """

    def __init__(self, file: BinaryIO, *, filename: str, is_wheel: bool) -> None:
        self.filename = filename
        self.is_wheel = is_wheel
        self._file = file
        self._lock = Lock()
        self.sha256, self.size = hashed(file, filename=filename)
        log = AnomalyLog()
        directory = read_directory(self._read_at, file_size=self.size, filename=filename, log=log)
        paths = _paths(directory, log, is_wheel=is_wheel)
        located = self._read_members(directory, paths, log)
        members = _last_ones(directory, paths, located, log)
        if not is_wheel:
            below = below_top_level(members, log)
            members = {below[path]: member for path, member in members.items() if path in below}
        self._located: dict[str, LocatedMember] = {}
        entries: dict[str, Entry] = {}
        for path in sorted(members):
            index = members[path]
            member = located[index]
            if member is None:
                continue
            if member.size > GIVEN_LIMIT:
                reason = f"it has more than {GIVEN_LIMIT} bytes, so it was hashed only"
                log.leave_out(path, reason, size=member.size, sha256=member.sha256)
                continue
            executable = bool(directory.entries[index].mode & _EXECUTABLE)
            entries[path] = Entry(path=path, size=member.size, sha256=member.sha256, executable=executable)
            self._located[path] = member
        self.entries: Mapping[str, Entry] = entries
        if is_wheel:
            check_record(entries, self.read, filename=filename, log=log)
        self.anomalies: tuple[Anomaly, ...] = log.anomalies
        self.unread: tuple[Unread, ...] = log.unread

    def read(self, path: str) -> bytes:
        """The content of an entry. Raises ArtifactError where there is none, or where the file has changed."""
        member = self._located.get(path)
        if member is None:
            raise ArtifactError(f"it has no member {shown(path)} that was read", where=self.filename)
        pieces = packed_pieces(self._read_at, member.start, member.packed_size)
        try:
            content = unpacked(pieces, member.method, member.size)
        except DAMAGE:
            content = None
        if content is None or len(content) != member.size or zlib.crc32(content) != member.crc:
            raise ArtifactError(f"the member {shown(path)} is not what it was any more", where=self.filename)
        return content

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _read_members(
        self, directory: ZipDirectory, paths: list[str | None], log: AnomalyLog
    ) -> list[LocatedMember | None]:
        """What was read of each entry, in the directory's order; read in the order in which they lie in the file."""
        entries = directory.entries
        located: list[LocatedMember | None] = [None] * len(entries)
        order = sorted(range(len(entries)), key=lambda index: entries[index].offset)
        offsets = [entry.offset for entry in sorted(entries, key=lambda entry: entry.offset)]
        if not directory.omitted:
            first = offsets[0] if offsets else directory.start
            if 0 < first <= directory.start:
                log.add(AnomalyKind.HIDDEN_DATA, None, f"{first} bytes stand before its first member")
        room, packed_room = unpacked_limit(self.size), _OVERLAP_LIMIT * self.size
        for index in order:
            entry = entries[index]
            check_kind(entry, log)
            if not 0 <= entry.offset < directory.start:
                log.refuse(AnomalyKind.HEADER_MISMATCH, entry.name, "it does not stand before the directory")
                continue
            end = self._end_of(entry, offsets, directory)
            # What will be read of it; of members that do not overlap, no more than the file has.
            header_size = LONGEST_HEADER if end is None else min(end - entry.offset, LONGEST_HEADER)
            packed_room -= max(min(entry.packed_size, self.size - entry.offset), header_size)
            if packed_room < 0:
                log.refuse(AnomalyKind.BOMB, entry.name, "members overlap so often that it was not read")
                continue
            member = read_member(self._read_at, entry, end=end, limit=min(room, MEMBER_LIMIT), log=log)
            if member is not None:
                room -= member.size
                if paths[index] is None:
                    log.leave_out(entry.name, "its name is no path in the archive")
                else:
                    located[index] = member
        return located

    @staticmethod
    def _end_of(entry: DirectoryEntry, offsets: list[int], directory: ZipDirectory) -> int | None:
        following = bisect_right(offsets, entry.offset)
        if following < len(offsets):
            return min(offsets[following], directory.start)
        return None if directory.omitted else directory.start

    def _read_at(self, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes, fewer only at the end of the file, none beyond it."""
        if offset >= self.size or offset < 0 or size <= 0:
            return b""
        with self._lock:
            return bytes_at(self._file, offset, min(size, self.size - offset), filename=self.filename)


def _paths(directory: ZipDirectory, log: AnomalyLog, *, is_wheel: bool) -> list[str | None]:
    """The path of each entry, None for folders and for names that are none; collisions told."""
    names = [entry.name for entry in directory.entries]
    files = [name for name in names if not name.endswith("/")]
    folders = sorted({name[:-1] for name in names if name.endswith("/")})
    paths: list[str | None]
    if are_plain(files) and are_plain(folders):
        paths = [None if name.endswith("/") else name for name in names]
    else:
        folders = [path for name in folders if (path := judged_path(name, log.add, is_wheel=is_wheel))]
        paths = [None if name.endswith("/") else judged_path(name, log.add, is_wheel=is_wheel) for name in names]
    distinct = {path for path in paths if path is not None}
    for group in colliding(sorted(distinct)):
        others = ", ".join(map(shown, group[1:6]))
        log.add(AnomalyKind.CASE_COLLISION, group[0], f"where names have no case it is the same file as {others}")
    for path in file_and_folder(distinct, folders):
        log.add(AnomalyKind.DUPLICATE_NAME, path, "it is a file and a folder")
    return paths


def _last_ones(
    directory: ZipDirectory, paths: list[str | None], located: list[LocatedMember | None], log: AnomalyLog
) -> dict[str, int]:
    """The index of the entry that counts, by path."""
    last: dict[str, int] = {}
    for index, path in enumerate(paths):
        if path is None:
            continue
        if path in last:
            one, other = located[last[path]], located[index]
            same = one is not None and other is not None and one.sha256 == other.sha256
            detail = f"it stands twice, with {'the same content' if same else 'different contents'}"
            name = directory.entries[last[path]].name
            if printable(name) != path:
                detail += f", once as {shown(name)}"
            log.add(AnomalyKind.DUPLICATE_NAME, path, detail)
        last[path] = index
    return last
