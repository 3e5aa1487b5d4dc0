"""Foreign text made harmless for a terminal."""

from __future__ import annotations

import unicodedata

__all__ = ["printable"]

_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})

# Letters, marks and symbols that show nothing, or nothing but room: U+2800 and the Default_Ignorable_Code_Points of
# Unicode that are of no category above.
_BLANK = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2065, 0x2800, 0x3164, 0xFFA0))
)
_VARIATION_SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_EMOJI_STYLE = "\ufe0f"


def printable(text: str) -> str:
    """The text with control, format, surrogate, line-separating and unseen characters written as escapes.

    Among them are what moves a cursor (ESC, C1), what turns reading direction (bidi controls) and what is not seen
    (zero-width characters, fillers, variation selectors but for the one that makes a symbol an emoji).
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character if character == _EMOJI_STYLE and _is_symbol(before) else _escaped(character)
        for before, character in zip(f" {text}", text, strict=False)
    )


def _escaped(character: str) -> str:
    if character == "\t":
        return " "
    if unicodedata.category(character) in _ESCAPED or character in _BLANK or _is_selector(character):
        code = ord(character)
        return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004
    return character


def _is_selector(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _VARIATION_SELECTORS)


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) in {"So", "Sm"}
