"""Which releases the user admits at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.target import Target

__all__ = ["Policy", "Strategy"]


class Strategy(StrEnum):
    """Which of several possible releases is tried first (uv's ``--resolution``)."""

    HIGHEST = "highest"
    LOWEST = "lowest"
    LOWEST_DIRECT = "lowest-direct"  # the lowest for what the user named, the highest for the rest


class Policy(Struct, frozen=True, kw_only=True):
    """Everything but requirements that decides whether a release is a candidate.

    companions: further targets that no marker can tell apart from `target`; a release must serve all of them.
    now: UTC. cooldown: releases whose files are younger are no candidates; zero turns it off. exclude_newer: files
    uploaded at or after it do not exist. exempt: releases that the cooldown does not hold. kept: file hashes (SHA-256,
    hexadecimal) of the pins that a re-lock starts from; the cooldown, which is about taking releases in, does not
    throw out what was taken in before, and a file that was added since is not taken in unless `takes_added` or where no
    kept file serves the target. refused: versions of projects that are no candidates, unless they are kept. pre:
    pre-releases are candidates like any other.
    """

    target: Target
    companions: tuple[Target, ...] = ()
    now: datetime
    formats: FormatControl = field(default_factory=FormatControl)
    pre: bool = False
    strategy: Strategy = Strategy.HIGHEST
    cooldown: timedelta = timedelta(0)
    exclude_newer: datetime | None = None
    exempt: frozenset[tuple[NormalizedName, Version]] = frozenset()
    kept: Mapping[tuple[NormalizedName, Version], frozenset[str]] = field(default_factory=dict)
    takes_added: bool = False
    refused: Mapping[NormalizedName, tuple[SpecifierSet, ...]] = field(default_factory=dict)

    @property
    def targets(self) -> tuple[Target, ...]:
        """The target and its companions."""
        return (self.target, *self.companions)
