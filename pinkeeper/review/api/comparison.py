"""Public names of a package that are gone in a newer release, or that must be used differently there."""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import griffe
from msgspec import Struct

from pinkeeper.artifacts.contents import Contents
from pinkeeper.errors import ArtifactError
from pinkeeper.model.comparison import ApiChange, FileChange, FileKind, NotAnalysed
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.api.interfaces import ChangedInterfaces
from pinkeeper.review.api.modules import Definition, Modules
from pinkeeper.review.api.sentences import changed_call, changed_value, kind_of
from pinkeeper.review.comparison.kinds import is_test_path

__all__ = ["find_changes"]

_CHANGE_LIMIT = 2_000
_READ_LIMIT = 32 * 1024 * 1024  # bytes of changed files that are looked through for a name
_TOPS_LIMIT = 20
_OTHERS_CODE = frozenset({"vendor", "vendored", "extern", "third_party", "thirdparty", "tests", "conftest"})
_IDENTIFIER = lazy_pattern(rb"[A-Za-z_][A-Za-z0-9_]*")
_DYNAMIC = (b"__getattr__", b"globals(", b"setattr(", b"sys.modules", b"vars(", b"__dict__", b"exec(")
_OF_NO_USE = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple", "getLogger", "get_logger"})
"""What makes things that modules have for themselves, whatever their names are."""
_SILENT_BASES = frozenset(
    {"ABC", "ABCMeta", "BaseModel", "Enum", "Generic", "IntEnum", "NamedTuple", "Protocol", "StrEnum", "TypedDict"}
)
"""Bases from elsewhere that bring no public names which a class could have had itself."""
_CALLED_DUNDERS = frozenset({"__init__", "__new__", "__call__"})
_EXPORTED_DUNDERS = frozenset({"__version__"})
_UNSEEN_DUNDERS = frozenset({"__slots__", "__module__", "__doc__", "__annotations__", "__match_args__", "__all__"})


class _PublicName(Struct, frozen=True, eq=False):
    """One way to a definition. definition: None where it leads out of the release."""

    module: str
    name: str
    definition: Definition | None

    @property
    def full(self) -> str:
        return f"{self.module}.{self.name}"

    @property
    def rank(self) -> tuple[int, int, str]:
        """The shortest name first."""
        return self.full.count("."), len(self.full), self.full


def find_changes(
    old: Contents,
    new: Contents,
    changed: Sequence[FileChange],
    interfaces: ChangedInterfaces,
) -> tuple[tuple[ApiChange, ...], tuple[NotAnalysed, ...]]:
    """What became of public names, by path and line; and what could not be compared.

    changed: the files that differ. interfaces: those of them whose interfaces may.
    """
    comparison = _Comparison(old, new, changed, interfaces)
    found: set[ApiChange] = set()
    problem = ""
    try:
        for change in comparison.changes():
            found.add(change)
            if len(found) == _CHANGE_LIMIT:
                problem = f"changes of the API beyond the first {_CHANGE_LIMIT} were left out"
                break
    except RecursionError:
        problem = "a part of the API was not compared: it is nested too deeply"
    told = list(comparison.not_analysed())
    if problem:
        told.append(NotAnalysed(path=new.filename, reason=problem))
    ordered = sorted(found, key=lambda change: (change.path, change.line or 0, change.name, change.what))
    return tuple(ordered), tuple(told)


