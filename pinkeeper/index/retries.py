"""How often to ask again after a failure, and how long to wait before it."""

from __future__ import annotations

from pinkeeper.errors import NetworkError
from pinkeeper.index.failures import Failure

__all__ = ["next_pause"]

_FIRST_PAUSE = 0.25
_FIRST_PAUSE_UNREACHED = 0.05  # nobody is being pressed where nobody answers
_LONGEST_PAUSE = 60.0


def next_pause(
    failure: Failure, *, url: str, attempt: int, retries: int, asked_wait: float | None, was_reached: bool
) -> float:
    """Seconds until another try: doubled each time, without jitter, or what the host asked for.

    attempt: how many tries there were, from 1. asked_wait: seconds, as ``Retry-After`` says (RFC 9110, 10.2.3).
    was_reached: whether there was a connection at all. Raises NetworkError where there should be no other try.
    """
    tries = "" if attempt == 1 else f" ({attempt} tries)"
    if failure.hopeless or attempt > retries:
        raise NetworkError(f"{failure.what}{tries}", url=url, status=failure.status, remedy=failure.remedy)
    if asked_wait is None:
        return (_FIRST_PAUSE if was_reached else _FIRST_PAUSE_UNREACHED) * 2.0 ** (attempt - 1)
    if asked_wait > _LONGEST_PAUSE:
        raise NetworkError(
            f"{failure.what}, and asks to wait {asked_wait:.0f} s{tries}; {_LONGEST_PAUSE:.0f} s is the most",
            url=url,
            status=failure.status,
            remedy="try again later",
        )
    return asked_wait
