"""A text of parts that has so much room and no more: which parts are kept, and what is said of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from pinkeeper.reports.diff_overview import counted

__all__ = ["Branch", "Leaf", "fitted", "length"]


class Leaf(Struct, frozen=True, kw_only=True):
    """Some blocks that make sense, and are closed, on their own.

    rank: what is low is given room first. what: its name for a count of what is left out, in the singular; empty for
    what needs no word. shorter: the same with a bound on its lines, for what can be cut. is_row: it follows the part
    before it on the next line, and no row stands after one that was left out.
    """

    text: str
    rank: int
    what: str = ""
    shorter: Callable[[int], str] | None = None
    is_row: bool = False


class Branch(Struct, frozen=True, kw_only=True):
    """Parts with something before and after them, which is there only where one of them is."""

    children: tuple[Leaf | Branch, ...]
    opening: str = ""
    closing: str = ""


_JOINT = 2
_MOST_LINES = 512  # that are tried first of what can be cut
_FEWEST_LINES = 4


def fitted(root: Branch, *, limit: int, end: Callable[[str], str]) -> str | None:
    """The text, of at most so many characters as `length` counts them; None where not even its end fits.

    end: makes the last block of what was left out, in words, empty where nothing was; it may not be longer for fewer.
    """
    leaves = list(_leaves(root, (root,)))
    reserved = length(end(_left_out(Counter(leaf.what for leaf, _ in leaves)))) + _JOINT + 1
    left = limit - reserved
    kept: dict[int, str] = {}
    opened: set[int] = set()
    ended: set[int] = set()  # tables that have no more rows
    for place in sorted(range(len(leaves)), key=lambda place: leaves[place][0].rank):
        leaf, path = leaves[place]
        table = id(path[-1])
        new = [branch for branch in path if id(branch) not in opened]
        around = sum(length(edge) + _JOINT for branch in new for edge in (branch.opening, branch.closing) if edge)
        text = "" if leaf.is_row and table in ended else _short_enough(leaf, left - around - _JOINT)
        if not text:
            ended.add(table)
            continue
        kept[place] = text
        opened.update(map(id, new))
        left -= length(text) + around + _JOINT
    missing = Counter(leaf.what for place, (leaf, _) in enumerate(leaves) if place not in kept)
    blocks = [_written(root, iter(range(len(leaves))), kept), end(_left_out(missing))]
    text = "\n\n".join(filter(None, blocks)) + "\n"
    return text if length(text) <= limit else None


def length(text: str) -> int:
    """Characters as a forge may count them: those beyond the first 65,536 of Unicode are two for some."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def _leaves(branch: Branch, path: tuple[Branch, ...]) -> Iterator[tuple[Leaf, tuple[Branch, ...]]]:
    for child in branch.children:
        if isinstance(child, Leaf):
            yield child, path
        else:
            yield from _leaves(child, (*path, child))


def _short_enough(leaf: Leaf, room: int) -> str:
    """The text, or as much of it as there is room for; empty where there is none."""
    if length(leaf.text) <= room:
        return leaf.text
    if leaf.shorter is not None:
        lines = _MOST_LINES
        while lines >= _FEWEST_LINES:
            text = leaf.shorter(lines)
            if length(text) <= room:
                return text
            lines //= 2
    return ""


def _written(branch: Branch, places: Iterator[int], kept: dict[int, str]) -> str:
    """The parts that are kept. places: of all leaves, in their order."""
    text = ""
    for child in branch.children:
        if isinstance(child, Leaf):
            part = kept.get(next(places), "")
            joint = "\n" if child.is_row else "\n\n"
        else:
            part, joint = _written(child, places, kept), "\n\n"
        if part:
            text = f"{text}{joint}{part}" if text else part
    if not text:
        return ""
    is_table = isinstance(branch.children[0], Leaf) and branch.children[0].is_row
    opening = branch.opening + ("\n" if is_table else "\n\n") if branch.opening else ""
    return f"{opening}{text}" + (f"\n\n{branch.closing}" if branch.closing else "")


def _left_out(number: Counter[str]) -> str:
    """``3 findings, 1 row of the table``."""
    told: Sequence[tuple[str, int]] = sorted((what, count) for what, count in number.items() if what)
    return ", ".join(counted(count, what, _plural(what)) for what, count in told)


def _plural(what: str) -> str:
    head, of, rest = what.partition(" of ")
    return f"{head if head.endswith('s') else f'{head}s'}{of}{rest}"
