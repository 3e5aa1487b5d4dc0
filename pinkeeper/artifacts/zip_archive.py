"""The part of the ZIP format (PKWARE APPNOTE) that wheels and zipped sdists use, read strictly and in few reads.

Not `zipfile`: that one builds an object for each member (7 times the time on a wheel of ten thousand files, and a cold
run reads hundreds of wheels), allows what other readers see differently (bytes before the archive, counts that are
wrong), and raises whatever it stumbles over. Here the end record, the directory and a member are one read each, which
suits a file whose bytes are fetched by range requests, and every failure is an `ArtifactError`.
"""

from __future__ import annotations

import stat
import struct
import zlib
from typing import BinaryIO

from msgspec import Struct

from pinkeeper.artifacts.hostile_text import is_unsafe_path, shown
from pinkeeper.errors import ArtifactError

__all__ = ["MEMBER_COUNT_LIMIT", "ZipArchive", "ZipMember"]

MEMBER_COUNT_LIMIT = 100_000
_DIRECTORY_LIMIT = 64 * 1024 * 1024
_COMMENT_LIMIT = 0xFFFF

_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_LOCATOR64 = struct.Struct("<4sLQL")
_LOCATOR64_SIGNATURE = b"PK\x06\x07"
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_SIGNATURE = b"PK\x06\x06"
_ENTRY = struct.Struct("<4s6H3L5H2L")
_ENTRY_SIGNATURE = b"PK\x01\x02"
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_ZIP64_EXTRA = 1
_IN_ZIP64 = 0xFFFFFFFF
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000  # traditional, strong, masked directory
_STORED, _DEFLATED = 0, 8


class ZipMember(Struct, frozen=True, kw_only=True):
    """One entry of the directory. name: decoded as UTF-8, other bytes as surrogates. sizes and offset: bytes."""

    name: str
    flags: int
    method: int
    crc: int
    compressed_size: int
    size: int
    offset: int
    local_extra_size: int
    unix_mode: int

    @property
    def is_folder(self) -> bool:
        """True where the entry only makes a folder."""
        return self.name.endswith("/")

    @property
    def is_link(self) -> bool:
        """True for a symbolic link, which has its target as content."""
        return stat.S_ISLNK(self.unix_mode)


