"""Python files that changed, as trees: what a function was and what it is."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from pinkeeper.model.comparison import FileChange, FileKind
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.grammar import parse
from pinkeeper.review.material import Material

__all__ = ["LARGEST", "AnyFunction", "ChangedFile", "ChangedLines", "Functions", "changed_files", "functions_of"]

LARGEST = 2**20
"""Bytes; larger files are not looked into."""

_MOST_FILES = 200
_DEFINED = lazy_pattern(r"def +(\w+)")

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef
Functions = Mapping[str, AnyFunction]
"""Functions by their qualified names, those within functions apart."""


class ChangedLines(Struct, frozen=True, kw_only=True):
    """Lines of a changed file, without the blanks around them. removed: those that the new form has nowhere.

    defined: names of the functions in its new form.
    """

    path: str
    removed: str
    added: str
    defined: str


class ChangedFile(Struct, frozen=True, kw_only=True):
    """A changed file as it was and as it is."""

    path: str
    old: ast.Module
    new: ast.Module
    before: Functions
    after: Functions


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
        trees = parse(before).tree, parse(after).tree
        if trees[0] is not None and trees[1] is not None:
            yield ChangedFile(
                path=paths[1],
                old=trees[0],
                new=trees[1],
                before=functions_of(trees[0]),
                after=functions_of(trees[1]),
            )


def functions_of(tree: ast.AST, prefix: str = "") -> Functions:
    """The functions of a module and of its classes."""
    found: dict[str, AnyFunction] = {}
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[f"{prefix}{node.name}"] = node
        elif isinstance(node, ast.ClassDef):
            found |= functions_of(node, f"{prefix}{node.name}.")
    return found


def _both_paths(change: FileChange) -> tuple[str, str] | None:
    if change.kind is not FileKind.PYTHON or change.old_path is None or change.new_path is None:
        return None
    return change.old_path, change.new_path


def _lines(path: str, before: bytes, after: bytes) -> ChangedLines:
    old, new = (dict.fromkeys(map(str.strip, text.decode(errors="replace").split("\n"))) for text in (before, after))
    return ChangedLines(
        path=path,
        removed="\n".join(line for line in old if line not in new),
        added="\n".join(line for line in new if line not in old),
        defined="\n".join(_DEFINED.findall("\n".join(new))),
    )
