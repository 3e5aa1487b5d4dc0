"""Files that are nearly the same, found without comparing each with each.

A file is the set of its lines (of a binary: its texts; of packed JavaScript: its statements), each weighing its
length. What stands in many files, such as licence headers, says nothing. Partners are looked for among files that
share a line; work and memory grow with the lines read, of which there is a budget.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, zip_longest
from posixpath import basename

from pinkeeper.artifacts.contents import Contents, Entry
from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["SimilarFiles", "distance"]

_BYTES_BUDGET = 64 * 1024 * 1024
_TOKENS_BUDGET = 2_000_000
_FILE_LIMIT = 4 * 1024 * 1024
_TOKENS_OF_A_FILE = 20_000
_LONG_LINE = 2000
_TEXT_IN_BINARY = lazy_pattern(rb"[\x20-\x7e]{6,}")
_LARGEST_RATIO = 2.5
_COMMON = 20
"""Files on one side beyond which a line that all of them have says nothing."""
_CANDIDATES = 8
_THRESHOLD, _THRESHOLD_ELSEWHERE, _THRESHOLD_SMALL = 0.5, 0.65, 0.8
_SMALL = 120  # bytes
_NAMESAKES = 2
"""Files of one name on both sides together up to which the name says that they are the same."""

_Tokens = Mapping[int, int]


class SimilarFiles:
    """Finds similar files of two releases, until its budget is used up."""

    def __init__(self, old: Contents, new: Contents) -> None:
        self._old, self._new = old, new
        self._bytes, self._tokens = _BYTES_BUDGET, _TOKENS_BUDGET

    def find(self, old: Sequence[Entry], new: Sequence[Entry]) -> list[tuple[Entry, Entry, float]]:
        """Partners, each file at most once, the most similar first; similarity is from 0 to 1."""
        before: list[tuple[Entry, _Tokens]] = []
        after: list[tuple[Entry, _Tokens]] = []
        # By turns and by size, so that what the budget is enough for belongs together.
        for one, other in zip_longest(_within_reach(old, new), _within_reach(new, old)):
            if one is not None and (tokens := self._tokens_of(self._old, one)):
                before.append((one, tokens))
            if other is not None and (tokens := self._tokens_of(self._new, other)):
                after.append((other, tokens))
        return _greedy(_scored(before, after))

    def _tokens_of(self, contents: Contents, entry: Entry) -> _Tokens:
        if not 0 < entry.size <= min(_FILE_LIMIT, self._bytes) or self._tokens <= 0:
            return {}
        self._bytes -= entry.size
        tokens = _tokens(contents.read(entry.path))
        self._tokens -= len(tokens)
        return tokens


def distance(one: str, other: str) -> int:
    """How far apart two paths are: folders and names that only one of them has, counted from both ends."""
    left, right = one.split("/"), other.split("/")
    shorter = min(len(left), len(right))
    prefix = next((at for at in range(shorter) if left[at] != right[at]), shorter)
    suffix = next((at for at in range(shorter - prefix) if left[-1 - at] != right[-1 - at]), shorter - prefix)
    return len(left) + len(right) - 2 * (prefix + suffix)


def _within_reach(entries: Sequence[Entry], others: Sequence[Entry]) -> list[Entry]:
    """Those whose size some other has, about."""
    sizes = sorted(entry.size for entry in others)
    found = []
    at = 0
    for entry in sorted(entries, key=lambda entry: (entry.size, entry.path)):
        while at < len(sizes) and sizes[at] * _LARGEST_RATIO < entry.size:
            at += 1
        if at < len(sizes) and sizes[at] <= entry.size * _LARGEST_RATIO:
            found.append(entry)
    return found


def _tokens(content: bytes) -> _Tokens:
    """What the file consists of, by hash, with the bytes that each takes."""
    pieces: Iterable[bytes]
    if b"\0" in content:
        pieces = (match[0] for match in _TEXT_IN_BINARY.finditer(content))
    else:
        lines = content.split(b"\n")
        pieces = content.split(b";") if len(content) > _LONG_LINE * len(lines) else lines
    found: Counter[int] = Counter()
    for piece in islice(pieces, _TOKENS_OF_A_FILE):
        if stripped := piece.strip():
            found[hash(stripped)] += len(stripped)
    return found


def _scored(
    before: Sequence[tuple[Entry, _Tokens]], after: Sequence[tuple[Entry, _Tokens]]
) -> list[tuple[float, int, Entry, Entry]]:
    """Pairs that are similar enough, with their similarity and the distance of their paths."""
    where: defaultdict[int, list[int]] = defaultdict(list)
    for at, (_, tokens) in enumerate(before):
        for token in tokens:
            where[token].append(at)
    common = {token for token, places in where.items() if len(places) > max(2, min(_COMMON, len(before) // 2))}
    weights = [_weight(tokens, common) for _, tokens in before]
    names = Counter(basename(entry.path) for entry, _ in (*before, *after))
    found = []
    for entry, tokens in after:
        weight = _weight(tokens, common)
        shared: Counter[int] = Counter()
        for token, size in tokens.items():
            if token not in common:
                for at in where.get(token, ()):
                    shared[at] += min(size, before[at][1][token])
        for at, size in shared.most_common(_CANDIDATES):
            one = before[at][0]
            similarity = 2 * size / (weight + weights[at])
            is_named_so = basename(one.path) == basename(entry.path) and names[basename(one.path)] <= _NAMESAKES
            if similarity >= _threshold(max(weight, weights[at]), is_named_so=is_named_so):
                found.append((similarity, distance(one.path, entry.path), one, entry))
    return found


def _weight(tokens: _Tokens, common: set[int]) -> int:
    return sum(size for token, size in tokens.items() if token not in common)


def _threshold(weight: int, *, is_named_so: bool) -> float:
    if weight < _SMALL:
        return _THRESHOLD_SMALL
    return _THRESHOLD if is_named_so else _THRESHOLD_ELSEWHERE


def _greedy(scored: list[tuple[float, int, Entry, Entry]]) -> list[tuple[Entry, Entry, float]]:
    scored.sort(key=lambda item: (-item[0], item[1], item[2].path, item[3].path))
    taken_old: set[str] = set()
    taken_new: set[str] = set()
    found = []
    for similarity, _, one, other in scored:
        if one.path not in taken_old and other.path not in taken_new:
            taken_old.add(one.path)
            taken_new.add(other.path)
            # Equal sets of lines are not equal files; 1 is for equal content.
            found.append((one, other, round(min(similarity, 0.99), 2)))
    return found
