"""Headers of a tar archive (POSIX.1-2017 pax and ustar, GNU's long names), read as `tarfile` reads them.

Not `tarfile` itself: for it a damaged header is the end, a chain of extended headers a recursion, a header's announced
length an allocation, and what other readers take for something else it does not tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pinkeeper.artifacts.archive_anomalies import AnomalyLog
from pinkeeper.artifacts.archive_limits import MEMBER_COUNT_LIMIT
from pinkeeper.artifacts.contents import AnomalyKind
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.tar_stream import TarStream
from pinkeeper.errors import ArtifactError

__all__ = ["TarHeader", "tar_headers"]

_BLOCK = 512
# Real ones have some hundred bytes.
_EXTENDED_LIMIT = 1024 * 1024
# One of each of the four kinds is all that a sound member has.
_EXTENDED_COUNT_LIMIT = 16
# Ten for each member that there may be; a record has five bytes at least, and they come packed.
_RECORD_COUNT_LIMIT = 10 * MEMBER_COUNT_LIMIT
_REGULAR = frozenset({b"0", b"\0", b"7"})
_GNU_SPARSE = b"S"
_GNU_LONG = {b"L": "path", b"K": "linkpath"}
_PAX = frozenset({b"x", b"X"})
_PAX_GLOBAL = b"g"
_EXTENDED = frozenset({*_PAX, *_GNU_LONG, _PAX_GLOBAL})
# What an extended header says that decides which bytes are whose.
_TELLING = frozenset({"path", "size", "linkpath", "GNU.sparse.name"})
# Stands for all that such headers say of a sparse file, which is not read.
_SPARSE = "GNU.sparse."
# What tarfile takes for something else than a regular file and passes over without content.
_WITHOUT_CONTENT = frozenset(b"123456"[at : at + 1] for at in range(6))
_OCTAL = re.compile(rb" *([0-7]*)[ \0]*")
_HIGH = re.compile(rb"[\x80-\xff]")
# User, group, modification time, device: nothing here needs them, but tarfile ends where one is no number.
_OTHER_NUMBERS = (slice(108, 116), slice(116, 124), slice(136, 148), slice(329, 337), slice(337, 345))
_LARGE = frozenset(b"\x80\xff")
_DECIMAL_LIMIT = 20


class _HeaderError(Exception):
    """A block that is no header."""


class TarHeader(Struct, frozen=True, kw_only=True):
    """A member, its content next in the stream. kind: the type flag. size: bytes of content that the archive has."""

    name: str
    kind: bytes
    size: int
    mode: int
    link_target: str
    is_sparse: bool

    @property
    def is_folder(self) -> bool:
        """Whether it only makes a folder."""
        return self.kind == b"5"

    @property
    def has_content(self) -> bool:
        """Whether `tarfile`, and so pip, writes it as a file with content."""
        return self.kind not in _WITHOUT_CONTENT

    @property
    def is_regular(self) -> bool:
        """Whether every reader takes it for a plain file."""
        return self.kind in _REGULAR and not self.is_sparse


def tar_headers(stream: TarStream, *, filename: str, log: AnomalyLog) -> Iterator[TarHeader]:
    """Members in order; what the caller has not read of a content is passed over.

    Raises ArtifactError where the first block is no header. Later damage is told and ends the archive.
    """
    reader = _HeaderReader(stream, log)
    count = 0
    while True:
        try:
            header = reader.next()
        except _HeaderError as error:
            if not count:
                raise ArtifactError(f"the archive cannot be read: {error}", where=filename) from error
            log.refuse(AnomalyKind.DAMAGED_MEMBER, filename, f"what follows its member {count} was not read: {error}")
            return
        if header is None:
            _check_rest(stream, log)
            return
        count += 1
        if count > MEMBER_COUNT_LIMIT:
            log.refuse(AnomalyKind.BOMB, filename, f"it has more than {MEMBER_COUNT_LIMIT} members; more were not read")
            return
        end = stream.position + (header.size if header.has_content else 0)
        yield header
        stream.skip_to(end)
        padding = -end % _BLOCK
        # Where the content is cut as well, who reads it has told so.
        if stream.position == end and len(stream.read(padding)) < padding:
            log.add(AnomalyKind.DAMAGED_MEMBER, header.name, "the archive is cut right behind it")


class _HeaderReader:
    """Headers with what extended ones say of them."""

    def __init__(self, stream: TarStream, log: AnomalyLog) -> None:
        self._stream = stream
        self._log = log
        self._general: dict[str, str] = {}
        self._records = 0

    def next(self) -> TarHeader | None:
        """The next member, None at the archive's end."""
        own: dict[str, str] = {}
        count = 0
        while (block := _block(self._stream)) is not None:
            kind = block[156:157]
            size = _number(block[124:136])
            if kind not in _EXTENDED:
                header = _member(block, kind, size, {**self._general, **own}, self._log)
                if kind == _GNU_SPARSE:
                    _skip_sparse_map(block, self._stream)
                return header
            count += 1
            found = self._extended(kind, size)
            if count > _EXTENDED_COUNT_LIMIT or self._records > _RECORD_COUNT_LIMIT:
                raise _HeaderError("it has extended headers of an absurd number")
            if kind == _PAX_GLOBAL:
                if found.keys() & _TELLING:
                    self._log.add(AnomalyKind.HEADER_MISMATCH, None, "a global header names or measures all members")
                self._general.update(found)
                continue
            if own.keys() & found.keys() & _TELLING:
                named = own.get("path") or found.get("path")
                self._log.add(AnomalyKind.HEADER_MISMATCH, named, "two extended headers say the same of it")
            # As in tarfile the outermost one, which comes first, has the last word.
            own = {**found, **own}
        if count:
            self._log.add(AnomalyKind.DAMAGED_MEMBER, own.get("path"), "an extended header has no member behind it")
        return None

    def _extended(self, kind: bytes, size: int) -> dict[str, str]:
        """What an extended header says."""
        if size > _EXTENDED_LIMIT:
            raise _HeaderError("it has an extended header of an absurd length")
        content = self._stream.read(size)
        self._stream.read(-size % _BLOCK)
        if len(content) < size:
            raise _HeaderError("an extended header is cut")
        if kind in _GNU_LONG:
            return {_GNU_LONG[kind]: _text(content)}
        found, count = _pax_records(content, self._log)
        self._records += count
        return found


