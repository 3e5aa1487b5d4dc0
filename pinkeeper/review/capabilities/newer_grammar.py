"""A file written for a newer Python than the running one, spelled so that the running one can read it.

Every line and column stays where it was: characters are replaced by others, or by spaces, never taken away, and only
on lines that were empty one is added.
What the older grammar has no word for is put back into the tree afterwards, so that an analyser sees the expressions in
f-strings, t-strings and type parameters just as it would with the newer Python.
"""

from __future__ import annotations

import ast
import re
import sys
from bisect import bisect_right
from typing import TypeVar

from msgspec import Struct

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.newer_texts import NotRestored, blank, joined, spell_as_list
from pinkeeper.review.capabilities.source_scan import NotScanned, Run, Scan, TypeParameters, scan

__all__ = ["Respelled", "respelled"]

_LABELS: dict[tuple[int, int, int], str] = {
    (3, 12, 0): "type parameters (PEP 695)",
    (3, 12, 1): "f-strings of Python 3.12 (PEP 701)",
    (3, 13, 0): "defaults of type parameters (PEP 696)",
    (3, 14, 0): "t-strings (PEP 750)",
    (3, 14, 1): "exceptions without parentheses (PEP 758)",
    (3, 15, 0): "unpacking in comprehensions (PEP 798)",
    (3, 15, 1): "lazy imports (PEP 810)",
}
_TYPE_PARAMETERS, _FREE_FSTRINGS, _DEFAULTS, _TEMPLATES, _EXCEPTIONS, _UNPACKING, _LAZY_IMPORTS = _LABELS

_CLAUSE_END = lazy_pattern(rb"[ \t\f\\\n]*:")

_Position = tuple[int, int]
_Grammar = tuple[int, int, int]
_Place = TypeVar("_Place")


class Respelled(Struct, frozen=True, kw_only=True, eq=False):
    """A text in older grammar.

    apart: one expression, a list of all bounds and defaults of type parameters, each in the place where it stood; empty
    where there are none. newer: the grammar that was respelled, the newest last. source: as it was, in UTF-8. runs:
    texts that are lists now; clauses: the commas in ``except`` clauses; both by the place in the tree.
    """

    text: str
    apart: str
    newer: str
    source: bytes
    runs: dict[_Position, Run]
    clauses: dict[_Position, int]

    def restored(self, tree: ast.Module, apart: ast.Module | None) -> ast.Module:
        """The tree of `text`, what could not be spelled put back: texts with fields, exceptions without parentheses.

        The expressions of `apart` become statements at its end. Raises NotRestored where it is not the tree of `text`.
        """
        if apart is not None:
            statement = apart.body[0]
            if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.List):
                raise NotRestored
            tree.body.extend(ast.copy_location(ast.Expr(value), value) for value in statement.value.elts)
        if self.runs or self.clauses:
            self._restore(tree)
        return tree

    def _restore(self, tree: ast.Module) -> None:
        restored = 0
        pending: list[ast.AST] = [tree]
        while pending:
            node = pending.pop()
            for name, value in ast.iter_fields(node):
                values = value if isinstance(value, list) else [value]
                for index, child in enumerate(values):
                    if isinstance(child, ast.List) and (run := self.runs.get((child.lineno, child.col_offset))):
                        values[index] = joined(child, run, self.source)
                        restored += 1
                if values is not value and values[0] is not value:
                    setattr(node, name, values[0])
                pending.extend(child for child in values if isinstance(child, ast.AST))
            if isinstance(node, ast.ExceptHandler):
                self._restore_clause(node)
        if restored != len(self.runs):
            raise NotRestored

    def _restore_clause(self, node: ast.ExceptHandler) -> None:
        """``A | B`` back into a tuple, as far as it is one: operators that bind less would have taken it apart."""
        elements: list[ast.expr] = []
        place = rest = node.type
        for _ in range(self.clauses.get((node.lineno, node.col_offset), 0)):
            if not isinstance(rest, ast.BinOp) or not isinstance(rest.op, ast.BitOr):
                break
            elements.append(rest.right)
            rest = rest.left
        if place is not None and rest is not None and elements:
            elements.append(rest)
            node.type = ast.copy_location(ast.Tuple(elements[::-1], ast.Load()), place)


def respelled(text: str, *, python: tuple[int, int] = sys.version_info[:2]) -> Respelled | None:
    """The text in the grammar of `python`; None where nothing in it is newer, or where it is no Python at all."""
    source = text.encode("utf-8", "surrogatepass")
    try:
        return _Speller(source, scan(source), python).result()
    except NotScanned:
        return None


