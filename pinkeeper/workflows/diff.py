"""``diff``: two releases opened, compared and judged."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import BinaryIO

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.artifacts.contents import Contents, open_contents
from pinkeeper.index.cache import Cache
from pinkeeper.index.files import FileReader
from pinkeeper.inputs.collected import Inputs
from pinkeeper.model.comparison import ComparedRelease, DiffResult, ReleaseFile, Treatment
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.resolver.targets import target
from pinkeeper.review.analyst import Analyst, NoShelf, Shelf
from pinkeeper.review.capabilities.native import NativeSummary
from pinkeeper.review.correlation import verdict_of
from pinkeeper.review.release import OpenedRelease
from pinkeeper.review.review import review
from pinkeeper.workflows.diff_files import (
    Asked,
    ChosenFiles,
    PathAsked,
    ReleaseAsked,
    check_same_project,
    choose_files,
    digest_of_path,
    opened_path,
    read_asked,
)
from pinkeeper.workflows.diff_listings import Listings, list_wheels
from pinkeeper.workflows.diff_memory import kept_result, remember
from pinkeeper.workflows.diff_options import DiffOptions
from pinkeeper.workflows.lock_inputs import gather_settings
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_source import choose_places, open_source
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["diff"]


class _Chosen(Struct, frozen=True, kw_only=True):
    """The files of one side, before any is opened. by_path: what a path of the command line names."""

    version: Version
    wheel: DistributionFile | None = None
    sdist: DistributionFile | None = None
    others: tuple[DistributionFile, ...] = ()
    by_path: PathAsked | None = None

    @property
    def filenames(self) -> tuple[str, ...]:
        """All files that the index lists; empty for a path, of which nothing more is known."""
        files = (self.wheel, self.sdist, *self.others)
        return tuple(sorted(file.filename for file in files if file is not None))


def diff(options: DiffOptions, surroundings: Surroundings) -> DiffResult:
    """Compare two releases.

    Raises InputError, ConfigurationError, UnknownPackageError, NetworkError, HashMismatchError, ArtifactError.
    """
    began = time.perf_counter()
    old, new = read_asked(options.old), read_asked(options.new)
    check_same_project(old, new)
    with ExitStack() as stack:
        if isinstance(old, PathAsked) and isinstance(new, PathAsked):
            cache = Cache(surroundings.cache_directory, log=surroundings.log)
            stack.callback(cache.close)
            job = _Job(options, surroundings, cache, files=None)
            sides = (_Chosen(version=old.version, by_path=old), _Chosen(version=new.version, by_path=new))
        else:
            job, sides = stack.enter_context(_with_index(old, new, options, surroundings))
        return job.result(old.name, *sides, began=began)


@contextmanager
def _with_index(
    old: Asked, new: Asked, options: DiffOptions, surroundings: Surroundings
) -> Iterator[tuple[_Job, tuple[_Chosen, _Chosen]]]:
    """The files that an index has of releases that are asked for by version."""
    settings = gather_settings(LockOptions(), surroundings)
    lock_options = LockOptions(
        index=options.index, offline=options.offline, cert=options.cert, client_cert=options.client_cert
    )
    places = choose_places(lock_options, settings, Inputs(), surroundings)
    chosen_target = target(python=options.python, platform=options.platform)
    with open_source(places, lock_options, settings, surroundings) as opened:
        listing = opened.source.listing(old.name).result()
        releases = [each if isinstance(each, ReleaseAsked) else None for each in (old, new)]
        asked = [each for each in releases if each is not None]
        first, last = choose_files(asked[0], asked[-1], listing, listing, chosen_target)
        found = iter((first, last) if len(asked) > 1 else (last,))
        sides = tuple(
            _Chosen(version=each.version, by_path=each)
            if isinstance(each, PathAsked)
            else _side(each.version, next(found))
            for each in (old, new)
        )
        yield _Job(options, surroundings, opened.cache, files=opened.files()), (sides[0], sides[1])


def _side(version: Version, files: ChosenFiles) -> _Chosen:
    return _Chosen(version=version, wheel=files.wheel, sdist=files.sdist, others=files.others)


class _Job:
    """One comparison. files: what opens files of an index, None where none is asked."""

    def __init__(
        self, options: DiffOptions, surroundings: Surroundings, cache: Cache, *, files: FileReader | None
    ) -> None:
        self._options = options
        self._surroundings = surroundings
        self._cache = cache
        self._files = files

    def result(self, name: NormalizedName, old: _Chosen, new: _Chosen, *, began: float) -> DiffResult:
        key = self._key(name, old, new)
        known = None if key is None else kept_result(self._cache, key)
        if known is not None:
            return known
        result = self._made(name, old, new, began=began)
        if key is not None:
            remember(self._cache, key, result)
        return result

    def _made(self, name: NormalizedName, old: _Chosen, new: _Chosen, *, began: float) -> DiffResult:
        shelf: Shelf = NoShelf() if self._surroundings.cache_directory is None else self._cache
        analyst = Analyst(shelf, jobs=self._options.jobs)
        with ExitStack() as stack:
            stack.callback(analyst.close)
            before, after = self._opened(old, stack), self._opened(new, stack)
            listed = Listings() if self._files is None else list_wheels(new.others, self._files)
            reviewed = review(before, after, name=name, analyst=analyst, natives=self._natives, listings=listed.members)
            return DiffResult(
                name=name,
                old=ComparedRelease(version=old.version, files=(*_read_files(before), *map(_not_read, old.others))),
                new=ComparedRelease(version=new.version, files=(*_read_files(after), *listed.files)),
                verdict=verdict_of(reviewed.findings),
                findings=reviewed.findings,
                changes=reviewed.changes,
                fields=reviewed.fields,
                unasked=reviewed.unasked,
                api=reviewed.api,
                notes=reviewed.notes,
                not_analysed=reviewed.not_analysed,
                elapsed=time.perf_counter() - began,
            )

    def _opened(self, side: _Chosen, stack: ExitStack) -> OpenedRelease:
        if side.by_path is not None:
            contents = self._contents(opened_path(side.by_path, self._surroundings), side.by_path.filename, stack)
            return OpenedRelease(
                version=side.version,
                wheel=contents if contents.is_wheel else None,
                sdist=None if contents.is_wheel else contents,
            )
        return OpenedRelease(
            version=side.version,
            wheel=self._file(side.wheel, stack),
            sdist=self._file(side.sdist, stack),
            filenames=side.filenames,
        )

    def _file(self, file: DistributionFile | None, stack: ExitStack) -> Contents | None:
        if file is None:
            return None
        assert self._files is not None
        return self._contents(self._files.opened(file), file.filename, stack)

    def _contents(self, file: BinaryIO, filename: str, stack: ExitStack) -> Contents:
        stack.callback(file.close)
        contents = open_contents(file, filename=filename)
        stack.callback(contents.close)
        return contents

    def _natives(self, contents: Mapping[str, bytes]) -> Mapping[str, NativeSummary]:
        from pinkeeper.review.capabilities.native import native_summaries  # noqa: PLC0415 - few releases have any

        return native_summaries(contents, jobs=self._options.jobs)

    def _key(self, name: NormalizedName, old: _Chosen, new: _Chosen) -> str | None:
        """What a result depends on, hashed; None where the bytes of a file are not known before it is read."""
        parts = [name, str(old.version), str(new.version)]
        for side in (old, new):
            if side.by_path is not None:
                parts += [side.by_path.filename, digest_of_path(side.by_path, self._surroundings)]
            for file in (side.wheel, side.sdist, *side.others):
                if file is not None and file.sha256 is None:
                    return None
                parts += ["-", "-"] if file is None else [file.filename, file.sha256 or ""]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _read_files(release: OpenedRelease) -> tuple[ReleaseFile, ...]:
    return tuple(
        ReleaseFile(filename=contents.filename, sha256=contents.sha256, size=contents.size)
        for contents in release.contents
    )


def _not_read(file: DistributionFile) -> ReleaseFile:
    return ReleaseFile(
        filename=file.filename,
        sha256=file.sha256,
        size=file.size,
        treatment=Treatment.NOT_READ,
        reason="the wheel for another environment, of the old release",
    )
