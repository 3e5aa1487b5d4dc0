"""Long literals as dense as packed or encrypted data.

Everyday are certificates and keys (PEM), images and fonts, digests, tables, word lists, serialized descriptors and
short test vectors: they are left out by their form, or because they are not long or not dense enough. Literals that
follow each other, in a list or joined, are looked at as one.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.source_spans import Span, spans

__all__ = ["entropy", "opaque_blobs"]

_DENSE_SIZE = 60
_DENSE_RUN = lazy_pattern(r"""[\s"'][^\s"']{60,}+""")
_LONG_WORD = lazy_pattern(r"\S{60}")  # the same, with less to look at
_FEW_CHARACTERS = 12
"""Of which rulers, tables and drawings consist; hexadecimal has 16."""

_BETWEEN = lazy_pattern(r"[\s+\\()]*(,\s*)?[bBrRuU]{0,2}")
_PIECE_SIZE = 40
"""Characters of a literal in a list from which it may be a piece of something."""

_SMALLEST = 500
_SAMPLE = 1 << 16
_BASE64 = lazy_pattern(r"[A-Za-z0-9+/_-]++={0,2}")
_HEX = lazy_pattern(r"[0-9a-fA-F]++")
_BASE85 = lazy_pattern(r"[!-~]++")
_DATA_URI = lazy_pattern(r"data:[\w/+.;=-]*;base64,")
_ESCAPE = lazy_pattern(r"\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|(.))", re.DOTALL)
_SIMPLE_ESCAPES = dict(
    zip("ntr\\'\"\nabfv", ["\n", "\t", "\r", "\\", "'", '"', "", "\a", "\b", "\f", "\v"], strict=True)
)
_FEWEST_NUMBERS = 400
_NUMBERS = lazy_pattern(rf"(?:\b(?:0x[0-9a-fA-F]{{1,2}}|\d{{1,3}})\s{{0,40}},\s{{0,40}}){{{_FEWEST_NUMBERS},}}")
_AFTER_NUMBER = lazy_pattern(r",(?<=[\da-fA-F\s],)")
_DIGEST_SIZES = {28, 32, 40, 44, 56, 64, 88, 96, 128}

# Beginning and end of files that are everyday in code: with another end, something was put behind the beginning.
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    (b"GIF87a", b";"),
    (b"GIF89a", b";"),
    (b"\xff\xd8\xff", b"\xff\xd9"),
    (b"<svg", b"</svg>"),
    (b"<?xml", b">"),
)
_SIZED = ((b"wOFF", 8, "big"), (b"wOF2", 8, "big"), (b"RIFF", 4, "little"))


def opaque_blobs(text: str, lines: list[str]) -> Iterator[tuple[int, str]]:
    """The offset of each, in characters, and what it is: ``1,234 characters of base64``. lines: of the text."""
    yield from _lists_of_bytes(text)
    if not _may_have_some(lines):
        return
    for pieces in _groups(text):
        size = sum(piece.end - piece.start for piece in pieces)
        if size < _SMALLEST:
            continue
        literals = [text[piece.start : piece.end].strip(text[piece.start]) for piece in pieces]
        said = _said(literals)
        if said is not None:
            yield pieces[0].start, said


def _lists_of_bytes(text: str) -> Iterator[tuple[int, str]]:
    """Long lists of numbers below 256, as varied as packed bytes are; tables have fewer, or fewer different ones."""
    if len(_AFTER_NUMBER.findall(text)) < _FEWEST_NUMBERS:
        return
    for found in _NUMBERS.finditer(text):
        try:
            values = bytes(
                int(number, 0) for number in found[0].replace("\n", " ").strip(" ,").split(",") if number.strip()
            )
        except ValueError:
            continue  # one of them is larger, or is written with zeros before it
        if len(values) >= _SMALLEST and entropy(values.decode("latin-1")) >= 6.5:  # noqa: PLR2004 - as for escapes
            yield found.start(), f"a list of {len(values):,} bytes"


def _may_have_some(lines: list[str]) -> bool:
    text = "\n".join([line for line in lines if len(line) >= _DENSE_SIZE])
    if _LONG_WORD.search(text) is None:
        return False
    size = 0
    for found in _DENSE_RUN.finditer(f"\n{text}"):
        run = found[0]
        if len(set(run[:_SAMPLE])) > _FEW_CHARACTERS:
            size += len(run)
            if size >= _SMALLEST:
                return True
    return False


