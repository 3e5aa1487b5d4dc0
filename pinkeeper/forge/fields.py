"""Fields of what a forge answers, taken for what they are and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["number_in", "text_in"]


def text_in(item: Mapping[str, Any], name: str) -> str:
    """A text; empty where there is none."""
    value = item.get(name)
    return value if isinstance(value, str) else ""


def number_in(item: Mapping[str, Any], name: str) -> int:
    """A whole number; 0 where there is none."""
    value = item.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
