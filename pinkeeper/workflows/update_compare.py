"""All comparisons of one update: what is known from before is taken, the rest is made in several processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import PinkeeperError
from pinkeeper.inputs.settings import Settings
from pinkeeper.model.comparison import DiffResult
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.review.analyst import collect_seldom
from pinkeeper.workflows.diff_asked import ChosenSide
from pinkeeper.workflows.diff_memory import decoded_result, encoded_result, kept_result, key_of, remember
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_source import OpenSource, Places, open_source
from pinkeeper.workflows.surroundings import Surroundings

if TYPE_CHECKING:
    from pinkeeper.index.files import FileReader

__all__ = ["NOTHING", "Compared", "ComparisonAsked", "Workshop", "compare_all"]

_FETCHERS = 8
# What a large release took is given back to the system only where a process ends.
_COMPARISONS_A_PROCESS = 6
_ENDED = "the comparison came to a sudden end"

NOTHING = ChosenSide(version=Version("0"))
"""What stands before a package that was not there."""


class ComparisonAsked(Struct, frozen=True, kw_only=True):
    """Two sides to compare."""

    name: NormalizedName
    old: ChosenSide
    new: ChosenSide

    @property
    def files(self) -> tuple[DistributionFile, ...]:
        """All files that are read whole."""
        found = (self.old.wheel, self.old.sdist, self.new.wheel, self.new.sdist)
        return tuple(file for file in found if file is not None)

    @property
    def weight(self) -> int:
        """Bytes to read: what its cost grows with."""
        return sum(file.size or 0 for file in self.files) + 1


class Compared(Struct, frozen=True, kw_only=True):
    """What came of it: a result, or why there is none. was_known: from an earlier run."""

    result: DiffResult | None = None
    failure: str = ""
    was_known: bool = False


class Workshop(Struct, frozen=True, kw_only=True):
    """What another process needs to open the same places. cache: the folder that all of them share."""

    places: Places
    options: LockOptions
    settings: Settings
    environ: dict[str, str]
    directory: Path
    cache: Path
    now: datetime


Told = Callable[[int, int, float | None], None]
"""Told of comparisons: how many are done, of how many, and the seconds that are left, where that can be said."""


def compare_all(
    asked: Sequence[ComparisonAsked],
    workshop: Workshop,
    opened: OpenSource,
    *,
    jobs: int | None,
    surroundings: Surroundings,
    told: Told,
) -> list[Compared]:
    """Make all comparisons, in the order in which they are asked for. One that fails is told as such."""
    found: dict[int, Compared] = {}
    keys = [key_of(each.name, (each.old, each.new), surroundings) for each in asked]
    for place, key in enumerate(keys):
        known = None if key is None else kept_result(opened.cache, key)
        if known is not None:
            found[place] = Compared(result=known, was_known=True)
    left = [place for place in range(len(asked)) if place not in found]
    if left:
        heaviest_first = sorted(left, key=lambda place: -asked[place].weight)
        work = _Work({place: asked[place] for place in heaviest_first}, workshop, jobs=jobs, told=told)
        found |= work.done(opened.files())
    for place in left:
        result, key = found[place].result, keys[place]
        if result is not None and key is not None and surroundings.cache_directory is not None:
            remember(opened.cache, key, result)
    return [found[place] for place in range(len(asked))]


class _Work:
    """Files are fetched by threads ahead of the processes that compare them."""

    def __init__(
        self, asked: Mapping[int, ComparisonAsked], workshop: Workshop, *, jobs: int | None, told: Told
    ) -> None:
        self._asked = asked
        self._workshop = workshop
        self._processes = max(1, min(jobs or os.cpu_count() or 1, len(asked)))
        self._told = told
        self._began = time.monotonic()
        self._weights = {place: each.weight for place, each in asked.items()}
        self._done: dict[int, Compared] = {}

    def done(self, files: FileReader) -> dict[int, Compared]:
        """All of them, by place."""
        self._tell()
        with ThreadPoolExecutor(_FETCHERS, thread_name_prefix="fetch") as fetchers, self._pool() as pool:
            try:
                self._run(files, fetchers, pool)
            except BaseException:
                fetchers.shutdown(wait=False, cancel_futures=True)
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        for place in [place for place in self._asked if place not in self._done]:
            self._done[place] = self._with_care(place)
            self._tell()
        return self._done

    def _run(self, files: FileReader, fetchers: ThreadPoolExecutor, pool: ProcessPoolExecutor) -> None:
        """Of what has been fetched the heaviest goes first: it must not be begun when all else is done."""
        fetching: dict[Future[Any], int] = {
            fetchers.submit(_fetch, each.files, files): place for place, each in self._asked.items()
        }
        ready: list[int] = []
        comparing: dict[Future[Any], int] = {}
        while fetching or ready or comparing:
            ended, _ = wait([*fetching, *comparing], return_when=FIRST_COMPLETED)
            for future in ended:
                if future in fetching:
                    place = fetching.pop(future)
                    failure: str = future.result()
                    if failure:
                        self._done[place] = Compared(failure=failure)
                    else:
                        ready.append(place)
                else:
                    place = comparing.pop(future)
                    try:
                        self._done[place] = _read(future.result())
                    except BrokenProcessPool:
                        return  # what is left is done one by one
                self._tell()
            ready.sort(key=self._weights.__getitem__)
            while ready and len(comparing) < self._processes:
                place = ready.pop()
                comparing[pool.submit(_compare, self._asked[place])] = place

    def _with_care(self, place: int) -> Compared:
        """One comparison in a process of its own, which it may have ended before."""
        with self._pool(1) as alone:
            try:
                return _read(alone.submit(_compare, self._asked[place]).result())
            except BrokenProcessPool:
                return Compared(failure=_ENDED)

    def _pool(self, processes: int | None = None) -> ProcessPoolExecutor:
        # Not by fork: threads that fetch may hold locks at that moment.
        return ProcessPoolExecutor(
            processes or self._processes,
            max_tasks_per_child=_COMPARISONS_A_PROCESS,
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(self._workshop,),
        )

    def _tell(self) -> None:
        done = sum(self._weights[place] for place in self._done)
        rest = sum(self._weights.values()) - done
        elapsed = time.monotonic() - self._began
        self._told(len(self._done), len(self._asked), elapsed * rest / done if done and rest else None)


def _fetch(files: Iterable[DistributionFile], reader: FileReader) -> str:
    """See that files are in the cache; why they are not, where that fails."""
    try:
        for file in files:
            reader.opened(file).close()
    except PinkeeperError as error:
        return str(error)
    return ""


# In the other processes

_workshop: Workshop | None = None


def _begin(workshop: Workshop) -> None:
    global _workshop  # noqa: PLW0603 - what a process of the pool is for
    _workshop = workshop
    collect_seldom()


def _compare(asked: ComparisonAsked) -> bytes:
    """One comparison, encoded: a result, or the text of a failure."""
    from pinkeeper.workflows.diff_made import made  # noqa: PLC0415 - not in the process that asks

    workshop = _workshop
    assert workshop is not None
    surroundings = Surroundings(
        environ=workshop.environ,
        directory=workshop.directory,
        now=workshop.now,
        stdin=bytes,
        cache_directory=workshop.cache,
    )
    try:
        with open_source(workshop.places, workshop.options, workshop.settings, surroundings) as opened:
            result = made(
                asked.name,
                asked.old,
                asked.new,
                began=time.perf_counter(),
                jobs=1,
                files=opened.files(),
                cache=opened.cache,
                surroundings=surroundings,
            )
    except PinkeeperError as error:
        return msgspec.msgpack.encode(str(error))
    return encoded_result(result)


def _read(payload: bytes) -> Compared:
    if (failure := _failure(payload)) is not None:
        return Compared(failure=failure)
    return Compared(result=decoded_result(payload))


def _failure(payload: bytes) -> str | None:
    try:
        return msgspec.msgpack.decode(payload, type=str)
    except msgspec.ValidationError:
        return None
