"""Spans and moments of time, as people write them in options and settings."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from pinkeeper.errors import ConfigurationError

__all__ = ["end_of_day", "parse_duration", "parse_moment"]

_UNITS = {
    "seconds": ("s", "sec", "secs", "second", "seconds"),
    "minutes": ("m", "min", "mins", "minute", "minutes"),
    "hours": ("h", "hr", "hrs", "hour", "hours"),
    "days": ("d", "day", "days"),
    "weeks": ("w", "week", "weeks"),
}
_UNIT_OF = {spelling: unit for unit, spellings in _UNITS.items() for spelling in spellings}
_PIECE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([a-z]+)\s*,?\s*")
_NUMBER = r"([0-9]+(?:[.,][0-9]+)?)"
_ISO = re.compile(
    rf"P(?=.)(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?=.)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?", re.IGNORECASE
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def parse_duration(text: str) -> timedelta:
    """Read ``3 days``, ``3d``, ``1 day 12 hours``, ``0``, or an ISO 8601 duration such as ``P3D`` or ``PT36H``.

    Months and years, whose lengths vary, are not durations. Raises ConfigurationError.
    """
    cleaned = text.strip().lower()
    if cleaned == "0":
        return timedelta(0)
    try:
        amounts = _iso_amounts(cleaned) or _spelled_amounts(cleaned)
        if amounts:
            return timedelta(**amounts)
    except OverflowError:
        amounts = None
    raise ConfigurationError(f"not a duration: {text!r}", remedy='write "3 days", "72 hours", "2 weeks", "P3D" or "0"')


def _iso_amounts(text: str) -> dict[str, float] | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    numbers = zip(("weeks", "days", "hours", "minutes", "seconds"), found.groups(), strict=True)
    return {unit: float(number.replace(",", ".")) for unit, number in numbers if number}


def _spelled_amounts(text: str) -> dict[str, float] | None:
    """Amounts by unit; None where the text is anything else or names a unit twice."""
    amounts: dict[str, float] = {}
    position = 0
    while position < len(text):
        piece = _PIECE.match(text, position)
        unit = _UNIT_OF.get(piece[2]) if piece else None
        if piece is None or unit is None or unit in amounts:
            return None
        amounts[unit] = float(piece[1])
        position = piece.end()
    return amounts


def parse_moment(text: str) -> datetime:
    """Read an RFC 3339 time, or a date, which means the end of that day in UTC. Gives UTC.

    Raises ConfigurationError.
    """
    cleaned = text.strip()
    try:
        if _DATE.fullmatch(cleaned):
            return end_of_day(date.fromisoformat(cleaned))
        if _RFC_3339.fullmatch(cleaned):
            return datetime.fromisoformat(cleaned.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(
            f"there is no such time: {text!r}", remedy='write "2026-08-01" or "2026-08-01T12:00:00Z"'
        ) from error
    raise ConfigurationError(f"not a time: {text!r}", remedy='write "2026-08-01" or "2026-08-01T12:00:00Z"')


def end_of_day(day: date) -> datetime:
    """The first moment of the next day in UTC. Raises OverflowError on the last day that Python knows."""
    return datetime.combine(day + timedelta(days=1), time.min, UTC)
