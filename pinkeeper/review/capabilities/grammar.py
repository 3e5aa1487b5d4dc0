"""From the bytes of a Python file to its syntax tree, whichever Python they were written for."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings

from msgspec import Struct

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.newer_grammar import Respelled, respelled
from pinkeeper.review.capabilities.newer_texts import NotRestored

__all__ = ["SIZE_LIMIT", "TOKEN_LIMIT", "Parsed", "parse"]

SIZE_LIMIT = 8 * 1024 * 1024
"""Bytes of source. Code that people wrote stays far below."""

TOKEN_LIMIT = 400_000
"""Names, numbers and signs. Each costs CPython's parser about 0.4 kB, and up to 1.4 kB where there is an error."""

_NAME_PARTS_LIMIT = 64  # reversed IPv6 addresses have 34
_UNCOUNTED_SIZE = 128 * 1024

_WORD_CHARACTERS = lazy_pattern(rb"[\w\x80-\xff]")
_CHARACTER_KINDS = bytes(
    ord(" ") if byte.isspace() else ord("a") if _WORD_CHARACTERS.match(byte) else ord(".")
    for byte in (bytes([number]) for number in range(256))
)
# As in `source_spans`: nothing is repeated possessively within what is.
_TEXTS = lazy_pattern(
    rb"""\"{3}[^\\"]*+(?:\\.[^\\"]*+)*+(?:"(?!"")[^\\"]*+(?:\\.[^\\"]*+)*+)*"{3}|'{3}[^\\']*+(?:\\.[^\\']*+)*+(?:'(?!'')[^\\']*+(?:\\.[^\\']*+)*+)*'{3}""",
    re.DOTALL,
)
# The parser joins a dotted name anew for each of its parts and keeps them all: 20,000 parts are 400 MB.
_LONG_NAME = lazy_pattern(rb"\.[\s\\]*+\w++(?:[\s\\]*+\.[\s\\]*+\w++){%d}" % _NAME_PARTS_LIMIT)

_BEFORE_NAME = 4096
_IMPORTED = lazy_pattern(rb"(?:\bimport\b|\bfrom\b|,)[\s\\]*+\w*+[\s\\]*+\Z|\A\w+\Z")


class Parsed(Struct, frozen=True, kw_only=True, eq=False):
    r"""A source file as text and as a tree.

    text: decoded, its lines ended by ``\n``; where decoding fails, each byte as the character of its number, so that
    the text can still be looked at; of a source beyond `SIZE_LIMIT` only the beginning. tree: None where there is a
    problem. It may be some thousand nodes deep: walk it without recursion. problem: one sentence. newer: grammar that
    the running Python has not got, such as ``type parameters (PEP 695)``; the tree is then made from an older spelling
    with the same lines and columns.
    """

    text: str
    tree: ast.Module | None = None
    problem: str | None = None
    newer: str | None = None


def parse(source: bytes) -> Parsed:
    """The text and the tree of a source file (PEP 263, PEP 3120). Raises nothing, whatever the bytes are."""
    text, problem = _decoded(source[:SIZE_LIMIT])
    problem = _refusal(source) or problem
    if problem is not None:
        return Parsed(text=text, problem=problem)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _parsed(text)


def _parsed(text: str) -> Parsed:
    tree, problem = _tree(text)
    if tree is None and (older := respelled(text)) is not None and (restored := _restored(older)) is not None:
        return Parsed(text=text, tree=restored, newer=older.newer)
    return Parsed(text=text, tree=tree, problem=problem)


def _restored(older: Respelled) -> ast.Module | None:
    """The tree of a text that was written for a newer Python, None where it is no text of any Python."""
    tree, _ = _tree(older.text)
    apart, problem = _tree(older.apart) if older.apart else (None, None)
    if tree is None or problem is not None:
        return None
    try:
        return older.restored(tree, apart)
    except NotRestored:
        return None


def _decoded(source: bytes) -> tuple[str, str | None]:
    """The text, and why it is not what its author meant."""
    problem = None
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source[:_UNCOUNTED_SIZE]).readline)
        text = str(source, encoding)
    except (SyntaxError, UnicodeError, LookupError, ValueError, TypeError) as error:
        text, problem = source.decode("latin-1"), f"it cannot be decoded: {_first_line(error)}"
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, problem


def _refusal(source: bytes) -> str | None:
    """Why it is not given to the parser, which would need too much memory or time."""
    if len(source) > SIZE_LIMIT:
        return f"too large to be parsed: {len(source):,} bytes"
    if len(source) > _UNCOUNTED_SIZE:
        tokens = _token_count(source)
        if tokens > TOKEN_LIMIT:  # the words of texts are no tokens
            tokens = _token_count(_TEXTS.sub(b"''", source))
        if tokens > TOKEN_LIMIT:
            return f"too large to be parsed: about {tokens:,} tokens"
    if any(
        _IMPORTED.search(source, max(0, name.start() - _BEFORE_NAME), name.start())
        for name in _LONG_NAME.finditer(source)
    ):
        return f"too deeply nested to be parsed: a name of more than {_NAME_PARTS_LIMIT} parts"
    return None


def _token_count(source: bytes) -> int:
    """Signs and beginnings of words; too many rather than too few."""
    kinds = source.translate(_CHARACTER_KINDS)
    return kinds.count(b".") + kinds.count(b" a") + kinds.count(b".a") + 1


def _tree(text: str) -> tuple[ast.Module | None, str | None]:
    """The tree, or what is wrong."""
    try:
        return ast.parse(text), None
    except SyntaxError as error:
        return None, f"line {error.lineno or 1}: {_first_line(error.msg)}"
    except (RecursionError, MemoryError):
        return None, "too deeply nested to be parsed"
    except (ValueError, OverflowError, SystemError) as error:  # NUL characters, lone surrogates
        return None, _first_line(error)


def _first_line(error: object) -> str:
    lines = str(error).splitlines()
    return lines[0][:200] if lines else error.__class__.__name__
