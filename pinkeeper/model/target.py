"""The environments that a lock must serve (PEP 508 markers, PEP 425/600/656 tags)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.tags import Tag

__all__ = ["Target"]


class Target(Struct, frozen=True, kw_only=True, dict=True):
    """One environment, exactly.

    name: what reports call it, such as ``Python 3.12 on linux_x86_64``. spelling: what ``--python-version`` and
    ``--platform`` say to get it again. python: the full version that
    ``requires-python`` is judged by. environment: PEP 508 marker values, sorted by name. tags: most preferred first.
    """

    name: str
    spelling: tuple[str, str]
    python: Version
    environment: tuple[tuple[str, str], ...]
    tags: tuple[Tag, ...]

    @cached_property
    def markers(self) -> Mapping[str, str]:
        """The marker environment as `packaging.markers` wants it, without ``extra``."""
        return dict(self.environment)

    @cached_property
    def tag_ranks(self) -> Mapping[str, int]:
        """Rank by tag text (``cp312-cp312-manylinux_2_28_x86_64``); 0 is the most preferred."""
        return {str(tag): rank for rank, tag in reversed(list(enumerate(self.tags)))}
