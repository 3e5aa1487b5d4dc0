"""What a native binary says about itself: what it imports, what it exports, which texts in it matter."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from pinkeeper.review.capabilities.summary import Capability

__all__ = ["NativeFormat", "NativeSummary"]


class NativeFormat(StrEnum):
    """The format of a binary."""

    ELF = "ELF"
    PE = "PE"
    MACH_O = "Mach-O"


class NativeSummary(Struct, frozen=True, kw_only=True):
    """One binary.

    libraries, imports: names that it asks the loader for, sorted. capabilities: what the imports are for, each with the
    names that say so. texts: URLs, addresses, paths of secrets and commands that stand in it. problem: why it could
    not be read; then the rest is empty.
    """

    format: NativeFormat | None = None
    libraries: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    capabilities: tuple[tuple[Capability, tuple[str, ...]], ...] = ()
    texts: tuple[str, ...] = ()
    is_packed: bool = False
    problem: str | None = None
