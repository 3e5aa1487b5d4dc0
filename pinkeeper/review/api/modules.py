"""The modules of one release as griffe sees them: read from memory, only those that are asked for, none of them run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import griffe
from msgspec import Struct

from pinkeeper.artifacts.contents import Contents
from pinkeeper.errors import ArtifactError
from pinkeeper.model.comparison import NotAnalysed
from pinkeeper.review.api.pruning import prune
from pinkeeper.review.api.skeleton import without_bodies
from pinkeeper.review.capabilities.grammar import parse
from pinkeeper.review.capabilities.layout import Layout, is_package, sdist_layout, wheel_layout

__all__ = ["Definition", "Modules"]

_FILE_LIMIT = 1_500
_SIZE_LIMIT = 24 * 1024 * 1024  # bytes of all files that are read
_ONE_FILE_LIMIT = 3 * 1024 * 1024
_SMALL = 8 * 1024  # bytes of files that are read for the names that they hand on
_STEP_LIMIT = 50  # imports that are followed from one name
_WILDCARD = "/*"  # ends the names that griffe gives to ``import *``
_WILDCARD_DEPTH = 30

_TOO_MANY = "its API was not compared: too many files changed"
_TOO_LARGE = "its API was not compared: it is too large"
_TOO_DEEP = "its API was not compared: it is nested too deeply"


class Definition(Struct, frozen=True, eq=False):
    """Where a name leads. object: a function, a class, an attribute or a module; never an alias."""

    object: griffe.Object
    module: str

    @property
    def path(self) -> str:
        """The dotted name under which it is defined."""
        return self.object.path


class Modules:
    """The modules of a distribution file, by their dotted names.

    shared: modules of other releases by path and hash; a file that is the same there is read once. skeletons: what
    `without_bodies` gave for files, likewise. not_analysed: files that could not be read, with the reason. near:
    modules that may be read although they are large, because they changed or lead to what did; None for all.
    """

    near: frozenset[str] | None = None

    def __init__(
        self,
        contents: Contents,
        *,
        shared: dict[tuple[str, str], griffe.Module],
        skeletons: Mapping[tuple[str, str], bytes],
    ) -> None:
        self._contents = contents
        self._shared = shared
        self._skeletons = skeletons
        self.layout: Layout = (wheel_layout if contents.is_wheel else sdist_layout)(contents.entries.keys())
        self.tops = frozenset(name.partition(".")[0] for name in self.layout.files)
        self.not_analysed: dict[str, str] = {}
        self._known: dict[str, griffe.Module | None] = {}
        self._members: dict[str, dict[str, griffe.Object | griffe.Alias]] = {}
        self._open_wildcards: set[str] = set()
        self._brought: dict[str, set[str]] = {}
        self._depth = 0
        self._files_left, self._bytes_left = _FILE_LIMIT, _SIZE_LIMIT
        self._dataclasses = griffe.DataclassesExtension()
        self._extensions = griffe.Extensions()

    def __contains__(self, name: str) -> bool:
        """Whether there is such a module, read or not."""
        return name in self.layout.files

    def path(self, name: str) -> str:
        """The file of a module that is there."""
        return self.layout.files[name][0]

    def module(self, name: str) -> griffe.Module | None:
        """The module, None where there is none or it could not be read."""
        if name not in self._known:
            self._known[name] = None  # also for whoever asks while it is being read
            if name in self.layout.files:
                self._known[name] = self._visited(name)
        return self._known[name]

    def members(self, name: str) -> dict[str, griffe.Object | griffe.Alias]:
        """What a module has, with what it takes from others by ``import *``."""
        module = self.module(name)
        if module is None:
            return {}
        if name not in self._members:
            self._members[name] = module.members
            if any(key.endswith(_WILDCARD) for key in module.members):
                self._members[name] = self._expanded(name, module)
        return self._members[name]

    def has_open_wildcard(self, name: str) -> bool:
        """Whether a module takes all from another one that is not known, so that nobody can say what it has."""
        self.members(name)
        return name in self._open_wildcards

    def is_brought(self, module: str, name: str) -> bool:
        """Whether a module has a name by ``import *`` from within the release."""
        self.members(module)
        return name in self._brought.get(module, ())

    def exports(self, name: str) -> frozenset[str] | None:
        """What ``__all__`` lists, None where a module has none or it cannot be known."""
        found: set[str] = set()
        pending, seen = [name], {name}
        while pending:
            module = self.module(pending.pop())
            if module is None or module.exports is None:
                return None
            for item in module.exports:
                if isinstance(item, str):
                    found.add(item)
                    continue
                other = self._owner_of_exports(item)
                if other is None:
                    return None
                if other not in seen:
                    seen.add(other)
                    pending.append(other)
        return frozenset(found)

    def find(self, module: str, name: str) -> Definition | None:
        """Where a name of a module leads, through imports within the release; None where it leads out or nowhere."""
        for _ in range(_STEP_LIMIT):
            member = self.members(module).get(name)
            if member is None:
                inner = f"{module}.{name}"
                found = self.module(inner)
                return None if found is None else Definition(found, inner)
            if not isinstance(member, griffe.Alias):
                return Definition(member, module)
            step = self._step(member.target_path)
            if step is None:
                return None
            if isinstance(step, Definition):
                return step
            module, name = step
        return None

    def find_path(self, path: str) -> Definition | None:
        """Where a dotted name leads: a module, something in it, or a class in a class."""
        module, rest = self._split(path)
        if module is None:
            return None
        found: Definition | None
        if not rest:
            return None if (itself := self.module(module)) is None else Definition(itself, module)
        first, *others = rest
        found = self.find(module, first)
        for name in others:
            if found is None:
                return None
            if found.object.is_module:
                found = self.find(found.module, name)
                continue
            member = found.object.members.get(name)
            if member is None or member.is_alias:
                return None
            assert isinstance(member, griffe.Object)
            found = Definition(member, found.module)
        return found

    def bases(self, of: Definition) -> Iterator[Definition | str]:
        """The classes that a class inherits from, and their bases; the dotted names of those that are not known."""
        pending, seen = [of], {of.path}
        while pending:
            current = pending.pop(0)
            for base in getattr(current.object, "bases", ()):
                path = base if isinstance(base, str) else base.canonical_path
                found = self.find_path(path) if "." in path else self.find(current.module, path)
                if found is None or not found.object.is_class:
                    yield path
                elif found.path not in seen and len(seen) < _STEP_LIMIT:
                    seen.add(found.path)
                    pending.append(found)
                    yield found

    def told(self) -> Iterator[NotAnalysed]:
        """What was asked for and could not be read; the files that were too many as one."""
        too_many = sorted(path for path, reason in self.not_analysed.items() if reason == _TOO_MANY)
        for path, reason in sorted(self.not_analysed.items()):
            if reason != _TOO_MANY:
                yield NotAnalysed(path=path, reason=reason)
        if too_many:
            others = f" (and that of {len(too_many) - 1} others)" if len(too_many) > 1 else ""
            yield NotAnalysed(path=too_many[0], reason=_TOO_MANY + others)

    def _visited(self, name: str) -> griffe.Module | None:
        path = self.path(name)
        entry = self._contents.entries[path]
        size = entry.size
        if (path, entry.sha256) in self._shared:
            return self._shared[path, entry.sha256]
        if size > _SMALL and self.near is not None and name not in self.near:
            return None  # what it has is as it was
        if size > _ONE_FILE_LIMIT:
            self._refuse(path, _TOO_LARGE)
            return None
        if self._files_left == 0 or size > self._bytes_left:
            self._refuse(path, _TOO_MANY)
            return None
        parent = self._parent(name)
        self._files_left -= 1
        self._bytes_left -= size
        try:
            source = self._contents.read(path)
        except ArtifactError as error:
            self._refuse(path, f"its API was not compared: {error.what}")
            return None
        parsed = parse(self._skeletons.get((path, entry.sha256)) or without_bodies(source))
        parsed = parsed if parsed.tree is not None else parse(source)
        if parsed.tree is None:
            self._refuse(path, f"its API was not compared: {parsed.problem}")
            return None
        try:
            prune(parsed.tree)
            visitor = griffe.Visitor(
                name.rpartition(".")[2], Path(path), "", self._extensions, parent, modules_collection=None
            )
            with griffe.logger.disable():
                visitor.visit(parsed.tree)
                module = visitor.current.module
                self._dataclasses.on_package(pkg=module)
        except RecursionError:
            self._refuse(path, _TOO_DEEP)
            return None
        except Exception as error:  # noqa: BLE001 - whatever griffe stumbles over in hostile source; it is told
            self._refuse(path, f"its API was not compared: griffe fails at it ({type(error).__name__})")
            return None
        self._shared[path, entry.sha256] = module
        return module

    def _refuse(self, path: str, reason: str) -> None:
        self.not_analysed.setdefault(path, reason)

    def _parent(self, name: str) -> griffe.Module | None:
        """The package around a module, so that relative imports are resolved; empty, for it may be read later."""
        parent = None
        parts = name.split(".")
        for end in range(1, len(parts)):
            package = ".".join(parts[:end])
            files = [path for path in self.layout.files.get(package, ()) if is_package(path)]
            place = Path(files[0]) if files else Path("/".join(parts[:end]), "__init__.py")
            parent = griffe.Module(parts[end - 1], filepath=place, parent=parent)
        return parent

    def _expanded(self, name: str, module: griffe.Module) -> dict[str, griffe.Object | griffe.Alias]:
        """What a module has, each ``import *`` replaced by what it brings."""
        members: dict[str, griffe.Object | griffe.Alias] = {}
        brought = self._brought.setdefault(name, set())
        self._depth += 1
        for key, member in module.members.items():
            if not key.endswith(_WILDCARD):
                members[key] = member
                brought.discard(key)
                continue
            assert isinstance(member, griffe.Alias)
            source = member.target_path
            if source.partition(".")[0] not in self.tops:
                continue
            if self._depth > _WILDCARD_DEPTH or self.module(source) is None or self.has_open_wildcard(source):
                self._open_wildcards.add(name)
                continue
            for other in self._taken(source):
                members[other] = griffe.Alias(other, f"{source}.{other}", lineno=member.alias_lineno, parent=module)
                brought.add(other)
        self._depth -= 1
        return members

    def _taken(self, source: str) -> Iterator[str]:
        """The names that ``import *`` takes from a module."""
        exports = self.exports(source)
        if exports is None:
            yield from (name for name in self.members(source) if name[0] != "_" and not name.endswith(_WILDCARD))
        else:
            yield from (name for name in sorted(exports) if name in self.members(source) or f"{source}.{name}" in self)

    def _owner_of_exports(self, item: griffe.ExprName) -> str | None:
        """The module whose ``__all__`` is meant by a name in another one's."""
        try:
            path = item.canonical_path
        except (griffe.NameResolutionError, RecursionError):
            return None
        owner = path.removesuffix(".__all__")
        return owner if owner in self else None

    def _split(self, path: str) -> tuple[str | None, list[str]]:
        """The longest prefix that is a module, and the rest."""
        parts = path.split(".")[:_STEP_LIMIT]
        for end in range(len(parts), 0, -1):
            if (module := ".".join(parts[:end])) in self.layout.files:
                return module, parts[end:]
        return None, parts

    def _step(self, target: str) -> Definition | tuple[str, str] | None:
        """Where an import leads next."""
        module, rest = self._split(target)
        if module is None or len(rest) > 1:
            return None
        if rest:
            return module, rest[0]
        package, _, last = module.rpartition(".")
        member = self.members(package).get(last) if package else None
        if member is not None and not (isinstance(member, griffe.Alias) and member.target_path == module):
            return package, last  # a package may have a function of the name of its module
        found = self.module(module)
        return None if found is None else Definition(found, module)
