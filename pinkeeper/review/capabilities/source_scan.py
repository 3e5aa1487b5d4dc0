"""A Python file cut into tokens, to find grammar that is newer than the running Python's.

What is found is the form of every text literal with its fields (PEP 498, 701, 750), and where newer statements stand.
Not `tokenize`: it knows the grammar of the Python that runs it and no newer one. This works on UTF-8 bytes, since
columns of a syntax tree are counted in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct, field

from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["Field", "NotScanned", "Run", "Scan", "TextLiteral", "TypeParameters", "scan"]

_DEPTH_LIMIT = 50
"""Text literals within fields of text literals; CPython allows 150, people write 2."""

_TOKEN = lazy_pattern(
    rb"""
      (?P<space>(?:[ \t\f]+|\\\n)+)
    | (?P<newline>\n)
    | (?P<comment>\#[^\n]*)
    | (?P<text>(?P<prefix>[bBfFrRtTuU]{0,2})(?P<quote>\"{3}|'{3}|"|'))
    | (?P<word>[A-Za-z_\x80-\xff][\w\x80-\xff]*)
    | (?P<number>\.?\d[\d_.xXoObBeEjJa-fA-F]*)
    | (?P<sign>\*\*|[!=<>]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_GAP = rb"(?:[ \t\f]|\\\n)"
_NAME = rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*"
_LAZY = lazy_pattern(rb"lazy(?=[ \t\f\\])" + _GAP + rb"+(import|from)\b")
_TYPE = lazy_pattern(
    rb"type(?=[ \t\f\\])"
    + _GAP
    + rb"+(?!(?:and|as|else|for|if|in|is|not|or)\b)("
    + _NAME
    + rb")"
    + _GAP
    + rb"*(?:\[|=(?!=))"
)
_DEFINITION = lazy_pattern(rb"(?:def|class)(?=[ \t\f\\])" + _GAP + rb"+" + _NAME + _GAP + rb"*\[")
_TEXT_PARTS: dict[bytes, Callable[..., re.Match[bytes] | None]] = {
    b'"': re.compile(rb'[\\"\n{}]').search,
    b"'": re.compile(rb"[\\'\n{}]").search,
    b'"""': re.compile(rb'\\|"""|[{}]').search,
    b"'''": re.compile(rb"\\|'''|[{}]").search,
}
_NAMED_CHARACTER = lazy_pattern(rb"N\{[^}\n]*\}")
_DEBUG_END = lazy_pattern(rb"(?:[ \t\f\n]|\#[^\n]*\n)*[!:}]")
_COMMENT = lazy_pattern(r"\#[^\n]*")

_CONVERSION = lazy_pattern(rb"![ \t\f\n]*([rsa])[ \t\f\n]*(?=[:}])")


class NotScanned(Exception):  # noqa: N818 - it is caught within this room and told as a problem of the file
    """The text is no Python, of whichever version."""


class Field(Struct, kw_only=True):
    """A replacement field of a text literal. All are offsets in bytes.

    start: of ``{``. expression_end: of what ends the expression. end: after ``}``. commas: those of the expression
    that stand in no bracket. debug: the text that ``=`` puts before the value. specification: None where there is none.
    """

    start: int
    expression_end: int = 0
    end: int = 0
    commas: list[int] = field(default_factory=list)
    debug: str | None = None
    conversion: int = -1
    specification: list[tuple[int, int] | Field] | None = None


class TextLiteral(Struct, kw_only=True):
    """A text or bytes literal. parts: of an f- or t-string: text between fields, as offsets, and fields."""

    start: int
    end: int = 0
    prefix: bytes
    quote: bytes
    parts: list[tuple[int, int] | Field] = field(default_factory=list)
    needs_3_12: bool = False

    @property
    def has_fields(self) -> bool:
        """Whether it is an f- or t-string."""
        return any(letter in b"fFtT" for letter in self.prefix)

    @property
    def is_template(self) -> bool:
        """Whether it is a t-string."""
        return any(letter in b"tT" for letter in self.prefix)

    @property
    def is_raw(self) -> bool:
        """Whether backslashes stand for themselves."""
        return any(letter in b"rR" for letter in self.prefix)


Run = list[TextLiteral]
"""Literals that follow each other and are one text."""


class TypeParameters(Struct, kw_only=True):
    """``[T: bound = default]``. expressions: of bounds and defaults, as offsets."""

    start: int
    end: int = 0
    expressions: list[tuple[int, int]] = field(default_factory=list)
    has_defaults: bool = False


class Scan(Struct, kw_only=True):
    """What was found. All are offsets in bytes.

    runs: with at least one f- or t-string. type_parameters: of functions, classes and aliases. aliases, lazy_imports:
    start of the statement, start and end of the name, or of ``import`` or ``from``. except_commas: by the start of the
    clause. stars: of an unpacked element of a comprehension, with their number.
    """

    runs: list[Run] = field(default_factory=list)
    type_parameters: list[TypeParameters] = field(default_factory=list)
    aliases: list[tuple[int, int, int]] = field(default_factory=list)
    lazy_imports: list[tuple[int, int, int]] = field(default_factory=list)
    except_commas: dict[int, list[int]] = field(default_factory=dict)
    stars: list[tuple[int, int]] = field(default_factory=list)


def scan(source: bytes) -> Scan:
    r"""The newer grammar of a file in UTF-8 with ``\n`` as line end. Raises NotScanned."""
    found = Scan()
    _Code(source, found, depth=0).scan(0, field_=None)
    return found


class _Bracket(Struct):
    """An open bracket. star: of its first element, with its length."""

    start: int
    is_fresh: bool = True
    has_comma: bool = False
    star: tuple[int, int] | None = None
    parameters: TypeParameters | None = None
    mark: int = -1  # where an expression of type parameters began
    has_bound: bool = False


class _Code:
    """Code: a whole file, or the expression of a field."""

    def __init__(self, source: bytes, found: Scan, *, depth: int) -> None:
        if depth > _DEPTH_LIMIT:
            raise NotScanned
        self._source = source
        self._found = found
        self._depth = depth
        self._field: Field | None = None
        self._brackets: list[_Bracket] = []
        self._run: Run = []
        self._is_fresh = True  # a statement may begin here
        self._clause = -1  # start of an except clause
        self._clause_commas: list[int] = []
        self._parameters_at = -1
        self.needs_3_12 = False

    def scan(self, position: int, *, field_: Field | None) -> int:
        """Read on from `position`; the offset where the source or the expression of the field ends."""
        self._field = field_
        source, size = self._source, len(self._source)
        while position < size:
            token = _TOKEN.match(source, position)
            assert token is not None
            kind = token.lastgroup
            if kind in ("space", "comment"):
                position = token.end()
                continue
            if kind == "text":
                self._run.append(self._text(token))
                position = self._run[-1].end
                self._touch()
                continue
            if kind == "newline" and (self._brackets or field_ is not None):
                position = token.end()
                continue
            self._end_run()
            if kind == "sign":
                if self._sign(token[0], position):
                    return position
            elif kind == "word":
                self._word(token[0], position)
            elif kind == "newline":
                self._is_fresh, self._clause = True, -1
            else:
                self._touch()
            position = token.end()
        if field_ is not None:
            raise NotScanned
        self._end_run()
        return position

    def _touch(self) -> None:
        """Something stands here, so that no statement and no element begins after it."""
        self._is_fresh = False
        if self._brackets:
            self._brackets[-1].is_fresh = False

    def _end_run(self) -> None:
        if self._run:
            if any(literal.has_fields for literal in self._run):
                self._found.runs.append(self._run)
            self._run = []

    def _word(self, word: bytes, position: int) -> None:
        is_fresh = self._is_fresh
        self._touch()
        if self._brackets:
            bracket = self._brackets[-1]
            if word == b"for" and bracket.star is not None and not bracket.has_comma:
                self._found.stars.append(bracket.star)
                bracket.star = None
        elif self._field is None:
            if word == b"as":
                self._clause = -1
            elif word in (b"def", b"class"):
                if definition := _DEFINITION.match(self._source, position):
                    self._parameters_at = definition.end() - 1
            elif is_fresh:
                self._first_word(word, position)

    def _first_word(self, word: bytes, position: int) -> None:
        """A word that begins a statement."""
        if word == b"except":
            self._clause, self._clause_commas = position, []
        elif word == b"lazy":
            if found := _LAZY.match(self._source, position):
                self._found.lazy_imports.append((position, *found.span(1)))
        elif word == b"type" and (found := _TYPE.match(self._source, position)):
            self._found.aliases.append((position, *found.span(1)))
            if self._source.startswith(b"[", found.end() - 1):
                self._parameters_at = found.end() - 1

    def _sign(self, sign: bytes, position: int) -> bool:
        """Take a sign in; whether it ends the expression of the field."""
        if sign in b"([{":
            self._touch()
            bracket = _Bracket(position)
            if position == self._parameters_at:
                bracket.parameters = TypeParameters(start=position)
            self._brackets.append(bracket)
        elif self._brackets:
            self._sign_within(self._brackets[-1], sign, position)
        elif self._field is not None:
            return self._sign_of_field(self._field, sign, position)
        else:
            self._is_fresh = sign in b";:"
            if sign == b"," and self._clause >= 0:
                self._clause_commas.append(position)
            elif sign == b":" and self._clause >= 0:
                if self._clause_commas:
                    self._found.except_commas[self._clause] = self._clause_commas
                self._clause = -1
        return False

    def _sign_within(self, bracket: _Bracket, sign: bytes, position: int) -> None:
        if bracket.parameters is not None:
            self._sign_of_parameters(bracket, bracket.parameters, sign, position)
        if sign in b")]}":
            self._brackets.pop()
        elif sign == b",":
            bracket.has_comma = True
        elif sign in (b"*", b"**") and bracket.is_fresh:
            bracket.star = (position, len(sign))
        bracket.is_fresh = False

    def _sign_of_parameters(self, bracket: _Bracket, parameters: TypeParameters, sign: bytes, position: int) -> None:
        is_end = sign in (b",", b"]")
        if (is_end or sign == b"=") and bracket.mark >= 0:
            parameters.expressions.append((bracket.mark, position))
            bracket.mark = -1
        if sign == b"=" or (sign == b":" and not bracket.has_bound):
            bracket.mark, bracket.has_bound = position + 1, True
            parameters.has_defaults |= sign == b"="
        elif is_end:
            bracket.has_bound = False
            if sign == b"]":
                parameters.end = position + 1
                self._found.type_parameters.append(parameters)

    def _sign_of_field(self, field_: Field, sign: bytes, position: int) -> bool:
        if sign == b",":
            field_.commas.append(position)
        elif sign == b"=" and _DEBUG_END.match(self._source, position + 1):
            return True
        return sign in b"!:}"

    def _text(self, token: re.Match[bytes]) -> TextLiteral:
        """The literal that begins with a prefix and quotes."""
        source, quote = self._source, token["quote"]
        literal = TextLiteral(start=token.start(), prefix=token["prefix"], quote=quote)
        if quote in (b'"', b"'") and source.startswith(quote, token.end()):  # an empty text, since no three are there
            literal.end = token.end() + 1
            return literal
        search, has_fields = _TEXT_PARTS[quote], literal.has_fields
        position = start = token.end()
        while (part := search(source, position)) is not None:
            sign, position = part[0], part.end()
            if sign == quote:
                literal.parts.append((start, part.start()))
                literal.end = position
                return literal
            if sign == b"\\":
                position = self._after_backslash(literal, position)
            elif sign == b"\n":
                break
            elif has_fields and source.startswith(sign, position):  # doubled, it stands for itself
                position += 1
            elif has_fields and sign == b"{":
                literal.parts.append((start, part.start()))
                found = self._field_of(literal, part.start(), self._depth + 1)
                literal.parts.append(found)
                position = start = found.end
        raise NotScanned

    def _after_backslash(self, literal: TextLiteral, position: int) -> int:
        """Where to go on after a backslash: it takes one character with it, but never a brace of a field."""
        following = self._source[position : position + 1]
        if literal.has_fields:
            if not literal.is_raw and (name := _NAMED_CHARACTER.match(self._source, position)):
                return name.end()
            if following in (b"{", b"}"):
                return position
        return position + 1

    def _field_of(self, literal: TextLiteral, start: int, depth: int) -> Field:
        """The field that begins with the brace at `start`."""
        source = self._source
        found = Field(start=start)
        code = _Code(source, self._found, depth=depth)
        position = found.expression_end = code.scan(start + 1, field_=found)
        code._end_run()
        if not source[start + 1 : position].strip():
            raise NotScanned
        if source.startswith(b"=", position):
            ending = _DEBUG_END.match(source, position + 1)
            assert ending is not None
            before = source[start + 1 : position].decode("utf-8", "surrogatepass")
            behind = source[position : ending.end() - 1].decode("utf-8", "surrogatepass")
            found.debug = before + _COMMENT.sub("", behind)
            position = ending.end() - 1
        if source.startswith(b"!", position):
            conversion = _CONVERSION.match(source, position)
            if conversion is None:
                raise NotScanned
            found.conversion = conversion[1][0]
            literal.needs_3_12 |= len(conversion[0]) > len(b"!r")
            position = conversion.end()
        if source.startswith(b":", position):
            position, found.specification = self._specification(literal, position + 1, depth)
        found.end = position + 1
        text = source[start + 1 : position]
        literal.needs_3_12 |= (
            code.needs_3_12
            or b"\\" in text
            or b"#" in text
            or literal.quote in text
            or (len(literal.quote) == 1 and b"\n" in text)
        )
        self.needs_3_12 |= literal.needs_3_12
        return found

    def _specification(
        self, literal: TextLiteral, position: int, depth: int
    ) -> tuple[int, list[tuple[int, int] | Field]]:
        """A format specification that begins at `position`: the offset of the brace that ends it, and its parts."""
        parts: list[tuple[int, int] | Field] = []
        search = _TEXT_PARTS[literal.quote]
        start = position
        while (part := search(self._source, position)) is not None:
            sign, position = part[0], part.end()
            if sign == b"\\":
                position = self._after_backslash(literal, position)
            elif sign == b"}":
                parts.append((start, part.start()))
                return part.start(), parts
            elif sign == b"{":
                parts.append((start, part.start()))
                if depth >= _DEPTH_LIMIT:
                    raise NotScanned
                inner = self._field_of(literal, part.start(), depth + 1)
                literal.needs_3_12 |= any(isinstance(piece, Field) for piece in inner.specification or ())
                parts.append(inner)
                position = start = inner.end
            else:
                break
        raise NotScanned