class _Comparison:
    def __init__(
        self,
        old: Contents,
        new: Contents,
        changed: Sequence[FileChange],
        interfaces: ChangedInterfaces,
    ) -> None:
        shared: dict[tuple[str, str], griffe.Module] = {}
        self._old = Modules(old, shared=shared, skeletons=interfaces.skeletons)
        self._new = Modules(new, shared=shared, skeletons=interfaces.skeletons)
        self._new_contents = new
        python = [change for change in changed if change.kind is FileKind.PYTHON]
        self._new_paths = sorted({change.new_path for change in python if change.new_path is not None})
        self._old_changed = _module_names(self._old, (change.old_path for change in interfaces.changes))
        self._new_changed = _module_names(self._new, (change.new_path for change in interfaces.changes))
        self._old.near = self._new.near = _near(self._old_changed | self._new_changed)
        self._problems: dict[str, str] = {}
        self._dynamic: dict[str, bool] = {}
        self._words: frozenset[str] | None = None

    def changes(self) -> Iterator[ApiChange]:
        """All changes, in no order that means anything."""
        gone: list[str] = []
        ways: defaultdict[str, list[_PublicName]] = defaultdict(list)
        for module in self._examined():
            if module in self._new:
                for way in self._public_names(module):
                    ways[way.definition.path if way.definition else way.full].append(way)
            elif module in self._old_changed and not any(module.startswith(f"{other}.") for other in gone):
                gone.append(module)
                if not self._has(module):
                    path = self._old.path(module)
                    yield ApiChange(path=path, line=None, name=module, what="the module is gone")
        for found in ways.values():
            yield from self._of_one(sorted(found, key=lambda way: way.rank))

    def not_analysed(self) -> Iterator[NotAnalysed]:
        """What was asked for and could not be read or compared."""
        yield from self._new.told()
        for told in self._old.told():
            if told.path not in self._new.not_analysed:
                yield NotAnalysed(path=told.path, reason=f"in the old release: {told.reason}")
        for path, reason in sorted(self._problems.items()):
            yield NotAnalysed(path=path, reason=reason)

    def _examined(self) -> list[str]:
        """Public modules of the old release whose names may have changed, packages first."""
        changed = self._old_changed | self._new_changed
        names = {name for name in self._old_changed if _is_public_module(name)}
        for name in changed:
            parts = name.split(".")
            names.update(".".join(parts[:end]) for end in range(1, len(parts)))
        tops = sorted(top for top in self._old.tops if _is_public_module(top))
        if changed:
            names.update(tops[:_TOPS_LIMIT])
        known = (name for name in names if name in self._old and _is_public_module(name))
        installed = (name for name in known if self._old.path(name) in self._old.layout.installed)
        return sorted(installed, key=lambda name: (name.count("."), name))

    def _public_names(self, module: str) -> Iterator[_PublicName]:
        members = self._old.members(module)
        exports = self._old.exports(module)
        is_package = self._old.path(module).endswith("__init__.py")
        for name in sorted(exports) if exports else list(members):
            member = members.get(name)
            if exports:
                if member is None and f"{module}.{name}" not in self._old:
                    continue  # listed, but made in a way that cannot be seen
            elif member is None or not self._is_public_member(name, member, is_package=is_package):
                continue
            definition = self._old.find(module, name)
            if definition is None and not exports and self._old.is_brought(module, name):
                continue  # what another module imports from elsewhere
            if definition is None or not definition.object.is_module:
                yield _PublicName(module, name, definition)

    def _is_public_member(self, name: str, member: griffe.Object | griffe.Alias, *, is_package: bool) -> bool:
        """Whether a name of a module without ``__all__`` is meant for others."""
        if (name.startswith("_") and name not in _EXPORTED_DUNDERS) or not member.runtime:
            return False
        if isinstance(member, griffe.Attribute):
            return member.value is not None and _made_by(member) not in _OF_NO_USE
        if not isinstance(member, griffe.Alias):
            return True
        target = member.target_path
        return is_package and target.partition(".")[0] in self._old.tops and target not in self._old

    def _of_one(self, ways: Sequence[_PublicName]) -> Iterator[ApiChange]:
        """What became of one definition that has these public names, the shortest first."""
        lost = [way for way in ways if not self._has(way.full, way.module)]
        for way in lost[:1]:
            definition = way.definition
            kind = kind_of(definition.object) if definition else "name"
            yield ApiChange(
                path=self._old.path(definition.module if definition else way.module),
                line=_line(definition.object) if definition else None,
                name=way.full,
                what=f"the {kind} is gone",
            )
        for way in ways:
            if way in lost or way.definition is None:
                continue
            other = self._new.find(way.module, way.name)
            if other is not None and self._may_differ(way.definition, other):
                yield from self._compared(way, way.definition, other)
            return

    def _may_differ(self, old: Definition, new: Definition) -> bool:
        return old.module in self._old_changed or new.module in self._new_changed or old.module != new.module

    def _has(self, full: str, module: str = "") -> bool:
        """Whether the new release may have a name in a module; where that cannot be seen, it is thought to."""
        module = module or full.rpartition(".")[0]
        name = full.rpartition(".")[2]
        if not module:
            return full in self._new
        if full in self._new or self._new.module(module) is None:
            return True
        members = self._new.members(module)
        if name in members or self._new.has_open_wildcard(module):
            return True
        # Made when it is asked for: then its name stands somewhere in what changed.
        return self._is_dynamic(module) and name in self._new_words()

    def _is_dynamic(self, module: str) -> bool:
        """Whether a module may have names that no statement of it gives."""
        if module not in self._dynamic:
            try:
                source = self._new_contents.read(self._new.path(module))
            except ArtifactError:
                source = b"".join(_DYNAMIC)
            self._dynamic[module] = any(mark in source for mark in _DYNAMIC)
        return self._dynamic[module]

    def _new_words(self) -> frozenset[str]:
        """All words in the changed files of the new release."""
        if self._words is None:
            words: set[bytes] = set()
            left = _READ_LIMIT
            for path in self._new_paths:
                size = self._new_contents.entries[path].size if path in self._new_contents.entries else left + 1
                if size <= left:
                    left -= size
                    try:
                        words.update(_IDENTIFIER.findall(self._new_contents.read(path)))
                    except ArtifactError:
                        continue  # told by whoever compares the files
            self._words = frozenset(word.decode() for word in words)
        return self._words

    def _compared(self, way: _PublicName, old: Definition, new: Definition) -> Iterator[ApiChange]:
        path = self._new.path(new.module)
        try:
            found = list(self._differences(way.full, old, new))
        except RecursionError:
            self._problems[path] = "a part of its API was not compared: it is nested too deeply"
            return
        except Exception as error:  # noqa: BLE001 - whatever griffe stumbles over in hostile source; it is told
            self._problems[path] = f"a part of its API was not compared: griffe fails at it ({type(error).__name__})"
            return
        for line, name, what, is_old in found:
            yield ApiChange(path=self._old.path(old.module) if is_old else path, line=line, name=name, what=what)

    def _differences(self, name: str, old: Definition, new: Definition) -> Iterator[tuple[int | None, str, str, bool]]:
        """Line, name, sentence, and whether the line is in the old file."""
        by_place: defaultdict[str, list[griffe.Breakage]] = defaultdict(list)
        with griffe.logger.disable():
            for breakage in griffe.find_breaking_changes(_holder(old.object), _holder(new.object)):
                inherited = breakage.obj.is_alias and breakage.obj.inherited
                if not inherited:
                    by_place[_inner(breakage.obj, old.object, new.object)].append(breakage)
        for place, breakages in by_place.items():
            yield from self._told_of(name, place, breakages, old, new)
        for place, before, after in _functions(old.object, new.object):
            if place not in by_place and _is_called(before, after):
                for what in changed_call(before, after, ()):
                    yield _line(after), _shown_name(name, place), what, False
        if isinstance(old.object, griffe.Attribute) and isinstance(new.object, griffe.Attribute):
            value = changed_value(old.object, new.object) if _is_constant(old.object) else None
            if value is not None:
                yield _line(new.object), name, value, False

    def _told_of(
        self, name: str, place: str, breakages: Sequence[griffe.Breakage], old: Definition, new: Definition
    ) -> Iterator[tuple[int | None, str, str, bool]]:
        shown = _shown_name(name, place)
        before, after = _at(old.object, place), _at(new.object, place)
        for breakage in breakages:
            if breakage.kind is griffe.BreakageKind.OBJECT_REMOVED:
                if before is not None and not self._is_inherited(place, new, kind=before):
                    yield _line(before), shown, f"the {kind_of(before)} is gone", True
            elif breakage.kind is griffe.BreakageKind.OBJECT_CHANGED_KIND:
                if before is not None and after is not None and _is_other_use(before, after):
                    yield _line(after), shown, f"it is a {kind_of(after)} now, it was a {kind_of(before)}", False
            elif breakage.kind is griffe.BreakageKind.CLASS_REMOVED_BASE:
                yield from ((_line(after), shown, what, False) for what in self._lost_bases(before, after, new))
        if isinstance(before, griffe.Function) and isinstance(after, griffe.Function) and _is_called(before, after):
            for what in changed_call(before, after, breakages):
                yield _line(after) or _line(after.parent), shown, what, False

    def _is_inherited(self, place: str, new: Definition, *, kind: griffe.Object) -> bool:
        """Whether a member that a class has not got any more may come from a base."""
        owner_place, _, name = place.rpartition(".")
        owner = _at(new.object, owner_place)
        if owner is None or name in _UNSEEN_DUNDERS or hasattr(object, name):
            return True
        if "__getattr__" in owner.members:
            return True
        for base in self._new.bases(Definition(owner, new.module)):
            if isinstance(base, Definition):
                if name in base.object.members or "__getattr__" in base.object.members:
                    return True
                continue
            last = base.rpartition(".")[2].partition("[")[0]
            known = getattr(builtins, last, None)
            if isinstance(known, type):
                if hasattr(known, name):
                    return True
            elif last not in _SILENT_BASES and kind.is_function:
                return True  # nobody knows what it has
        return False

    def _lost_bases(self, before: griffe.Object | None, after: griffe.Object | None, new: Definition) -> Iterator[str]:
        if not isinstance(before, griffe.Class) or not isinstance(after, griffe.Class):
            return
        left = {_last(str(base)) for base in after.bases}
        for base in self._new.bases(Definition(after, new.module)):
            left.add(_last(base if isinstance(base, str) else base.path))
        for lost in before.bases:
            last = _last(str(lost))
            if last not in left and last not in _SILENT_BASES and last != "object" and not last.startswith("_"):
                yield f"it derives from {last} no longer"


