"""Who published the files of a lock: asked where the project's ledger trusts somebody to, and the lock can say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace
from packaging.utils import NormalizedName

from pinkeeper.lockfile.lock_formats import is_pylock
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.workflows.lock_source import OpenSource
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["with_publishers"]

_LEDGER = "supply-chain/ledger.toml"


def with_publishers(
    lock: Lock,
    previous: Lock | None,
    opened: OpenSource,
    surroundings: Surroundings,
    *,
    outputs: Iterable[str],
    offline: bool,
) -> Lock:
    """A lock that says it of the packages whose publishers are trusted.

    Only a pylock has a place for it. offline: what the lock before said of the same files stays. Raises NetworkError
    and IndexPageError, and InputError for a ledger that cannot be read: without it the lock would lose what it says.
    """
    if not any(map(is_pylock, outputs)) or not surroundings.exists(_LEDGER):
        return lock
    trusted = _trusted(surroundings)
    asked = [package for package in lock.packages if package.name in trusted]
    if not asked:
        return lock
    found = _known(previous) if offline else opened.publishers(file for package in asked for file in package.files)
    return replace(lock, packages=tuple(_said(each, found) if each.name in trusted else each for each in lock.packages))


def _trusted(surroundings: Surroundings) -> frozenset[NormalizedName]:
    content = surroundings.read(_LEDGER)
    if b"identity" not in content:
        return frozenset()
    from pinkeeper.ledger.document import read_ledger  # noqa: PLC0415 - few ledgers trust anybody
    from pinkeeper.workflows.ledger_files import decode_text  # noqa: PLC0415

    ledger = read_ledger(decode_text(content, path=_LEDGER), path=_LEDGER).ledger
    return frozenset(entry.package for entry in ledger.trusted)


def _known(previous: Lock | None) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for package in () if previous is None else previous.packages:
        for sha256, identity in package.publishers:
            found[sha256] = (*found.get(sha256, ()), identity)
    return found


def _said(package: LockedPackage, found: Mapping[str, tuple[str, ...]]) -> LockedPackage:
    said = sorted(
        (file.sha256, identity)
        for file in package.files
        if file.sha256 is not None
        for identity in found.get(file.sha256, ())
    )
    return replace(package, publishers=tuple(dict.fromkeys(said)))
