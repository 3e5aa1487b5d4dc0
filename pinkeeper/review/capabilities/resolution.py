"""From a dotted name in one file to the code of the release that it means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from pinkeeper.review.capabilities.layout import Layout, is_package
from pinkeeper.review.capabilities.summary import MODULE, ModuleSummary

__all__ = ["CONSTRUCTORS", "ModuleIndex", "Node", "Resolution", "star_module"]

Node: TypeAlias = tuple[str, str]
"""A path and a scope in it."""

CONSTRUCTORS = (
    "__new__",
    "__init__",
    "__post_init__",  # dataclasses
    "__attrs_pre_init__",
    "__attrs_post_init__",
    "model_post_init",  # pydantic
    "__set_name__",  # descriptors, where the instance is made in the body of a class
    "__del__",
)
"""What runs when an instance is made, used in the body of a class, and dropped."""

_META = ("Meta", "MetaClass", "Metaclass", "EnumType")

# Hundreds of modules that all star-import each other are a maze that somebody built.
_LIMIT = 2_000  # places looked at for one name
_NO_NODES: frozenset[tuple[str, str]] = frozenset()
_BUDGET = 300_000  # star imports followed for all names


class ModuleIndex(Struct, frozen=True, kw_only=True, eq=False):
    """A summary, ready to be looked up. bound: what its own imports at module level bind, by name. stars: modules."""

    functions: frozenset[str]
    classes: Mapping[str, tuple[str, ...]]
    names: frozenset[str]
    bound: Mapping[str, tuple[str, ...]]
    stars: tuple[str, ...]


class _Place(NamedTuple):
    """A name to look for in a file. is_attribute: as an attribute of the module, not by code of its own."""

    path: str
    name: str
    is_attribute: bool


class _Meaning(NamedTuple):
    """A function or class of a file."""

    path: str
    name: str
    is_class: bool


class Resolution:
    """Looks names up in the summaries of a release's modules.

    modules: gives a summary by path, None where there is none (yet). missing: paths whose summaries were asked for in
    vain since it was last emptied.
    """

    def __init__(self, modules: Callable[[str], ModuleSummary | None], layout: Layout) -> None:
        self._modules = modules
        self._layout = layout
        self._indexes: dict[str, ModuleIndex] = {}
        self._stars: dict[str, tuple[str, ...]] = {}
        self._called: dict[tuple[str, str], frozenset[Node]] = {}
        self._imported: dict[tuple[str, str], frozenset[Node]] = {}
        self._splits: dict[str, tuple[tuple[str, ...], str]] = {}
        self._beyond: dict[_Place, tuple[_Place, ...]] = {}
        self._misses = 0
        self._budget = _BUDGET
        self.missing: set[str] = set()

    def index(self, path: str) -> ModuleIndex | None:
        """The index of a module, None where its summary is not there."""
        if (found := self._indexes.get(path)) is None:
            summary = self._modules(path)
            if summary is None:
                self.missing.add(path)
                self._misses += 1
                return None
            found = self._indexes[path] = index_of(summary)
        return found

    def called(self, path: str, target: str) -> frozenset[Node]:
        """What runs when a file calls a name: functions, or for a class what makes an instance of it."""
        if (known := self._called.get((path, target))) is not None:
            return known
        misses = self._misses
        found = self._called_now(path, target)
        result = frozenset(found) if found else _NO_NODES
        if self._misses == misses:
            self._called[path, target] = result  # every summary that matters was there
        return result

    def _called_now(self, path: str, target: str) -> set[Node]:
        found: set[Node] = set()
        for owner, name, is_class in self._meanings(self._places(path, target)):
            if not is_class:
                found.add((owner, name))
            else:
                found |= self._methods(owner, name, CONSTRUCTORS)
                if not self._is_metaclass(owner, name):
                    for base in self._ancestors(owner, name):
                        if self._is_metaclass(*base):
                            found |= self._methods(*base, ("__call__",))
        return found

    def imported(self, path: str, target: str) -> frozenset[Node]:
        """What runs when a file imports a name: modules with the packages around them, and module ``__getattr__``."""
        if (known := self._imported.get((path, target))) is not None:
            return known
        misses = self._misses
        found = self._imported_now(path, target)
        result = frozenset(found) if found else _NO_NODES
        if self._misses == misses:
            self._imported[path, target] = result
        return result

    def _imported_now(self, path: str, target: str) -> set[Node]:
        found: set[Node] = set()
        is_star = target.endswith(".*")
        for name in self._layout.absolute(path, star_module(target) if is_star else target):
            found.update((file, MODULE) for file in self._layout.packages(name))
            files, rest = self._split(name)
            if is_star or not rest or rest == name:
                continue
            meanings = self._meanings([_Place(file, rest, is_attribute=True) for file in files])
            found.update((owner, function) for owner, function, _ in meanings if function == "__getattr__")
        return found

    def defined(self, path: str, name: str) -> set[Node]:
        """What runs when a class is defined: ``__init_subclass__`` of what it inherits from.

        Its metaclass is among the calls of whoever defines it; one that is inherited ran when the base was defined.
        """
        found: set[Node] = set()
        for ancestor in self._ancestors(path, name):
            if ancestor != (path, name):
                found |= self._methods(*ancestor, ("__init_subclass__",), is_own=True)
        return found

    def classes(self, path: str, target: str) -> set[Node]:
        """The classes that a name means."""
        meanings = self._meanings(self._places(path, target))
        return {(owner, name) for owner, name, is_class in meanings if is_class}

    def _methods(self, path: str, name: str, methods: Iterable[str], *, is_own: bool = False) -> set[Node]:
        """The methods of a class, its own or else inherited."""
        found: set[Node] = set()
        ancestors = [(path, name)] if is_own else self._ancestors(path, name)
        for method in methods:
            for owner, base in ancestors:
                index = self.index(owner)
                if index and f"{base}.{method}" in index.functions:
                    found.add((owner, f"{base}.{method}"))
                    break
        return found

    def _ancestors(self, path: str, name: str) -> list[Node]:
        """A class and what it inherits from, the nearest first."""
        seen = {(path, name): None}
        queue = [(path, name)]
        for owner, base in queue:
            index = self.index(owner)
            if index is None or len(queue) > _LIMIT:
                continue
            for target in index.classes.get(base, ()):
                for node in sorted(self.classes(owner, target)):
                    if node not in seen:
                        seen[node] = None
                        queue.append(node)
        return queue

    def _is_metaclass(self, path: str, name: str) -> bool:
        """Whether a class makes classes. A summary does not tell a base from a metaclass, so names have to."""
        index = self.index(path)
        for base in index.classes.get(name, ()) if index else ():
            last = base.rpartition(".")[2]
            if last == "type" or (last.endswith(_META) and name.endswith(_META)):
                return True
        return False

    def _places(self, path: str, target: str, *, own: bool = True) -> list[_Place]:
        """Where a dotted name of a file may be found: in the file itself if it is its ``own``, and in other modules."""
        places = [_Place(path, target, is_attribute=False)] if own and not target.startswith(".") else []
        for name in self._layout.absolute(path, target):
            files, rest = self._layout.split(name)
            if rest:
                places += (_Place(file, rest, is_attribute=True) for file in files)
        return places

    def _meanings(self, queue: list[_Place]) -> set[_Meaning]:
        """The functions and classes that names mean, followed through imports, star imports and bases."""
        found: set[_Meaning] = set()
        seen: set[_Place] = set()
        while queue and len(seen) < _LIMIT:
            place = queue.pop()
            index = None if place in seen else self.index(place.path)
            seen.add(place)
            if index is None:
                continue
            meanings = _local_meanings(place, index)
            found |= meanings
            # What a star import brings comes before a module's __getattr__, but which names it brings is not known.
            if all(meaning.name == "__getattr__" for meaning in meanings):
                further = self._beyond.get(place)
                if further is None:
                    further = self._beyond[place] = tuple(self._further(place, index))
                queue += further
        return found

    def _further(self, place: _Place, index: ModuleIndex) -> list[_Place]:
        """Where to look for a name that a module has not defined by itself."""
        path, name, _ = place
        owner, _, attribute = name.rpartition(".")
        if owner in index.classes:
            return [found for base in index.classes[owner] for found in self._places(path, f"{base}.{attribute}")]
        head, dot, rest = name.partition(".")
        if head in index.bound:
            targets = [f"{target}{dot}{rest}" for target in index.bound[head]]
            return [found for target in targets for found in self._places(path, target, own=False)]
        return [] if head in index.names else self._starred(path, name, index)

    def _starred(self, path: str, name: str, index: ModuleIndex) -> list[_Place]:
        """Where star imports may bring a name from."""
        if (modules := self._stars.get(path)) is None:
            modules = self._stars[path] = tuple(
                dict.fromkeys(module for star in index.stars for module in self._layout.absolute(path, star))
            )
        self._budget -= len(modules)
        if self._budget < 0:
            return []
        found = []
        for module in modules:
            files, rest = self._layout.files.get(module, ()), name
            if not files or any(map(is_package, files)):
                files, rest = self._split(f"{module}.{name}")
            found += [_Place(file, rest, is_attribute=True) for file in files if rest]
        return found

    def _split(self, name: str) -> tuple[tuple[str, ...], str]:
        if (found := self._splits.get(name)) is None:
            found = self._splits[name] = self._layout.split(name)
        return found


def _local_meanings(place: _Place, index: ModuleIndex) -> set[_Meaning]:
    """What a name is in a module: both, where it is defined as both. Empty where it comes from elsewhere."""
    path, name, is_attribute = place
    found = set()
    if name in index.functions:
        found.add(_Meaning(path, name, is_class=False))
    if name in index.classes:
        found.add(_Meaning(path, name, is_class=True))
    if not found and is_attribute and "__getattr__" in index.functions:
        head = name.partition(".")[0]
        if not (head in index.bound or head in index.names or head in index.classes):
            found.add(_Meaning(path, "__getattr__", is_class=False))
    return found


def star_module(target: str) -> str:
    """The module of a star import's target: ``.x`` of ``.x.*``, ``..`` of ``..*``."""
    module = target.removesuffix("*")
    return module.removesuffix(".") if module.strip(".") else module


def index_of(summary: ModuleSummary) -> ModuleIndex:
    """A summary, ready to be looked up."""
    functions = frozenset(function.name for function in summary.functions)
    classes = {found.name: found.bases for found in summary.classes}
    for name in functions:
        owner, _, _ = name.rpartition(".")
        if owner and not owner.endswith("<locals>"):
            classes.setdefault(owner, ())
    bound: defaultdict[str, list[str]] = defaultdict(list)
    stars = []
    for found in summary.imports:
        if found.scope != MODULE:
            continue
        target = found.target
        if target.endswith("*"):
            stars.append(star_module(target))
            continue
        bound[found.name or target.rpartition(".")[2]].append(target)
        if not found.name and not target.startswith("."):
            # ``import a.b`` binds a, ``from a import b`` binds b; the target is the same.
            bound[target.partition(".")[0]].append(target.partition(".")[0])
    return ModuleIndex(
        functions=functions,
        classes=classes,
        names=frozenset(summary.names),
        bound={name: tuple(dict.fromkeys(targets)) for name, targets in bound.items()},
        stars=tuple(dict.fromkeys(stars)),
    )