def _near(changed: Iterable[str]) -> frozenset[str]:
    """The modules that changed, and the packages around them."""
    parts = [name.split(".") for name in changed]
    return frozenset(".".join(each[:end]) for each in parts for end in range(1, len(each) + 1))


def _module_names(modules: Modules, paths: Iterable[str | None]) -> frozenset[str]:
    """The modules that installed files are, tests left out."""
    found = (path for path in paths if path in modules.layout.installed and not is_test_path(path))
    return frozenset(name for path in found for name in modules.layout.names[path][:1])


def _is_public_module(name: str) -> bool:
    return not any(part.startswith("_") or part in _OTHERS_CODE for part in name.split("."))


def _holder(item: griffe.Object) -> griffe.Module:
    """A module in which only this is, and public; its parent stays what it was."""
    item.public = True
    holder = griffe.Module("holder")
    holder.members["held"] = item  # whatever its name is: the other one may have another
    return holder


def _inner(item: griffe.Object | griffe.Alias, old: griffe.Object, new: griffe.Object) -> str:
    """The name of something below what is compared; empty for that itself."""
    for outer in (new.path, old.path):
        if item.path.startswith(f"{outer}."):
            return item.path[len(outer) + 1 :]
    return ""


def _at(outer: griffe.Object, place: str) -> griffe.Object | None:
    found: griffe.Object | griffe.Alias = outer
    for name in place.split(".") if place else ():
        member = found.members.get(name)
        if member is None or member.is_alias:
            return None
        found = member
    assert isinstance(found, griffe.Object)
    return found


