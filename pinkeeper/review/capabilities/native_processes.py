"""Binaries are read in processes that may be lost: each has limits of time and memory, and answers with plain data."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Self

import msgspec

from pinkeeper.review.capabilities.native import NativeSummary

__all__ = ["summaries_apart"]

_SECONDS = 20.0
_BYTES_A_SECOND = 2_000_000
"""What a reader takes at the least: of the largest libraries, of 200 MB, it may take two minutes."""

_MEMORY = 1 << 30
_MEMORY_A_BYTE = 6
"""Beside the first GiB: the file itself, LIEF's copy of it, sections."""

_ANSWER_LIMIT = 16 << 20
_LARGEST = 1 << 30
_ALONE_BYTES = 8_000_000
"""Below this a second process is not worth its start."""

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(NativeSummary)


def summaries_apart(
    sizes: Mapping[str, int], read: Callable[[str], bytes], *, jobs: int | None = None
) -> dict[str, NativeSummary]:
    """As `native_summaries` says."""
    waiting: SimpleQueue[str] = SimpleQueue()
    for path in sorted(sizes, key=lambda path: (-sizes[path], path)):
        waiting.put(path)
    total = sum(sizes.values())
    count = max(1, min(jobs or os.cpu_count() or 1, len(sizes), total // _ALONE_BYTES + 1))
    found: dict[str, NativeSummary] = {}
    one_at_a_time = Lock()

    def work() -> None:
        with _Reader(max(sizes.values())) as reader:
            while True:
                try:
                    path = waiting.get_nowait()
                except Empty:
                    return
                with one_at_a_time:
                    content = read(path)
                found[path] = reader.summary(content)

    with ThreadPoolExecutor(count) as threads:
        for done in [threads.submit(work) for _ in range(count)]:
            done.result()
    return dict(sorted(found.items()))


class _Reader:
    """A process that reads one binary after another, and another process where that one is lost.

    largest: bytes of the largest binary it will be given.
    """

    def __init__(self, largest: int) -> None:
        self._memory = _MEMORY + _MEMORY_A_BYTE * min(largest, _LARGEST)
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def summary(self, content: bytes) -> NativeSummary:
        """What the process answers, or why it does not."""
        if len(content) > _LARGEST:
            return NativeSummary(problem=f"it is too large to be read: {len(content):,} bytes")
        connection = self._connection or self._begin()
        try:
            connection.send_bytes(content)
            if not connection.poll(_SECONDS + len(content) / _BYTES_A_SECOND):
                self._end()
                return NativeSummary(problem="reading it took too long")
            # Not pickled: a process that a hostile file has taken over could answer with anything.
            return _DECODER.decode(connection.recv_bytes(_ANSWER_LIMIT))
        except (EOFError, OSError):
            self._end()
            return NativeSummary(problem="reading it came to a sudden end")
        except msgspec.MsgspecError:
            self._end()
            return NativeSummary(problem="reading it gave an answer that makes no sense")

    def _begin(self) -> Connection:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_answer, args=(theirs, self._memory), daemon=True)
        self._process.start()
        theirs.close()
        self._connection = ours
        return ours

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None


def _answer(connection: Connection, memory: int) -> None:
    """The process: read what comes, until nothing comes."""
    from pinkeeper.review.capabilities.native_reading import read_native  # noqa: PLC0415 - nowhere but here

    _confine(memory)
    while True:
        try:
            content = connection.recv_bytes()
        except (EOFError, OSError):
            return
        try:
            summary = read_native(content)
        except MemoryError:
            summary = NativeSummary(problem="reading it needs too much memory")
        del content
        connection.send_bytes(_ENCODER.encode(summary))


def _confine(memory: int) -> None:
    """Take from this process what reading does not need."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - Windows has none

    for kind, limit in (("RLIMIT_AS", memory), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0)):
        with suppress(AttributeError, ValueError, OSError):  # not every system has each, or lets it be set
            number = getattr(resource, kind)
            _, hard = resource.getrlimit(number)
            allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(number, (allowed, allowed))
