"""ZIP archives put together field by field, so that any field can be wrong."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["RawMember", "deflated", "extra_field", "raw_zip"]


@dataclass(frozen=True, kw_only=True)
class RawMember:
    """One member. local: fields of its local header that are other than the directory's: name, flags, method, crc,
    packed, size. described: sizes stand behind the data alone. data: packed bytes, else the content is stored. before,
    behind: bytes around it. without_local: only the directory knows it; without_entry: only the file."""

    name: bytes
    content: bytes = b""
    method: int = 0
    flags: int = 0
    data: bytes | None = None
    crc: int | None = None
    size: int | None = None
    packed: int | None = None
    mode: int = 0o100644
    needed: int = 20
    local: dict[str, bytes | int] = field(default_factory=dict)
    local_extra: bytes = b""
    entry_extra: bytes = b""
    before: bytes = b""
    behind: bytes = b""
    offset: int | None = None
    without_local: bool = False
    without_entry: bool = False


def deflated(content: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


def extra_field(kind: int, content: bytes) -> bytes:
    return struct.pack("<2H", kind, len(content)) + content


def raw_zip(
    members: Sequence[RawMember],
    *,
    prefix: bytes = b"",
    shifted: bool = False,
    before_end: bytes = b"",
    directory_tail: bytes = b"",
    comment: bytes = b"",
    comment_size: int | None = None,
    count: int | None = None,
    disk: int = 0,
    behind: bytes = b"",
) -> bytes:
    """prefix: bytes before the first member; shifted: offsets do not count them."""
    body = bytearray(prefix)
    directory = bytearray()
    entries = 0
    for member in members:
        data = member.content if member.data is None else member.data
        crc = zlib.crc32(member.content) if member.crc is None else member.crc
        size = len(member.content) if member.size is None else member.size
        packed = len(data) if member.packed is None else member.packed
        body += member.before
        at = len(body) - (len(prefix) if shifted else 0) if member.offset is None else member.offset
        if not member.without_local:
            said = {"name": member.name, "flags": member.flags, "method": member.method}
            said |= {"crc": crc, "packed": packed, "size": size} | member.local
            name = said["name"]
            body += struct.pack(
                "<4s5H3L2H",
                *(b"PK\x03\x04", 20, said["flags"], said["method"], 0, 0x21),
                *(said["crc"], said["packed"], said["size"], len(name), len(member.local_extra)),
            )
            body += name + member.local_extra + data + member.behind
        if not member.without_entry:
            entries += 1
            directory += struct.pack(
                "<4s6H3L5H2L",
                *(b"PK\x01\x02", 0x0314, member.needed, member.flags, member.method, 0, 0x21, crc, packed, size),
                *(len(member.name), len(member.entry_extra), 0, 0, 0, member.mode << 16, at),
            )
            directory += member.name + member.entry_extra
    directory += directory_tail
    start = len(body) - (len(prefix) if shifted else 0)
    end = struct.pack(
        "<4s4H2LH",
        *(b"PK\x05\x06", disk, 0, *[entries if count is None else count] * 2, len(directory), start),
        len(comment) if comment_size is None else comment_size,
    )
    return bytes(body + directory + before_end + end + comment + behind)