def _functions(old: griffe.Object, new: griffe.Object) -> Iterator[tuple[str, griffe.Function, griffe.Function]]:
    """Public functions and methods on both sides, with the name below what is compared."""
    pending: list[tuple[str, griffe.Object, griffe.Object]] = [("", old, new)]
    while pending:
        place, before, after = pending.pop()
        if isinstance(before, griffe.Function) and isinstance(after, griffe.Function):
            yield place, before, after
        elif before.is_class and after.is_class:
            for name, member in before.members.items():
                other = after.members.get(name)
                if other is None or member.is_alias or other.is_alias or member.is_private:
                    continue
                assert isinstance(member, griffe.Object)
                assert isinstance(other, griffe.Object)
                pending.append((f"{place}.{name}" if place else name, member, other))


def _is_called(before: griffe.Function, after: griffe.Function) -> bool:
    """Whether people write calls of it, as its parameters are known."""
    if after.is_special and after.name not in _CALLED_DUNDERS:
        return False
    # Made by griffe for a data class, without the fields of its bases.
    made = [function for function in (before, after) if _line(function) is None]
    return not any(isinstance(item.parent, griffe.Class) and item.parent.bases for item in made)


def _shown_name(name: str, place: str) -> str:
    """How callers write it: making an instance is calling the class."""
    place = place.removesuffix("__init__").rstrip(".") if place.endswith("__init__") else place
    return f"{name}.{place}" if place else name


def _is_other_use(before: griffe.Object, after: griffe.Object) -> bool:
    """Whether something of another kind is also used in another way; what is called may be anything that can be."""
    if "property" in before.labels or "property" in after.labels:
        return before.is_function or after.is_function
    return before.is_class and not after.is_class and after.is_function


def _is_constant(item: griffe.Attribute) -> bool:
    return item.name.isupper() and "VERSION" not in item.name and item.parent is not None and item.parent.is_module


def _made_by(item: griffe.Attribute) -> str:
    """The last part of what is called to make a value; empty where nothing is."""
    return _last(str(item.value).partition("(")[0]) if isinstance(item.value, griffe.ExprCall) else ""


def _last(path: str) -> str:
    return path.partition("[")[0].rpartition(".")[2]


def _line(item: griffe.Object | None) -> int | None:
    return (item.lineno or None) if item is not None else None
