"""Windows and Mac binaries made by the tests: headers and import tables, and no code that means anything."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

__all__ = ["make_dylib", "make_fat", "make_pe"]

_ALIGNMENT = 0x200
_VIRTUAL = 0x1000
_CODE_FLAGS = 0x60000020
_DATA_FLAGS = 0x40000040


def make_pe(
    imports: Mapping[str, Sequence[str | int]],
    *,
    texts: bytes = b"",
    code: bytes = b"\xc3" * 64,
    code_name: str = ".text",
) -> bytes:
    """A PE32+ library. imports: names or ordinals by library."""
    data_at = 2 * _VIRTUAL if len(code) <= _VIRTUAL else _VIRTUAL + -(-len(code) // _VIRTUAL) * _VIRTUAL
    table = b""
    rest = b""
    rest_at = data_at + 20 * (len(imports) + 1)
    for library, names in imports.items():
        thunks = b""
        hints = b""
        hints_at = rest_at + len(rest) + 2 * 8 * (len(names) + 1)
        for name in names:
            if isinstance(name, int):
                thunks += struct.pack("<Q", 1 << 63 | name)
            else:
                thunks += struct.pack("<Q", hints_at + len(hints))
                hints += b"\0\0" + name.encode() + b"\0" + b"\0" * (len(name) % 2 == 0)
        thunks += b"\0" * 8
        start = rest_at + len(rest)
        table += struct.pack("<5L", start, 0, 0, hints_at + len(hints), start + len(thunks))
        rest += thunks + thunks + hints + library.encode() + b"\0"
    data = table + b"\0" * 20 + rest + b"\0" + texts
    sections = [(code_name, _VIRTUAL, code, _CODE_FLAGS), (".rdata", data_at, data, _DATA_FLAGS)]
    optional = struct.pack("<HBBLLLLL", 0x20B, 14, 0, len(code), len(data), 0, _VIRTUAL, _VIRTUAL)
    optional += struct.pack(
        "<QLLHHHHHHLLLLHH", 0x180000000, _VIRTUAL, _ALIGNMENT, 6, 0, 0, 0, 6, 0, 0, data_at + 0x10000, 0x400, 0, 3, 0
    )
    optional += struct.pack("<QQQQLL", 0x100000, 0x1000, 0x100000, 0x1000, 0, 16)
    directories = [(0, 0)] * 16
    directories[1] = (data_at, len(table) + 20)
    optional += b"".join(struct.pack("<LL", *directory) for directory in directories)
    header = b"MZ".ljust(60, b"\0") + struct.pack("<L", 64) + b"PE\0\0"
    header += struct.pack("<HHLLLHH", 0x8664, len(sections), 0, 0, 0, len(optional), 0x2022) + optional
    file_at = 0x400
    bodies = b""
    for name, virtual, content, flags in sections:
        padded = content.ljust(-(-len(content) // _ALIGNMENT) * _ALIGNMENT, b"\0")
        header += name.encode().ljust(8, b"\0")
        header += struct.pack(
            "<LLLLLLHHL", len(content), virtual, len(padded), file_at + len(bodies), 0, 0, 0, 0, flags
        )
        bodies += padded
    return header.ljust(file_at, b"\0") + bodies


def make_dylib(
    *, imports: Sequence[str], needed: Sequence[str] = (), texts: bytes = b"", code: bytes = b"\xc3" * 64
) -> bytes:
    """A 64-bit Mach-O library. imports: with the underscore that C names have there."""
    commands = [
        struct.pack("<LLLLLL", 0xC, -(-(24 + len(name) + 1) // 8) * 8, 24, 0, 0, 0)
        + name.encode().ljust(-(-(len(name) + 1) // 8) * 8, b"\0")
        for name in needed
    ]
    strings = b"\0"
    symbols = b""
    for name in imports:
        symbols += struct.pack("<LBBHQ", len(strings), 0x01, 0, 0x0100, 0)
        strings += name.encode() + b"\0"
    segment_size, symtab_size, dysymtab_size = 72 + 2 * 80, 24, 80
    size = segment_size + symtab_size + dysymtab_size + sum(map(len, commands))
    code_at = 32 + size
    texts_at = code_at + len(code)
    symbols_at = -(-(texts_at + len(texts)) // 8) * 8
    strings_at = symbols_at + len(symbols)
    end = strings_at + len(strings)
    segment = struct.pack("<LL16sQQQQLLLL", 0x19, segment_size, b"__TEXT", 0, end, 0, end, 5, 5, 2, 0)
    segment += struct.pack(
        "<16s16sQQLLLLLLLL", b"__text", b"__TEXT", code_at, len(code), code_at, 0, 0, 0, 0x80000400, 0, 0, 0
    )
    segment += struct.pack(
        "<16s16sQQLLLLLLLL", b"__cstring", b"__TEXT", texts_at, len(texts), texts_at, 0, 0, 0, 2, 0, 0, 0
    )
    symtab = struct.pack("<LLLLLL", 2, symtab_size, symbols_at, len(imports), strings_at, len(strings))
    dysymtab = struct.pack("<LLLLLLLL", 0xB, dysymtab_size, 0, 0, 0, 0, 0, len(imports)).ljust(dysymtab_size, b"\0")
    header = struct.pack("<LLLLLLLL", 0xFEEDFACF, 0x0100000C, 0, 6, 3 + len(commands), size, 0x85, 0)
    content = header + segment + symtab + dysymtab + b"".join(commands) + code + texts
    return content.ljust(symbols_at, b"\0") + symbols + strings


def make_fat(*slices: bytes) -> bytes:
    """Several Mach-O files in one, as for other processors each."""
    content = struct.pack(">LL", 0xCAFEBABE, len(slices))
    at = 0x1000
    body = b""
    for number, piece in enumerate(slices):
        content += struct.pack(">LLLLL", (0x0100000C, 0x01000007)[number % 2], 0, at + len(body), len(piece), 12)
        body += piece.ljust(-(-len(piece) // 0x1000) * 0x1000, b"\0")
    return content.ljust(at, b"\0") + body
