"""What all reports of a comparison say in the same words: the verdict, the numbers of the table, when code runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from pinkeeper.model.comparison import ChangeStatus, DiffResult, FieldChange, FileChange, Treatment, Unasked
from pinkeeper.model.finding import Severity, Verdict, When

__all__ = [
    "VERDICTS",
    "WHEN",
    "Overview",
    "changes_by_path",
    "counted",
    "earliest_first",
    "named_change",
    "other_fields",
    "overview",
    "severities",
    "size",
    "wheel_tags",
]

VERDICTS = {
    Verdict.DANGER: "code that runs unasked has the marks of an attack",
    Verdict.REVIEW: "there is new power that somebody must read",
    Verdict.ROUTINE: "nothing was found that must be read before saying yes",
}

WHEN = {
    When.START: "at interpreter start",
    When.BUILD: "when built or installed from the sdist",
    When.IMPORT: "on import",
    When.CALL: "when called",
}

_WHEEL_TAG = "wheel tag"


class Overview(NamedTuple):
    """The one table: label and value of each row."""

    files: str
    code: str
    fields: str
    tags: str
    api: str
    read: str

    def rows(self) -> tuple[tuple[str, str], ...]:
        """Each row with its label."""
        labels = ("files", "code", "fields", "wheel tags", "API", "read")
        return tuple(zip(labels, self, strict=True))


def overview(result: DiffResult) -> Overview:
    """The numbers of a comparison in words."""
    number = Counter(change.status for change in result.changes)
    statuses = [f"{number[status]} {status}" for status in ChangeStatus if number[status]]
    coded = [change for change in result.changes if change.code_added or change.code_removed]
    added, removed = sum(change.code_added for change in coded), sum(change.code_removed for change in coded)
    code = f"+{added} -{removed} executable lines in {counted(len(coded), 'file')}" if coded else "no executable line"
    fields = other_fields(result)
    return Overview(
        files=", ".join(statuses) or "all the same",
        code=code,
        fields=f"{len(fields):,} changed" if fields else "all the same",
        tags=_tags(wheel_tags(result)),
        api=f"{counted(len(result.api), 'name')} gone or changed" if result.api else "no break seen",
        read=_read(result),
    )


def _tags(changes: tuple[FieldChange, ...]) -> str:
    signed = [f"+{tag}" for change in changes for tag in change.new]
    signed += [f"-{tag}" for change in changes for tag in change.old]
    return ", ".join(signed) or "all the same"


def _read(result: DiffResult) -> str:
    files = [*result.old.files, *result.new.files]
    number = Counter(file.treatment for file in files)
    return ", ".join(
        f"{counted(number[treatment], 'file')} {words}"
        for treatment, words in (
            (Treatment.READ, "read whole"),
            (Treatment.LISTED, "only listed"),
            (Treatment.NOT_READ, "not read"),
        )
        if number[treatment]
    )


def wheel_tags(result: DiffResult) -> tuple[FieldChange, ...]:
    """The changes of wheel tags."""
    return tuple(change for change in result.fields if change.field == _WHEEL_TAG)


def other_fields(result: DiffResult) -> tuple[FieldChange, ...]:
    """The changes of fields that are no wheel tags."""
    return tuple(change for change in result.fields if change.field != _WHEEL_TAG)


def earliest_first(result: DiffResult) -> tuple[Unasked, ...]:
    """What runs without being called, what runs earliest first."""
    order = list(When)
    return tuple(sorted(result.unasked, key=lambda entry: order.index(entry.when)))


def severities(counted_severities: Iterable[Severity]) -> str:
    """``1 critical, 2 high``; empty for none."""
    number = Counter(counted_severities)
    return ", ".join(f"{number[severity]} {severity}" for severity in Severity if number[severity])


def counted(number: int, one: str, many: str = "") -> str:
    """``1 file``, ``2,000 files``."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def size(number: int | None) -> str:
    """Bytes in words; empty where they are not known."""
    if number is None:
        return ""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= factor:
            return f"{number / factor:.1f} {unit}"
    return f"{number} B"


def named_change(change: FileChange) -> str:
    """The path; for a renamed file both, ``old -> new``."""
    if change.status is ChangeStatus.RENAMED:
        return f"{change.old_path} -> {change.new_path}"
    return change.path


def changes_by_path(result: DiffResult) -> dict[str, FileChange]:
    """The changes by their path in the new release, and by that in the old one where no new one has it."""
    found = {change.new_path: change for change in result.changes if change.new_path is not None}
    for change in result.changes:
        if change.old_path is not None:
            found.setdefault(change.old_path, change)
    return found
