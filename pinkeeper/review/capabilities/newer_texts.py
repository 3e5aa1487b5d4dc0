"""Text literals with fields that older Pythons cannot read (PEP 701, PEP 750).

They are spelled as a list of the expressions in their fields, each where it stood, and put together again from it:
``f"a{x["k"]!r:>{width}}b"`` becomes ``[    x["k"],   width,    ]``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.source_scan import Field, NotScanned, Run, TextLiteral

__all__ = ["NotRestored", "blank", "joined", "spell_as_list"]

_REPR = ord("r")
_Parts = list[tuple[int, int] | Field]


class NotRestored(Exception):  # noqa: N818 - it is caught within this room and told as a problem of the file
    """A tree is not the one that the respelled text should have."""


def spell_as_list(source: bytearray, run: Run) -> None:
    """Replace a run of literals by a list. Raises NotScanned where there is no room for it."""
    start, end = run[0].start, run[-1].end
    fields = [found for literal in run for found in _fields(literal.parts)]
    position = start
    for found in fields:
        blank(source, position, found.start + 1)
        position = found.expression_end
    blank(source, position, end)
    source[start] = ord("[")
    for found in fields:
        _end_element(source, found)
    source[end - 1] = ord("]")


def _end_element(source: bytearray, found: Field) -> None:
    """Put the comma after an expression, which needs parentheses where it yields."""
    at = found.expression_end
    expression = source[found.start + 1 : at]
    if expression.split(None, 1)[0] == b"yield":
        if source[found.start] != ord(" ") or source[at + 1] != ord(" "):
            raise NotScanned
        source[found.start], source[at] = ord("("), ord(")")
        at += 1
    elif found.commas and not source[found.commas[-1] + 1 : at].strip():
        source[found.commas[-1]] = ord(" ")
    source[at] = ord(",")


def blank(source: bytearray, start: int, end: int) -> None:
    """Spaces instead of all but line ends."""
    source[start:end] = b"\n".join(b" " * len(line) for line in source[start:end].split(b"\n"))


def _fields(parts: _Parts) -> Iterator[Field]:
    """The fields, each before those of its format specification: in the order in which they stand."""
    for part in parts:
        if isinstance(part, Field):
            yield part
            yield from _fields(part.specification or [])


def joined(node: ast.List, run: Run, source: bytes) -> ast.JoinedStr:
    """The text literal that was spelled as a list. Raises NotRestored where the list has not its expressions."""
    if not isinstance(node.ctx, ast.Load):
        raise NotRestored
    elements = iter(node.elts)
    maker = _Maker(node, elements, source)
    for literal in run:
        if literal.has_fields:
            maker.add(literal.parts, literal)
        else:
            maker.add_text(_evaluated(source[literal.start : literal.end].decode("utf-8", "surrogatepass")))
    if next(elements, None) is not None:
        raise NotRestored
    return maker.finished()


class _Maker:
    """Collects the values of one literal, or of one format specification."""

    def __init__(self, node: ast.List, elements: Iterator[ast.expr], source: bytes) -> None:
        self._node = node
        self._elements = elements
        self._source = source
        self._values: list[ast.expr] = []
        self._texts: list[str] = []  # they come to one constant

    def add(self, parts: _Parts, literal: TextLiteral, *, doubled: bool = True) -> None:
        """Text and fields. doubled: whether two braces are one."""
        for part in parts:
            if isinstance(part, Field):
                self._add_field(part, literal)
            else:
                text = self._source[part[0] : part[1]].decode("utf-8", "surrogatepass")
                if doubled:
                    text = text.replace("{{", "{").replace("}}", "}")
                self.add_text(text if literal.is_raw or "\\" not in text else _unescaped(text))

    def add_text(self, text: str) -> None:
        """Text between fields."""
        self._texts.append(text)

    def finished(self) -> ast.JoinedStr:
        """The literal."""
        self._end_text()
        return ast.copy_location(ast.JoinedStr(self._values), self._node)

    def _end_text(self) -> None:
        text = "".join(self._texts)
        if text:
            self._values.append(ast.copy_location(ast.Constant(text), self._node))
        self._texts.clear()

    def _add_field(self, found: Field, literal: TextLiteral) -> None:
        value = self._expression(found)
        specification = None
        if found.specification is not None:
            maker = _Maker(self._node, self._elements, self._source)
            maker.add(found.specification, literal, doubled=False)
            specification = maker.finished()
        conversion = found.conversion
        if found.debug is not None:
            self.add_text(found.debug)
            if conversion < 0 and specification is None:
                conversion = _REPR
        self._end_text()
        self._values.append(ast.copy_location(ast.FormattedValue(value, conversion, specification), self._node))

    def _expression(self, found: Field) -> ast.expr:
        """The next elements of the list: more than one where the expression is a tuple without parentheses."""
        commas = found.commas
        if not commas:
            return self._next()
        has_end = bool(self._source[commas[-1] + 1 : found.expression_end].strip())
        first = self._next()
        if isinstance(first, ast.Yield | ast.YieldFrom):  # it takes the commas for its own
            return first
        rest = [self._next() for _ in range(len(commas) - 1 + has_end)]
        return ast.copy_location(ast.Tuple([first, *rest], ast.Load()), first)

    def _next(self) -> ast.expr:
        element = next(self._elements, None)
        if element is None:
            raise NotRestored
        return element


def _unescaped(text: str) -> str:
    """A text with the meaning of its backslashes, whatever quotes it stood in."""
    return _evaluated(f'"""{_ODD_IN_QUOTES.sub(_escaped, text)}"""')


_ODD_IN_QUOTES = lazy_pattern(r'\\(?:.|\Z)|"', re.DOTALL)


def _escaped(found: re.Match[str]) -> str:
    return found[0] if len(found[0]) > 1 else "\\" + found[0]


def _evaluated(literal: str) -> str:
    try:
        value = ast.literal_eval(literal)
    except (SyntaxError, ValueError, MemoryError) as error:
        raise NotRestored from error
    if not isinstance(value, str):
        raise NotRestored
    return value
