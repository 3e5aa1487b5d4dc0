"""Python code that only writes down values: what builds generate to say the version, the commit, the configuration."""

from __future__ import annotations

import ast
from collections.abc import Sequence

__all__ = ["is_inert"]

_TEXT_LIMIT = 1000
"""Characters of a text; a longer one may be packed code."""

_NODES_LIMIT = 20_000
_MODULES = frozenset({"__future__", "typing", "typing_extensions", "json", "collections", "enum", "datetime"})
_CALLS = frozenset(
    {"tuple", "list", "dict", "set", "frozenset", "str", "int", "float", "bool", "json.loads", "hasattr"}
)
_NODES = (
    ast.Module,
    ast.Assign,
    ast.AnnAssign,
    ast.Return,
    ast.Pass,
    ast.If,
    ast.Expr,
    ast.FunctionDef,
    ast.arguments,
    ast.arg,
    ast.Constant,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.keyword,
    ast.operator,
    ast.unaryop,
    ast.boolop,
    ast.cmpop,
    ast.expr_context,
    ast.alias,
)


def is_inert(statements: Sequence[ast.stmt]) -> bool:
    """Whether the statements assign and return plain values, import nothing but typing and the like, and call nothing.

    Functions are plain too if their bodies are. Calls of ``tuple``, ``int`` and ``json.loads`` are values. What is
    imported from the same package is looked at where it stands.
    """
    pending: list[ast.AST] = list(statements)
    for _ in range(_NODES_LIMIT):
        if not pending:
            return True
        node = pending.pop()
        if not _is_plain(node):
            return False
        if isinstance(node, ast.Call):
            pending += [*node.args, *node.keywords]
        else:
            pending += [child for child in ast.iter_child_nodes(node) if not _is_docstring(node, child)]
    return False


def _is_plain(node: ast.AST) -> bool:
    """Whether a node does nothing by itself, whatever may be below it."""
    match node:
        case ast.Constant(value=str() | bytes() as value):
            return len(value) <= _TEXT_LIMIT
        case ast.Import(names=names):
            return all(alias.name in _MODULES for alias in names)
        case ast.ImportFrom(module=module, level=level):
            return level > 0 or module in _MODULES
        case ast.Call(func=function):
            return _is_of_a_value(function)
        case ast.FunctionDef(decorator_list=decorators):
            return not decorators
        case _:
            return isinstance(node, _NODES)


def _is_of_a_value(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{function.value.id}.{function.attr}" in _CALLS
    return isinstance(function, ast.Name) and function.id in _CALLS


def _is_docstring(parent: ast.AST, child: ast.AST) -> bool:
    """Whether the child is a text that nobody uses, which may be long."""
    return (
        isinstance(parent, ast.Module | ast.FunctionDef)
        and isinstance(child, ast.Expr)
        and isinstance(child.value, ast.Constant)
    )
