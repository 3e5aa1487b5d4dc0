"""What a user may say of one check on the command line."""

from __future__ import annotations

from msgspec import Struct, field
from packaging.utils import NormalizedName

from pinkeeper.model.index_options import IndexOptions

__all__ = ["CheckOptions"]


class CheckOptions(Struct, frozen=True, kw_only=True):
    """The command line of ``check``, decoded. None and empty mean: not said.

    locks: paths. sources, extras, all_extras, groups, constraints, overrides: what the locks were made from. pythons,
    platforms, universal: the targets. index: where packages come from; it stands in the place of what a lock records.
    """

    locks: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    all_extras: bool = False
    groups: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    universal: bool = False
    index: IndexOptions = field(default_factory=IndexOptions)
    allow_build: frozenset[NormalizedName] = frozenset()
    offline: bool = False
    cert: str | None = None
    client_cert: str | None = None
