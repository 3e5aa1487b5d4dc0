"""What is known about the value of an expression, and what is remarkable about where it came from."""

from __future__ import annotations

from typing import Any, Final

from pinkeeper.review.capabilities.summary import Mark

__all__ = [
    "BIT",
    "FLOWING",
    "FOLDED",
    "GATE",
    "MANY",
    "NOTHING",
    "OWN",
    "PARAMETERS",
    "PARAMETER_LIMIT",
    "REAL",
    "UNKNOWN",
    "WRITABLE",
    "XORED",
    "Value",
    "constant",
    "is_hashable",
    "join",
    "join_all",
    "marks_of",
    "named",
    "parameter_bit",
    "with_marks",
    "without_marks",
]

NOTHING: Final = object()
"""Stands for "not known" where None is a value that could be known."""

BIT: Final[dict[Mark, int]] = {mark: 1 << at for at, mark in enumerate(Mark)}
REAL: Final = (1 << len(Mark)) - 1
FOLDED: Final = 1 << len(Mark)  # it was put together, and stands nowhere as it is
XORED: Final = FOLDED << 1  # a number that went through XOR
GATE: Final = FOLDED << 2  # what a condition asks to run in some places only
OWN: Final = FOLDED << 3  # the module's own name or place
WRITABLE: Final = FOLDED << 4  # a handle to a file that was opened for writing
MANY: Final = FOLDED << 5  # some of the choices were left out

_FIRST_PARAMETER: Final = 32
PARAMETER_LIMIT: Final = 24
PARAMETERS: Final = ((1 << PARAMETER_LIMIT) - 1) << _FIRST_PARAMETER

FLOWING: Final = (
    PARAMETERS
    | FOLDED
    | OWN
    | sum(
        BIT[mark]
        for mark in (
            Mark.DECODED,
            Mark.FETCHED,
            Mark.SECRET,
            Mark.SURVEYED,
            Mark.WRITTEN,
            Mark.TEMPORARY,
            Mark.EXECUTABLE,
            Mark.STORED,
        )
    )
)
"""What goes on from a value to what is made of it."""

_CHOICE_LIMIT: Final = 32
_REF_LIMIT: Final = 12
_ORDER: Final = tuple(BIT.items())


def parameter_bit(index: int) -> int:
    """The bit of a value that depends on a parameter of the function that is looked at."""
    return 1 << (_FIRST_PARAMETER + index) if index < PARAMETER_LIMIT else 0


def marks_of(bits: int) -> frozenset[Mark]:
    """The marks among the bits."""
    return frozenset(mark for mark, bit in _ORDER if bits & bit)


class Value:
    """What an expression may be. Never changed once it was made.

    const: what it is, where that is known. choices: constants of which it is one. text: a text of which parts are
    known, with "…" for each that is not. refs: names of what it may be: ``subprocess.run``; ``:Class.method`` for what
    the file defines itself; ``()`` behind a name for what a call of it gives. items: of a container that is not
    constant, by key or index. bound: arguments that `functools.partial` holds, as (positional, by keyword). place:
    what `open` was given, for a handle. parameter: the index of the parameter that it is, unchanged, else -1.
    """

    __slots__ = ("bound", "choices", "const", "items", "marks", "parameter", "place", "refs", "text")

    def __init__(
        self,
        *,
        const: Any = NOTHING,
        choices: tuple[Any, ...] = (),
        text: str | None = None,
        refs: tuple[str, ...] = (),
        marks: int = 0,
        items: dict[Any, Value] | None = None,
        bound: tuple[list[Value], dict[str, Value]] | None = None,
        place: Any = None,
        parameter: int = -1,
    ) -> None:
        self.const = const
        self.choices = choices
        self.text = text
        self.refs = refs
        self.marks = marks
        self.items = items
        self.bound = bound
        self.place = place
        self.parameter = parameter

    @property
    def constants(self) -> tuple[Any, ...]:
        """All constants that it may be, as far as they are known."""
        return (self.const,) if self.const is not NOTHING else self.choices

    @property
    def shown(self) -> str | None:
        """Its text, with "…" for what is not known of it; None where it is no text."""
        if isinstance(self.const, str):
            return self.const
        if isinstance(self.const, bytes):
            return self.const.decode("latin-1")
        return self.text


UNKNOWN: Final = Value()


def constant(const: Any, marks: int = 0) -> Value:
    """A value that is known."""
    return Value(const=const, marks=marks)


def is_hashable(const: Any) -> bool:
    """Whether a constant can be the key of a mapping."""
    try:
        hash(const)
    except TypeError:
        return False
    return True


def named(ref: str, marks: int = 0) -> Value:
    """Something that has a name."""
    return Value(refs=(ref,), marks=marks)


def with_marks(value: Value, marks: int) -> Value:
    """The value, with more marks."""
    if value.marks | marks == value.marks:
        return value
    return Value(
        const=value.const,
        choices=value.choices,
        text=value.text,
        refs=value.refs,
        marks=value.marks | marks,
        items=value.items,
        bound=value.bound,
        place=value.place,
        parameter=value.parameter,
    )


def without_marks(value: Value, marks: int) -> Value:
    """The value, without some marks."""
    kept = with_marks(value, 1 << 62)  # a copy
    kept.marks = value.marks & ~marks
    return kept


def join(one: Value, other: Value) -> Value:
    """Either of two values; of the constants that of `other` comes first."""
    if one is other:
        return one
    refs = one.refs
    if other.refs and other.refs != refs:
        refs = tuple(dict.fromkeys(refs + other.refs))[-_REF_LIMIT:]
    marks = one.marks | other.marks
    const: Any = NOTHING
    choices: tuple[Any, ...] = ()
    if one.const is other.const or (
        one.const is not NOTHING and other.const is not NOTHING and _key(one.const) == _key(other.const)
    ):
        const = other.const
    if const is NOTHING:
        ones, others = one.constants, other.constants
        if not ones or not others:
            marks |= MANY
        if ones or others:
            found = {_key(each): each for each in (*others, *ones)}
            if len(found) > _CHOICE_LIMIT:
                marks |= MANY
                choices = tuple(found.values())[:_CHOICE_LIMIT]
            else:
                choices = tuple(found.values())
    items = other.items or one.items
    if one.items is not None and other.items is not None and one.items is not other.items:
        items = {**one.items, **other.items}
    return Value(
        const=const,
        choices=choices,
        text=other.text if other.text is not None else one.text,
        refs=refs,
        marks=marks,
        items=items,
        bound=other.bound or one.bound,
        place=other.place or one.place,
    )


def _key(const: Any) -> Any:
    """What tells two constants apart that are not one and the same."""
    kind = const.__class__
    return (kind, const) if kind in _PLAIN else id(const)


_PLAIN: Final = frozenset({str, bytes, int, float, bool, type(None)})


def join_all(values: list[Value]) -> Value:
    """Any of the values."""
    result = UNKNOWN
    for at, value in enumerate(values):
        result = value if at == 0 else join(result, value)
    return result