class ZipArchive:
    """The directory of an archive in a seekable file.

    names: of all members in order, perhaps repeated, none of which leaves the archive's folder. Raises `ArtifactError`
    for whatever is not a sound archive. `PinkeeperError` raised by the file itself passes through.
    """

    def __init__(self, file: BinaryIO, *, filename: str) -> None:
        self._file = file
        self._filename = filename
        count, size, self._directory_offset = self._find_directory()
        if count > MEMBER_COUNT_LIMIT or size > _DIRECTORY_LIMIT:
            raise self._refusal(f"it has more than {MEMBER_COUNT_LIMIT} members")
        self._directory = self._read_at(self._directory_offset, size)
        self._positions: list[int] = []
        self.names = self._read_names(count)
        if is_unsafe_path("\n".join(self.names)):
            name = next(name for name in self.names if is_unsafe_path(name))
            raise self._refusal(f"a member's name leaves the archive: {shown(name)}")

    def member(self, index: int) -> ZipMember:
        """The entry of ``names[index]``."""
        position = self._positions[index]
        entry = _ENTRY.unpack_from(self._directory, position)
        _, made_by, _, flags, method, _, _, crc, packed, size, name_size, extra_size, _, _, _, attributes, offset = (
            entry
        )
        extra_start = position + _ENTRY.size + name_size
        if _IN_ZIP64 in (packed, size, offset):
            extra = self._directory[extra_start : extra_start + extra_size]
            size, packed, offset = self._from_zip64(extra, size, packed, offset)
        return ZipMember(
            name=self.names[index],
            flags=flags,
            method=method,
            crc=crc,
            compressed_size=packed,
            size=size,
            offset=offset,
            local_extra_size=extra_size,
            unix_mode=attributes >> 16 if made_by >> 8 == 3 else 0,  # noqa: PLR2004 - 3 is Unix
        )

    def read(self, member: ZipMember, *, limit: int) -> bytes:
        """The content of a member of at most ``limit`` bytes, its size and checksum verified."""
        if member.flags & _ENCRYPTED:
            raise self._refusal(f"the member {shown(member.name)} is encrypted")
        if member.method not in (_STORED, _DEFLATED):
            raise self._refusal(f"the member {shown(member.name)} has the compression method {member.method}")
        # Deflate never makes data much longer, so a packed size far over the limit is refused without reading it.
        if member.size > limit or member.compressed_size > limit + limit // 8 + 1024:
            raise self._refusal(f"the member {shown(member.name)} is larger than {limit} bytes")
        content = self._inflated(member, self._packed(member))
        if len(content) != member.size or zlib.crc32(content) != member.crc:
            raise self._refusal(f"the member {shown(member.name)} has not the size or checksum that was announced")
        return content

    def _find_directory(self) -> tuple[int, int, int]:
        """Count of entries, size and offset of the directory, from the end record."""
        try:
            self._file.seek(0, 2)
            file_size = self._file.tell()
        except OSError as error:
            raise self._refusal(f"it cannot be read: {error}") from error
        # Nearly no archive has a comment, so the end record with the ZIP64 parts before it is asked for first.
        for reach in (_END.size, _END.size + _COMMENT_LIMIT):
            tail_size = min(file_size, reach + _LOCATOR64.size + _END64.size)
            tail = self._read_at(file_size - tail_size, tail_size)
            at = tail.rfind(_END_SIGNATURE, 0, len(tail) - _END.size + len(_END_SIGNATURE))
            if at >= 0 and (tail_size == file_size or at >= len(tail) - reach):
                break
        else:
            raise self._refusal("it is no ZIP archive, or it was cut")
        _, disk, directory_disk, disk_count, count, size, offset, comment_size = _END.unpack_from(tail, at)
        end = file_size - tail_size + at
        if at + _END.size + comment_size != len(tail):
            raise self._refusal("its end record is not at its end")
        locator_at = at - _LOCATOR64.size
        if locator_at >= 0 and tail.startswith(_LOCATOR64_SIGNATURE, locator_at):
            end_at = locator_at - _END64.size
            if end_at < 0 or not tail.startswith(_END64_SIGNATURE, end_at):
                raise self._refusal("its ZIP64 end record is not where it belongs")
            end = file_size - tail_size + end_at
            if _LOCATOR64.unpack_from(tail, locator_at)[2] != end:
                raise self._refusal("its ZIP64 end record is not where it belongs")
            _, _, _, _, disk, directory_disk, disk_count, count, size, offset = _END64.unpack_from(tail, end_at)
        if disk or directory_disk or disk_count != count:
            raise self._refusal("it is a part of a split archive")
        if offset + size != end:
            raise self._refusal("its directory is not where its end record says")
        return count, size, offset

    def _read_names(self, count: int) -> list[str]:
        directory, size = self._directory, len(self._directory)
        names = []
        position = 0
        for _ in range(count):
            if not directory.startswith(_ENTRY_SIGNATURE, position) or position + _ENTRY.size > size:
                raise self._refusal("its directory is damaged")
            entry = _ENTRY.unpack_from(directory, position)
            start = position + _ENTRY.size
            end = start + entry[10]
            names.append(directory[start:end].decode("utf-8", "surrogateescape"))
            self._positions.append(position)
            position = end + entry[11] + entry[12]
        if position != size:
            raise self._refusal("its directory is damaged")
        return names

    def _from_zip64(self, extra: bytes, *values: int) -> list[int]:
        """Size, packed size and offset, those that did not fit replaced from the ZIP64 extra field, in its order."""
        position = 0
        while position + 4 <= len(extra):
            kind, length = struct.unpack_from("<2H", extra, position)
            if kind == _ZIP64_EXTRA:
                numbers = iter(struct.unpack(f"<{length // 8}Q", extra[position + 4 :][: length // 8 * 8]))
                if len(extra) < position + 4 + length or length // 8 < values.count(_IN_ZIP64):
                    break
                return [next(numbers) if value == _IN_ZIP64 else value for value in values]
            position += 4 + length
        raise self._refusal("its directory has a large entry without its ZIP64 sizes")

    def _packed(self, member: ZipMember) -> bytes:
        name_size = len(member.name.encode("utf-8", "surrogateescape"))
        guess = _LOCAL.size + name_size + member.local_extra_size + member.compressed_size
        if member.offset + _LOCAL.size + name_size + member.compressed_size > self._directory_offset:
            raise self._refusal(f"the member {shown(member.name)} is not where the directory says")
        block = self._read_at(member.offset, min(guess, self._directory_offset - member.offset))
        local = _LOCAL.unpack_from(block)
        flags, method, local_name_size, local_extra_size = local[2], local[3], local[9], local[10]
        name = block[_LOCAL.size : _LOCAL.size + local_name_size].decode("utf-8", "surrogateescape")
        if local[0] != _LOCAL_SIGNATURE or (name, method, flags & _ENCRYPTED) != (member.name, member.method, 0):
            raise self._refusal(f"the member {shown(member.name)} is not what the directory says")
        start = _LOCAL.size + local_name_size + local_extra_size
        end = start + member.compressed_size
        if end > len(block):
            if member.offset + end > self._directory_offset:
                raise self._refusal(f"the member {shown(member.name)} runs into the directory")
            block += self._read_at(member.offset + len(block), end - len(block))
        return block[start:end]

    def _inflated(self, member: ZipMember, packed: bytes) -> bytes:
        if member.method == _STORED:
            return packed
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            # One byte over the announced size shows that more would come, without letting it come.
            content = inflater.decompress(packed, member.size + 1)
        except zlib.error as error:
            raise self._refusal(f"the member {shown(member.name)} cannot be decompressed: {error}") from error
        if not inflater.eof or inflater.unused_data:
            raise self._refusal(f"the member {shown(member.name)} has not the size that was announced")
        return content

    def _read_at(self, offset: int, size: int) -> bytes:
        """Exactly ``size`` bytes."""
        parts = []
        try:
            self._file.seek(offset)
            while size > 0 and (part := self._file.read(size)):
                parts.append(part)
                size -= len(part)
        except (OSError, OverflowError, ValueError) as error:
            raise self._refusal(f"it cannot be read: {error}") from error
        if size:
            raise self._refusal("it is cut")
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _refusal(self, what: str) -> ArtifactError:
        return ArtifactError(
            f"the archive cannot be read safely: {what}",
            where=self._filename,
            remedy="download it again with --no-cache; if it stays so, do not install it and tell the index's owner",
        )
