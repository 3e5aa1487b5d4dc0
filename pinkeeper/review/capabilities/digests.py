"""When code is the same code: by its syntax tree, without what its author may change so that it still runs the same."""

from __future__ import annotations

import ast
from collections.abc import Callable
from hashlib import blake2b
from operator import attrgetter
from typing import Any

__all__ = ["digest"]

_LEFT_OUT = frozenset({"ctx", "type_comment", "type_ignores", "kind", "str"})
"""ctx follows from the place, kind is the u of u"", str is the text of an interpolation (PEP 750)."""


def digest(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module) -> str:
    """32 hexadecimal digits: the same for code that differs in place, layout, quotes, comments, docstrings alone."""
    parts: list[str] = []
    add = parts.append
    pending: list[Any] = [node]
    while pending:
        item = pending.pop()
        kind = item.__class__
        if kind is str:  # a mark put there below
            add(item)
            continue
        name, fields, values_of = _SHAPES.get(kind) or _shape(kind)
        add(name)
        if not fields:
            continue
        values = values_of(item)
        pending.append(")")
        for field, value in zip(fields, values, strict=True):
            if value is None and kind is not ast.Constant:
                continue
            if value.__class__ is list:
                if not value:
                    continue
                pending.append("]")
                start = 1 if field == "body" and kind in _DOCUMENTED and _is_docstring(value[0]) else 0
                pending.extend(map(_leaf, value[: start - 1 if start else None : -1]))
                pending.append("[")
            else:
                pending.append(_leaf(value))
            pending.append(field)
    return blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _leaf(value: Any) -> Any:
    """What has nothing below it, as a text; a node as it is. Half of all nodes are names and constants."""
    kind = value.__class__
    if kind is ast.Name:
        return f"Name {value.id}"
    if kind is ast.Constant:
        return f"Constant {_leaf(value.value)}"
    if kind is int:
        return hex(value)  # decimal digits of a large number are slow, and limited
    return value if isinstance(value, ast.AST) else repr(value)


_DOCUMENTED = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module})

_Shape = tuple[str, tuple[str, ...], Callable[[Any], tuple[Any, ...]]]
_SHAPES: dict[type[ast.AST], _Shape] = {}


def _shape(kind: type[ast.AST]) -> _Shape:
    """The name of a kind of node, the fields that count, and what reads them."""
    fields = tuple(name for name in kind._fields if name not in _LEFT_OUT)
    if len(fields) > 1:
        getter: Callable[[Any], tuple[Any, ...]] = attrgetter(*fields)
    elif fields:
        one = attrgetter(fields[0])
        getter = lambda node: (one(node),)  # noqa: E731
    else:
        getter = lambda _: ()  # noqa: E731
    shape = _SHAPES[kind] = (kind.__name__, fields, getter)
    return shape


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