def _groups(text: str) -> Iterator[list[Span]]:
    """Literals that follow each other; those in a list only where each is long enough to be a piece."""
    group: list[Span] = []
    for span in spans(text):
        if span.is_comment:
            continue
        if group:
            between = _BETWEEN.fullmatch(text, group[-1].end, span.start)
            is_piece = min(span.end - span.start, group[-1].end - group[-1].start) >= _PIECE_SIZE
            if between is None or (between[1] and not is_piece):
                yield group
                group = []
        group.append(span)
    if group:
        yield group


def _said(literals: list[str]) -> str | None:
    """What kind of blob it is, None for everyday ones."""
    joined = "".join(literals)
    if "-----BEGIN " in joined or joined.startswith(("ssh-", "ecdsa-")):
        return None
    if "\\x" in joined or "\\0" in joined:
        return _said_of_bytes(joined)
    packed = "".join(_DATA_URI.sub("", joined).replace("\\n", "").split())
    if _HEX.fullmatch(packed):
        is_list = len(literals) > 1 and len(literals[0]) in _DIGEST_SIZES
        is_dense = len(packed) >= 2048 and entropy(packed) >= 3.5  # noqa: PLR2004 - a key of 8192 bits; hex has at most 4
        return f"{len(packed):,} characters of hexadecimal" if is_dense and not is_list else None
    if _BASE64.fullmatch(packed):
        is_list = len(literals) > 1 and len({len(literal) for literal in literals}) == 1 and literals[0].endswith("=")
        is_dense = len(packed) >= 1000 and entropy(packed) >= 5.2  # noqa: PLR2004 - names come to 4.9, text in base64 to 5.4
        return f"{len(packed):,} characters of base64" if is_dense and not is_list and not _is_picture(packed) else None
    if _BASE85.fullmatch(packed) and not any(mark in joined for mark in " \t"):
        is_dense = len(packed) >= 1000 and entropy(packed) >= 5.9  # noqa: PLR2004 - packed JavaScript comes to 5.5
        return f"{len(packed):,} characters of base85" if is_dense else None
    return None


def _said_of_bytes(literal: str) -> str | None:
    """Of a literal with escapes, as a bytes literal has them."""
    try:
        values = _ESCAPE.sub(_unescaped, literal)
        content = values.encode("latin-1")
    except (UnicodeEncodeError, ValueError):
        return None  # a text of other characters, and tables of such are everyday
    odd = sum(byte >= 0x7F or byte < 0x20 for byte in content[:_SAMPLE])  # noqa: PLR2004 - what is not printable
    is_dense = len(content) >= _SMALLEST and entropy(values) >= 6.5  # noqa: PLR2004 - descriptors come to 5.5, packed data to 7.5
    return f"{len(content):,} packed bytes" if is_dense and odd > min(len(content), _SAMPLE) // 4 else None


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    if found[2]:
        return chr(int(found[2], 8) & 0xFF)
    return _SIMPLE_ESCAPES.get(found[3], found[0])


def _is_picture(packed: str) -> bool:
    """Whether base64 is a picture or a font, whole."""
    try:
        content = base64.b64decode(packed.replace("-", "+").replace("_", "/") + "=" * (-len(packed) % 4))
    except (binascii.Error, ValueError):
        return False
    if any(content.startswith(start) and content.rstrip().endswith(end) for start, end in _PICTURES):
        return True
    for start, at, order in _SIZED:
        if content.startswith(start):
            size = int.from_bytes(content[at : at + 4], "little" if order == "little" else "big")
            return abs(len(content) - size) <= 8  # noqa: PLR2004 - padding, and RIFF does not count its own header
    return content.startswith(b"\0\0\1\0") and len(content) < 1 << 16  # an icon, which has no end of its own


def entropy(text: str) -> float:
    """Bits a character (Shannon), of the beginning of a long text."""
    sample = text[:_SAMPLE]
    return -sum(count / len(sample) * math.log2(count / len(sample)) for count in Counter(sample).values())
