"""The versions between the bounds of a specifier, found without looking at all of them (PEP 440).

A search asks again and again which of some thousand releases fit, and mostly none does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

__all__ = ["parse_version", "within_bounds"]

parse_version = lru_cache(maxsize=None)(Version)


def within_bounds(texts: Sequence[str], specifier: SpecifierSet) -> tuple[str, ...]:
    """All versions that a specifier can admit, and perhaps some that it does not.

    texts: canonical, newest first, as is what is given.
    """
    low, high = _bounds(specifier)
    start = 0 if high is None else _first(texts, lambda text: _public(text) <= high)
    end = len(texts) if low is None else _first(texts, lambda text: parse_version(text) < low)
    return tuple(texts[start:end])


def _bounds(specifier: SpecifierSet) -> tuple[Version | None, Version | None]:
    """The lowest and the highest public version that may satisfy a specifier; None where there is no bound."""
    low: Version | None = None
    high: Version | None = None
    for part in specifier:
        try:
            version = parse_version(part.version.removesuffix(".*"))
        except (InvalidSpecifier, InvalidVersion):
            continue  # after ``===`` any text may stand
        match part.operator:
            case ">=" | ">" | "~=":
                low = version if low is None else max(low, version)
            case "==" if part.version.endswith(".*"):
                # Pre-releases of the first one match too.
                first = Version(f"{version.public}.dev0")
                low = first if low is None else max(low, first)
            case "<=" | "<":
                high = version if high is None else min(high, version)
            case _:
                pass
    return low, high


def _first(texts: Sequence[str], holds: Callable[[str], bool]) -> int:
    """The first place at which something holds that holds at all later ones too."""
    start, end = 0, len(texts)
    while start < end:
        middle = (start + end) // 2
        if holds(texts[middle]):
            end = middle
        else:
            start = middle + 1
    return start


def _public(text: str) -> Version:
    """A version without its local part, which no bound looks at."""
    return parse_version(text.partition("+")[0])
