"""What the program says of one real bump, in a process of its own, so that time and memory are the bump's."""

from __future__ import annotations

import hashlib
import resource
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from msgspec import Struct

import pinkeeper
from pinkeeper.model.finding import Severity
from tests.review.bumps.plan import Bump
from tests.review.corpus.judge import judge

__all__ = ["Grave", "Judged", "judge_bump", "program_digest"]


class Grave(Struct, frozen=True, kw_only=True):
    """A critical or high finding. evidence: its first lines."""

    severity: str
    rule: str
    path: str | None
    line: int | None
    summary: str
    evidence: str


class Judged(Struct, frozen=True, kw_only=True):
    """One bump. seconds: of the comparison alone. megabytes: the peak of the process or of its largest child.

    counts: findings by severity. glances: the medium ones, as text. problem: why there is no verdict, empty where there
    is one.
    """

    package: str
    old: str
    new: str
    why: str
    program: str
    verdict: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0
    counts: dict[str, int] = {}
    grave: tuple[Grave, ...] = ()
    glances: tuple[str, ...] = ()
    problem: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What bump it is."""
        return self.package, self.old, self.new


def judge_bump(
    bump: Bump, old: Sequence[Path], new: Sequence[Path], *, program: str, jobs: int, timeout: int
) -> Judged:
    """Compare; an error of whatever kind is told as a problem. timeout: seconds."""

    def too_long(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"no answer within {timeout} s")

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(timeout)
    known = {"package": bump.package, "old": bump.old, "new": bump.new, "why": bump.why, "program": program}
    started = time.perf_counter()
    try:
        result = judge(old, new, jobs=jobs)
    except Exception as error:  # noqa: BLE001 - whatever it is, the other bumps go on
        return Judged(**known, seconds=time.perf_counter() - started, problem=f"{type(error).__name__}: {error}")
    finally:
        signal.alarm(0)
    seconds = time.perf_counter() - started
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Judged(
        **known,
        verdict=result.verdict.value,
        seconds=seconds,
        megabytes=peak / 1024,
        counts={
            severity.value: sum(finding.severity is severity for finding in result.findings) for severity in Severity
        },
        grave=tuple(
            Grave(
                severity=finding.severity.value,
                rule=finding.rule,
                path=finding.path,
                line=finding.line,
                summary=finding.summary,
                evidence=finding.evidence[:400],
            )
            for finding in result.findings
            if finding.severity.at_least(Severity.HIGH)
        ),
        glances=tuple(
            f"{finding.rule} {finding.path}:{finding.line}: {finding.summary}"
            for finding in result.findings
            if finding.severity is Severity.MEDIUM
        ),
    )


def program_digest() -> str:
    """Changes whenever a source file or a data file of the program does."""
    digest = hashlib.sha256()
    root = Path(pinkeeper.__file__).parent
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
