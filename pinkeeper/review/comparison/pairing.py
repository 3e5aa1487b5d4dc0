"""Which file of the old release a file of the new one was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from posixpath import basename, splitext
from typing import TypeVar

from msgspec import Struct

from pinkeeper.artifacts.contents import Contents, Entry
from pinkeeper.model.comparison import FileKind
from pinkeeper.review.comparison.similarity import SimilarFiles, distance
from pinkeeper.review.comparison.stable_name import stable_path

__all__ = ["Pair", "pair_files"]

_NO_RENAMES = 10_000
"""Files without a partner on both sides beyond which no similar ones are looked for."""
_CROSS_LIMIT = 2500
"""Pairs of equal files for which the nearest paths are worked out."""

_KindOf = Callable[[Contents, Entry], FileKind]
_Key = TypeVar("_Key")


class Pair(Struct, frozen=True, kw_only=True):
    """A file on each side, or on one. is_renamed: they are no longer at the same place. similarity: 0 to 1, if renamed.

    A file whose name only carries another version, hash or tag is not renamed.
    """

    old: Entry | None = None
    new: Entry | None = None
    similarity: float | None = None

    @property
    def is_renamed(self) -> bool:
        """Whether the file stands elsewhere now."""
        return self.similarity is not None

    @property
    def is_same(self) -> bool:
        """Whether it is on both sides at the same place with the same content."""
        if self.old is None or self.new is None or self.is_renamed:
            return False
        return self.old.sha256 == self.new.sha256


def pair_files(old: Contents, new: Contents, *, kind_of: _KindOf) -> tuple[Pair, ...]:
    """Every file of both releases once, in the order of the new paths, those without one by their old path.

    First come equal paths, then paths that are equal but for versions, hashes and tags (`stable_path`), then equal
    content, then similar content. Only files of one kind become a renamed pair: what was a test or data yesterday
    is new as code. Among several partners the nearest path is taken, so that the result is always the same.
    """
    pairs = [Pair(old=old.entries[path], new=entry) for path, entry in new.entries.items() if path in old.entries]
    gone = {path: entry for path, entry in old.entries.items() if path not in new.entries}
    come = {path: entry for path, entry in new.entries.items() if path not in old.entries}
    finder = _Finder(old, new, kind_of, gone, come)
    if gone and come:
        finder.by_stable_path()
        finder.by_content()
        finder.by_similarity()
    pairs += finder.pairs
    pairs += [Pair(old=entry) for entry in gone.values()]
    pairs += [Pair(new=entry) for entry in come.values()]
    return tuple(sorted(pairs, key=_place))


def _place(pair: Pair) -> tuple[str, bool]:
    entry = pair.new or pair.old
    assert entry is not None
    return entry.path, pair.new is None


class _Finder:
    """Takes partners out of `gone` and `come`, one kind of likeness after the other."""

    def __init__(
        self, old: Contents, new: Contents, kind_of: _KindOf, gone: dict[str, Entry], come: dict[str, Entry]
    ) -> None:
        self._old, self._new, self._kind_of = old, new, kind_of
        self._gone, self._come = gone, come
        self._similar = SimilarFiles(old, new)
        self.pairs: list[Pair] = []

    def by_stable_path(self) -> None:
        """Names with another version, hash or tag. Where several files share a stable path, their content decides."""
        before, after = _grouped(self._gone.values(), _stable), _grouped(self._come.values(), _stable)
        several: list[tuple[list[Entry], list[Entry]]] = []
        for stable in sorted(before.keys() & after.keys()):
            left, right = before[stable], after[stable]
            if len(left) == len(right) == 1:
                self._take(left[0], right[0], None)
            else:
                several.append((left, right))
        for left, right in several:
            for one, other in _of_equal_content(left, right):
                self._take(one, other, None)
        for left, right in several:
            rest = [entry for entry in left if entry.path in self._gone]
            others = [entry for entry in right if entry.path in self._come]
            if rest and others and max(len(rest), len(others)) <= _NO_RENAMES:
                for one, other, _ in self._similar.find(rest, others):
                    self._take(one, other, None)

    def by_content(self) -> None:
        """Equal content elsewhere. Empty files say nothing."""
        left = [entry for entry in self._gone.values() if entry.size]
        right = [entry for entry in self._come.values() if entry.size]
        for one, other in _of_equal_content(left, right):
            if self._kind_of(self._old, one) is self._kind_of(self._new, other):
                self._take(one, other, 1.0)

    def by_similarity(self) -> None:
        """Similar content elsewhere, among files of one kind and suffix."""
        if min(len(self._gone), len(self._come)) > _NO_RENAMES:
            return
        before = _grouped(self._gone.values(), lambda entry: (self._kind_of(self._old, entry), _suffix(entry.path)))
        after = _grouped(self._come.values(), lambda entry: (self._kind_of(self._new, entry), _suffix(entry.path)))
        for group in sorted(before.keys() & after.keys()):
            for one, other, similarity in self._similar.find(before[group], after[group]):
                self._take(one, other, similarity)

    def _take(self, one: Entry, other: Entry, similarity: float | None) -> None:
        del self._gone[one.path], self._come[other.path]
        self.pairs.append(Pair(old=one, new=other, similarity=similarity))


def _stable(entry: Entry) -> str:
    return stable_path(entry.path)


def _suffix(path: str) -> str:
    return splitext(path)[1].lower()


def _grouped(entries: Iterable[Entry], key: Callable[[Entry], _Key]) -> dict[_Key, list[Entry]]:
    groups: defaultdict[_Key, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[key(entry)].append(entry)
    return dict(groups)


def _of_equal_content(left: Iterable[Entry], right: Iterable[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Partners with the same digest, the nearest paths first, each file at most once."""
    before, after = _grouped(left, _digest), _grouped(right, _digest)
    for digest in sorted(before.keys() & after.keys()):
        ones, others = before[digest], after[digest]
        if len(ones) * len(others) <= _CROSS_LIMIT:
            yield from _nearest(ones, others)
        else:  # of many equal files no two belong together more than others, but for their names
            yield from _of_equal_names(ones, others)


def _digest(entry: Entry) -> str:
    return entry.sha256


def _nearest(ones: Sequence[Entry], others: Sequence[Entry]) -> Iterator[tuple[Entry, Entry]]:
    if len(ones) == len(others) == 1:
        yield ones[0], others[0]
        return
    ways = sorted((distance(one.path, other.path), one.path, other.path) for one in ones for other in others)
    by_path_left, by_path_right = {entry.path: entry for entry in ones}, {entry.path: entry for entry in others}
    for _, one, other in ways:
        if one in by_path_left and other in by_path_right:
            yield by_path_left.pop(one), by_path_right.pop(other)


def _of_equal_names(ones: Sequence[Entry], others: Sequence[Entry]) -> Iterator[tuple[Entry, Entry]]:
    by_name = _grouped(ones, lambda entry: basename(entry.path))
    for other in sorted(others, key=lambda entry: entry.path):
        if same := by_name.get(basename(other.path)):
            yield same.pop(), other
