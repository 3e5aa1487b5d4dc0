"""The simplest marker that holds on exactly some of the declared targets (PEP 508).

What it would say elsewhere does not matter, so this is no algebra on markers: targets are bits, a comparison is the set
of bits where it holds, and the shortest expression with the wanted set is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from itertools import combinations
from operator import and_, or_

from msgspec import Struct
from packaging.version import InvalidVersion, Version

__all__ = ["MarkerWriter"]

# The order in which variables are preferred; the first four say what differs between most targets.
_VARIABLES = (
    "sys_platform",
    "python_version",
    "platform_machine",
    "python_full_version",
    "implementation_name",
    "platform_python_implementation",
    "os_name",
    "platform_system",
    "implementation_version",
    "platform_release",
    "platform_version",
)
_ORDERED = frozenset({"python_version", "python_full_version", "implementation_version"})


class _Comparison(Struct, frozen=True):
    """One comparison and the targets (bits) on which it holds."""

    text: str
    holds: int


class MarkerWriter:
    """Writes markers for targets that are known by their environments, of which no two are equal."""

    def __init__(self, environments: Sequence[Mapping[str, str]]) -> None:
        self._environments = environments
        self._all = (1 << len(environments)) - 1
        self._comparisons = list(self._listed())
        self._written: dict[int, str | None] = {}

    def marker(self, indexes: frozenset[int], *, within: frozenset[int] | None = None) -> str | None:
        """The marker that holds on the targets at some indexes and on no other; None where it is needed nowhere.

        within: the targets that matter, all where it is None.
        """
        wanted = sum(1 << index for index in indexes)
        matters = self._all if within is None else sum(1 << index for index in within)
        if wanted & matters == matters:
            return None
        key = wanted | matters << len(self._environments)
        if key not in self._written:
            self._written[key] = self._simplest(wanted & matters, matters)
        return self._written[key]

    def _listed(self) -> Iterator[_Comparison]:
        """Every comparison that parts the targets, the most natural first; two with the same effect once."""
        seen: set[int] = set()
        for variable in self._parting():
            for text, holds in self._of(variable):
                if 0 < holds < self._all and holds not in seen:
                    seen.add(holds)
                    yield _Comparison(text, holds)

    def _parting(self) -> list[str]:
        """The first variables that together tell all targets apart."""
        chosen: list[str] = []
        apart = 1
        for variable in _VARIABLES:
            with_it = len({tuple(env[name] for name in (*chosen, variable)) for env in self._environments})
            if with_it > apart:
                chosen.append(variable)
                apart = with_it
        return chosen

    def _of(self, variable: str) -> Iterator[tuple[str, int]]:
        values = [environment[variable] for environment in self._environments]
        distinct = _sorted(set(values))
        if variable in _ORDERED and all(map(_is_version, distinct)):
            versions = [Version(value) for value in values]
            for value in distinct[1:]:
                bound = Version(value)
                yield f'{variable} < "{value}"', _bits(found < bound for found in versions)
                yield f'{variable} >= "{value}"', _bits(found >= bound for found in versions)
        for value in distinct:
            yield f'{variable} == "{value}"', _bits(found == value for found in values)
        for value in distinct:
            yield f'{variable} != "{value}"', _bits(found != value for found in values)

    def _simplest(self, wanted: int, matters: int) -> str:
        """The shortest expression; among equally short ones the most natural."""
        useful = _distinct(self._comparisons, matters)
        for comparison in useful:
            if comparison.holds & matters == wanted:
                return comparison.text
        for size in (2, 3):
            for word, operator in (("and", and_), ("or", or_)):
                for parts in combinations(useful, size):
                    if reduce(operator, (part.holds for part in parts)) & matters == wanted:
                        return f" {word} ".join(part.text for part in parts)
        return self._covered(useful, wanted, matters)

    def _covered(self, useful: Sequence[_Comparison], wanted: int, matters: int) -> str:
        """Conjunctions inside the wanted set, the widest first, until they cover it."""
        inside: list[tuple[tuple[_Comparison, ...], int]] = []
        for size in range(1, 5):
            for parts in combinations(useful, size):
                holds = reduce(and_, (part.holds for part in parts)) & matters
                if holds and not holds & ~wanted:
                    inside.append((parts, holds))
        inside += [(self._exactly(index), 1 << index) for index in _indexes(wanted)]
        terms = []
        left = wanted
        while left:
            parts, holds = max(inside, key=lambda entry: ((entry[1] & left).bit_count(), -len(entry[0])))
            terms.append(" and ".join(part.text for part in parts))
            left &= ~holds
        return " or ".join(f"({term})" if " and " in term and len(terms) > 1 else term for term in terms)

    def _exactly(self, index: int) -> tuple[_Comparison, ...]:
        """The comparisons that only one target fulfils."""
        environment = self._environments[index]
        return tuple(
            _Comparison(f'{variable} == "{environment[variable]}"', 1 << index) for variable in self._parting()
        )


def _distinct(comparisons: Sequence[_Comparison], matters: int) -> list[_Comparison]:
    """Those that part the targets that matter, two with the same effect there once."""
    by_effect: dict[int, _Comparison] = {}
    for comparison in comparisons:
        if 0 != comparison.holds & matters != matters:
            by_effect.setdefault(comparison.holds & matters, comparison)
    return list(by_effect.values())


def _bits(holds: Iterator[bool]) -> int:
    return sum(1 << index for index, held in enumerate(holds) if held)


def _indexes(bits: int) -> Iterator[int]:
    return (index for index in range(bits.bit_length()) if bits >> index & 1)


def _sorted(values: set[str]) -> list[str]:
    if all(map(_is_version, values)):
        return sorted(values, key=Version)
    return sorted(values)


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
