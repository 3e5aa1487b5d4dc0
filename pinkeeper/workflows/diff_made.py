"""One comparison made: files opened, read, compared and judged."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import BinaryIO

from packaging.utils import NormalizedName

from pinkeeper.artifacts.contents import Contents, open_contents
from pinkeeper.index.cache import Cache
from pinkeeper.index.files import FileReader
from pinkeeper.model.comparison import ComparedRelease, DiffResult, ReleaseFile, Treatment
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.review.analyst import Analyst, NoShelf
from pinkeeper.review.capabilities.native import NativeSummary
from pinkeeper.review.comparison.links import project_links
from pinkeeper.review.correlation import verdict_of
from pinkeeper.review.release import OpenedRelease
from pinkeeper.review.review import review
from pinkeeper.workflows.diff_asked import ChosenSide
from pinkeeper.workflows.diff_listings import Listings, list_wheels
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["made"]


def made(
    name: NormalizedName,
    old: ChosenSide,
    new: ChosenSide,
    *,
    began: float,
    jobs: int | None,
    files: FileReader | None,
    cache: Cache,
    surroundings: Surroundings,
) -> DiffResult:
    """Compare. began: `time.perf_counter` of the run. files: what opens files of an index, None where none is asked.

    Raises InputError, NetworkError, HashMismatchError, ArtifactError.
    """
    with ExitStack() as stack:
        analyst = Analyst(NoShelf() if surroundings.cache_directory is None else cache, jobs=jobs)
        stack.callback(analyst.close)
        before = _nothing(name, old, stack) if old.is_nothing else _opened(old, files, stack, surroundings)
        after = _opened(new, files, stack, surroundings)
        listed = Listings() if files is None else list_wheels(new.others, files)
        reviewed = review(
            before,
            after,
            name=name,
            analyst=analyst,
            natives=partial(_natives, jobs=jobs),
            listings=listed.members,
        )
        return DiffResult(
            name=name,
            old=ComparedRelease(
                version=old.version,
                files=() if old.is_nothing else (*_read_files(before), *map(_not_read, old.others)),
            ),
            new=ComparedRelease(version=new.version, files=(*_read_files(after), *listed.files)),
            verdict=verdict_of(reviewed.findings),
            findings=reviewed.findings,
            changes=reviewed.changes,
            fields=reviewed.fields,
            unasked=reviewed.unasked,
            api=reviewed.api,
            notes=reviewed.notes,
            not_analysed=reviewed.not_analysed,
            links=project_links(after.main),
            elapsed=time.perf_counter() - began,
        )


def _nothing(name: NormalizedName, side: ChosenSide, stack: ExitStack) -> OpenedRelease:
    """A wheel with nothing in it, to compare with what was not there before."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w"):
        pass
    archive.seek(0)
    filename = f"{name.replace('-', '_')}-{side.version}-py3-none-any.whl"
    return OpenedRelease(version=side.version, wheel=_contents(archive, filename, stack), sdist=None)


def _opened(side: ChosenSide, files: FileReader | None, stack: ExitStack, surroundings: Surroundings) -> OpenedRelease:
    if side.by_path is not None:
        contents = _contents(side.by_path.opened(surroundings), side.by_path.filename, stack)
        return OpenedRelease(
            version=side.version,
            wheel=contents if contents.is_wheel else None,
            sdist=None if contents.is_wheel else contents,
        )
    return OpenedRelease(
        version=side.version,
        wheel=_fetched(side.wheel, files, stack),
        sdist=_fetched(side.sdist, files, stack),
        filenames=side.filenames,
    )


def _fetched(file: DistributionFile | None, files: FileReader | None, stack: ExitStack) -> Contents | None:
    if file is None:
        return None
    assert files is not None
    return _contents(files.opened(file), file.filename, stack)


def _contents(file: BinaryIO, filename: str, stack: ExitStack) -> Contents:
    stack.callback(file.close)
    contents = open_contents(file, filename=filename)
    stack.callback(contents.close)
    return contents


def _natives(
    sizes: Mapping[str, int], read: Callable[[str], bytes], *, jobs: int | None
) -> Mapping[str, NativeSummary]:
    from pinkeeper.review.capabilities.native import native_summaries  # noqa: PLC0415 - few releases have any

    return native_summaries(sizes, read, jobs=jobs)


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