def _block(stream: TarStream) -> bytes | None:
    """The block of a header, its checksum verified; None at the archive's end."""
    block = stream.read(_BLOCK)
    if not block.strip(b"\0") and len(block) in {0, _BLOCK}:
        if not stream.position:
            raise _HeaderError("it is empty")
        return None
    _check_sum(block)
    return block


def _member(block: bytes, kind: bytes, size: int, said: dict[str, str], log: AnomalyLog) -> TarHeader:
    name = _text(block[:100])
    # A folder of the oldest format, whatever it is named after.
    if kind == b"\0" and name.endswith("/"):
        kind = b"5"
    prefix = _text(block[345:500])
    if prefix and kind not in {b"L", b"K", _GNU_SPARSE}:
        if not block.startswith(b"ustar\0", 257) and "path" not in said:
            log.add(AnomalyKind.HEADER_MISMATCH, name, f"its name begins with {shown(prefix)} for some readers alone")
        name = f"{prefix}/{name}"
    name = said.get("GNU.sparse.name", said.get("path", name))
    if not all(_is_number(block[field]) for field in _OTHER_NUMBERS):
        log.add(AnomalyKind.HEADER_MISMATCH, name, "its header has no number where there must be one; some readers end")
    real_size = size
    if "size" in said:
        real_size = _decimal(said["size"])
        if real_size != size:
            log.add(AnomalyKind.HEADER_MISMATCH, name, f"it has {size} bytes by its header and {real_size} by another")
    header = TarHeader(
        name=name,
        kind=kind,
        size=real_size,
        mode=_number(block[100:108]),
        link_target=said.get("linkpath", _text(block[157:257])),
        is_sparse=kind == _GNU_SPARSE or _SPARSE in said,
    )
    if real_size and not header.has_content:
        log.add(
            AnomalyKind.HEADER_MISMATCH, name, f"it is no file and has {real_size} bytes, which readers skip or not"
        )
    return header


def _skip_sparse_map(block: bytes, stream: TarStream) -> None:
    """What of the map of an old GNU sparse file did not fit in its header."""
    has_more = bool(block[482])
    while has_more:
        more = stream.read(_BLOCK)
        has_more = len(more) == _BLOCK and bool(more[504])


def _check_rest(stream: TarStream, log: AnomalyLog) -> None:
    """Behind the first block of zeros, which is the end for tarfile and not for others, there must be zeros."""
    while piece := stream.read(64 * _BLOCK):
        if piece.strip(b"\0"):
            log.add(AnomalyKind.HIDDEN_DATA, None, "bytes stand behind its end")
            return


def _check_sum(block: bytes) -> None:
    if len(block) < _BLOCK:
        raise _HeaderError("it is cut within a header")
    said = _number(block[148:156])
    rest = block[:148] + block[156:]
    total = sum(rest) + 8 * ord(" ")
    # Some programs summed signed bytes.
    if said not in {total, total - 256 * len(_HIGH.findall(rest))}:
        raise _HeaderError("a header has not the checksum it says")


def _is_number(field: bytes) -> bool:
    return field[0] in _LARGE or _OCTAL.fullmatch(field.partition(b"\0")[0]) is not None


def _number(field: bytes) -> int:
    """Octal digits, or where it begins with a marked byte two's complement (GNU)."""
    if field[0] in _LARGE:
        value = int.from_bytes(field[1:], "big")
        if field[0] != 0x80:  # noqa: PLR2004 - else negative
            raise _HeaderError("a header has a negative number")
        return value
    # What follows the first NUL is no part of the number.
    found = _OCTAL.fullmatch(field.partition(b"\0")[0])
    if found is None:
        raise _HeaderError("a header has no number where there must be one")
    return int(found[1] or b"0", 8)


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DECIMAL_LIMIT):
        raise _HeaderError("an extended header has no number where there must be one")
    return int(text)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _pax_records(content: bytes, log: AnomalyLog) -> tuple[dict[str, str], int]:
    """Records of their length, a key and a value: those that matter, and how many there are in all."""
    found: dict[str, str] = {}
    position = count = 0
    while position < len(content):
        if not content[position] and not content[position:].strip(b"\0"):
            break
        digits, _, _ = content[position : position + _DECIMAL_LIMIT].partition(b" ")
        end = position + _decimal(digits.decode("latin-1"))
        record = content[position + len(digits) + 1 : end]
        key, separator, value = record[:-1].partition(b"=")
        if not record.endswith(b"\n") or not separator or end > len(content):
            raise _HeaderError("an extended header is damaged")
        count += 1
        position = end
        text = key.decode("utf-8", "surrogateescape")
        if text.startswith(_SPARSE):
            found[_SPARSE] = ""
        if text not in _TELLING:
            continue
        if text in found:
            log.add(AnomalyKind.HEADER_MISMATCH, found.get("path"), f"an extended header says its {text} twice")
        found[text] = value.decode("utf-8", "surrogateescape")
    return found, count
