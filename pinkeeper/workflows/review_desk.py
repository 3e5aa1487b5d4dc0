"""Where releases are laid out to be read: compared on exactly the files that locks pin and the ledger covers."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from msgspec import Struct, field
from packaging.version import Version

from pinkeeper.errors import ConfigurationError, InputError
from pinkeeper.index.cache import Cache
from pinkeeper.inputs.collected import Inputs
from pinkeeper.model.comparison import DiffResult, Treatment
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.review_backlog import Material, Measured, OpenRelease
from pinkeeper.resolver.targets import running_target
from pinkeeper.workflows.diff_asked import ChosenSide, ReleaseAsked
from pinkeeper.workflows.diff_index import sides_of
from pinkeeper.workflows.diff_memory import kept_result, key_of, remember
from pinkeeper.workflows.lock_inputs import gather_settings
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_source import OpenSource, choose_places, open_source
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.update_compare import NOTHING

__all__ = ["Desk", "DeskOptions", "known_measure", "open_desk"]

_SHELF = "review-measures"


class DeskOptions(Struct, frozen=True, kw_only=True):
    """Where releases come from. jobs: processes to work in, None for one a processor."""

    index: IndexOptions = field(default_factory=IndexOptions)
    offline: bool = False
    cert: str | None = None
    client_cert: str | None = None
    jobs: int | None = None


@contextmanager
def open_desk(options: DeskOptions, surroundings: Surroundings) -> Iterator[Desk]:
    """A desk, as long as its connections are wanted. Raises ConfigurationError."""
    settings = gather_settings(LockOptions(), surroundings)
    lock_options = LockOptions(
        index=options.index, offline=options.offline, cert=options.cert, client_cert=options.client_cert
    )
    places = choose_places(lock_options, settings, Inputs(), surroundings)
    with open_source(places, lock_options, settings, surroundings) as opened:
        yield Desk(opened, surroundings, jobs=options.jobs)


class Desk:
    """Compares releases as they are asked for; what was compared before is known."""

    def __init__(self, opened: OpenSource, surroundings: Surroundings, *, jobs: int | None) -> None:
        self._opened = opened
        self._surroundings = surroundings
        self._jobs = jobs

    def lay_out(self, release: OpenRelease, base: Version | None) -> Material:
        """A release compared with another one, or with nothing where that is None.

        Raises InputError where the index has none of the files that the locks pin, NetworkError, HashMismatchError,
        ArtifactError.
        """
        if release.is_direct_reference:
            raise ConfigurationError(
                f"{release.package} is locked from a URL, and no index has it to be compared",
                remedy="compare the files yourself: pinkeeper diff OLD NEW",
            )
        covered = dict(release.bases).get(base, frozenset()) if base is not None else frozenset()
        before, after = self._sides(release, base, covered)
        result = self._compared(release, before, after)
        material = _material(release, base, covered, result)
        _keep_measure(self._opened.cache, release, base, covered, material)
        return material

    def _sides(
        self, release: OpenRelease, base: Version | None, covered: frozenset[str]
    ) -> tuple[ChosenSide, ChosenSide]:
        listing = self._opened.source.listing(release.package).result()
        new = ReleaseAsked(release.package, release.version)
        pinned = {release.version: release.hashes}
        is_listed = str(release.version) in listing.versions
        if is_listed and not release.hashes & {file.sha256 for file in listing.files(str(release.version))}:
            raise InputError(
                f"the hashes in the lock belong to no file of {release.package} {release.version} that its index lists",
                where=", ".join(release.locks) or None,
                remedy="do not install it; pinkeeper check tells what else is wrong",
            )
        for_target = running_target()
        if base is None:
            _, after = sides_of(new, new, listing, for_target=for_target, pinned=pinned)
            return NOTHING, after
        old = ReleaseAsked(release.package, base)
        if covered:
            pinned[base] = covered
            return sides_of(old, new, listing, for_target=for_target, pinned=pinned)
        if str(base) in listing.versions:
            pinned[base] = frozenset(file.sha256 or "" for file in listing.files(str(base)))
        return sides_of(old, new, listing, for_target=for_target, pinned=pinned)

    def _compared(self, release: OpenRelease, before: ChosenSide, after: ChosenSide) -> DiffResult:
        surroundings, cache = self._surroundings, self._opened.cache
        key = None if surroundings.cache_directory is None else key_of(release.package, (before, after), surroundings)
        known = None if key is None else kept_result(cache, key)
        if known is not None:
            return known
        from pinkeeper.workflows.diff_made import made  # noqa: PLC0415 - not where it was done before

        result = made(
            release.package,
            before,
            after,
            began=time.perf_counter(),
            jobs=self._jobs,
            files=self._opened.files(),
            cache=cache,
            surroundings=surroundings,
        )
        if key is not None:
            remember(cache, key, result)
        return result


def _material(release: OpenRelease, base: Version | None, covered: frozenset[str], result: DiffResult) -> Material:
    seen = {file.sha256: file for file in result.new.files if file.sha256 in release.hashes}
    looked = {sha256: file for sha256, file in seen.items() if file.treatment is not Treatment.NOT_READ}
    left = [(file.filename, file.reason) for sha256, file in seen.items() if sha256 not in looked]
    left += [(f"sha256:{sha256}", "the index lists no such file") for sha256 in release.hashes - set(seen)]
    base_files = {
        file.filename: file.sha256
        for file in result.old.files
        if file.sha256 in covered and file.treatment is Treatment.READ
    }
    return Material(
        package=release.package,
        version=release.version,
        result=result,
        files=tuple(sorted((file.filename, sha256) for sha256, file in looked.items() if sha256 is not None)),
        base=base,
        base_files=tuple(sorted((name, sha256) for name, sha256 in base_files.items() if sha256 is not None)),
        listed=tuple(sorted(file.filename for file in looked.values() if file.treatment is Treatment.LISTED)),
        left=tuple(sorted(left)),
        is_based=base is None or bool(base_files),
    )


# How much there is to read is kept by the bytes alone, so that it is known without asking an index.


def known_measure(cache: Cache, release: OpenRelease, base: Version | None) -> Measured | None:
    """How much there is to read, where these bytes were compared before."""
    covered = dict(release.bases).get(base, frozenset()) if base is not None else frozenset()
    payload = cache.read(_SHELF, _measure_key(release, base, covered))
    if payload is None:
        return None
    try:
        return msgspec.msgpack.decode(payload, type=Measured)
    except msgspec.DecodeError:
        return None


def _keep_measure(
    cache: Cache, release: OpenRelease, base: Version | None, covered: frozenset[str], material: Material
) -> None:
    measured = Measured(lines=material.lines, findings=len(material.result.findings), gravest=material.result.gravest)
    cache.write(_SHELF, _measure_key(release, base, covered), msgspec.msgpack.encode(measured))


def _measure_key(release: OpenRelease, base: Version | None, covered: frozenset[str]) -> str:
    parts = [release.package, str(base), str(release.version), *sorted(covered), "-", *sorted(release.hashes)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