class _Speller:
    """Replaces byte by byte in a copy of the source."""

    def __init__(self, source: bytes, found: Scan, python: tuple[int, int]) -> None:
        self._source = source
        self._found = found
        self._python = python
        self._bytes = bytearray(source)
        self._needed: set[_Grammar] = set()
        self._empty_lines: list[int] = []  # their ends; they are to be joined with the next

    def result(self) -> Respelled | None:
        """The text, None where nothing was to be respelled."""
        found = self._found
        for start, keyword_start, keyword_end in self._newer(_LAZY_IMPORTS, found.lazy_imports):
            self._move(start, keyword_start, keyword_end)
        clauses = self._newer(_EXCEPTIONS, list(found.except_commas.items()))
        for _, commas in clauses:
            self._separate(commas)
        for start, length in self._newer(_UNPACKING, found.stars):
            self._bytes[start : start + length] = b" " * length
        runs = [run for run in found.runs if self._spell_run(run)]
        for start, name_start, name_end in self._newer(_TYPE_PARAMETERS, found.aliases):
            self._move(start, name_start, name_end)
        apart = self._take_apart(self._newer(_TYPE_PARAMETERS, found.type_parameters))
        if not self._needed:
            return None
        line_starts = self._line_starts() if runs or clauses else []
        return Respelled(
            text=self._text(),
            apart=apart,
            newer=", ".join(_LABELS[grammar] for grammar in sorted(self._needed)),
            source=self._source,
            runs={_position(line_starts, run[0].start): run for run in runs},
            clauses={_position(line_starts, start): len(commas) for start, commas in clauses},
        )

    def _newer(self, grammar: _Grammar, places: list[_Place]) -> list[_Place]:
        """The places, where there are any and this Python cannot read them."""
        if not places or self._python >= grammar[:2]:
            return []
        self._needed.add(grammar)
        return places

    def _move(self, start: int, word_start: int, word_end: int) -> None:
        """Put a word where its statement starts, with nothing but spaces after it."""
        word = self._source[word_start:word_end]
        if b"\n" in self._source[start : start + len(word)]:
            raise NotScanned
        gap = self._source[start + len(word) : word_end]
        if b"\n" in gap:  # behind a backslash, which stays
            gap = bytes(byte if byte in b"\\\n" else ord(" ") for byte in gap)
            self._bytes[start:word_end] = word + gap
        else:
            self._bytes[start:word_end] = word.ljust(word_end - start)

    def _separate(self, commas: list[int]) -> None:
        """``A, B`` as ``A| B``; a comma at the end separates nothing."""
        for comma in commas:
            self._bytes[comma] = ord(" " if _CLAUSE_END.match(self._source, comma + 1) else "|")

    def _spell_run(self, run: Run) -> bool:
        """Make a run readable; whether it is a list now."""
        templates = self._newer(_TEMPLATES, [literal for literal in run if literal.is_template])
        if self._newer(_FREE_FSTRINGS, [literal for literal in run if literal.needs_3_12]):
            spell_as_list(self._bytes, run)
            return True
        for literal in templates:
            end = literal.start + len(literal.prefix)
            self._bytes[literal.start : end] = literal.prefix.lower().replace(b"t", b"f")
        return False

    def _take_apart(self, parameters: list[TypeParameters]) -> str:
        """Blank type parameters; their expressions as a list, each where it stood."""
        expressions = [span for found in parameters for span in found.expressions]
        self._newer(_DEFAULTS, [found for found in parameters if found.has_defaults])
        apart = ""
        if expressions:
            copy = bytearray(self._bytes)
            position = 0
            for start, end in sorted(expressions):
                blank(copy, position, start)
                copy[end] = ord(",")
                position = end + 1
            blank(copy, position, len(copy))
            copy[0] = ord("[")
            apart = copy.decode("utf-8", "surrogatepass") + "]"
        for found in parameters:
            blank(self._bytes, found.start, found.end)
            self._join_lines(found.start, found.end)
        return apart

    def _join_lines(self, start: int, end: int) -> None:
        """Lines were one statement while they stood in brackets."""
        position = start
        while (position := self._bytes.find(b"\n", position + 1, end)) >= 0:
            if self._bytes[position - 1] == ord("\n"):
                self._empty_lines.append(position)
            else:
                self._bytes[position - 1] = ord("\\")

    def _text(self) -> str:
        pieces: list[bytearray] = []
        position = 0
        for line_end in sorted(self._empty_lines):
            pieces.append(self._bytes[position:line_end] + b"\\")
            position = line_end
        return b"".join([*pieces, self._bytes[position:]]).decode("utf-8", "surrogatepass")

    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer(rb"\n", self._source))]


def _position(line_starts: list[int], offset: int) -> _Position:
    """Line and column as a tree has them: from 1, and in bytes from 0."""
    line = bisect_right(line_starts, offset)
    return line, offset - line_starts[line - 1]
