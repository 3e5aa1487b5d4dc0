"""Ways in which the loopback index can fail, chosen by the path that is asked for."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.exchange import Response

__all__ = ["Announce", "Answer", "Break", "Effect", "Faults", "Flood", "Hang", "Truncate"]


@dataclass(frozen=True)
class Answer:
    """Another answer than the right one."""

    response: Response


@dataclass(frozen=True)
class Break:
    """The right headers, half of the body, then the end of the connection."""


@dataclass(frozen=True)
class Truncate:
    """Only the first `keep` bytes of the right body, half of it where None, under a Content-Length that agrees."""

    keep: int | None


@dataclass(frozen=True)
class Announce:
    """A Content-Length of `length` bytes; about a MiB of them comes, then the connection ends."""

    length: int


@dataclass(frozen=True)
class Flood:
    """`size` bytes in chunks, their number not announced."""

    size: int


@dataclass(frozen=True)
class Hang:
    """Silence for so many seconds (or until the server closes), then the right answer."""

    seconds: float


Effect = Answer | Break | Truncate | Announce | Flood | Hang


@dataclass
class _Fault:
    pattern: re.Pattern[str]
    effect: Effect
    left: int | None


@dataclass
class Faults:
    """Faults in the order in which they were set; the first that matches and is not used up takes effect."""

    _faults: list[_Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, path_regex: str, effect: Effect, *, times: int | None) -> None:
        """Set a fault for the paths in which the pattern is found; times: how often, None for always."""
        with self._lock:
            self._faults.append(_Fault(re.compile(path_regex), effect, times))

    def clear(self) -> None:
        """Mend everything."""
        with self._lock:
            self._faults.clear()

    def take(self, path: str) -> Effect | None:
        """Give the effect for a request, and use it up by one."""
        with self._lock:
            for fault in self._faults:
                match = fault.pattern.search(path)
                if match is None or fault.left == 0:
                    continue
                if fault.left is not None:
                    fault.left -= 1
                return _expanded(fault.effect, match)
        return None


def _expanded(effect: Effect, match: re.Match[str]) -> Effect:
    r"""Fill the groups of a pattern (``\1``) into where a redirect leads."""
    if not isinstance(effect, Answer) or "Location" not in effect.response.headers:
        return effect
    headers: Mapping[str, str] = {
        **effect.response.headers,
        "Location": match.expand(effect.response.headers["Location"]),
    }
    return Answer(Response(status=effect.response.status, headers=headers, body=effect.response.body))
