"""The directory of a ZIP archive, found as `zipfile`, and so pip, finds it; what others see otherwise is told.

`zip_archive` refuses what is not sound; here what can be read is read.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from msgspec import Struct

from pinkeeper.artifacts.archive_anomalies import AnomalyLog
from pinkeeper.artifacts.archive_limits import DIRECTORY_LIMIT, MEMBER_COUNT_LIMIT
from pinkeeper.artifacts.contents import AnomalyKind
from pinkeeper.errors import ArtifactError

__all__ = ["DirectoryEntry", "ReadAt", "ZipDirectory", "extra_fields", "read_directory"]

ReadAt = Callable[[int, int], bytes]
"""Bytes of a file from an offset, fewer than asked for only at its end."""

_EndValues = tuple[int, int, int, int, int, int]

_COMMENT_REACH = 0x10000
_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_LOCATOR64 = struct.Struct("<4sLQL")
_LOCATOR64_SIGNATURE = b"PK\x06\x07"
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_SIGNATURE = b"PK\x06\x06"
# What the size field of a ZIP64 end record says that has no extensible data; itself and the signature do not count.
_END64_REST = _END64.size - 12
_ENTRY = struct.Struct("<4s6H3L5H2L")
_ENTRY_SIGNATURE = b"PK\x01\x02"
_ZIP64_EXTRA = 0x0001
_UNICODE_PATH_EXTRA = 0x7075
_ALL_ONES = 0xFFFFFFFF
# Real members have up to five; four bytes make one, and members can share them.
_EXTRA_COUNT_LIMIT = 64
# What stands in each field of the end record that did not fit.
_END_MARKS = (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, _ALL_ONES, _ALL_ONES)
_UTF8 = 0x0800
_PATCHED = 0x0020
# Of the format, in tenths; zipfile refuses an archive with any entry that says it needs a newer one.
_NEWEST_VERSION = 63


class DirectoryEntry(Struct, frozen=True, gc=False):
    """What the directory says of a member. offset: of its local header in the file. mode: of Unix, 0 where unknown."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    offset: int
    mode: int

    @property
    def is_folder(self) -> bool:
        """Whether it only makes a folder."""
        return self.name.endswith("/")


class ZipDirectory(Struct, frozen=True, kw_only=True):
    """entries: in the directory's order. start: where it begins. omitted: entries beyond the limits."""

    entries: tuple[DirectoryEntry, ...]
    start: int
    omitted: int


class _End(Struct, frozen=True, kw_only=True):
    """What the end record says. at: where it, or the ZIP64 one, begins."""

    at: int
    count: int
    size: int
    offset: int


def read_directory(read_at: ReadAt, *, file_size: int, filename: str, log: AnomalyLog) -> ZipDirectory:
    """Find and read the directory. Raises ArtifactError where there is none."""
    tail_start = max(0, file_size - _COMMENT_REACH - _END.size - _LOCATOR64.size - _END64.size)
    tail = read_at(tail_start, file_size - tail_start)
    end = _end_record(tail, tail_start, filename, log)
    start = end.at - end.size
    shift = start - end.offset

    def bytes_at(offset: int, size: int) -> bytes:
        if offset >= tail_start:
            return tail[offset - tail_start : offset - tail_start + size]
        return read_at(offset, size)

    if start < 0 or (end.size and bytes_at(start, 4) != _ENTRY_SIGNATURE):
        if end.offset >= end.at or bytes_at(end.offset, 4) != _ENTRY_SIGNATURE:
            raise _refusal(filename, "it has no directory where its end record says")
        between = end.at - end.offset - end.size
        log.add(AnomalyKind.HIDDEN_DATA, None, f"{between} bytes stand between its directory and its end record")
        start, shift = end.offset, 0
    elif shift:
        what = f"{abs(shift)} bytes {'stand before the archive' if shift > 0 else 'are missing before its directory'}"
        if 0 <= end.offset < file_size and bytes_at(end.offset, 4) == _ENTRY_SIGNATURE:
            what += ", and another directory stands where its end record says"
        log.add(AnomalyKind.HIDDEN_DATA, None, what)
    size = min(end.size, end.at - start)
    directory = bytes_at(start, min(size, DIRECTORY_LIMIT))
    entries, parsed = _entries(directory, shift, log)
    if end.size and not entries:
        raise _refusal(filename, "its directory is damaged from its beginning")
    omitted = _omitted(len(entries), parsed, size, end, log)
    if omitted:
        log.leave_out(filename, f"{omitted} of its members are beyond the limit")
    return ZipDirectory(entries=entries, start=start, omitted=omitted)


