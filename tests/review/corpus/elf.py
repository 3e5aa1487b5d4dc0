"""Shared objects made by the tests: no machine code, only what a reader of symbols and strings looks at (ELF-64, x86-64)."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

import struct
from collections.abc import Sequence

__all__ = ["make_shared_object"]

_BASE_HEADERS = 64
_SEGMENT = 56
_SECTION = 64
_DT_NEEDED, _DT_HASH, _DT_STRTAB, _DT_SYMTAB, _DT_STRSZ, _DT_SYMENT = 1, 4, 5, 6, 10, 11
_GLOBAL_FUNCTION = 0x12


def make_shared_object(
    *,
    imports: Sequence[str],
    exports: Sequence[str] = (),
    needed: Sequence[str] = ("libc.so.6",),
    strings: Sequence[str] = (),
    filling: bytes = b"",
) -> bytes:
    """An ELF file with dynamic symbols, needed libraries, a string table and read-only data, and no code that means anything.

    strings: what stands in ``.rodata``. filling: the bytes that stand for code.
    """
    names = b"\0"
    offsets: dict[str, int] = {}
    for name in dict.fromkeys([*imports, *exports, *needed]):
        offsets[name] = len(names)
        names += name.encode() + b"\0"
    text = filling or b"\xc3" * 64
    rodata = b"".join(string.encode() + b"\0" for string in strings) or b"\0"

    dynstr = _BASE_HEADERS + 2 * _SEGMENT
    dynsym = _aligned(dynstr + len(names))
    count = 1 + len(imports) + len(exports)
    hashes = _aligned(dynsym + 24 * count)
    table = struct.pack("<II", 1, count) + struct.pack("<I", 1 if count > 1 else 0)
    table += b"".join(struct.pack("<I", number + 1 if number + 1 < count else 0) for number in range(count))
    dynamic = _aligned(hashes + len(table))
    entries = [(_DT_NEEDED, offsets[name]) for name in needed]
    entries += [
        (_DT_HASH, hashes),
        (_DT_STRTAB, dynstr),
        (_DT_SYMTAB, dynsym),
        (_DT_STRSZ, len(names)),
        (_DT_SYMENT, 24),
        (0, 0),
    ]
    code = _aligned(dynamic + 16 * len(entries))
    constants = _aligned(code + len(text))
    symbols = b"\0" * 24
    symbols += b"".join(struct.pack("<IBBHQQ", offsets[name], _GLOBAL_FUNCTION, 0, 0, 0, 0) for name in imports)
    symbols += b"".join(struct.pack("<IBBHQQ", offsets[name], _GLOBAL_FUNCTION, 0, 5, code, 1) for name in exports)

    section_names = b"\0.dynstr\0.dynsym\0.hash\0.dynamic\0.text\0.rodata\0.shstrtab\0"
    names_at = constants + len(rodata)
    sections_at = _aligned(names_at + len(section_names))

    def section(
        name: bytes, kind: int, flags: int, at: int, size: int, link: int = 0, info: int = 0, each: int = 0
    ) -> bytes:
        return struct.pack(
            "<IIQQQQIIQQ", section_names.index(b"\0" + name + b"\0") + 1, kind, flags, at, at, size, link, info, 8, each
        )

    sections = b"\0" * _SECTION
    sections += section(b".dynstr", 3, 2, dynstr, len(names))
    sections += section(b".dynsym", 11, 2, dynsym, len(symbols), link=1, info=1, each=24)
    sections += section(b".hash", 5, 2, hashes, len(table), link=2, each=4)
    sections += section(b".dynamic", 6, 3, dynamic, 16 * len(entries), link=1, each=16)
    sections += section(b".text", 1, 6, code, len(text))
    sections += section(b".rodata", 1, 2, constants, len(rodata))
    sections += section(b".shstrtab", 3, 0, names_at, len(section_names))
    whole = sections_at + len(sections)

    header = b"\x7fELF" + bytes([2, 1, 1, 0]) + b"\0" * 8
    header += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, _BASE_HEADERS, sections_at, 0, 64, _SEGMENT, 2, _SECTION, 8, 7)
    segments = struct.pack("<IIQQQQQQ", 1, 7, 0, 0, 0, whole, whole, 4096)
    segments += struct.pack("<IIQQQQQQ", 2, 6, dynamic, dynamic, dynamic, 16 * len(entries), 16 * len(entries), 8)
    image = bytearray(whole)
    for at, content in (
        (0, header + segments),
        (dynstr, names),
        (dynsym, symbols),
        (hashes, table),
        (dynamic, b"".join(struct.pack("<QQ", *entry) for entry in entries)),
        (code, text),
        (constants, rodata),
        (names_at, section_names),
        (sections_at, sections),
    ):
        image[at : at + len(content)] = content
    return bytes(image)


def _aligned(offset: int) -> int:
    return (offset + 7) // 8 * 8
