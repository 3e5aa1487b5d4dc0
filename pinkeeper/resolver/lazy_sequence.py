"""An iterator that can be walked again, and goes no further than it was walked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

__all__ = ["LazySequence"]

_T = TypeVar("_T")


class LazySequence(Generic[_T]):
    """Keeps what an iterator gave; asks it for more only when a walk comes to the end of that."""

    def __init__(self, source: Iterator[_T]) -> None:
        self._source = source
        self._given: list[_T] = []

    def __iter__(self) -> Iterator[_T]:
        at = 0
        while True:
            if at == len(self._given):
                try:
                    self._given.append(next(self._source))
                except StopIteration:
                    return
            yield self._given[at]
            at += 1
