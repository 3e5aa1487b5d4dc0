"""The lines of a Python file that begin something that is executed."""

from __future__ import annotations

import ast

__all__ = ["code_lines"]


def code_lines(tree: ast.Module) -> tuple[int, ...]:
    """The 1-based numbers of lines on which an executable statement begins, sorted.

    Texts that stand as statements are documentation, of modules, functions and attributes alike, and are left out; so
    are ``...`` and ``pass``, which only fill a place.
    """
    lines: set[int] = set()
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.stmt) and not _is_filler(node):
            lines.add(node.lineno)
        for name in _BLOCKS_OF.get(node.__class__, ()):
            pending.extend(getattr(node, name))
    return tuple(sorted(lines))


_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_KINDS: tuple[type[ast.AST], ...] = (ast.Module, ast.ExceptHandler, ast.match_case, *ast.stmt.__subclasses__())
_BLOCKS_OF = {kind: found for kind in _KINDS if (found := tuple(name for name in _BLOCKS if name in kind._fields))}


def _is_filler(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) and (node.value.value is ... or isinstance(node.value.value, str))
    return isinstance(node, ast.Pass)
