"""Python files that changed, as trees of what differs: what a function was and what it is."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from pinkeeper.model.comparison import FileChange, FileKind
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.grammar import parse
from pinkeeper.review.material import Material

__all__ = ["LARGEST", "AnyFunction", "ChangedFile", "ChangedLines", "Functions", "changed_files", "functions_of"]

LARGEST = 2**20
"""Bytes; larger files are not looked into."""

_MOST_FILES = 200
_DEFINED = lazy_pattern(r"(?:async +)?def +(\w+)")

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef
Functions = Mapping[str, AnyFunction]
"""Functions by their qualified names, those within functions apart."""


class ChangedLines(Struct, frozen=True, kw_only=True):
    """Lines of a changed file, without the blanks around them. removed: those that the new form has nowhere.

    around: names of the functions whose ``def`` is the last one above an added line.
    """

    path: str
    removed: str
    added: str
    around: frozenset[str]


class ChangedFile(Struct, frozen=True, kw_only=True):
    """A file that is in both releases. functions: those that are new or changed, by name, with what they were.

    before, after: statements that are in one of the releases alone, whole functions among them.
    """

    path: str
    functions: Mapping[str, tuple[AnyFunction | None, AnyFunction]]
    before: Sequence[ast.stmt]
    after: Sequence[ast.stmt]


def changed_files(material: Material, wanted: Callable[[ChangedLines], bool]) -> Iterator[ChangedFile]:
    """Files that are in both releases. wanted: says by the lines that differ whether it is worth to parse a file."""
    old, new, left = material.old.main, material.new.main, _MOST_FILES
    for change in material.changes:
        paths = _both_paths(change)
        if paths is None or max(old.entries[paths[0]].size, new.entries[paths[1]].size) > LARGEST:
            continue
        before, after = old.read(paths[0]), new.read(paths[1])
        if not wanted(_lines(paths[1], before, after)):
            continue
        left -= 1
        if left < 0:
            return
        found = _compared(paths[1], before, after)
        if found is not None:
            yield found


def functions_of(tree: ast.AST, prefix: str = "") -> Functions:
    """The functions of a module and of its classes."""
    return {name: node for name, node in _statements(tree, prefix) if isinstance(node, AnyFunction)}


def _both_paths(change: FileChange) -> tuple[str, str] | None:
    if change.kind is not FileKind.PYTHON or change.old_path is None or change.new_path is None:
        return None
    return change.old_path, change.new_path


def _lines(path: str, before: bytes, after: bytes) -> ChangedLines:
    old, new = (tuple(map(str.strip, text.decode(errors="replace").split("\n"))) for text in (before, after))
    had, has = set(old), set(new)
    added, around, name = [], set(), ""
    for line in new:
        if (defined := _DEFINED.match(line)) is not None:
            name = defined[1]
        if line not in had:
            added.append(line)
            around.add(name)
    return ChangedLines(
        path=path,
        removed="\n".join(line for line in old if line not in has),
        added="\n".join(added),
        around=frozenset(around),
    )


def _compared(path: str, before: bytes, after: bytes) -> ChangedFile | None:
    old, new = parse(before), parse(after)
    if old.tree is None or new.tree is None:
        return None
    had, has = _by_text(old.tree, old.text), _by_text(new.tree, new.text)
    functions = {name: node for text, (name, node) in had.items() if isinstance(node, AnyFunction)}
    fresh = [named for text, named in has.items() if text not in had]
    return ChangedFile(
        path=path,
        functions={name: (functions.get(name), node) for name, node in fresh if isinstance(node, AnyFunction)},
        before=[node for text, (_, node) in had.items() if text not in has],
        after=[node for _, node in fresh],
    )


def _by_text(tree: ast.Module, text: str) -> dict[tuple[str, str], tuple[str, ast.stmt]]:
    """Statements of a module and of its classes, by name and by how they stand there."""
    lines = text.split("\n")
    found = {}
    for name, node in _statements(tree, ""):
        start = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        found[name, "\n".join(lines[start - 1 : node.end_lineno])] = name, node
    return found


def _statements(tree: ast.AST, prefix: str) -> Iterator[tuple[str, ast.stmt]]:
    """Statements with the name of the function, or of the class, that they are or stand in."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _statements(node, f"{prefix}{node.name}.")
        elif isinstance(node, AnyFunction):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.stmt):
            yield prefix, node
