"""Areas of code that changed and that no release note mentions.

Meant to be silent where in doubt: any word of an area's name, of its files, or of what is defined or named in its
changed lines counts as a mention.
"""

from __future__ import annotations

import builtins
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from pinkeeper.model.comparison import FileChange, FileKind, ReleaseNotes
from pinkeeper.model.hunk import LineKind
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.changelog.vocabulary import GENERAL_WORDS, INNER_FOLDERS, NAMESPACES

__all__ = ["LEAST_LINES", "unmentioned"]

LEAST_LINES = 20
"""Executable lines that must have changed in an area for it to be told."""

_SOURCE_FOLDERS = frozenset({"src", "lib", "python", "purelib", "platlib"})
_SHORTEST_WORD = 3
_LONGEST_WORD = 60
_LINE_LIMIT = 500  # characters of a changed line that are looked at
_CHANGED_LINE_LIMIT = 5_000  # of one area
_IDENTIFIER = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_HUMP = lazy_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SHORTEST_NAME = 5
_BUILTIN_NAMES = frozenset(dir(builtins))
_NARROW, _NARROW_SHARE = 2, 5
"""A name is taken for a mention of an area where it is in at most this many, or this part, of all areas."""
_DEFINITION = lazy_pattern(r"\s*(?:async\s+)?(?:def|class)\s+([A-Za-z_][A-Za-z0-9_]*)")


def unmentioned(changes: Iterable[FileChange], notes: ReleaseNotes) -> tuple[tuple[str, int], ...]:
    """Areas (a top-level subpackage or module) with the executable lines changed there, the most first.

    Nothing where there are no notes, or where a part of them was cut: then it is not known what they mention.
    """
    if not notes.sections or notes.cut:
        return ()
    text = "\n".join(section.text for section in notes.sections)
    words = set(chain.from_iterable(_forms(word) for word in set(_IDENTIFIER.findall(text))))
    whole = {word.lower() for word in _IDENTIFIER.findall(text)}
    marked = _names_in_notes(text)
    areas = _areas(changes)
    named = {area: _named(files) for area, files in areas.items()}
    spread = Counter(chain.from_iterable(named.values()))
    widest = max(_NARROW, len(areas) // _NARROW_SHARE)
    found = []
    for area, files in areas.items():
        lines = sum(change.code_added + change.code_removed for change in files)
        if lines < LEAST_LINES or not (words | whole).isdisjoint(_own_words(area, files)):
            continue
        narrow = {name for name in named[area] if spread[name] <= widest}
        if narrow.isdisjoint(marked) and whole.isdisjoint(_defined(files) & narrow):
            found.append((area, lines))
    return tuple(sorted(found, key=lambda item: (-item[1], item[0])))


def _areas(changes: Iterable[FileChange]) -> dict[str, list[FileChange]]:
    """Changed Python files by area; what a package does at its very top belongs to none."""
    areas: dict[str, list[FileChange]] = defaultdict(list)
    for change in changes:
        if change.kind is FileKind.PYTHON and change.code_added + change.code_removed:
            area = _area(_module_parts(change.path))
            if not area.endswith("__init__"):
                areas[area].append(change)
    return areas


def _area(parts: Sequence[str]) -> str:
    """The package and what is right below it, or the module where there is no package."""
    end = 1
    while end < len(parts) and parts[end - 1] in NAMESPACES:
        end += 1
    end += 1
    while end < len(parts) and parts[end - 1] in INNER_FOLDERS:
        end += 1
    return ".".join(parts[:end])


def _module_parts(path: str) -> tuple[str, ...]:
    parts = path.removesuffix(".pyi").removesuffix(".py").split("/")
    while len(parts) > 1 and (parts[0] in _SOURCE_FOLDERS or parts[0].endswith(".data")):
        parts = parts[1:]
    return tuple(parts)


def _own_words(area: str, files: Sequence[FileChange]) -> set[str]:
    """The words of an area's name and of its files' names; its bare name where they are all too general."""
    name = area.rpartition(".")[2]
    names = {name, *(_stem(change.path) for change in files)}
    return set(chain.from_iterable(_forms(each) for each in names)) or {name.strip("_").lower()}


def _defined(files: Sequence[FileChange]) -> set[str]:
    """Functions and classes that are defined around the changes, but for those whose name is one common word."""
    found = (_DEFINITION.match(line) for line in _lines(files, changed_only=False))
    return {match.group(1).lower() for match in found if match is not None and _is_telling(match.group(1))}


def _named(files: Sequence[FileChange]) -> set[str]:
    """Names in the changed lines and of what is defined around them."""
    names = {name for line in _lines(files, changed_only=True) for name in _IDENTIFIER.findall(line)}
    return {name.lower() for name in names if _is_telling(name)} | _defined(files)


def _is_telling(name: str) -> bool:
    """Whether a name is hardly in a text by chance."""
    return (
        _SHORTEST_NAME <= len(name) <= _LONGEST_WORD
        and name not in _BUILTIN_NAMES
        and name.lower() not in GENERAL_WORDS
        and not (name.startswith("__") and name.endswith("__"))
    )


def _lines(files: Sequence[FileChange], *, changed_only: bool) -> Iterator[str]:
    count = 0
    for change in files:
        for hunk in change.hunks:
            for line in hunk.lines:
                if changed_only and line.kind is LineKind.SAME:
                    continue
                yield line.text[:_LINE_LIMIT]
                count += 1
                if count == _CHANGED_LINE_LIMIT:
                    return


def _stem(path: str) -> str:
    *folders, file = path.split("/")
    stem = file.partition(".")[0]
    return folders[-1] if stem == "__init__" and folders else stem


def _names_in_notes(text: str) -> set[str]:
    """Words of the notes that are names in code by their looks, or are marked as such."""
    spans = text.replace("```", "").replace("``", "`").split("`")[1::2]
    found = {word for span in spans for word in _IDENTIFIER.findall(span[:_LINE_LIMIT])}
    found |= {word for word in _IDENTIFIER.findall(text) if "_" in word.strip("_") or word[1:] != word[1:].lower()}
    return {word.lower() for word in found if _is_telling(word)}


@lru_cache(maxsize=20_000)
def _forms(word: str) -> frozenset[str]:
    """A name and the words that it is made of, without endings that only make a plural or a form of a verb."""
    if len(word) > _LONGEST_WORD:
        return frozenset()
    plain = word.strip("_").lower()
    parts = {part.lower() for part in _HUMP.findall(word)} | {plain, plain.replace("_", "")}
    return frozenset(_root(part) for part in parts if len(part) >= _SHORTEST_WORD and part not in GENERAL_WORDS)


def _root(word: str) -> str:
    """A word without an ending that makes a plural or a form of a verb."""
    for ending in ("ings", "ing", "ies", "ed", "es", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) > _SHORTEST_WORD:
            return word.removesuffix(ending)
    return word
