"""Whether ``lock`` has anything to do at all: nothing, where everything that its last run looked at is as it was.

That run asked the index, and its lock stands as it was written; for a day that is answer enough, as it is for a page
that an index lets be kept. Whether the index says the same still is what ``pinkeeper check`` asks.

A run with nothing to do costs the start of Python and some digests, so that little is imported here.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pinkeeper import __version__
from pinkeeper.index.cache import Cache
from pinkeeper.workflows.trace import THERE, Trace, state_of

__all__ = ["SECONDS_OF_TRUST", "Known", "Line", "recall", "remember"]

Line = tuple[str, str | None]

SECONDS_OF_TRUST = 24 * 3600

_KIND = "unchanged"


class Known(NamedTuple):
    """What a command line came to, for the terminal. told: lines, each with a style or None; color: as it was asked."""

    told: Sequence[Line]
    color: str


def remember(
    cache: Cache,
    arguments: Sequence[str],
    trace: Trace,
    *,
    wrote: Mapping[str, str],
    known: Known,
    now: float,
) -> None:
    """Keep what a command line came to, unless its trace is not complete.

    wrote: the text of each output by its absolute path. known: what is to be told next time. now: POSIX time.
    """
    if not trace.complete:
        return
    files = {**trace.files, **{path: state_of(text.encode()) for path, text in wrote.items()}}
    record = {
        "at": now,
        "files": files,
        "variables": sorted(trace.variables),
        "values": _digest(trace.variables.items()),
        "told": known.told,
        "color": known.color,
    }
    cache.write(_KIND, _key(arguments), json.dumps(record).encode())


def recall(cache: Cache, arguments: Sequence[str], *, environ: Mapping[str, str], now: float) -> Known | None:
    """What is to be told where a command line would come to what it came to before; None where it must be run."""
    key = _key(arguments)
    payload = cache.read(_KIND, key)
    if payload is None:
        return None
    record = json.loads(payload)
    if not 0 <= now - record["at"] < SECONDS_OF_TRUST:
        return None
    if _digest((name, environ.get(name)) for name in record["variables"]) != record["values"]:
        return None
    if any(_differs(path, state) for path, state in record["files"].items()):
        return None
    return Known(told=[(text, style) for text, style in record["told"]], color=record["color"])


def _digest(variables: Iterable[tuple[str, str | None]]) -> str:
    """One digest of all: some of the values are secrets, and none is to be found in a cache."""
    return hashlib.sha256(json.dumps(sorted(variables)).encode()).hexdigest()


def _differs(path: str, state: str | None) -> bool:
    if state in {None, THERE}:
        return os.path.isfile(path) != (state == THERE)  # noqa: PTH113 - a path object costs more than the question
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
            return state_of(file.readall()) != state
    except OSError:
        return True


def _key(arguments: Sequence[str]) -> str:
    """What else decides: who answers, for which Python, where."""
    asked = [__version__, sys.version, sys.executable, sys.prefix, os.getcwd(), *arguments]  # noqa: PTH109 - as above
    return hashlib.sha256("\0".join(asked).encode("utf-8", "surrogateescape")).hexdigest()
