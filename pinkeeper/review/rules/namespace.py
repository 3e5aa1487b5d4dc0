"""New top-level names: the release installs beside its own package something that it never had."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.comparison import ChangeStatus, FileKind
from pinkeeper.model.finding import Severity
from pinkeeper.review.material import Material
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

# What is packed by mistake again and again, and harms nobody but by its name.
_STRAYS = frozenset(
    {"test", "tests", "testing", "doc", "docs", "example", "examples", "scripts", "tools", "benchmarks"}
)


def _look(material: Material) -> Iterable[Sighting]:
    if not material.old.main.entries:
        return  # of a package that was not there before every name is new
    added = [change for change in material.changes if change.status is ChangeStatus.ADDED and change.new_path]
    for change in material.fields:
        if change.field != "top-level name":
            continue
        for name in change.new:
            files = [each for each in added if _top(each.new_path or "") == name]
            has_code = any(each.kind in {FileKind.PYTHON, FileKind.NATIVE, FileKind.STARTUP} for each in files)
            # mypyc gives each build a companion with a hash in its name.
            stray = name in _STRAYS or name.endswith("__mypyc") or name.startswith(material.name.replace("-", "_"))
            yield Sighting(
                severity=Severity.HIGH if has_code and not stray else Severity.LOW,
                summary=f"the release installs a top-level name that it never had: {name}",
                path=files[0].new_path if files else None,
                subject=f"top-level {name}",
            )


def _top(path: str) -> str:
    parts = path.split("/")
    if parts[0].endswith(".data") and len(parts) > 2:  # noqa: PLR2004 - the folder, the scheme, the name
        parts = parts[2:]
    return parts[0].partition(".")[0]


RULE = Rule(
    id="namespace",
    severity=Severity.HIGH,
    title="a top-level name that the package never had",
    means=(
        "Everybody's import may find a module that nobody expects from this project. Names of tests, documentation and "
        "tools, packed by mistake, are told as context."
    ),
    attack="A second package in the wheel, imported by a start-up hook, beside an unchanged first one.",
    judge="Splitting a package or adding a companion is told in release notes.",
    look=_look,
)
