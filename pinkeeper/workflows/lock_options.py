"""What a user may say of one lock on the command line, and what it comes to with settings and inputs."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from msgspec import Struct, field
from packaging.utils import NormalizedName

from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.lock import TargetSpelling
from pinkeeper.resolver.policy import Strategy

__all__ = ["AnnotationStyle", "HashChoice", "LockOptions"]

AnnotationStyle = Literal["split", "line"]


class HashChoice(StrEnum):
    """Which files' hashes stand in a lock."""

    TARGETS = "targets"  # the wheels that a target can install, or the sdist where there is none
    ALL = "all"  # every file of the release, as pip-compile writes


class LockOptions(Struct, frozen=True, kw_only=True):
    """The command line of ``lock``, decoded. None and empty mean: not said.

    upgrade: all packages; upgrade_packages: PEP 508 texts (``name`` or ``name==1.2``). constraints, overrides: files.
    locks: names of locks in settings. preferences: lock files of any tool, whose pins are kept where they fit.
    targets: exactly these, in place of pythons, platforms and universal. refresh_hashes: files that were added to a
    locked release are taken in.
    """

    sources: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    preferences: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    all_extras: bool = False
    groups: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    upgrade: bool = False
    upgrade_packages: tuple[str, ...] = ()
    pre: bool = False
    formats: FormatControl = field(default_factory=FormatControl)
    allow_build: frozenset[NormalizedName] = frozenset()
    resolution: Strategy | None = None
    exclude_newer: datetime | None = None
    exclude_newer_text: str | None = None
    cooldown: timedelta | None = None
    cooldown_text: str | None = None
    pythons: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    universal: bool = False
    targets: tuple[TargetSpelling, ...] = ()
    index: IndexOptions = field(default_factory=IndexOptions)
    offline: bool = False
    hashes: HashChoice | None = None
    refresh_hashes: bool = False
    check: bool = False
    header: bool | None = None
    annotate: bool | None = None
    annotation_style: AnnotationStyle | None = None
    cert: str | None = None
    client_cert: str | None = None
    keyring: bool | None = None
