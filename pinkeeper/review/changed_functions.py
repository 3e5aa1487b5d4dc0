"""Python files that changed, as trees of what differs: what a function was and what it is."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from pinkeeper.artifacts.contents import Contents
from pinkeeper.model.comparison import FileChange, FileKind
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.grammar import parse
from pinkeeper.review.source_blocks import blocks_of, parsed_block

__all__ = ["LARGEST", "AnyFunction", "ChangedFile", "ChangedFunctions", "ChangedLines", "Functions", "functions_of"]

LARGEST = 2**20
"""Bytes; larger files are not looked into."""

_MOST_FILES = 200
_MOST_KEPT = 16 * 2**20  # bytes of files whose trees are kept
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

    @property
    def about(self) -> str:
        """All that says what this is about."""
        return "\n".join((self.removed, self.added, *self.around))


class ChangedFile(Struct, frozen=True, kw_only=True):
    """A file that is in both releases. functions: those that are new or changed, by name, with what they were.

    before, after: statements that are in one of the releases alone, whole functions among them. source: the new one.
    """

    path: str
    source: str
    functions: Mapping[str, tuple[AnyFunction | None, AnyFunction]]
    before: Sequence[ast.stmt]
    after: Sequence[ast.stmt]


class ChangedFunctions:
    """The functions that differ between two releases, each parsed once, whoever asks."""

    def __init__(self, old: Contents, new: Contents, changes: Iterable[FileChange]) -> None:
        self._old, self._new = old, new
        self._paths = [paths for change in changes if (paths := _both_paths(change)) is not None]
        self._lines: dict[str, ChangedLines] = {}
        self._compared: dict[str, ChangedFile | None] = {}
        self._left = _MOST_KEPT

    def files(self, wanted: Callable[[ChangedLines], bool]) -> Iterator[ChangedFile]:
        """Files that are in both releases. wanted: whether one is worth to be parsed, by the lines that differ."""
        left = _MOST_FILES
        for old, new in self._paths:
            if max(self._old.entries[old].size, self._new.entries[new].size) > LARGEST:
                continue
            if new not in self._lines:
                self._lines[new] = _lines(new, self._old.read(old), self._new.read(new))
            if not wanted(self._lines[new]):
                continue
            left -= 1
            if left < 0:
                return
            if (found := self._file(old, new)) is not None:
                yield found

    def _file(self, old: str, new: str) -> ChangedFile | None:
        if new in self._compared:
            return self._compared[new]
        found = _compared(new, self._old.read(old), self._new.read(new))
        self._left -= self._new.entries[new].size
        if self._left > 0:
            self._compared[new] = found
        return found


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
    found = _compared_by_blocks(path, before, after)
    if found is not None:
        return found
    old, new = parse(before), parse(after)
    if old.tree is None or new.tree is None:
        return None
    had, has = _by_text(old.tree, old.text), _by_text(new.tree, new.text)
    functions = {name: node for name, node in had.values() if isinstance(node, AnyFunction)}
    fresh = [named for text, named in has.items() if text not in had]
    return ChangedFile(
        path=path,
        source=new.text,
        functions={name: (functions.get(name), node) for name, node in fresh if isinstance(node, AnyFunction)},
        before=[node for text, (_, node) in had.items() if text not in has],
        after=[node for _, node in fresh],
    )


def _compared_by_blocks(path: str, before: bytes, after: bytes) -> ChangedFile | None:
    """As `_compared`, parsing what differs alone; None where lines do not tell what that is."""
    try:
        texts = [text.decode().replace("\r\n", "\n") for text in (before, after)]
    except UnicodeDecodeError:
        return None
    old, new = map(blocks_of, texts)
    if old is None or new is None:
        return None
    gone = {block.name: parsed_block(block) for key, block in old.functions.items() if key not in new.functions}
    fresh = {block.name: parsed_block(block) for key, block in new.functions.items() if key not in old.functions}
    rest = _rest(old.rest, new.rest)
    if rest is None:
        return None
    functions: dict[str, AnyFunction] = {}
    for name, node in fresh.items():
        if node is None:
            return None
        functions[name] = node
    return ChangedFile(
        path=path,
        source=texts[1],
        functions={name: (gone.get(name), node) for name, node in functions.items()},
        before=[*rest[0], *(node for node in gone.values() if node is not None)],
        after=[*rest[1], *functions.values()],
    )


def _rest(before: str, after: str) -> tuple[list[ast.stmt], list[ast.stmt]] | None:
    """Statements outside of functions that one of the two has alone; None where one cannot be parsed."""
    if _bare(before) == _bare(after):
        return [], []
    old, new = parse(before.encode()), parse(after.encode())
    if old.tree is None or new.tree is None:
        return None
    had, has = _by_text(old.tree, old.text), _by_text(new.tree, new.text)
    if any(isinstance(node, AnyFunction) for _, node in (*had.values(), *has.values())):
        return None
    return (
        [node for text, (_, node) in had.items() if text not in has],
        [node for text, (_, node) in has.items() if text not in had],
    )


def _bare(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip() not in {"", "pass"}]


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
