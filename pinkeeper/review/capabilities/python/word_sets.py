"""Sets of words, written as prose is."""

from __future__ import annotations

__all__ = ["word_set"]


def word_set(text: str) -> frozenset[str]:
    """The words of a text that spaces divide."""
    return frozenset(text.split())
