"""Names of projects that many people install, which others may want to be taken for."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from packaging.utils import NormalizedName

__all__ = ["widely_used"]


@cache
def widely_used() -> frozenset[NormalizedName]:
    """The 1,500 projects that were downloaded most in autumn 2026, from a file beside this one."""
    text = files("pinkeeper.review.rules").joinpath("widely_used.txt").read_text(encoding="ascii")
    return frozenset(map(NormalizedName, text.split()))
