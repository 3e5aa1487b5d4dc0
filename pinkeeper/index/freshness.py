"""How long a stored answer may be used (RFC 9111, for a private cache)."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["expires_at"]

_LONGEST = 2**31  # seconds


def expires_at(headers: Mapping[str, str], *, now: float) -> float | None:
    """The POSIX time until which an answer is fresh; `now` or less where it must be asked for again each time.

    None: it may not be stored at all (``no-store``). headers: lower-case names. An answer without explicit lifetime is
    never taken as fresh: heuristic freshness (RFC 9111, 4.2.2) would hide a new release.
    """
    directives = _directives(headers.get("cache-control", ""))
    if "no-store" in directives:
        return None
    if "no-cache" in directives:
        return now
    age = _seconds(headers.get("age")) or 0
    if "max-age" in directives:
        return now + max(0, (_seconds(directives["max-age"]) or 0) - age)
    if expires := headers.get("expires"):
        from email.utils import parsedate_to_datetime  # noqa: PLC0415 - rarely needed

        try:
            end = parsedate_to_datetime(expires).timestamp()
            date = parsedate_to_datetime(headers["date"]).timestamp() if "date" in headers else now
        except (ValueError, OverflowError):
            return now  # RFC 9111, 5.3: an invalid date, "0" above all, is one in the past
        return now + max(0, end - date - age)
    return now


def _directives(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(","))
    return {name.lower(): value.strip('"') for name, _, value in pairs if name}


def _seconds(text: str | None) -> int | None:
    digits = "" if text is None else text.strip()
    if not digits.isdecimal():
        return None
    # RFC 9111, 1.2.2: what is more than 2^31 counts as 2^31. Thousands of digits are more than int() reads.
    return min(int(digits), _LONGEST) if len(digits.lstrip("0")) <= len(str(_LONGEST)) else _LONGEST
