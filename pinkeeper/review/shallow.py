"""Syntax trees without their depths, so that what walks them by recursion comes to an end."""

from __future__ import annotations

import ast
from typing import Any

__all__ = ["DEEPEST", "made_shallow"]

DEEPEST = 120
"""Levels of nodes that are left. `ast.dump` and `ast.unparse` take up to five frames for one; people's code has 40."""


def made_shallow(tree: ast.AST) -> None:
    """Put ``...`` where expressions go on too deep, ``pass`` where statements do, ``_`` where patterns do."""
    pending = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        if depth >= DEEPEST:
            _cut_below(node)
        # What is left below is a level or two of keywords, arguments and the like.
        pending.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _cut_below(node: ast.AST) -> None:
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            if value and isinstance(value[0], ast.stmt):
                setattr(node, field, [ast.copy_location(ast.Pass(), value[0])])
            else:
                setattr(node, field, [_cut(each) for each in value])
        elif isinstance(value, ast.AST):
            setattr(node, field, _cut(value))


def _cut(value: Any) -> Any:
    match value:
        case ast.expr() if next(ast.iter_child_nodes(value), None) is not None:
            return ast.copy_location(ast.Constant(value=...), value)
        case ast.pattern():
            return ast.copy_location(ast.MatchAs(), value)
        case _:
            return value
