"""Summaries of Python files: each made once, in several processes where there are many, and kept by the file's hash."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Protocol

import msgspec

from pinkeeper.review.capabilities.summary import ANALYSER, ModuleSummary, Oddity, OddityKind

__all__ = ["Analyst", "NoShelf", "Shelf", "collect_seldom"]

# Below this a run is over before another process has begun.
_ALONE_BYTES = 400_000
_BATCH_BYTES = 200_000

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(ModuleSummary)


class Shelf(Protocol):
    """Where things are kept from run to run. Keys are made of letters, digits, ``-``, ``_`` and ``.``."""

    def read(self, kind: str, key: str) -> bytes | None:
        """What was kept, None where there is nothing."""
        ...

    def write(self, kind: str, key: str, payload: bytes) -> None:
        """Keep something."""
        ...


class NoShelf:
    """Keeps nothing."""

    def read(self, kind: str, key: str) -> bytes | None:  # noqa: ARG002 - the protocol's
        """Nothing was kept."""
        return None

    def write(self, kind: str, key: str, payload: bytes) -> None:
        """Keep nothing."""


class Analyst:
    """Gives summaries by the SHA-256 of a file.

    jobs: processes to work in at most; None for as many as there are processors. A file that ends the process that
    looks at it is told as one that could not be analysed.
    """

    def __init__(self, shelf: Shelf, *, jobs: int | None = None) -> None:
        self._shelf = shelf
        self._jobs = jobs or os.cpu_count() or 1
        self._known: dict[str, ModuleSummary] = {}
        self._pool: ProcessPoolExecutor | None = None

    def summaries(self, files: Mapping[str, str], read: Callable[[str], bytes]) -> dict[str, ModuleSummary]:
        """The summary of each file. files: SHA-256 by path; read: the content of a path."""
        unknown = {sha256: path for path, sha256 in files.items() if not self._recall(sha256)}
        if unknown:
            contents = {sha256: read(path) for sha256, path in sorted(unknown.items(), key=lambda item: item[1])}
            for sha256, summary in self._made(contents):
                self._known[sha256] = summary
                self._shelf.write(*_place(sha256), _ENCODER.encode(summary))
        return {path: self._known[sha256] for path, sha256 in files.items()}

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _recall(self, sha256: str) -> bool:
        if sha256 in self._known:
            return True
        payload = self._shelf.read(*_place(sha256))
        if payload is None:
            return False
        try:
            self._known[sha256] = _DECODER.decode(payload)
        except msgspec.DecodeError:
            return False
        return True

    def _made(self, contents: Mapping[str, bytes]) -> Iterable[tuple[str, ModuleSummary]]:
        total = sum(map(len, contents.values()))
        if self._jobs == 1 or total <= _ALONE_BYTES:
            before = gc.get_threshold()
            collect_seldom()
            try:
                return [(sha256, _summary(content)) for sha256, content in contents.items()]
            finally:
                gc.set_threshold(*before)
        return self._made_by_many(contents)

    def _made_by_many(self, contents: Mapping[str, bytes]) -> list[tuple[str, ModuleSummary]]:
        made: list[tuple[str, ModuleSummary]] = []
        futures = [(batch, self._running().submit(_summaries, batch)) for batch in _batches(contents)]
        broken: dict[str, bytes] = {}
        for batch, future in futures:
            try:
                made += future.result()
            except BrokenProcessPool:
                broken.update(batch)
        for sha256, content in broken.items():
            made.append((sha256, self._made_with_care(sha256, content)))
        return made

    def _made_with_care(self, sha256: str, content: bytes) -> ModuleSummary:
        """One file in a process of its own, which it may have ended before."""
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            try:
                return alone.submit(_summaries, {sha256: content}).result()[0][1]
            except BrokenProcessPool:
                problem = "the analysis of it came to a sudden end"
                oddity = Oddity(kind=OddityKind.NOT_PARSED, line=1, detail=problem)
                return ModuleSummary(oddities=(oddity,), problem=problem)
            finally:
                self.close()  # the other processes ended with it

    def _running(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not by fork: threads that fetch may hold locks at that moment.
            self._pool = ProcessPoolExecutor(self._jobs, mp_context=get_context("spawn"), initializer=collect_seldom)
        return self._pool


def _place(sha256: str) -> tuple[str, str]:
    # What a tree looks like depends on the Python that parses.
    return f"code/{sha256[:2]}", f"{sha256}-{ANALYSER}-{sys.version_info[0]}.{sys.version_info[1]}"


def _batches(contents: Mapping[str, bytes]) -> Iterable[dict[str, bytes]]:
    """Parts of about one size; large files first, so that none is left for the end."""
    batch: dict[str, bytes] = {}
    size = 0
    for sha256, content in sorted(contents.items(), key=lambda item: (-len(item[1]), item[0])):
        batch[sha256] = content
        size += len(content)
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = {}, 0
    if batch:
        yield batch


def _summaries(contents: Mapping[str, bytes]) -> list[tuple[str, ModuleSummary]]:
    return [(sha256, _summary(content)) for sha256, content in contents.items()]


def collect_seldom() -> None:
    """Look for cycles after many objects: syntax trees have many and no cycles, and each look takes its time."""
    gc.set_threshold(100_000, 20, 20)


def _summary(content: bytes) -> ModuleSummary:
    from pinkeeper.review.capabilities.python_file import summarise  # noqa: PLC0415 - not where all is kept

    return summarise(content)
