"""The findings of a check as lines: one for each finding, then a verdict for each lock."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.model.check_result import CheckedLock, CheckFinding, CheckResult, Severity
from pinkeeper.model.url import redact
from pinkeeper.reports.plain import printable

__all__ = ["check_text"]


def check_text(result: CheckResult, *, quiet: bool = False) -> str:
    """The lines, each ending with a newline. quiet: problems alone."""
    lines = (line for lock in result.locks for line in (_problems(lock) if quiet else _lines(lock)))
    return "".join(f"{printable(line)}\n" for line in lines)


def _problems(lock: CheckedLock) -> Iterator[str]:
    return (f"{_place(finding)}: {_one_line(finding.message)}" for finding in lock.errors)


def _lines(lock: CheckedLock) -> Iterator[str]:
    for finding in lock.findings:
        note = "" if finding.severity is Severity.ERROR else "note: "
        yield f"{_place(finding)}: {note}{_one_line(finding.message)}"
    for sentence in lock.not_checked:
        yield f"{lock.path}: not checked: {_one_line(sentence)}"
    yield _verdict(lock)
    yield f"  targets: {_named(lock.targets)} (from {lock.targets_from})"
    yield f"  made from: {lock.roots_from or 'not known'}"
    yield f"  index: {', '.join(map(redact, lock.indexes)) or 'none'} (from {lock.index_from})"


def _place(finding: CheckFinding) -> str:
    return finding.path if finding.line is None else f"{finding.path}:{finding.line}"


def _verdict(lock: CheckedLock) -> str:
    counts = (
        f"{_count(lock.packages, 'package')}, {_count(lock.hashes, 'hash', 'hashes')}, "
        f"{_count(len(lock.targets), 'target')}"
    )
    if not lock.is_good:
        return f"{lock.path}: {counts}: {_count(len(lock.errors), 'problem')}"
    return f"{lock.path}: {counts}: {'all that was checked is right' if lock.not_checked else 'all as the index says'}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _named(targets: tuple[str, ...]) -> str:
    shown = 4
    more = f" and {len(targets) - shown} more" if len(targets) > shown else ""
    return f"{', '.join(targets[:shown])}{more}"


def _one_line(text: str) -> str:
    return " ".join(redact(text).split())
