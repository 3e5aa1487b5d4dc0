"""A source in the blocks of its functions and the rest, told by its lines: what did not change need not be parsed."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.grammar import parse
from pinkeeper.review.shallow import made_shallow

__all__ = ["Block", "Blocks", "blocks_of", "parsed_block"]

# Comments and short texts are passed over, so that no mark in them is taken for the beginning of a long one.
_TEXT = lazy_pattern(
    r"#[^\n]*+|"
    r"\"{3}[^\\\"]*+(?:\\.[^\\\"]*+)*+(?:\"(?!\"\")[^\\\"]*+(?:\\.[^\\\"]*+)*+)*\"{3}|"
    r"'{3}[^\\']*+(?:\\.[^\\']*+)*+(?:'(?!'')[^\\']*+(?:\\.[^\\']*+)*+)*'{3}|"
    r"\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*+\"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'",
    re.DOTALL,
)
_HEAD = lazy_pattern(r"([ \t]*)(?:(?:async[ \t]+)?(def)|(class))[ \t]+(\w+)")
_SHORT_TEXT = lazy_pattern(r""""[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'""")
_LONGEST_HEAD = 400  # lines


class Block(Struct, frozen=True):
    """A function with its decorators. name: with those of the classes around it. start: its first line, from 1."""

    name: str
    start: int
    text: str


class Blocks(Struct, frozen=True, kw_only=True):
    """Functions that stand in no other function, by name and text; and the source with ``pass`` in their place."""

    functions: Mapping[tuple[str, str], Block]
    rest: str


def blocks_of(text: str) -> Blocks | None:
    """Part a source whose lines end with line feeds. None where its lines do not tell where a function ends."""
    lines = text.split("\n")
    masked = _TEXT.sub(_masked, text).split("\n") if '"""' in text or "'''" in text else lines
    functions: dict[tuple[str, str], Block] = {}
    rest = list(lines)
    classes: list[tuple[int, str]] = []
    at = 0
    while at < len(lines):
        line = masked[at]
        head = _HEAD.match(line) if "def" in line or "class" in line else None
        if head is None:
            at += 1
            continue
        indent = len(head[1])
        while classes and classes[-1][0] >= indent:
            classes.pop()
        if head[3]:
            classes.append((indent, head[4]))
            at += 1
            continue
        end = _end(masked, at, indent)
        if end is None:
            return None
        start = at
        while start and masked[start - 1].startswith(f"{head[1]}@"):
            start -= 1
        name = ".".join([*(each for _, each in classes), head[4]])
        block = Block(name, start + 1, "\n".join(lines[start:end]))
        functions[name, block.text] = block
        rest[start:end] = [""] * (end - start)
        rest[at] = f"{head[1]}pass"
        at = end
    return Blocks(functions=functions, rest="\n".join(rest))


def parsed_block(block: Block) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Its tree, made shallow, with the lines of the whole source; None where it is none by itself."""
    is_indented = block.text[:1] in {" ", "\t"}
    tree = parse(f"{'if 1:' if is_indented else ''}\n{block.text}\n".encode("utf-8", "surrogatepass")).tree
    if tree is None or len(tree.body) != 1:
        return None
    made_shallow(tree)
    ast.increment_lineno(tree, block.start - 2)
    node = tree.body[0]
    if is_indented and isinstance(node, ast.If) and len(node.body) == 1:
        node = node.body[0]
    return node if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else None


def _masked(match: re.Match[str]) -> str:
    """An empty text on as many lines, none of which may be taken for the end of a block."""
    text = match[0]
    return '""' + "\n\0" * text.count("\n") if text.startswith(('"""', "'''")) else text


def _end(lines: Sequence[str], start: int, indent: int) -> int | None:
    """The index after the last line of a function."""
    at = _head_end(lines, start)
    if at is None:
        return None
    last = at
    while at < len(lines):
        bare = lines[at].lstrip(" \t\f")
        if bare and bare[0] != "#":
            if _is_outside(lines, at, bare, indent):
                break
            last = at + 1
        at += 1
    return last


def _is_outside(lines: Sequence[str], at: int, bare: str, indent: int) -> bool:
    """Whether a line is no part of a block whose head has that indentation. bare: the line without its own."""
    if bare[0] in "\0)]}" or lines[at - 1].endswith("\\"):
        return False
    return len(lines[at]) - len(bare) <= indent


def _head_end(lines: Sequence[str], start: int) -> int | None:
    """The index after the line on which the brackets of a signature are closed; None where that is nowhere near."""
    depth = 0
    for at in range(start, min(start + _LONGEST_HEAD, len(lines))):
        line = lines[at]
        if '"' in line or "'" in line:
            line = _SHORT_TEXT.sub("", line)
        line = line.partition("#")[0]
        depth += sum(line.count(mark) for mark in "([{") - sum(line.count(mark) for mark in ")]}")
        if depth <= 0 and not line.rstrip().endswith("\\"):
            return at + 1
    return None
