"""A named hash of a distribution file."""

from __future__ import annotations

import re
from typing import ClassVar

from msgspec import Struct

__all__ = ["Digest"]

# Hexadecimal length by algorithm: those that pip accepts in hash-checking mode, and the weaker ones that old index
# pages still carry in fragments (used to verify a download, never written to a lock).
_HEX_LENGTHS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_HEX = re.compile(r"[0-9a-f]+\Z")


class Digest(Struct, frozen=True, order=True):
    """``algorithm`` in lower case and ``value`` in lower-case hexadecimal."""

    ALGORITHMS: ClassVar[frozenset[str]] = frozenset(_HEX_LENGTHS)

    algorithm: str
    value: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> Digest:
        """Read ``sha256:abc...`` (also ``sha256=abc...``). Raises ValueError on any other shape."""
        algorithm, separator, value = text.replace("=", ":", 1).partition(":")
        algorithm, value = algorithm.strip().lower(), value.strip().lower()
        if not separator or _HEX_LENGTHS.get(algorithm) != len(value) or not _HEX.match(value):
            raise ValueError(f"not a hash: {text!r}")
        return cls(algorithm, value)
