"""Threads that fetch ahead of need.

Pages and metadata are waited for, not computed, so plain threads under one connection pool do (measured against an
event loop: no difference at a hundred packages). The threads are daemons: an interrupted run ends at once, whatever
the network does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

__all__ = ["Workers"]

_T = TypeVar("_T")


class Workers:
    """A fixed number of threads, started as work arrives, that run tasks in the order they came."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._tasks: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._started = 0
        self._idle = 0
        self._lock = threading.Lock()

    def submit(self, task: Callable[[], _T]) -> Future[_T]:
        """Run a task soon; its result or error is in the future."""
        future: Future[_T] = Future()
        self.run(task, future)
        return future

    def run(self, task: Callable[[], _T], future: Future[_T]) -> None:
        """Run a task soon, for a future that somebody holds already."""
        with self._lock:
            self._tasks.put((future, task))
            if self._tasks.qsize() > self._idle and self._started < self._limit:
                self._started += 1
                threading.Thread(target=self._run, name=f"fetch-{self._started}", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            future, task = self._tasks.get()
            with self._lock:
                self._idle -= 1
            try:
                result = task()
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the future
                future.set_exception(error)
            else:
                future.set_result(result)
            del future, task
