"""TOML 1.0 out of texts that nobody vouches for."""

from __future__ import annotations

import re
import tomllib
from typing import Any

__all__ = ["parse_toml"]

# Nobody writes a key of more parts; what the parser does with one grows with the square of them.
_MOST_PARTS = 64
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"(?<![A-Za-z0-9_\\-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{_MOST_PARTS}}}")


def parse_toml(text: str) -> dict[str, Any]:
    """Decode, in time that grows with the text alone.

    Raises `tomllib.TOMLDecodeError`, or another ValueError or a RecursionError for numbers of thousands of digits,
    arrays a thousand deep and keys of more than 64 parts.
    """
    if text.count(".") >= _MOST_PARTS and _LONG_KEY.search(text):
        raise ValueError(f"it has a key of more than {_MOST_PARTS} parts")
    return tomllib.loads(text)
