"""Where a picture or a sound ends, by its own format: what stands behind that is shown to nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

__all__ = ["bytes_behind"]

_PNG_END: Final = b"IEND\xaeB`\x82"
_GIF_BLOCK, _GIF_IMAGE, _GIF_END = 0x21, 0x2C, 0x3B
_HAS_TABLE: Final = 0x80
_JPEG_SCAN, _JPEG_END = 0xDA, 0xD9
_JPEG_ALONE: Final = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})  # without a length; RST0 to RST7 and stuffed bytes
_JPEG_BEGIN: Final = b"\xff\xd8"


def bytes_behind(content: bytes, suffix: str) -> int:
    """How many bytes stand behind the end of a file of a kind; 0 where no end is found, and for mere padding.

    A JPEG may have another one behind it, as cameras write them.
    """
    find = _ENDS.get(suffix)
    try:
        end = find(content) if find is not None else None
    except IndexError:
        return 0  # cut off
    if end is None or end >= len(content):
        return 0
    rest = content[end:]
    if not rest.strip(b"\0\r\n \xff") or (find is _jpeg_end and rest.lstrip(b"\0").startswith(_JPEG_BEGIN)):
        return 0
    return len(rest)


def _png_end(content: bytes) -> int | None:
    """Behind the last chunk (PNG specification, 11.2.5)."""
    end = content.find(_PNG_END)
    return end + len(_PNG_END) if end >= 0 else None


def _gif_end(content: bytes) -> int | None:
    """Behind the trailer (GIF89a, 27)."""
    at = 13
    if content[10] & _HAS_TABLE:
        at += 3 << ((content[10] & 7) + 1)
    while content[at] != _GIF_END:
        if content[at] == _GIF_IMAGE:
            flags = content[at + 9]
            at += 11 + ((3 << ((flags & 7) + 1)) if flags & _HAS_TABLE else 0)
        elif content[at] == _GIF_BLOCK:
            at += 2
        else:
            return None
        while content[at]:
            at += content[at] + 1
        at += 1
    return at + 1


def _jpeg_end(content: bytes) -> int | None:
    """Behind the first end-of-image marker that is no part of a segment (ITU-T T.81, annex B)."""
    at = 2
    while True:
        while content[at] != 0xFF:  # noqa: PLR2004 - every marker begins so
            at = content.find(b"\xff", at)
            if at < 0:
                return None
        kind = content[at + 1]
        if kind == _JPEG_END:
            return at + 2
        if kind in _JPEG_ALONE:
            at += 2
        elif kind == 0xFF:  # noqa: PLR2004 - padding
            at += 1
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")


def _riff_end(content: bytes) -> int | None:
    """Behind the outermost chunk, which says how long it is."""
    if not content.startswith(b"RIFF"):
        return None
    size = int.from_bytes(content[4:8], "little")
    return 8 + size + size % 2


_ENDS: Final[dict[str, Callable[[bytes], int | None]]] = {
    ".png": _png_end,
    ".gif": _gif_end,
    ".jpg": _jpeg_end,
    ".jpeg": _jpeg_end,
    ".wav": _riff_end,
    ".webp": _riff_end,
}
