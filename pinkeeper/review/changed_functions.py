"""Python files that changed, as trees of what differs: what a function was and what it is."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from pinkeeper.artifacts.contents import Contents
from pinkeeper.model.comparison import FileChange, FileKind
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.grammar import Parsed, parse
from pinkeeper.review.shallow import made_shallow
from pinkeeper.review.source_blocks import Block, Blocks, blocks_of, parsed_block

__all__ = [
    "LARGEST",
    "AnyFunction",
    "ChangedFile",
    "ChangedFunction",
    "ChangedFunctions",
    "ChangedLines",
    "Functions",
    "functions_of",
]

LARGEST = 2**20
"""Bytes; larger files are not looked into."""

_MOST_FILES = 500
_LONGEST_LINE = 2000  # characters; longer ones are told as odd
_MOST_KEPT = 16 * 2**20  # bytes of files whose trees are kept
_DEFINED = lazy_pattern(r"(?:async +)?def +(\w+)")

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef
Functions = Mapping[str, AnyFunction]
"""Functions by their qualified names, those within functions apart."""


class ChangedLines(Struct, frozen=True, kw_only=True):
    """Lines of a changed file, without the blanks around them. removed: those that the new form has less often.

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


class ChangedFunction:
    """A function that is new or changed. before, after: as it stood and stands there; before is empty for a new one."""

    def __init__(self, path: str, name: str, before: Block | None, after: Block, whole: _Whole) -> None:
        self.path, self.name = path, name
        self.before, self.after = "" if before is None else before.text, after.text
        self._blocks = before, after
        self._whole = whole

    @cached_property
    def old(self) -> AnyFunction | None:
        """Its old tree, None for a new function."""
        block = self._blocks[0]
        return None if block is None else parsed_block(block) or self._whole.old.get(self.name)

    @cached_property
    def new(self) -> AnyFunction | None:
        """Its tree; None only where a source means to confuse."""
        return parsed_block(self._blocks[1]) or self._whole.new.get(self.name)

    @cached_property
    def lines(self) -> ChangedLines:
        """The lines in which it differs, comments left out; how often one stands there counts."""
        old, new = (Counter(map(_without_comment, text.split("\n"))) for text in (self.before, self.after))
        return ChangedLines(
            path=self.path,
            removed="\n".join((old - new).elements()),
            added="\n".join((new - old).elements()),
            around=frozenset({self.name.rpartition(".")[2]}),
        )


class _Whole:
    """Functions of both sources, for what cannot be parsed by itself."""

    def __init__(self, before: bytes, after: bytes) -> None:
        self._sources = before, after

    @cached_property
    def old(self) -> Functions:
        """Of the old one, by name."""
        return self._functions(self._sources[0])

    @cached_property
    def new(self) -> Functions:
        """Of the new one, by name."""
        return self._functions(self._sources[1])

    def _functions(self, source: bytes) -> Functions:
        tree = parse(source).tree
        if tree is None:
            return {}
        made_shallow(tree)
        return functions_of(tree)


class ChangedFile:
    """A file that is in both releases.

    functions: those that are new or changed. source: the new one.
    """

    def __init__(
        self,
        path: str,
        source: str,
        functions: Sequence[ChangedFunction],
        gone: Iterable[Block],
        rest: tuple[Sequence[ast.stmt], Sequence[ast.stmt]],
    ) -> None:
        self.path, self.source, self.functions = path, source, functions
        self._gone = [block for block in gone if all(block.name != each.name for each in functions)]
        self._rest = rest

    def before(self, wanted: Callable[[str], object]) -> list[ast.stmt]:
        """Statements that the old release alone has, and of its functions those whose texts are wanted."""
        nodes = (each.old for each in self.functions if wanted(each.before))
        gone = (parsed_block(block) for block in self._gone if wanted(block.text))
        return [*self._rest[0], *(node for node in (*nodes, *gone) if node is not None)]

    def after(self, wanted: Callable[[str], object]) -> list[ast.stmt]:
        """Statements that the new release alone has, and of its functions those whose texts are wanted."""
        nodes = (each.new for each in self.functions if wanted(each.after))
        return [*self._rest[1], *(node for node in nodes if node is not None)]


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
    old, new = (tuple(map(_cut, text.decode(errors="replace").split("\n"))) for text in (before, after))
    had, has = Counter(old), Counter(new)
    more = has - had
    around, name = set(), ""
    for line in new:
        if (defined := _DEFINED.match(line)) is not None:
            name = defined[1]
        if line in more:
            around.add(name)
    return ChangedLines(
        path=path,
        removed="\n".join((had - has).elements()),
        added="\n".join(more.elements()),
        around=frozenset(around),
    )


