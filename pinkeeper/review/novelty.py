"""What of the code is new: uses of capabilities, texts and oddities that the old release has not got.

Files that only the tests of a project import are left out. A use is not new where the function it stands in was there
before, word for word, if only elsewhere; nor where another place lost the same use with the same arguments. It is new
all the same where it runs earlier than before.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, pairwise

from pinkeeper.model.comparison import ChangeStatus, FileChange
from pinkeeper.model.finding import When
from pinkeeper.review.capabilities.package import PackageCode
from pinkeeper.review.capabilities.summary import MAIN, MODULE, Fact, Literal, Mark, ModuleSummary
from pinkeeper.review.material import NewFact, NewLiteral, NewOddity, Novelty

__all__ = ["is_test", "new_facts", "new_literals", "new_oddities"]

_NOTHING = ModuleSummary()
_ORDER = list(When)

# Marks that make another thing of the same call; the others (a shell, a folder for temporary files) come and go.
_GRAVE = frozenset(
    {
        *(Mark.DECODED, Mark.FETCHED, Mark.SECRET, Mark.COMPUTED, Mark.UNRESOLVED),
        *(Mark.SILENCED, Mark.DETACHED, Mark.INSECURE),
    }
)

_Key = tuple[object, ...]


def new_facts(
    old: PackageCode, new: PackageCode, changes: Sequence[FileChange], origins: Mapping[str, str]
) -> tuple[NewFact, ...]:
    """Uses of capabilities that are new in the new release, or that run earlier than they did, by path and line."""
    pairs, changed = _pairs(changes, origins), {change.new_path for change in changes}
    code = _Known(old, new, changes)
    found: list[NewFact] = []
    for path, module in new.modules.items():
        if code.is_for_tests(path):
            continue
        before = _before(path, module, old, pairs, changed)
        is_added = path in pairs and pairs[path] is None
        for fact in _added(module, before):
            when = code.runs(path, fact.scope)
            if code.moved(path, fact) and not code.runs_earlier(path, fact, when):
                continue
            found.append(
                NewFact(path=path, fact=fact, when=when, novelty=_novelty(fact.scope, before, is_added=is_added))
            )
        found += _earlier(path, pairs.get(path, path), module, before, code)
    found = code.without_moved(found)
    return tuple(sorted(found, key=lambda each: (each.path, each.fact.line, each.fact.callee)))


def new_literals(
    old: PackageCode, new: PackageCode, changes: Sequence[FileChange], origins: Mapping[str, str]
) -> tuple[NewLiteral, ...]:
    """Texts that no analysed file of the old release has, by path and line."""
    pairs, changed = _pairs(changes, origins), {change.new_path for change in changes}
    known = {(literal.kind, literal.value) for module in old.modules.values() for literal in module.literals}
    code = _Known(old, new, changes)
    found: list[NewLiteral] = []
    for path, module in new.modules.items():
        if code.is_for_tests(path):
            continue
        before = _before(path, module, old, pairs, changed)
        is_added = path in pairs and pairs[path] is None
        found += [
            NewLiteral(
                path=path,
                literal=literal,
                when=code.runs(path, literal.scope),
                novelty=_novelty(literal.scope, before, is_added=is_added),
            )
            for literal in module.literals
            if (literal.kind, literal.value) not in known
        ]
    return tuple(sorted(found, key=_literal_place))


def new_oddities(
    old: PackageCode, new: PackageCode, changes: Sequence[FileChange], origins: Mapping[str, str]
) -> tuple[NewOddity, ...]:
    """Oddities that the old file has not got, and that no file of the old release has with the same words."""
    pairs, changed = _pairs(changes, origins), {change.new_path for change in changes}
    known = Counter(
        (oddity.kind, oddity.detail)
        for path in {pairs.get(path, path) for path in new.modules} | {None}
        if path is not None
        for oddity in old.modules.get(path, _NOTHING).oddities
    )
    found = []
    for path, module in sorted(new.modules.items()):
        before = _before(path, module, old, pairs, changed)
        for oddity in module.oddities:
            if known[oddity.kind, oddity.detail] > 0:
                known[oddity.kind, oddity.detail] -= 1
                continue
            is_added = path in pairs and pairs[path] is None
            found.append(NewOddity(path=path, oddity=oddity, novelty=_novelty(oddity.scope, before, is_added=is_added)))
    return tuple(found)


def _pairs(changes: Sequence[FileChange], origins: Mapping[str, str]) -> dict[str, str | None]:
    """The old path of each new one, None where it was added. origins: also of unchanged files."""
    return {
        **origins,
        **{
            change.new_path: None if change.status is ChangeStatus.ADDED else change.old_path
            for change in changes
            if change.new_path is not None
        },
    }


def _before(
    path: str, module: ModuleSummary, old: PackageCode, pairs: Mapping[str, str | None], changed: Collection[str | None]
) -> ModuleSummary:
    """What a file was: itself, where it did not change, whether it was analysed in the old release or not."""
    if path not in changed and path in pairs:
        return module
    return old.modules.get(pairs.get(path, path) or "", _NOTHING)


def _key(fact: Fact) -> _Key:
    return (fact.capability, fact.callee, fact.marks & _GRAVE)


def _added(module: ModuleSummary, before: ModuleSummary) -> Iterator[Fact]:
    """The facts of a file that are more in their scope than there were; of several like ones those that differ most."""
    had: dict[_Key, list[Fact]] = {}
    for fact in before.facts:
        had.setdefault((fact.scope, *_key(fact)), []).append(fact)
    by_key: dict[_Key, list[Fact]] = {}
    for fact in module.facts:
        by_key.setdefault((fact.scope, *_key(fact)), []).append(fact)
    for key, facts in by_key.items():
        left = Counter(fact.arguments for fact in had.get(key, ()))
        unlike = []
        for fact in facts:
            if left[fact.arguments] > 0:
                left[fact.arguments] -= 1
            else:
                unlike.append(fact)
        # Other arguments in place of others are a changed call, which is no new power.
        surplus = len(unlike) - left.total()
        yield from unlike[len(unlike) - surplus :] if surplus > 0 else ()


def _novelty(scope: str, before: ModuleSummary, *, is_added: bool) -> Novelty:
    if is_added:
        return Novelty.NEW_FILE
    if scope in {MODULE, MAIN} or any(function.name == scope for function in before.functions):
        return Novelty.OLD_SCOPE
    return Novelty.NEW_SCOPE


def _earlier(
    path: str, old_path: str | None, module: ModuleSummary, before: ModuleSummary, code: _Known
) -> Iterator[NewFact]:
    """Facts that were there, and now run earlier than they did."""
    added = {id(fact) for fact in _added(module, before)}
    for fact in module.facts:
        if id(fact) in added or old_path is None:
            continue
        now, then = code.runs(path, fact.scope), code.ran(old_path, fact.scope)
        if _ORDER.index(now) < _ORDER.index(then):
            yield NewFact(path=path, fact=fact, when=now, novelty=Novelty.OLD_SCOPE)


class _Known:
    """What both releases have, to tell what moved from what is new."""

    def __init__(self, old: PackageCode, new: PackageCode, changes: Sequence[FileChange]) -> None:
        self._old = old
        self._new = new
        self._tests = frozenset(path for path in chain(new.modules, old.modules) if is_test(path))
        self._imported_tests = _imported(new, self._tests)
        self._digests: dict[str, tuple[str, str]] = {
            function.digest: (path, function.name)
            for path, module in old.modules.items()
            for function in module.functions
            if function.digest
        }
        self._new_digests = {
            (path, function.name): function.digest
            for path, module in new.modules.items()
            for function in module.functions
        }
        self._changes = changes

    def runs(self, path: str, scope: str) -> When:
        """When a scope of the new release runs."""
        return self._new.runs(path, scope)

    def is_for_tests(self, path: str) -> bool:
        """Whether a file of the new release is run by those alone who run its tests: no other code imports it."""
        return path in self._tests and path not in self._imported_tests and path not in self._new.hooks

    def ran(self, path: str, scope: str) -> When:
        """When a scope of the old release runs."""
        return When.CALL if path in self._tests else self._old.runs(path, scope)

    def _origin(self, path: str, scope: str) -> tuple[str, str] | None:
        """Where the function around a scope stood word for word in the old release."""
        while scope not in {MODULE, MAIN, ""}:
            found = self._digests.get(self._new_digests.get((path, scope), "") or "-")
            if found is not None:
                return found
            scope = scope.rpartition(".<locals>.")[0]
        return None

    def moved(self, path: str, fact: Fact) -> bool:
        """Whether the function of a fact was there before."""
        return self._origin(path, fact.scope) is not None

    def runs_earlier(self, path: str, fact: Fact, when: When) -> bool:
        """Whether the function of a fact that moved runs earlier than it did."""
        origin = self._origin(path, fact.scope)
        return origin is None or _ORDER.index(when) < _ORDER.index(self.ran(*origin))

    def without_moved(self, found: list[NewFact]) -> list[NewFact]:
        """All but those for which another place lost the same use with the same arguments, at no later time."""
        lost: dict[_Key, list[When]] = {}
        for change in self._changes:
            before = self._old.modules.get(change.old_path or "")
            if before is not None:
                for fact in _added(before, self._new.modules.get(change.new_path or "", _NOTHING)):
                    when = self.ran(change.old_path or "", fact.scope)
                    lost.setdefault((*_key(fact), fact.arguments), []).append(when)
        kept = []
        for new in found:
            places = lost.get((*_key(new.fact), new.fact.arguments), [])
            match = next((when for when in places if _ORDER.index(when) <= _ORDER.index(new.when)), None)
            if match is None:
                kept.append(new)
            else:
                places.remove(match)
        return kept


_TEST_PARTS = frozenset({"test", "tests", "_tests", "benchmarks", "conftest.py"})


def is_test(path: str) -> bool:
    """Whether a Python file is there for tests, by where it stands."""
    parts = path.split("/")
    if parts == ["conftest.py"]:
        return False  # in nobody's tests, but where all that is installed begins
    return bool(_TEST_PARTS & {*parts}) or parts[-1].startswith("test_") or parts[-1].endswith("_test.py")


def _imported(code: PackageCode, tests: frozenset[str]) -> frozenset[str]:
    """Those test modules that code of another kind imports, by the ends of their names.

    ``from .tests.tool import f`` and ``import a.tests.tool`` both mean any ``tests/tool.py``. A name without a dot
    means any module of that name, unless it is one of the standard library's.
    """
    pairs: set[tuple[str, str]] = set()
    alone: set[str] = set()
    for path, module in code.modules.items():
        if path in tests:
            continue
        for each in module.imports:
            parts = [part for part in each.target.split(".") if part]
            ends = parts[-3:]
            pairs.update(pairwise(ends))
            if parts and (len(parts) == 1 or each.target.startswith(".")) and parts[0] not in sys.stdlib_module_names:
                alone.add(parts[0])
    return frozenset(path for path in tests if _end(path) in pairs or _end(path)[1] in alone)


def _end(path: str) -> tuple[str, str]:
    """The last two parts of the name of a module."""
    parts = ["", "", *path.removesuffix(".py").removesuffix("/__init__").split("/")]
    return parts[-2], parts[-1]


def _literal_place(new: NewLiteral) -> tuple[str, int, str]:
    literal: Literal = new.literal
    return (new.path, literal.line, literal.value)
