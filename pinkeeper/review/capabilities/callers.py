"""Which files may call a piece of code, judging by the words in them: the way back from a function to what runs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from pinkeeper.review.capabilities.layout import Layout
from pinkeeper.review.capabilities.mentions import Mentions
from pinkeeper.review.capabilities.resolution import Node, star_module
from pinkeeper.review.capabilities.summary import MAIN, MODULE, ModuleSummary

__all__ = ["CallerWords", "caller_words", "possible_callers"]

_LAZY = "__getattr__"


class CallerWords(Struct, kw_only=True):
    """Words that a file must have to be able to get at some scopes.

    names: of functions and classes, under whatever name they are passed on. modules: of the modules in which they can
    be found; a file needs one of each. lazy: modules with a ``__getattr__`` among the scopes, for which one is enough;
    folders: where they lie. alone: modules at the top. programs: modules that are started by name.
    """

    names: set[str]
    modules: set[str]
    lazy: set[str]
    folders: set[str]
    alone: set[str]
    programs: set[str]

    def touch(self, target: str) -> bool:
        """Whether one of the words is part of a dotted name."""
        parts = target.split(".")
        return any(not found.isdisjoint(parts) for found in (self.names, self.modules, self.lazy, self.alone))


def caller_words(
    nodes: Iterable[Node], *, modules: Mapping[str, ModuleSummary], layout: Layout, mentions: Mentions
) -> CallerWords:
    """The words of whoever runs one of these scopes, or passes it on under a name for others to run.

    modules: what is known already; a name that one of them passes on (a subclass, a star import) is a word as well.
    """
    words = _words(nodes, layout)
    before = -1
    while before != (before := _size(words)):
        for path, summary in modules.items():
            _pass_on(words, path, summary, layout)
        for known in (words.names, words.modules, words.lazy, words.alone):
            queue = list(known)
            while queue:
                new = mentions.aliases.get(queue.pop(), set()) - known
                known.update(new)
                queue += new
    return words


def possible_callers(words: CallerWords, mentions: Mentions) -> set[str]:
    """Files that have the words. A call is missed where the caller does not spell a name: ``getattr(m, "na" + "me")``.

    Once they are known there may be more words: ask again until nothing new comes.
    """
    placed = mentions.of(words.modules)
    lazy = mentions.of(words.lazy)
    found = mentions.of(words.names) & (placed | mentions.relative)
    found |= mentions.stars & (placed | lazy | mentions.relative)
    found |= lazy | mentions.of(words.alone)
    found |= {path for path in mentions.relative if _is_below(path, words.folders)}
    found |= mentions.of(words.programs) & (mentions.programs | mentions.opaque)
    return found


def _size(words: CallerWords) -> int:
    return sum(len(found) for found in (words.names, words.modules, words.lazy, words.alone))


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders if folder)


def _words(nodes: Iterable[Node], layout: Layout) -> CallerWords:
    words = CallerWords(names=set(), modules=set(), lazy=set(), folders=set(), alone=set(), programs=set())
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


def _pass_on(words: CallerWords, path: str, summary: ModuleSummary, layout: Layout) -> None:
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
    for defined in summary.classes:
        if any(_last(base) in words.names for base in defined.bases):
            words.names.add(defined.name.partition(".")[0])
            words.modules |= own


def _last(name: str) -> str:
    return name.rpartition(".")[2]
