"""A member of a ZIP archive: its local header held against the directory, its content read and verified."""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator

from msgspec import Struct

from pinkeeper.artifacts.archive_anomalies import AnomalyLog
from pinkeeper.artifacts.archive_limits import CHUNK, RATIO_LIMIT
from pinkeeper.artifacts.contents import AnomalyKind
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.member_content import DAMAGE, DEFLATED, KNOWN_METHODS, STORED, Digest, digest_of
from pinkeeper.artifacts.zip_directory import DirectoryEntry, ReadAt, extra_fields

__all__ = ["LONGEST_HEADER", "LocatedMember", "check_kind", "packed_pieces", "read_member"]

_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
_DESCRIPTOR_LIMIT = 24
_ZIP64_EXTRA = 0x0001
_ZIP64_SIZES = struct.Struct("<2Q")
_ALL_ONES = 0xFFFFFFFF
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000  # traditional, strong, masked directory
_DESCRIBED = 0x0008  # sizes and checksum stand behind the data
_UTF8 = 0x0800
# An empty deflate stream, which some builders write for folders.
_EMPTY_DEFLATED = 2
LONGEST_HEADER = _LOCAL.size + 2 * 0xFFFF
"""Bytes of a local header with a name and extra fields as long as can be."""

_SMALL = 64 * 1024 * 1024


class LocatedMember(Struct, frozen=True, gc=False):
    """Where the content of a member is, and what it is. start: of its packed bytes."""

    start: int
    packed_size: int
    method: int
    size: int
    crc: int
    sha256: str


def check_kind(entry: DirectoryEntry, log: AnomalyLog) -> None:
    """Tell what is no regular file by its mode. pip and uv install each as a file all the same, so it is read."""
    kind = stat.S_IFMT(entry.mode)
    if kind in {0, stat.S_IFREG} or (kind == stat.S_IFDIR and entry.is_folder):
        pass
    elif kind == stat.S_IFLNK:
        log.add(AnomalyKind.LINK, entry.name, "it is a symbolic link, which installers write as a file")
    elif kind == stat.S_IFDIR:
        log.add(AnomalyKind.HEADER_MISMATCH, entry.name, "it is a folder by its mode and a file by its name")
    else:
        log.add(AnomalyKind.DEVICE, entry.name, "it is a device, a pipe or a socket by its mode")
    if entry.is_folder and (entry.size or entry.packed_size > _EMPTY_DEFLATED):
        log.add(AnomalyKind.HIDDEN_DATA, entry.name, "it is a folder and has content")


def read_member(
    read_at: ReadAt, entry: DirectoryEntry, *, end: int | None, limit: int, log: AnomalyLog
) -> LocatedMember | None:
    """Read the content once. None where it cannot be had, which has been told.

    end: where the next member or the directory begins, None where that is not known. limit: bytes it may unpack to.
    """
    reach = LONGEST_HEADER + entry.packed_size + _DESCRIPTOR_LIMIT
    if end is not None and entry.offset < end:
        reach = min(reach, end - entry.offset)
    block = read_at(entry.offset, min(max(reach, _LOCAL.size), LONGEST_HEADER + CHUNK))
    if not block.startswith(_LOCAL_SIGNATURE) or len(block) < _LOCAL.size:
        log.refuse(AnomalyKind.HEADER_MISMATCH, entry.name, "it does not stand where the directory says")
        return None
    name_size, extra_size = struct.unpack_from("<2H", block, 26)
    header_size = _LOCAL.size + name_size + extra_size
    if len(block) < header_size:
        block = read_at(entry.offset, header_size)
    local_flags = _check_header(block[:header_size], entry, name_size, log)
    start = entry.offset + header_size
    stop = start + entry.packed_size
    if end is not None:
        if stop > end:
            log.add(AnomalyKind.HEADER_MISMATCH, entry.name, "its data runs into what follows it")
        elif stop < end or (entry.flags | local_flags) & _DESCRIBED:
            behind = block[stop - entry.offset :][: _DESCRIPTOR_LIMIT + 1]
            if len(behind) < min(end - stop, _DESCRIPTOR_LIMIT + 1):
                behind = read_at(stop, _DESCRIPTOR_LIMIT + 1)
            _check_descriptor(behind[: end - stop], end - stop, entry, local_flags, log)
    if entry.is_folder or not _is_readable(entry, limit, log):
        return None
    if stop - entry.offset <= len(block):
        pieces = iter((block[header_size : header_size + entry.packed_size],))
    else:
        pieces = packed_pieces(read_at, start, entry.packed_size)
    return _verified(pieces, start, entry, log)


def packed_pieces(read_at: ReadAt, start: int, size: int) -> Iterator[bytes]:
    """Packed bytes of a member, fewer where the file ends before."""
    while size > 0 and (piece := read_at(start, min(size, CHUNK))):
        yield piece
        start += len(piece)
        size -= len(piece)


def _verified(pieces: Iterator[bytes], start: int, entry: DirectoryEntry, log: AnomalyLog) -> LocatedMember | None:
    try:
        digest = digest_of(pieces, entry.method, entry.size)
    except DAMAGE as error:
        log.refuse(AnomalyKind.DAMAGED_MEMBER, entry.name, f"it cannot be unpacked: {shown(str(error))}")
        return None
    if digest.crc != entry.crc:
        log.refuse(AnomalyKind.DAMAGED_MEMBER, entry.name, "its content does not have the checksum that was announced")
        return None
    _check_digest(digest, entry, log)
    return LocatedMember(start, entry.packed_size, entry.method, digest.size, digest.crc, digest.sha256)


