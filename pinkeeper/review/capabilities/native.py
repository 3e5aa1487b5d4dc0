"""What a native binary says about itself: what it imports, what it exports, which texts in it matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from msgspec import Struct

from pinkeeper.review.capabilities.summary import Capability

__all__ = ["NativeFormat", "NativeSummary", "native_summaries", "native_summary"]


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


def native_summary(content: bytes) -> NativeSummary:
    """What one binary says of itself, read in this process.

    A damaged binary may end the process: for files that are not trusted there is `native_summaries`.
    """
    from pinkeeper.review.capabilities.native_reading import read_native  # noqa: PLC0415 - LIEF loads slowly

    return read_native(content)


def native_summaries(
    sizes: Mapping[str, int], read: Callable[[str], bytes], *, jobs: int | None = None
) -> dict[str, NativeSummary]:
    """What binaries say of themselves, by path, sorted; read in processes of their own, each with limits.

    sizes: bytes, by path. read: gives the content of a path; asked by one thread at a time. jobs: processes at most;
    None for as many as there are processors. A binary whose reader crashes, takes too long, or needs too much memory
    has that as its problem.
    """
    if not sizes:
        return {}
    from pinkeeper.review.capabilities.native_processes import summaries_apart  # noqa: PLC0415 - few releases have any

    return summaries_apart(sizes, read, jobs=jobs)
