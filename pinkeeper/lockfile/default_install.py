"""What a pylock for several uses installs where nobody asks for extras or groups (PEP 751, "Installation")."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.utils import NormalizedName, canonicalize_name

__all__ = ["default_marker"]

_WORD = re.compile(r""""[^"]*"|'[^']*'|[()]|[^\s()"']+""")
_CHOICES = ("extras", "dependency_groups")


def default_marker(marker: str, groups: frozenset[str]) -> str | bool:
    """What is left of a marker once it is known that no extra is asked for, and of the groups those given.

    marker: as `packaging.markers.Marker` writes it. Gives True where nothing is left, False where it can hold nowhere.
    Raises RecursionError for a marker of endless depth.
    """
    wanted = frozenset(map(canonicalize_name, groups))
    return _Reading(_WORD.findall(marker), wanted).alternatives()


class _Reading:
    """One run through the words of a marker."""

    def __init__(self, words: Iterable[str], groups: frozenset[NormalizedName]) -> None:
        self._rest = list(reversed(list(words)))
        self._groups = groups

    def alternatives(self) -> str | bool:
        """Terms with ``or`` between them."""
        terms = [self._conditions()]
        while self._takes("or"):
            terms.append(self._conditions())
        left = list(dict.fromkeys(term for term in terms if isinstance(term, str)))
        return True if any(term is True for term in terms) else " or ".join(left) or False

    def _conditions(self) -> str | bool:
        """Terms with ``and`` between them."""
        terms = [self._term()]
        while self._takes("and"):
            terms.append(self._term())
        left = list(dict.fromkeys(term for term in terms if isinstance(term, str)))
        if any(term is False for term in terms):
            return False
        return " and ".join(f"({term})" if " or " in term and left[1:] else term for term in left) or True

    def _term(self) -> str | bool:
        if self._takes("("):
            inside = self.alternatives()
            self._takes(")")
            return inside
        words = []
        while self._rest and self._rest[-1] not in {"and", "or", ")"}:
            words.append(self._rest.pop())
        match words:
            case [name, *comparison, choice] if choice in _CHOICES and comparison in (["in"], ["not", "in"]):
                chosen = self._groups if choice == "dependency_groups" else frozenset[NormalizedName]()
                return (canonicalize_name(name[1:-1]) in chosen) is (comparison == ["in"])
            case _:
                return " ".join(words)

    def _takes(self, word: str) -> bool:
        if not self._rest or self._rest[-1] != word:
            return False
        self._rest.pop()
        return True
