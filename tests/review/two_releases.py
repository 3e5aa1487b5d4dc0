"""Two releases made on the spot, and what is found between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pinkeeper.model.comparison import DiffResult
from pinkeeper.model.finding import Severity
from tests.review.corpus.judge import judge
from tests.support.distributions import make_wheel

__all__ = ["between", "gravest"]


def between(
    tmp_path: Path,
    name: str,
    before: Mapping[str, bytes | str],
    after: Mapping[str, bytes | str],
    *,
    make: Callable[..., Any] = make_wheel,
    requires: tuple[str, ...] = (),
) -> DiffResult:
    """Compare 1.0 with 1.1 by their files. make: `make_wheel` or `make_sdist`. requires: of the new one."""
    sides = []
    for version, files, needs in (("1.0", before, ()), ("1.1", after, requires)):
        built = make(name, version, files=files, requires=needs)
        folder = tmp_path / version
        folder.mkdir()
        (folder / built.filename).write_bytes(built.content)
        sides.append([folder / built.filename])
    return judge(*sides)


def gravest(result: DiffResult) -> dict[str, Severity]:
    """The gravest severity of each rule that saw something."""
    found: dict[str, Severity] = {}
    for finding in result.findings:
        found.setdefault(finding.rule, finding.severity)
    return found
