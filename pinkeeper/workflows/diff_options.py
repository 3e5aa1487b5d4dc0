"""What a user may say of one comparison on the command line."""

from __future__ import annotations

from msgspec import Struct, field

from pinkeeper.model.index_options import IndexOptions

__all__ = ["DiffOptions"]


class DiffOptions(Struct, frozen=True, kw_only=True):
    """The command line of ``diff``, decoded. None and empty mean: not said.

    old, new: each a path to a wheel or sdist, or ``name==version``. python, platform: the environment whose wheel is
    read whole. jobs: processes to work in.
    """

    old: str
    new: str
    python: str | None = None
    platform: str | None = None
    index: IndexOptions = field(default_factory=IndexOptions)
    offline: bool = False
    cert: str | None = None
    client_cert: str | None = None
    jobs: int | None = None
