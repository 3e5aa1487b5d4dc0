"""Code that stands in a text: what is given to exec, to eval, or to another interpreter."""

from __future__ import annotations

import ast
from typing import Any, Final

from pinkeeper.review.capabilities.grammar import parse
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.value import BIT, FOLDED, UNKNOWN, Value
from pinkeeper.review.capabilities.summary import Mark

__all__ = ["look_inside"]

_SIZE_LIMIT: Final = 256 * 1024
_DEPTH_LIMIT: Final = 6
_IN_ALL: Final = 1 << 20


def look_inside(a: Analysis, code: Any, node: Any, marks: int) -> Value:
    """Look at code as if it stood where the call stands; the value of its last expression."""
    if isinstance(code, str):
        source = code.encode("utf-8", "surrogatepass")
    elif isinstance(code, bytes):
        source = code
    else:
        return UNKNOWN
    if not 2 < len(source) < _SIZE_LIMIT or a.inner_depth >= _DEPTH_LIMIT or a.inner_size + len(source) > _IN_ALL:  # noqa: PLR2004
        return UNKNOWN
    a.inner_size += len(source)
    tree = parse(source.lstrip()).tree
    if tree is None or (
        len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) and isinstance(tree.body[0].value, ast.Constant)
    ):
        return UNKNOWN
    before = (a.line, a.context)
    a.line = a.line or node.lineno
    a.inner_depth += 1
    if marks & BIT[Mark.DECODED]:
        a.context |= BIT[Mark.DECODED]
    elif marks & FOLDED:
        a.context |= BIT[Mark.COMPUTED]
    a.branch += 1
    value = UNKNOWN
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        a.execute(tree.body[:-1])
        value = a.evaluate(last.value)
    else:
        a.execute(tree.body)
    a.branch -= 1
    a.inner_depth -= 1
    a.line, a.context = before
    return value
