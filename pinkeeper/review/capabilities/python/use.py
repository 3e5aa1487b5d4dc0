"""One call of something that is known by name, and what its arguments say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from pinkeeper.review.capabilities.python import texts
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.reflection import KEPT
from pinkeeper.review.capabilities.python.value import BIT, FLOWING, FOLDED, NOTHING, OWN, UNKNOWN, Value
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Mark

__all__ = ["Use", "all_texts", "marks_given", "shown", "shown_of"]

_NOT_CARRYING: Final = frozenset(
    {"env", "environ", "cwd", "timeout", "headers_only", "verify", "proxies", "encoding", "errors"}
)
_ENVIRONMENT_LAST: Final = word_set(
    "os.execle os.execlpe os.execve os.execvpe os.spawnle os.spawnlpe os.spawnve os.spawnvpe os.posix_spawn "
    "os.posix_spawnp"
)
_SHOWN_LIMIT: Final = 8
_HOLE: Final = "…"
_ELEMENTS: Final = 40


class Use:
    """A call. ref: the name as it was resolved; name: the canonical one. base: what a method was called on."""

    __slots__ = ("arguments", "base", "callee", "keywords", "name", "node", "ref")

    def __init__(
        self,
        *,
        node: Any,
        ref: str,
        name: str,
        callee: Value,
        base: Value | None,
        arguments: list[Value],
        keywords: dict[str, Value],
    ) -> None:
        self.node = node
        self.ref = ref
        self.name = name
        self.callee = callee
        self.base = base
        self.arguments = arguments
        self.keywords = keywords

    def argument(self, index: int, *names: str) -> Value:
        """An argument by its place or by one of its names."""
        if index < len(self.arguments):
            return self.arguments[index]
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        return UNKNOWN

    def argument_node(self, index: int, *names: str) -> Any:
        """The expression of an argument, None where it stands in no tree."""
        args = getattr(self.node, "args", None)
        if isinstance(args, list) and index < len(args):
            return args[index]
        for keyword in getattr(self.node, "keywords", ()):
            if keyword.arg in names:
                return keyword.value
        return None


def marks_given(a: Analysis, use: Use) -> int:
    """The marks of all that a call is given, what it is called on, and how its name was found."""
    bits = use.callee.marks & (KEPT | FLOWING)
    if use.base is not None:
        bits |= use.base.marks & FLOWING
    arguments = use.arguments
    if use.name in _ENVIRONMENT_LAST:
        arguments = arguments[:-1]
    for value in arguments:
        bits |= _marks(a, value)
    for name, value in use.keywords.items():
        if name not in _NOT_CARRYING and not (name == "**" and value.items is not None):
            bits |= _marks(a, value)
    return bits & ~(FOLDED | OWN)


def _marks(a: Analysis, value: Value) -> int:
    bits = value.marks & FLOWING
    text = value.shown
    if text is not None:
        if len(text) < 400 and texts.is_temporary(text):  # noqa: PLR2004 - longer than any path
            bits |= BIT[Mark.TEMPORARY]
        if a.written:
            bits |= a.written.get(text, 0)
    elif a.written and isinstance(value.const, (list, tuple)):
        for each in value.const[:_ELEMENTS]:
            if isinstance(each, str):
                bits |= a.written.get(each, 0)
    return bits


def shown_of(value: Value, depth: int = 0) -> str | None:
    """A value as text, None where nothing is known of it."""
    text = value.shown
    if text is not None:
        return text
    const = value.const
    if const is not NOTHING:
        if isinstance(const, (list, tuple)):
            return " ".join(_shown_const(each) for each in const[:_ELEMENTS])
        return None if const is None or isinstance(const, (bool, dict)) else _shown_const(const)
    if value.items is not None and depth < 2:  # noqa: PLR2004 - a list of lists, at most
        parts = [
            _HOLE if (each := shown_of(held, depth + 1)) is None else each
            for held in list(value.items.values())[:_ELEMENTS]
        ]
        return " ".join(parts) if any(part != _HOLE for part in parts) else None
    return None


def _shown_const(const: Any) -> str:
    if isinstance(const, bytes):
        return const[:400].decode("latin-1")
    if isinstance(const, str):
        return const
    if isinstance(const, int) and const.bit_length() > 256:  # noqa: PLR2004 - no number that anybody reads
        return _HOLE
    return str(const)[:400] if not isinstance(const, (list, tuple, dict)) else _HOLE


def all_texts(value: Value) -> Iterator[str]:
    """Every text that a value may be, with "…" for what is not known of it."""
    text = shown_of(value)
    if text is not None:
        yield text
    for each in value.choices[:_ELEMENTS]:
        if isinstance(each, (str, bytes)):
            yield _shown_const(each)
        elif isinstance(each, (list, tuple)):
            yield " ".join(_shown_const(part) for part in each[:_ELEMENTS])


def shown(use: Use, extra: Iterable[str] = ()) -> list[str]:
    """The arguments that are known, as texts."""
    found: list[str] = []
    for value in (*use.arguments, *(value for name, value in use.keywords.items() if name in _TOLD)):
        found.extend(each for each in all_texts(value) if each != _HOLE)
        if len(found) >= _SHOWN_LIMIT:
            break
    found.extend(extra)
    return found[:_SHOWN_LIMIT]


_TOLD: Final = word_set(
    "args cmd command url host address data json path filename file name target source code src dst hostname "
    "uri base_url endpoint executable"
)
