"""ELF, PE and Mach-O files read by LIEF. Only in a process that may be lost: it is C++, and the files are hostile."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

import lief

from pinkeeper.review.capabilities.native import NativeFormat, NativeSummary
from pinkeeper.review.capabilities.native_imports import capabilities_of, plain_name
from pinkeeper.review.capabilities.native_texts import texts_in

__all__ = ["format_of", "read_native"]

_NAMES_LIMIT = 20_000
_NAME_SIZE_LIMIT = 500
_MACH_O_MAGICS = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_FAT_MAGICS = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_FAT_COUNT_LIMIT = 30
"""Java's class files begin as fat Mach-O files do, with a version above this where those have a count."""

_PACKERS = ("upx", ".upx", ".aspack", ".adata", ".mpress", ".petite", ".vmp", ".themida", ".nsp", ".packed", ".enigma")
_PACKED_ENTROPY = 7.3
"""Bits a byte. Machine code comes to 5.5 to 6.8, packed data to 7.9."""

_PACKED_SIZE = 4096
_SAMPLE = 1 << 20


_Parts = tuple[set[str], set[str], bool]
"""Libraries, imports, whether it is packed."""


class _DamagedError(Exception):
    """LIEF could not read the file."""


def format_of(content: bytes) -> NativeFormat | None:
    """The format, by the first bytes."""
    if content.startswith(b"\x7fELF"):
        return NativeFormat.ELF
    if content.startswith(b"MZ"):
        return NativeFormat.PE
    is_fat = content.startswith(_FAT_MAGICS) and 0 < int.from_bytes(content[4:8], "big") <= _FAT_COUNT_LIMIT
    return NativeFormat.MACH_O if is_fat or content.startswith(_MACH_O_MAGICS) else None


def read_native(content: bytes) -> NativeSummary:
    """All that a binary says of itself. LIEF may end the process instead."""
    lief.logging.disable()
    format_ = format_of(content)
    if format_ is None:
        return NativeSummary(problem="it is neither ELF nor PE nor Mach-O")
    try:
        match format_:
            case NativeFormat.ELF:
                libraries, imports, is_packed = _read_elf(content)
            case NativeFormat.PE:
                libraries, imports, is_packed = _read_pe(content)
            case NativeFormat.MACH_O:
                libraries, imports, is_packed = _read_mach_o(content)
    except (_DamagedError, ValueError, TypeError, RuntimeError, AttributeError) as error:
        return NativeSummary(format=format_, problem=f"it is damaged: {error}"[:200])
    names = {plain_name(name) for name in imports}
    return NativeSummary(
        format=format_,
        libraries=_sorted(libraries),
        imports=_sorted(names),
        capabilities=capabilities_of(names),
        texts=texts_in(content),
        is_packed=is_packed,
    )


def _read_elf(content: bytes) -> _Parts:
    config = lief.ELF.ParserConfig()
    config.parse_relocations = config.parse_symbol_versions = config.parse_symtab_symbols = False
    config.parse_notes = config.parse_overlay = False
    binary = lief.ELF.parse(content, config)
    if binary is None:
        raise _DamagedError("its headers cannot be read")
    imports = _names(symbol.name for symbol in binary.dynamic_symbols if symbol.imported)
    runs = [
        (str(section.name), int(section.size), section.entropy)
        for section in binary.sections
        if section.has(lief.ELF.Section.FLAGS.EXECINSTR)
    ]
    if not runs:  # packers take the section headers away
        for segment in binary.segments:
            if segment.has(lief.ELF.Segment.FLAGS.X):
                start, size = segment.file_offset, segment.physical_size
                runs.append(("", size, _entropy(content[start : start + min(size, _SAMPLE)])))
    return _names(binary.libraries), imports, _is_packed(runs) or b"UPX!" in content[:4096]


def _read_pe(content: bytes) -> _Parts:
    config = lief.PE.ParserConfig()
    config.parse_signature = config.parse_exports = config.parse_rsrc = config.parse_reloc = False
    binary = lief.PE.parse(content, config)
    if binary is None:
        raise _DamagedError("its headers cannot be read")
    libraries: set[str] = set()
    imports: set[str] = set()
    for library in [*binary.imports, *binary.delay_imports]:
        name = str(library.name)
        libraries |= _names([name])
        imports |= _names(f"{name}#{entry.ordinal}" if entry.is_ordinal else entry.name for entry in library.entries)
    runs = [
        (str(section.name), int(section.size), section.entropy)
        for section in binary.sections
        if section.has_characteristic(lief.PE.Section.CHARACTERISTICS.MEM_EXECUTE)
    ]
    return libraries, imports, _is_packed(runs)


def _read_mach_o(content: bytes) -> _Parts:
    config = lief.MachO.ParserConfig.quick
    binaries = lief.MachO.parse(content, config)
    if binaries is None or binaries.size == 0:
        raise _DamagedError("its headers cannot be read")
    libraries: set[str] = set()
    imports: set[str] = set()
    is_packed = False
    for binary in binaries:  # of one architecture each
        libraries |= _names(library.name for library in binary.libraries)
        imports |= {name.removeprefix("_") for name in _names(symbol.name for symbol in binary.imported_symbols)}
        runs = [
            (str(section.name), int(section.size), section.entropy)
            for section in binary.sections
            if section.name == "__text" or "UPX" in str(section.name)
        ]
        is_packed |= _is_packed(runs)
    return libraries, imports, is_packed


def _names(names: Iterable[object]) -> set[str]:
    """As text, without what no loader would take for a name."""
    found: set[str] = set()
    for name in names:
        text = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
        if 0 < len(text) <= _NAME_SIZE_LIMIT and text.isprintable():
            found.add(text)
            if len(found) >= _NAMES_LIMIT:
                break
    return found


def _sorted(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names)[:_NAMES_LIMIT])


def _is_packed(runs: list[tuple[str, int, float]]) -> bool:
    """runs: name, size and entropy of what is executable."""
    return any(
        name.lower().startswith(_PACKERS) or (size >= _PACKED_SIZE and entropy >= _PACKED_ENTROPY)
        for name, size, entropy in runs
    )


def _entropy(content: bytes) -> float:
    return -sum(count / len(content) * math.log2(count / len(content)) for count in Counter(content).values())
