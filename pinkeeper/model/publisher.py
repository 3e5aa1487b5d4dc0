"""How a ledger and a lock spell who published a file."""

from __future__ import annotations

import re

__all__ = ["is_identity"]

_NAME = r"[A-Za-z][A-Za-z0-9_-]*"
_IDENTITY = re.compile(
    rf"{_NAME}(?: {_NAME}=[^\s=]\S*)+"
)  # not possessive: before 3.11.5 Python misreads one in another
_LONGEST = 500


def is_identity(text: str) -> bool:
    """Whether a text is a kind and what else is said of a publisher (PEP 740), each ``name=value``, a space between.

    Names are bare keys of TOML, for that is where they are written; values have no spaces, which would make two of one.
    """
    return len(text) <= _LONGEST and text.isprintable() and _IDENTITY.fullmatch(text) is not None
