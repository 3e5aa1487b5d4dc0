"""Which files may call a piece of code, judging by the words in them: the way back from a function to what runs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from pinkeeper.review.capabilities.layout import Layout
from pinkeeper.review.capabilities.mentions import Mentions
from pinkeeper.review.capabilities.resolution import Node, star_module
from pinkeeper.review.capabilities.summary import MAIN, MODULE, ModuleSummary

__all__ = ["possible_callers"]

_LAZY = "__getattr__"


class _Words(Struct, kw_only=True):
    """Words that a file must have to be able to get at something.

    names: of functions and classes, under whatever name they are passed on. modules: of the modules in which they can
    be found; a file needs one of each. lazy: modules with a ``__getattr__``: one is enough. programs: modules that are
    started by name.
    """

    names: set[str]
    modules: set[str]
    lazy: set[str]
    folders: set[str]
    alone: set[str]
    programs: set[str]

    def size(self) -> int:
        return sum(len(found) for found in (self.names, self.modules, self.lazy, self.alone, self.programs))


def possible_callers(
    nodes: Iterable[Node], *, modules: Mapping[str, ModuleSummary], layout: Layout, mentions: Mentions
) -> set[str]:
    """Files that may run one of these scopes, or that may pass it on under a name for others to run.

    modules: what is known already; a name that one of them passes on (an alias, a subclass, a star import) is looked
    for as well. Ask again once the files that were given are known, until nothing new comes. A call is missed only
    where the caller does not spell the name, as in ``getattr(module, "na" + "me")``.
    """
    words = _words(nodes, layout)
    before = -1
    while before != (before := words.size()):
        for path, summary in modules.items():
            _pass_on(words, path, summary, layout)
    named = mentions.of(words.names)
    placed = mentions.of(words.modules)
    found = named & (placed | mentions.relative)
    found |= mentions.stars & (placed | mentions.of(words.lazy) | mentions.relative)
    found |= mentions.of(words.lazy) | mentions.of(words.alone)
    found |= {path for path in mentions.relative if path.rpartition("/")[0] in words.folders or _is_below(path, words)}
    found |= mentions.of(words.programs) & (mentions.programs | mentions.opaque)
    return found


def _is_below(path: str, words: _Words) -> bool:
    return any(path.startswith(f"{folder}/") for folder in words.folders if folder)


def _words(nodes: Iterable[Node], layout: Layout) -> _Words:
    words = _Words(names=set(), modules=set(), lazy=set(), folders=set(), alone=set(), programs=set())
    for path, scope in nodes:
        module_names = layout.names.get(path, ())
        last = {_last(name) for name in module_names}
        if scope == MAIN or path.endswith("/__main__.py"):
            words.programs |= last - {"__main__"}
            words.programs |= {name.split(".")[-2] for name in module_names if name.endswith(".__main__")}
            stem = path.rpartition("/")[2].rpartition(".")[0]
            words.programs |= {stem} - {"__main__", "__init__"}
        if scope == MAIN:
            continue
        if scope == MODULE:
            words.names |= last
            for name in module_names:
                package, _, _ = name.rpartition(".")
                if package:
                    words.modules.add(_last(package))
                else:
                    words.alone.add(name)
            continue
        head = scope.partition(".")[0]
        if head == _LAZY:
            words.lazy |= last
            words.folders.add(path.rpartition("/")[0])
        else:
            words.names.add(head)
            words.modules |= last
    return words


def _pass_on(words: _Words, path: str, summary: ModuleSummary, layout: Layout) -> None:
    """Take in under which names a file passes on what is looked for, and that it does."""
    own = {_last(name) for name in layout.names.get(path, ())}
    for found in summary.imports:
        last = _last(found.target)
        if last == "*":
            stars = {_last(name) for name in layout.absolute(path, star_module(found.target))}
            words.modules |= own if stars & words.modules else set()
            words.lazy |= own if stars & words.lazy else set()
            continue
        words.modules |= own if last in words.names else set()
        if found.name:
            for known in (words.names, words.modules, words.lazy, words.alone):
                if last in known:
                    known.add(found.name)
    for defined in summary.classes:
        if any(_last(base) in words.names for base in defined.bases):
            words.names.add(defined.name.partition(".")[0])
            words.modules |= own


def _last(name: str) -> str:
    return name.rpartition(".")[2]
