"""The direct references in a lock, beside those that were asked for: no file comes from a place that nobody named."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from pinkeeper.inputs.collected import Inputs
from pinkeeper.model.check_result import CheckFinding, Severity
from pinkeeper.model.lock import LockedPackage
from pinkeeper.model.url import redact
from pinkeeper.workflows.check_direct import is_what_was_asked

__all__ = ["JudgedReferences", "judge_references"]


class JudgedReferences(Struct, frozen=True, kw_only=True):
    """What is wrong, and what could not be looked at, one sentence each."""

    findings: tuple[CheckFinding, ...]
    not_checked: tuple[str, ...]


def judge_references(packages: Sequence[LockedPackage], inputs: Inputs | None, *, path: str) -> JudgedReferences:
    """Look at each package that is locked from a URL. inputs: None where nothing says what the lock was made from."""
    findings, not_checked = [], []
    for package in packages:
        if package.url is None:
            continue
        shown = f"{package.name} {package.version}"
        if inputs is None:
            not_checked.append(f"whether anybody asked for {shown} from {redact(package.url)}")
        elif not any(
            asked.requirement.name == package.name and is_what_was_asked(asked.requirement.url or "", package.url)
            for asked in inputs.direct
        ):
            findings.append(
                CheckFinding(
                    kind="direct-reference",
                    severity=Severity.ERROR,
                    message=f"{shown} is locked from {redact(package.url)}, which nobody asked for",
                    path=path,
                    line=package.line,
                    package=package.name,
                )
            )
    return JudgedReferences(findings=tuple(findings), not_checked=tuple(not_checked))
