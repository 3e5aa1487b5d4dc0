"""From the bytes of a Python file to its syntax tree, whichever Python they were written for."""

from __future__ import annotations

import ast
import codecs
import io
import tokenize
import warnings

from msgspec import Struct

__all__ = ["SIZE_LIMIT", "Parsed", "parse"]

SIZE_LIMIT = 8 * 1024 * 1024
"""Bytes of source; beyond it lie generated tables and attacks on those who read."""


class Parsed(Struct, frozen=True, kw_only=True, eq=False):
    """A source file as text and as a tree.

    text: decoded; where that fails, each byte as the character of its number, so that the text can still be looked at.
    tree: None where there is a problem. problem: one sentence. newer: the newest grammar that it needed and that the
    running Python has not got, such as ``type parameters (PEP 695)``; the tree then is of an older spelling, with the
    same lines and columns.
    """

    text: str
    tree: ast.Module | None = None
    problem: str | None = None
    newer: str | None = None


def parse(source: bytes) -> Parsed:
    """The text and the tree of a source file (PEP 263, PEP 3120). Raises nothing, whatever the bytes are."""
    text, problem = _decoded(source)
    if problem is None and len(source) > SIZE_LIMIT:
        problem = f"too large to be parsed: {len(source):,} bytes"
    if problem is not None:
        return Parsed(text=text, problem=problem)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Parsed(text=text, tree=ast.parse(text))
    except SyntaxError as error:
        return Parsed(text=text, problem=f"line {error.lineno or 1}: {error.msg}")
    except (RecursionError, MemoryError):
        return Parsed(text=text, problem="too deeply nested to be parsed")
    except ValueError as error:
        return Parsed(text=text, problem=str(error))


def _decoded(source: bytes) -> tuple[str, str | None]:
    """The text, and why it is not what its author meant."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        text = codecs.decode(source, encoding)
    except (SyntaxError, UnicodeError, LookupError, ValueError) as error:
        return source.decode("latin-1"), f"it cannot be decoded: {error}"
    return text.replace("\r\n", "\n").replace("\r", "\n"), None
