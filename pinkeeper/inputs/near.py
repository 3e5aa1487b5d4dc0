"""The known word that a person may have meant."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["nearest", "or_nearest"]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like this one; None where none is like it."""
    import difflib  # noqa: PLC0415 - only on the way to an error

    return next(iter(difflib.get_close_matches(word, sorted(known), n=1)), None)


def or_nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean index-url?`` to stand behind a sentence that refuses a word; empty where no word is like it."""
    meant = nearest(word, known)
    return f"; did you mean {meant}?" if meant else ""