def _compared(path: str, before: bytes, after: bytes) -> ChangedFile | None:
    texts = [text.decode(errors="replace").replace("\r\n", "\n") for text in (before, after)]
    old, new = map(blocks_of, texts)
    rest = None if old is None or new is None else _rest(old.rest, new.rest)
    if old is None or new is None or rest is None:
        parsed = parse(before), parse(after)
        old, new = _parsed_blocks(parsed[0]), _parsed_blocks(parsed[1])
        rest = _rest_of_trees(*parsed)
        if old is None or new is None or rest is None:
            return None
    had = {block.name: block for key, block in old.functions.items() if key not in new.functions}
    fresh = {block.name: block for key, block in new.functions.items() if key not in old.functions}
    whole = _Whole(before, after)
    functions = [ChangedFunction(path, name, had.get(name), block, whole) for name, block in fresh.items()]
    return ChangedFile(path, texts[1], functions, had.values(), rest)


def _without_comment(line: str) -> str:
    bare = _cut(line)
    return "" if bare.startswith("#") else bare


def _cut(line: str) -> str:
    """Without the blanks around it, and no longer than it may be looked through in a time that people wait."""
    return line[:_LONGEST_LINE].strip()


def _rest(before: str, after: str) -> tuple[list[ast.stmt], list[ast.stmt]] | None:
    """Statements outside of functions that one of the two has alone; None where one cannot be parsed."""
    if _bare(before) == _bare(after):
        return [], []
    return _rest_of_trees(parse(before.encode()), parse(after.encode()))


def _rest_of_trees(old: Parsed, new: Parsed) -> tuple[list[ast.stmt], list[ast.stmt]] | None:
    if old.tree is None or new.tree is None:
        return None
    made_shallow(old.tree)
    made_shallow(new.tree)
    had, has = _by_text(old.tree, old.text), _by_text(new.tree, new.text)
    return (
        [node for text, (_, node) in had.items() if text not in has and not isinstance(node, AnyFunction)],
        [node for text, (_, node) in has.items() if text not in had and not isinstance(node, AnyFunction)],
    )


def _parsed_blocks(parsed: Parsed) -> Blocks | None:
    """As `blocks_of`, told by the parser."""
    if parsed.tree is None:
        return None
    found = {
        (name, text): Block(name, _first_line(node), text)
        for (_, text), (name, node) in _by_text(parsed.tree, parsed.text).items()
        if isinstance(node, AnyFunction)
    }
    return Blocks(functions=found, rest="")


def _bare(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip() not in {"", "pass"}]


def _by_text(tree: ast.Module, text: str) -> dict[tuple[str, str], tuple[str, ast.stmt]]:
    """Statements of a module and of its classes, by name and by how they stand there."""
    lines = text.split("\n")
    found = {}
    for name, node in _statements(tree, ""):
        found[name, "\n".join(lines[_first_line(node) - 1 : node.end_lineno])] = name, node
    return found


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _statements(tree: ast.AST, prefix: str) -> Iterator[tuple[str, ast.stmt]]:
    """Statements with the name of the function, or of the class, that they are or stand in."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _statements(node, f"{prefix}{node.name}.")
        elif isinstance(node, AnyFunction):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.stmt):
            yield prefix, node
