"""The summary of a lock, as lines for a terminal, each with a style that a printer may turn into a colour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from pinkeeper.model.lock_result import HeldBack, LockChanges, LockResult, LockWarning

__all__ = ["lock_summary", "nothing_to_do"]

Line = tuple[str, str | None]


def lock_summary(result: LockResult) -> tuple[Line, ...]:
    """(text, style) lines; styles are ``good``, ``added``, ``removed``, ``changed``, ``quiet``, ``warning`` or None."""
    return tuple(_lines(result))


def nothing_to_do(result: LockResult, *, now: datetime) -> tuple[Line, ...]:
    """What the same command tells while nothing of what it looks at changes. now: when the lock was made, in UTC."""
    outputs = " and ".join(written.path for written in result.outputs)
    told = (
        f"{_name(result)}Unchanged: {outputs}, like all that it was made from at {_minute(now)} "
        f"({_count(result)} for {_targets(result)})"
    )
    return (*_cautions(result), (told, "good"))


def _lines(result: LockResult) -> Iterator[Line]:
    yield from _cautions(result)
    yield from _changes(result)
    if result.held_back:
        yield "Held back by the cooldown:", None
        for held in result.held_back:
            yield _held(held), "quiet"
    yield (
        f"{_name(result)}Locked {_count(result)} for {_targets(result)} in {result.elapsed:.2f} s ({_network(result)})",
        "good",
    )
    for written in result.outputs:
        if written.path != "-":
            yield f"{'Wrote' if written.changed else 'Unchanged:'} {written.path}", None


def _cautions(result: LockResult) -> Iterator[Line]:
    """What does not do, or should be known."""
    for unserved in result.unserved:
        yield f"not served: {unserved.target}", "warning"
        yield from ((f"  {line}", None) for line in unserved.reason.splitlines())
    for warning in result.warnings:
        yield from _warning(warning)


def _name(result: LockResult) -> str:
    return f"{result.name}: " if result.name else ""


def _count(result: LockResult) -> str:
    return f"{result.packages} package{'' if result.packages == 1 else 's'}"


def _targets(result: LockResult) -> str:
    return result.targets[0] if len(result.targets) == 1 else f"{len(result.targets)} targets"


def _network(result: LockResult) -> str:
    if result.requests == 0:
        return "no network"
    return f"{result.requests} requests, {result.bytes_read / 1e6:.1f} MB"


def _warning(warning: LockWarning) -> Iterator[Line]:
    yield f"warning: {warning.message}", "warning"
    yield from ((f"  {detail}", None) for detail in warning.details)


def _changes(result: LockResult) -> Iterator[Line]:
    changes: LockChanges = result.changes
    if not result.previous:
        return
    for change in changes.added:
        yield f"+ {change.name} {change.new}", "added"
    for change in changes.removed:
        yield f"- {change.name} {change.old}", "removed"
    for change in changes.upgraded:
        yield f"^ {change.name} {change.old} -> {change.new}", "changed"
    for change in changes.downgraded:
        yield f"v {change.name} {change.old} -> {change.new}", "warning"
    if not changes:
        yield "No pin moved.", None


def _held(held: HeldBack) -> str:
    chosen = f", locked {held.chosen}" if held.chosen is not None else ""
    if held.until is None:
        return f"  {held.name} {held.version}: the index gives no upload time{chosen}"
    return f"  {held.name} {held.version}: until {_minute(held.until)}{chosen}"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
