"""Which files may run a piece of code, judging by the words in them: the way back from a function to what calls it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from pinkeeper.review.capabilities.layout import Layout
from pinkeeper.review.capabilities.mentions import Mentions
from pinkeeper.review.capabilities.resolution import Node, star_module
from pinkeeper.review.capabilities.summary import MAIN, MODULE, ModuleSummary

__all__ = ["CallerWords", "Relays", "caller_words"]

_LAZY = "__getattr__"


class CallerWords(Struct, kw_only=True):
    """Words that a file must have to be able to get at scopes of one module.

    names: of functions and classes, under whatever name they are passed on. modules: of those in which they can be
    found; a file needs one of each. lazy: modules whose ``__getattr__`` is among the scopes, for which one is enough;
    folders: where they lie. alone: modules at the top. programs: modules that are started by name.
    """

    names: set[str]
    modules: set[str]
    lazy: set[str]
    folders: set[str]
    alone: set[str]
    programs: set[str]

    def files(self, mentions: Mentions) -> set[str]:
        """Files that have the words. A call is missed where a name is not spelled: ``getattr(m, "na" + "me")``."""
        lazy = mentions.of(self.lazy)
        placed = mentions.of(self.modules) | mentions.relative
        found = mentions.of(self.names) & placed if self.names else set()
        if self.names or self.lazy:
            found |= mentions.stars & (placed | lazy)
        if self.lazy:
            found |= lazy
            found |= {path for path in mentions.relative if _is_below(path, self.folders)}
        if self.alone:
            found |= mentions.of(self.alone)
        if self.programs:
            found |= mentions.of(self.programs) & (mentions.programs | mentions.opaque)
        return found

    def every(self) -> set[str]:
        """All words that are part of a name by which the scopes can be got at."""
        return self.names | self.lazy | self.alone


class Relays:
    """Under which names known modules pass on what they have from others."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._imports: defaultdict[str, set[str]] = defaultdict(set)  # who binds a name, by the name
        self._stars: defaultdict[str, set[str]] = defaultdict(set)  # who takes all names of a module
        self._classes: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)  # subclasses and their modules

    def add(self, modules: Mapping[str, ModuleSummary]) -> None:
        """More modules are known."""
        for path, summary in modules.items():
            own = {_last(name) for name in self._layout.names.get(path, ())}
            for found in summary.imports:
                last = _last(found.target)
                if last == "*":
                    for name in self._layout.absolute(path, star_module(found.target)):
                        self._stars[_last(name)] |= own
                else:
                    self._imports[last] |= own
            for defined in summary.classes:
                head = defined.name.partition(".")[0]
                for base in defined.bases:
                    self._classes[_last(base)] |= {(head, module) for module in own}

    def widen(self, words: CallerWords, aliases: Mapping[str, set[str]]) -> None:
        """Take in what the words are passed on as, and where. aliases: words that files give to others with ``as``."""
        modules, names = list(words.modules), list(words.names)
        while modules or names:
            if names:
                name = names.pop()
                subclasses = self._classes.get(name, set())
                _grow(words.names, aliases.get(name, set()) | {head for head, _ in subclasses}, names)
                _grow(words.modules, self._imports.get(name, set()) | {place for _, place in subclasses}, modules)
            else:
                module = modules.pop()
                _grow(words.modules, aliases.get(module, set()) | self._stars.get(module, set()), modules)
        for known in (words.lazy, words.alone):
            queue = list(known)
            while queue:
                module = queue.pop()
                _grow(known, aliases.get(module, set()), queue)
                if known is words.lazy:
                    _grow(known, self._stars.get(module, set()), queue)


def caller_words(nodes: Iterable[Node], layout: Layout) -> list[CallerWords]:
    """The words of whoever runs one of these scopes, one set for each module."""
    by_path: defaultdict[str, set[str]] = defaultdict(set)
    for path, scope in nodes:
        by_path[path].add(scope)
    return [_words(path, scopes, layout) for path, scopes in sorted(by_path.items())]


def _words(path: str, scopes: Iterable[str], layout: Layout) -> CallerWords:
    words = CallerWords(names=set(), modules=set(), lazy=set(), folders=set(), alone=set(), programs=set())
    module_names = layout.names.get(path, ())
    last = {_last(name) for name in module_names}
    for scope in scopes:
        if scope == MAIN or path.endswith("/__main__.py"):
            words.programs |= last - {"__main__"}
            words.programs |= {name.split(".")[-2] for name in module_names if name.endswith(".__main__")}
            words.programs |= {path.rpartition("/")[2].rpartition(".")[0]} - {"__main__", "__init__"}
        if scope == MODULE:
            words.names |= last
            words.modules |= {_last(package) for name in module_names if (package := name.rpartition(".")[0])}
            words.alone |= {name for name in module_names if "." not in name}
        elif scope.partition(".")[0] == _LAZY:
            words.lazy |= last
            words.folders.add(path.rpartition("/")[0])
        elif scope != MAIN:
            words.names.add(scope.partition(".")[0])
            words.modules |= last
    return words


def _grow(known: set[str], found: set[str], queue: list[str]) -> None:
    new = found - known
    known |= new
    queue += new


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path.startswith(f"{folder}/") for folder in folders if folder)


def _last(name: str) -> str:
    return name.rpartition(".")[2]
