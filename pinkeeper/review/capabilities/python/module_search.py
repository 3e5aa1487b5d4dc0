"""Where modules are looked for: what code adds to ``sys.path``, or to the ``__path__`` of a package."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.python import texts
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.use import Use, all_texts, marks_given
from pinkeeper.review.capabilities.python.value import BIT, FLOWING, UNKNOWN, Value
from pinkeeper.review.capabilities.summary import Capability, Mark

__all__ = ["note_search_path", "path_gained"]

_HIDDEN_FOLDER: Final = lazy_pattern(r"(?:~|/(?:home/[^/]+|root))(?:/[^/]+)*/\.[^/]")
_LISTS: Final = frozenset({"path", "__path__"})
_ARCHIVE: Final = lazy_pattern(r"\.(?:pyzw?|zip|whl|egg)/?$", re.IGNORECASE)


def path_gained(a: Analysis, use: Use) -> Value | None:
    """``sys.path.insert``."""
    for value in use.arguments:
        if _noted(a, value, use.node, marks_given(a, use)):
            return UNKNOWN
    return None


def note_search_path(a: Analysis, target: ast.expr, assigned: ast.expr) -> None:
    """``sys.path += [...]``, ``sys.path[:0] = [...]``, ``sys.path = [..., *sys.path]``."""
    place = target.value if isinstance(target, ast.Subscript) else target
    if isinstance(place, ast.Name):
        if place.id != "__path__":
            return
    elif not isinstance(place, ast.Attribute) or place.attr not in _LISTS or not _is_searched(a.evaluate(place)):
        return
    for each in _elements(assigned):
        value = a.evaluate(each)
        if _noted(a, value, target, value.marks & FLOWING):
            return


def _is_searched(place: Value) -> bool:
    return any(ref == "sys.path" or ref.endswith("__path__") for ref in place.refs)


def _elements(node: ast.expr) -> Iterator[ast.expr]:
    """What a list is put together from, as far as that is written there."""
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            yield from elements
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from _elements(left)
            yield from _elements(right)
        case _:
            yield node


def _noted(a: Analysis, value: Value, node: ast.expr, marks: int) -> bool:
    """Note a place that somebody else can write, or into which nobody looks: a hidden folder, an archive."""
    for text in all_texts(value):
        if texts.is_temporary(text) or _HIDDEN_FOLDER.match(text) or _ARCHIVE.search(text):
            a.fact(Capability.DYNAMIC_CODE, "sys.path", node, (text,), marks | BIT[Mark.TEMPORARY])
            return True
    return False
