"""Names of projects that many people install, which others may want to be taken for."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from packaging.utils import NormalizedName

__all__ = ["known_names", "widely_used"]


@cache
def widely_used() -> frozenset[NormalizedName]:
    """The 1,500 projects that were downloaded most in autumn 2026, from a file beside this one."""
    return _names("widely_used.txt")


@cache
def known_names() -> frozenset[NormalizedName]:
    """Those that come after them: some 13,500 that nobody wants to be taken for, and that are no slip of the finger."""
    return _names("known_names.txt")


def _names(file: str) -> frozenset[NormalizedName]:
    text = files("pinkeeper.review.rules").joinpath(file).read_text(encoding="ascii")
    return frozenset(map(NormalizedName, text.split()))