def _omitted(count: int, parsed: int, size: int, end: _End, log: AnomalyLog) -> int:
    """How many entries are beyond the limits, ``count`` being read from ``parsed`` of ``size`` bytes.

    What else is wrong with the directory's length is told.
    """
    if parsed < size and (count == MEMBER_COUNT_LIMIT or size > DIRECTORY_LIMIT):
        log.add(AnomalyKind.BOMB, None, f"of its members only the first {count} were read")
        return max(end.count - count, 1)
    if parsed < size:
        log.add(AnomalyKind.HEADER_MISMATCH, None, f"{size - parsed} bytes at the end of its directory are no entries")
    elif parsed > size:
        log.add(AnomalyKind.HEADER_MISMATCH, None, "its last entry runs over the end of its directory")
    if count != end.count:
        said = f"its end record says {end.count} members, its directory has {count}"
        log.add(AnomalyKind.HEADER_MISMATCH, None, said)
    return 0


def extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each extra field; a last one of the kind -1 where it is cut, or where there are too many."""
    position = count = 0
    while position + 4 <= len(extra):
        count += 1
        if count > _EXTRA_COUNT_LIMIT:
            yield -1, b""
            return
        kind, length = struct.unpack_from("<2H", extra, position)
        content = extra[position + 4 : position + 4 + length]
        yield (kind if len(content) == length else -1), content
        position += 4 + length


def _end_record(tail: bytes, tail_start: int, filename: str, log: AnomalyLog) -> _End:
    at = len(tail) - _END.size
    if at < 0 or not (tail.startswith(_END_SIGNATURE, at) and tail.endswith(b"\0\0")):
        at = tail.rfind(_END_SIGNATURE, max(0, len(tail) - _COMMENT_REACH - _END.size))
    if at < 0 or at + _END.size > len(tail):
        raise _refusal(filename, "it is no ZIP archive, or it was cut")
    _, disk, directory_disk, disk_count, count, size, offset, comment_size = _END.unpack_from(tail, at)
    behind = len(tail) - at - _END.size - comment_size
    if behind > 0:
        log.add(AnomalyKind.HIDDEN_DATA, None, f"{behind} bytes stand behind its end")
    elif behind < 0:
        log.add(AnomalyKind.HEADER_MISMATCH, None, f"its comment is cut by {-behind} bytes")
    if _other_end_record(tail, at):
        log.add(AnomalyKind.HEADER_MISMATCH, None, "it has another end record, which other readers may go by")
    plain = (disk, directory_disk, disk_count, count, size, offset)
    end, said = _with_zip64(tail, at, tail_start, plain, log)
    disk, directory_disk, disk_count, count, size, offset = said
    if disk or directory_disk or disk_count != count:
        log.add(AnomalyKind.HEADER_MISMATCH, None, "it says that it is a part of a split archive")
    return _End(at=tail_start + end, count=count, size=size, offset=offset)


def _with_zip64(tail: bytes, at: int, tail_start: int, plain: _EndValues, log: AnomalyLog) -> tuple[int, _EndValues]:
    """Where the ZIP64 end record is and what it says, or the plain one, which is ``at``, where there is no other."""
    locator_at = at - _LOCATOR64.size
    if locator_at < 0 or not tail.startswith(_LOCATOR64_SIGNATURE, locator_at):
        return at, plain
    end_at = locator_at - _END64.size
    if end_at < 0 or not tail.startswith(_END64_SIGNATURE, end_at):
        log.add(AnomalyKind.HEADER_MISMATCH, None, "its ZIP64 end record is not where it belongs")
        return at, plain
    _, rest, _, _, disk, directory_disk, disk_count, count, size, offset = _END64.unpack_from(tail, end_at)
    large = (disk, directory_disk, disk_count, count, size, offset)
    if any(one not in (other, mark) for one, other, mark in zip(plain, large, _END_MARKS, strict=True)):
        log.add(AnomalyKind.HEADER_MISMATCH, None, "its ZIP64 end record says another thing than its end record")
    said_at = _LOCATOR64.unpack_from(tail, locator_at)[2]
    if rest != _END64_REST or said_at not in {tail_start + end_at, offset + size}:
        log.add(AnomalyKind.HEADER_MISMATCH, None, "its ZIP64 end record is not where or what it is said to be")
    return end_at, large


def _other_end_record(tail: bytes, chosen: int) -> bool:
    """Whether a reader that wants a comment to reach to the end, or that takes the first or last one, sees another."""
    at = tail.find(_END_SIGNATURE)
    while at >= 0:
        if at > chosen:
            return True
        if at < chosen and at + _END.size + _END.unpack_from(tail, at)[7] == len(tail):
            return True
        at = tail.find(_END_SIGNATURE, at + 1)
    return False


def _entries(directory: bytes, shift: int, log: AnomalyLog) -> tuple[tuple[DirectoryEntry, ...], int]:
    """Entries, and where the first one would begin that is none or that is beyond the limit."""
    entries: list[DirectoryEntry] = []
    position = 0
    end = len(directory)
    unpack = _ENTRY.unpack_from
    while position + _ENTRY.size <= end and len(entries) < MEMBER_COUNT_LIMIT:
        (
            signature,
            _,
            needed,
            flags,
            method,
            _,
            _,
            crc,
            packed,
            size,
            name_size,
            extra_size,
            comment_size,
            _,
            _,
            mode,
            at,
        ) = unpack(directory, position)
        start = position + _ENTRY.size
        name_end = start + name_size
        following = name_end + extra_size + comment_size
        # zipfile takes a last entry that runs over the directory's end; where we have cut it, it is not the last.
        if signature != _ENTRY_SIGNATURE or (following > end and end == DIRECTORY_LIMIT):
            break
        raw_name = directory[start:name_end]
        name = _decoded(raw_name, flags, log)
        if flags & _PATCHED or needed & 0xFF > _NEWEST_VERSION:
            log.add(AnomalyKind.ODD_MEMBER, name, "it needs a part of the format that zipfile does not know")
        if extra_size:
            extra = directory[name_end : name_end + extra_size]
            size, packed, at = _with_extra(extra, (size, packed, at), raw_name, name, log)
        entries.append(DirectoryEntry(name, raw_name, flags, method, crc, packed, size, at + shift, mode >> 16))
        position = following
    return tuple(entries), position


def _decoded(raw_name: bytes, flags: int, log: AnomalyLog) -> str:
    """UTF-8 also where it is not marked so, as long as it can be."""
    if raw_name.isascii():
        return raw_name.decode("ascii")
    if flags & _UTF8:
        return raw_name.decode("utf-8", "surrogateescape")
    try:
        name = raw_name.decode("utf-8")
    except UnicodeDecodeError:
        name = raw_name.decode("cp437")
    log.add(AnomalyKind.ODD_NAME, name, "its name is not marked as UTF-8, so readers take it for different ones")
    return name


def _with_extra(
    extra: bytes, values: tuple[int, int, int], raw_name: bytes, name: str, log: AnomalyLog
) -> tuple[int, int, int]:
    """Size, packed size and offset, those that did not fit taken from the ZIP64 field, in its order."""
    found = None
    for kind, content in extra_fields(extra):
        if kind == -1:
            log.add(AnomalyKind.HEADER_MISMATCH, name, "its extra fields are cut or too many")
        elif kind == _ZIP64_EXTRA and found is None:
            numbers = iter(struct.unpack_from(f"<{len(content) // 8}Q", content))
            found = [next(numbers, -1) if value == _ALL_ONES else value for value in values]
        elif kind == _ZIP64_EXTRA:
            log.add(AnomalyKind.HEADER_MISMATCH, name, "it has its ZIP64 sizes twice")
        elif kind == _UNICODE_PATH_EXTRA and content[5:] != raw_name:
            log.add(AnomalyKind.HEADER_MISMATCH, name, "an extra field gives it another name")
    if found is None:
        return values
    if -1 in found:
        log.add(AnomalyKind.HEADER_MISMATCH, name, "its ZIP64 sizes are missing")
        return values
    return found[0], found[1], found[2]


def _refusal(filename: str, what: str) -> ArtifactError:
    return ArtifactError(
        f"the archive cannot be read: {what}",
        where=filename,
        remedy="download it again with --no-cache; if it stays so, do not install it and tell the index's owner",
    )
