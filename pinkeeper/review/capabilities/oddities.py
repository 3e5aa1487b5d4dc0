"""What is odd about a Python file as a text: what a reader does not see, or sees as something else."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.lookalike_names import lookalike_names
from pinkeeper.review.capabilities.odd_characters import odd_characters
from pinkeeper.review.capabilities.odd_layout import FAR, data_in_blanks, long_lines, off_screen
from pinkeeper.review.capabilities.opaque_blobs import opaque_blobs
from pinkeeper.review.capabilities.source_spans import spans
from pinkeeper.review.capabilities.summary import MODULE, Oddity, OddityKind

__all__ = ["oddities"]

_LIMIT = 20
"""Oddities of one kind that are told one by one."""

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_PLACE = lazy_pattern(r"line (\d+): ")


def oddities(
    text: str, tree: ast.Module | None, *, problem: str | None = None, newer: str | None = None
) -> tuple[Oddity, ...]:
    """All that is odd, by kind and line. tree, problem, newer: as `parse` gives them."""
    found: list[Oddity] = []
    if tree is None:
        place = _PLACE.match(problem or "")
        line = int(place[1]) if place else 1
        found.append(Oddity(kind=OddityKind.NOT_PARSED, line=line, detail=_PLACE.sub("", problem or "")))
    if newer:
        found.append(Oddity(kind=OddityKind.NEWER_GRAMMAR, line=1, detail=newer))
    sights: dict[OddityKind, list[tuple[int, str]]] = {}
    for kind, line, detail in _sights(text, tree):
        sights.setdefault(kind, []).append((line, detail))
    if sights:
        functions = _functions(tree) if tree is not None else []
        for kind, seen in sorted(sights.items()):
            for line, detail in sorted(seen)[:_LIMIT]:
                found.append(Oddity(kind=kind, line=line, scope=_scope(functions, line), detail=detail))
    return tuple(found)


def _sights(text: str, tree: ast.Module | None) -> Iterator[tuple[OddityKind, int, str]]:
    """Kind, line and a few words; of each producer no more than are told, and one."""
    lines = text.split("\n")
    if tree is not None and len(max(lines, key=len)) > FAR:
        for line, detail in islice(long_lines(lines, tree), _LIMIT + 1):
            yield OddityKind.LONG_LINE, line, detail
    by_offset: list[Iterable[tuple[OddityKind, int, str]]] = [
        _of(OddityKind.OFF_SCREEN, off_screen(text)),
        _of(OddityKind.INVISIBLE, data_in_blanks(text)),
        _of(OddityKind.BLOB, opaque_blobs(text, lines)),
    ]
    if not text.isascii():
        found = spans(text)
        by_offset += [odd_characters(text, found), _of(OddityKind.MIXED_SCRIPT, lookalike_names(text, found))]
    for producer in by_offset:
        for kind, offset, detail in islice(producer, _LIMIT + 1):
            yield kind, text.count("\n", 0, offset) + 1, detail


def _of(kind: OddityKind, sights: Iterable[tuple[int, str]]) -> Iterator[tuple[OddityKind, int, str]]:
    return ((kind, offset, detail) for offset, detail in sights)


class _Function(NamedTuple):
    start: int
    end: int
    name: str


def _functions(tree: ast.Module) -> list[_Function]:
    """All functions with their lines, those within others after them."""
    found: list[_Function] = []
    pending: list[tuple[ast.AST, str]] = [(tree, "")]
    while pending:
        node, prefix = pending.pop()
        for name in _BLOCKS:
            for child in getattr(node, name, ()):
                if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                    start = min([child.lineno, *(decorator.lineno for decorator in child.decorator_list)])
                    found.append(_Function(start, child.end_lineno or start, prefix + child.name))
                    pending.append((child, f"{prefix}{child.name}.<locals>."))
                elif isinstance(child, ast.ClassDef):
                    pending.append((child, f"{prefix}{child.name}."))
                elif isinstance(child, ast.AST):
                    pending.append((child, prefix))
    return found


def _scope(functions: list[_Function], line: int) -> str:
    """The innermost function that has the line."""
    around = [function for function in functions if function.start <= line <= function.end]
    return min(around, key=lambda function: function.end - function.start).name if around else MODULE
