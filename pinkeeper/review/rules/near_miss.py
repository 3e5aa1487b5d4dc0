"""Names that are taken for others: one slip of the finger, or characters that look alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

__all__ = ["is_near_miss", "nearest", "site"]

_SHORT, _MIDDLE = 4, 7
_EMPTY_WORDS = frozenset({"python", "python3", "py", "py3", "pip", "official", "original", "real", "latest"})
_GRAMMARS = "tree-sitter"  # it has one project for each language, Python among them
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "|": "l"})


def is_near_miss(name: str, known: str) -> bool:
    """Whether a name may be taken for another that is known. Both in lower case.

    The distance that counts as near grows with the length: among short names everything is near everything.
    """
    words = re.split(r"[-_.]", name)
    if _bare(words) == known != _GRAMMARS:
        return True  # "the one for Python", of a project that is for Python
    if len(words) > 1 and name != known and sorted(words) == sorted(re.split(r"[-_.]", known)):
        return True  # the same words in another order, or otherwise joined
    if name == known or min(len(name), len(known)) <= _SHORT:
        return name != known and len(known) > 2 and _folded(name) == _folded(known)  # noqa: PLR2004 - see above
    if _folded(name) == _folded(known):
        return True
    limit = 1 if len(known) <= _MIDDLE else 2
    if abs(len(name) - len(known)) > limit or re.sub(r"\d", "", name) == re.sub(r"\d", "", known):
        return False
    return _distance(name, known, limit) <= limit and name[:1] == known[:1]


def site(host: str) -> str:
    """The part of a host's name that somebody registers, without its suffix, near enough for a comparison."""
    labels = host.split(".")
    return labels[-2] if len(labels) > 1 else host


def _bare(words: Sequence[str]) -> str:
    """A name without words that say no more than what language it is for, or that it is the right one."""
    return "-".join(word for word in words if word not in _EMPTY_WORDS) if len(words) > 1 else ""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The first of some names, in their order, that a name may be taken for."""
    return next((each for each in known if is_near_miss(name, each)), None)


def _folded(name: str) -> str:
    """Without what the eye passes over: accents, separators, look-alikes, doubled letters."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    plain = plain.casefold().translate(_ALIKE).replace("rn", "m").replace("vv", "w")
    return re.sub(r"[-_.]", "", plain)


def _distance(one: str, other: str, limit: int) -> int:
    """Insertions, deletions, changes and swaps of neighbours from one to the other; more than the limit is not told."""
    before_last: list[int] = []
    last = list(range(len(other) + 1))
    for row, character in enumerate(one, start=1):
        line = [row]
        for column, against in enumerate(other, start=1):
            cost = min(line[-1] + 1, last[column] + 1, last[column - 1] + (character != against))
            if row > 1 and column > 1 and character == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before_last[column - 2] + 1)
            line.append(cost)
        if min(line) > limit:
            return limit + 1
        before_last, last = last, line
    return last[-1]