def _is_readable(entry: DirectoryEntry, limit: int, log: AnomalyLog) -> bool:
    if entry.flags & _ENCRYPTED:
        log.refuse(AnomalyKind.ENCRYPTED, entry.name, "it is encrypted")
    elif entry.method not in KNOWN_METHODS:
        log.refuse(AnomalyKind.ODD_MEMBER, entry.name, f"it is compressed with method {entry.method}")
    elif entry.size > limit or entry.size > max(_SMALL, RATIO_LIMIT * entry.packed_size):
        log.refuse(AnomalyKind.BOMB, entry.name, f"it unpacks from {entry.packed_size} to {entry.size} bytes")
    else:
        if entry.method not in {STORED, DEFLATED}:
            log.add(AnomalyKind.ODD_MEMBER, entry.name, f"it is compressed with method {entry.method}")
        return True
    return False


def _check_header(header: bytes, entry: DirectoryEntry, name_size: int, log: AnomalyLog) -> int:
    """Tell where the local header says another thing than the directory; give its flags."""
    _, _, flags, method, _, _, crc, packed, size, _, extra_size = _LOCAL.unpack_from(header)
    raw_name = header[_LOCAL.size : _LOCAL.size + name_size]
    wrong = []
    if raw_name != entry.raw_name:
        wrong.append(f"name {shown(raw_name.decode('utf-8', 'replace'))}")
    if method != entry.method:
        wrong.append(f"method {method}, not {entry.method}")
    ignored = _UTF8 if raw_name.isascii() else 0
    if (flags ^ entry.flags) & (_ENCRYPTED | _UTF8) & ~ignored:
        wrong.append(f"flags {flags:#06x}, not {entry.flags:#06x}")
    said = (crc, packed, size)
    right = (entry.crc, entry.packed_size, entry.size)
    # A header written before its data has zeros, and what is right behind the data.
    if said != right and not (flags & _DESCRIBED and said == (0, 0, 0)):
        sizes = _zip64_sizes(header[_LOCAL.size + name_size :]) if extra_size else None
        if sizes is not None:
            packed, size = (
                large if value == _ALL_ONES else value for value, large in zip(said[1:], sizes, strict=True)
            )
        blank = bool(flags & _DESCRIBED)
        wrong += [
            f"{what} {value}, not {true}"
            for what, value, true in zip(("checksum", "packed size", "size"), (crc, packed, size), right, strict=True)
            if value != true and not (blank and value == 0)
        ]
    if wrong:
        log.add(AnomalyKind.HEADER_MISMATCH, entry.name, f"its local header has {'; '.join(wrong)}")
    return int(flags)


def _zip64_sizes(extra: bytes) -> tuple[int, int] | None:
    """Packed size and size, which a local header's ZIP64 field has the other way round and always both."""
    for kind, content in extra_fields(extra):
        if kind == _ZIP64_EXTRA and len(content) >= _ZIP64_SIZES.size:
            size, packed = _ZIP64_SIZES.unpack_from(content)
            return packed, size
    return None


def _check_descriptor(behind: bytes, length: int, entry: DirectoryEntry, local_flags: int, log: AnomalyLog) -> None:
    """behind: the first of the ``length`` bytes between a member's data and what follows."""
    if (entry.flags | local_flags) & _DESCRIBED:
        marked = behind.startswith(_DESCRIPTOR_SIGNATURE)
        values = (entry.crc, entry.packed_size, entry.size)
        signature = _DESCRIPTOR_SIGNATURE if marked else b""
        forms = [signature + struct.pack(layout, values[0], *values[1:]) for layout in _layouts(entry)]
        if any(length == len(form) and behind == form for form in forms):
            return
        if not length and not local_flags & _DESCRIBED:
            return
        log.add(AnomalyKind.HEADER_MISMATCH, entry.name, "what stands behind its data says another thing of it")
        length -= max((len(form) for form in forms if behind.startswith(form)), default=min(length, _DESCRIPTOR_LIMIT))
    if length > 0:
        log.add(AnomalyKind.HIDDEN_DATA, entry.name, f"{length} bytes that belong to no member stand behind it")


def _layouts(entry: DirectoryEntry) -> tuple[str, ...]:
    fits = entry.packed_size <= _ALL_ONES and entry.size <= _ALL_ONES
    return ("<3L", "<L2Q") if fits else ("<L2Q",)


def _check_digest(digest: Digest, entry: DirectoryEntry, log: AnomalyLog) -> None:
    if digest.has_more:
        log.add(AnomalyKind.HIDDEN_DATA, entry.name, f"it unpacks to more than the {entry.size} bytes announced")
    elif digest.size < entry.size:
        said = f"it unpacks to {digest.size} bytes, {entry.size} were announced"
        log.add(AnomalyKind.HEADER_MISMATCH, entry.name, said)
    elif not digest.is_whole:
        log.add(AnomalyKind.DAMAGED_MEMBER, entry.name, "its packed data has no end")
    if digest.left:
        log.add(AnomalyKind.HIDDEN_DATA, entry.name, f"{digest.left} bytes stand between its data and its end")
