"""Python's own operations on constants, with a bound on what each may cost; nothing else is ever computed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any, Final

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.python.value import NOTHING
from pinkeeper.review.capabilities.python.word_sets import word_set

__all__ = [
    "ELEMENT_LIMIT",
    "FAILURES",
    "SIZE_LIMIT",
    "binary",
    "compare",
    "formatted",
    "is_flat",
    "is_foldable",
    "method",
    "subscript",
    "unary",
]

SIZE_LIMIT: Final = 1 << 20
"""Characters or bytes that a folded value may have."""

ELEMENT_LIMIT: Final = 1 << 16
"""Elements that a folded container may have."""

_BIT_LIMIT: Final = 8192
_NUMBER_WIDTH: Final = lazy_pattern(r"\d{5}|\*")
_NESTED_FORMAT: Final = lazy_pattern(r"\{[^{}]*[:!][^{}]*\{")
_ATTRIBUTE_IN_FORMAT: Final = lazy_pattern(r"\{[^{}:!]*\.")

FAILURES: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    UnicodeError,
)
"""What Python raises where an operation on constants makes no sense."""

_SEQUENCES: Final = (str, bytes, bytearray, list, tuple)


def is_foldable(value: Any) -> bool:
    """Whether a value is of a kind that folding knows. Sets are left out: their order is not the same in each run."""
    if isinstance(value, (list, tuple, dict)):
        return is_flat(value)
    return value is None or isinstance(value, (str, bytes, bytearray, int, float, range))


def is_flat(value: Any) -> bool:
    """Whether a container is small and not deeply nested.

    One that holds itself twice, and so on, would take for ever to be hashed, compared or shown.
    """
    left = _NODE_LIMIT
    level = [value]
    for _ in range(_NESTING_LIMIT):
        inner: list[Any] = []
        for each in level:
            left -= len(each)
            if left < 0:
                return False
            elements = each.values() if isinstance(each, dict) else each
            inner.extend(element for element in elements if isinstance(element, (list, tuple, dict)))
        if not inner:
            return True
        level = inner
    return False


_NODE_LIMIT: Final = 1 << 18
_NESTING_LIMIT: Final = 8


def _small(*numbers: Any) -> bool:
    return all(not isinstance(number, int) or number.bit_length() <= _BIT_LIMIT for number in numbers)


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, _SEQUENCES) and isinstance(right, _SEQUENCES) and len(left) + len(right) > SIZE_LIMIT:
        return NOTHING
    return left + right if _small(left, right) else NOTHING


def _multiply(left: Any, right: Any) -> Any:
    for sequence, number in ((left, right), (right, left)):
        if isinstance(sequence, _SEQUENCES):
            limit = SIZE_LIMIT if isinstance(sequence, (str, bytes, bytearray)) else ELEMENT_LIMIT
            if not isinstance(number, int) or number * len(sequence) > limit:
                return NOTHING
            return sequence * number
    return left * right if _small(left, right) else NOTHING


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        if not 0 <= right <= _BIT_LIMIT or left.bit_length() * right > _BIT_LIMIT:
            return NOTHING
    elif isinstance(left, float) and left < 0:
        return NOTHING
    return left**right


def _modulo(left: Any, right: Any) -> Any:
    if isinstance(left, (str, bytes)):
        if _NUMBER_WIDTH.search(left if isinstance(left, str) else left.decode("latin-1")):
            return NOTHING
        if len(left) * (1 + _weight(right)) > SIZE_LIMIT:
            return NOTHING
    return left % right if _small(left, right) else NOTHING


def _shift_left(left: Any, right: Any) -> Any:
    return left << right if _small(left) and isinstance(right, int) and 0 <= right <= _BIT_LIMIT else NOTHING


def _plain(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: function(left, right) if _small(left, right) else NOTHING


def _weight(value: Any, depth: int = 0) -> int:
    """How long the text of a value may be, roughly; more than `SIZE_LIMIT` where it is not worth counting."""
    if isinstance(value, (str, bytes, bytearray)):
        return len(value) + 8
    if isinstance(value, (list, tuple, dict)):
        if len(value) > _ELEMENTS_WEIGHED or depth > _DEPTH_WEIGHED:
            return SIZE_LIMIT * 2
        inner = value.values() if isinstance(value, dict) else value
        return sum(_weight(each, depth + 1) for each in inner) + 40 * len(value)
    return 400


_ELEMENTS_WEIGHED: Final = 300
_DEPTH_WEIGHED: Final = 3


_BINARY: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: _add,
    ast.Sub: _plain(operator.sub),
    ast.Mult: _multiply,
    ast.Div: _plain(operator.truediv),
    ast.FloorDiv: _plain(operator.floordiv),
    ast.Mod: _modulo,
    ast.Pow: _power,
    ast.LShift: _shift_left,
    ast.RShift: _plain(operator.rshift),
    ast.BitXor: _plain(operator.xor),
    ast.BitAnd: _plain(operator.and_),
    ast.BitOr: _plain(operator.or_),
}
_UNARY: Final[dict[type[ast.unaryop], Callable[[Any], Any]]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Not: operator.not_,
}
_COMPARE: Final[dict[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}


def binary(kind: type[ast.operator], left: Any, right: Any) -> Any:
    """What a binary operator gives, or `NOTHING`."""
    function = _BINARY.get(kind)
    if function is None:
        return NOTHING
    try:
        return function(left, right)
    except FAILURES:
        return NOTHING


def unary(kind: type[ast.unaryop], operand: Any) -> Any:
    """What a unary operator gives, or `NOTHING`."""
    try:
        return _UNARY[kind](operand) if _small(operand) else NOTHING
    except FAILURES:
        return NOTHING


def compare(kind: type[ast.cmpop], left: Any, right: Any) -> Any:
    """What one comparison gives, or `NOTHING`. Identity is not folded: it is no property of a constant."""
    function = _COMPARE.get(kind)
    if function is None or isinstance(left, bytes) != isinstance(right, bytes):
        return NOTHING
    try:
        return function(left, right)
    except FAILURES:
        return NOTHING


def subscript(base: Any, key: Any) -> Any:
    """An element or a slice of a constant, or `NOTHING`."""
    try:
        return base[key]
    except FAILURES:
        return NOTHING


def formatted(value: Any, conversion: int, spec: str) -> Any:
    """A value within an f-string, as text, or `NOTHING`. conversion: as in `ast.FormattedValue`."""
    if _NUMBER_WIDTH.search(spec) or _weight(value) > SIZE_LIMIT:
        return NOTHING
    try:
        if conversion == ord("r"):
            value = repr(value)
        elif conversion == ord("s"):
            value = str(value)
        elif conversion == ord("a"):
            value = ascii(value)
        return format(value, spec)
    except FAILURES:
        return NOTHING


_TEXT: Final = word_set(
    "capitalize casefold count endswith find format index isalnum isalpha isascii isdecimal isdigit islower isnumeric "
    "isspace isupper join lower lstrip partition removeprefix removesuffix replace rfind rindex rpartition rsplit "
    "rstrip split splitlines startswith strip swapcase title upper center ljust rjust zfill expandtabs "
    "__add__ __contains__ __getitem__ __mod__ __mul__ __str__ __len__ translate"
)
_METHODS: Final[dict[type, frozenset[str]]] = {
    str: _TEXT | word_set("encode format_map maketrans"),
    bytes: (_TEXT - {"format", "casefold"}) | word_set("decode hex"),
    bytearray: (_TEXT - {"format", "casefold"}) | word_set("decode hex"),
    list: word_set("copy count index __getitem__ __len__ __add__"),
    tuple: word_set("count index __getitem__ __len__ __add__"),
    dict: word_set("copy get items keys values __getitem__ __len__ __contains__"),
    int: word_set("bit_length to_bytes __add__ __xor__ __sub__ __mul__ __str__"),
    float: word_set("is_integer hex"),
}
_PADDING: Final = word_set("center ljust rjust zfill expandtabs")
_TEXT_CODECS: Final = word_set(
    "utf-8 utf8 utf_8 utf-8-sig utf_8_sig utf-16 utf16 utf_16 utf-16-le utf-16le utf_16_le utf-16-be utf-16be "
    "utf_16_be utf-32 utf32 utf_32 utf-32-le utf-32-be ascii us-ascii latin-1 latin1 latin_1 iso-8859-1 iso8859-1 "
    "cp1252 windows-1252 cp437 unicode_escape unicode-escape raw_unicode_escape raw-unicode-escape punycode idna utf-7"
)


def method(base: Any, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    """What a method of a constant gives, or `NOTHING`."""
    known = _METHODS.get(type(base))
    if known is None or name not in known:
        return NOTHING
    try:
        return _method(base, name, arguments, keywords)
    except FAILURES:
        return NOTHING


def _method(base: Any, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    if name in _PADDING and not (not arguments or (isinstance(arguments[0], int) and arguments[0] <= SIZE_LIMIT // 16)):
        return NOTHING
    match name:
        case "join":
            parts = list(arguments[0])
            if sum(map(len, parts)) + len(base) * len(parts) > SIZE_LIMIT:
                return NOTHING
            return base.join(parts)
        case "replace":
            old, new = arguments[0], arguments[1]
            if len(base) + base.count(old) * len(new) > SIZE_LIMIT:
                return NOTHING
        case "format" | "format_map":
            if _NUMBER_WIDTH.search(base) or _ATTRIBUTE_IN_FORMAT.search(base) or _NESTED_FORMAT.search(base):
                return NOTHING
            if len(base) * (1 + _weight(arguments) + _weight(keywords)) > SIZE_LIMIT * 16:
                return NOTHING
        case "encode" | "decode":
            return _recoded(base, name, arguments, keywords)
        case "translate":
            table = arguments[0]
            widest = (
                max((len(to) for to in table.values() if isinstance(to, str)), default=1)
                if isinstance(table, dict)
                else 1
            )
            if len(base) * widest > SIZE_LIMIT:
                return NOTHING
        case "__mul__":
            return _multiply(base, arguments[0])
        case "__mod__":
            return _modulo(base, arguments[0])
        case "__add__":
            return _add(base, arguments[0])
        case "to_bytes":
            length = arguments[0] if arguments else keywords.get("length", 1)
            if length > SIZE_LIMIT:
                return NOTHING
        case "expandtabs":
            if len(base) * (arguments[0] if arguments else 8) > SIZE_LIMIT:
                return NOTHING
    result = getattr(base, name)(*arguments, **keywords)
    return list(result) if isinstance(base, dict) and name in {"keys", "values", "items"} else result


def _recoded(base: Any, name: str, arguments: list[Any], keywords: dict[str, Any]) -> Any:
    encoding = arguments[0] if arguments else keywords.get("encoding", "utf-8")
    errors = arguments[1] if len(arguments) > 1 else keywords.get("errors", "strict")
    if encoding.lower() not in _TEXT_CODECS or errors not in {
        "strict",
        "ignore",
        "replace",
        "surrogateescape",
        "surrogatepass",
    }:
        return NOTHING
    return base.encode(encoding, errors) if name == "encode" else bytes(base).decode(encoding, errors)
