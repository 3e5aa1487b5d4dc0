"""When code is the same code: by its syntax tree, without what its author may change so that it still runs the same."""

from __future__ import annotations

import ast
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

__all__ = ["digest"]

_LEFT_OUT = frozenset({"ctx", "type_comment", "type_ignores", "kind", "str"})
"""ctx follows from the place, kind is the u of u"", str is the text of an interpolation (PEP 750)."""

_DOCUMENTED = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module})

_Add = Callable[[str], None]
_Walk = Callable[[Any, _Add], None]


def digest(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module) -> str:
    """32 hexadecimal digits: the same for code that differs in place, layout, quotes, comments, docstrings alone."""
    parts: list[str] = []
    try:
        _value(node, parts.append)
    except RecursionError:
        parts.clear()
        _deep(node, parts.append)
    return blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _value(value: Any, add: _Add) -> None:
    """What stands in a field."""
    walk = _WALKS.get(value.__class__)
    if walk is not None:
        walk(value, add)
    elif isinstance(value, ast.AST):
        walk = _WALKS[value.__class__] = _walk_of(value.__class__)
        walk(value, add)
    else:
        add(_text(value))


def _walk_of(kind: type[ast.AST]) -> _Walk:
    """What goes through a kind of node. There are millions of nodes: each kind has a function that looks up nothing."""
    name, fields, is_documented = kind.__name__, _fields(kind), kind in _DOCUMENTED

    def walk(node: ast.AST, add: _Add) -> None:
        add(name)
        for field in fields:
            value = getattr(node, field)
            if value.__class__ is list:
                if not value:
                    continue
                add(field)
                add("[")
                for item in value[1:] if is_documented and field == "body" and _is_docstring(value[0]) else value:
                    _value(item, add)
                add("]")
            elif value is not None:
                add(field)
                _value(value, add)
        if fields:
            add(")")

    return walk


def _fields(kind: type[ast.AST]) -> tuple[str, ...]:
    return tuple(name for name in kind._fields if name not in _LEFT_OUT)


def _name(node: ast.Name, add: _Add) -> None:
    add(f"Name {node.id}")


def _constant(node: ast.Constant, add: _Add) -> None:
    add(f"Constant {_text(node.value)}")


def _text(value: Any) -> str:
    return (
        hex(value) if value.__class__ is int else repr(value)
    )  # decimal digits of a large number are slow, and limited


_WALKS: dict[type, _Walk] = {ast.Name: _name, ast.Constant: _constant}


def _deep(root: ast.AST, add: _Add) -> None:
    """The same for a tree that is nested deeper than Python calls functions; the parts come in another order."""
    pending: list[Any] = [root]
    while pending:
        item = pending.pop()
        if isinstance(item, ast.Name | ast.Constant):
            _value(item, add)
        elif not isinstance(item, ast.AST):
            add(_text(item))
        else:
            add(item.__class__.__name__)
            for field in _fields(item.__class__):
                value = getattr(item, field)
                if isinstance(value, list):
                    is_body = field == "body" and item.__class__ in _DOCUMENTED
                    values = value[1:] if is_body and value and _is_docstring(value[0]) else value
                    add(f"{field} {len(values)}")
                    pending += values
                elif value is not None:
                    add(field)
                    pending.append(value)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
