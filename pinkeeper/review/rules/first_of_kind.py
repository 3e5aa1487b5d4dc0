"""The first file of a kind: programs for other machines than Python's, and archives in the archive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pinkeeper.model.comparison import ChangeStatus, FileKind
from pinkeeper.model.finding import Severity
from pinkeeper.model.hunk import LineKind
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.summary import Capability
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

# Programs that run by themselves wherever somebody starts them.
_PROGRAMS = frozenset({".exe", ".jar", ".pyz", ".sh", ".bash", ".bat", ".cmd", ".ps1", ".vbs", ".msi", ".com", ".scr"})

_NODE = frozenset({".js", ".mjs", ".cjs", ".ts"})
_NODE_POWER = lazy_pattern(
    rb"""(?:require\(|from|import\()\s*["'](?:node:)?(?:child_process|fs|net|dgram|dns|http2?|https|os|vm|worker_threads)"""
    rb"""(?:/promises)?["']|\bprocess\.env\b|\bDeno\.(?:run|Command|env)\b|\bBun\.spawn"""
)
_LARGEST = 16 * 2**20


def _look(material: Material) -> Iterable[Sighting]:
    had = {_suffix(path) for path in material.old.main.entries}
    starts = [new for new in material.facts if new.fact.capability is Capability.PROCESS]
    written = _new_lines(material)
    told: set[str] = set()
    for change in material.changes:
        path = change.new_path
        if path is None or (change.status is not ChangeStatus.ADDED and change.old_kind is None):
            continue
        suffix = _suffix(path)
        if change.kind not in {FileKind.SCRIPT, FileKind.ARCHIVE} or suffix in had or suffix in told:
            continue
        told.add(suffix)
        name = path.rpartition("/")[2]
        is_program = suffix in _PROGRAMS or change.kind is FileKind.ARCHIVE
        is_named = is_program and any(name in line for line in written)
        has_power = suffix in _NODE and _for_node(path, material)
        grave = suffix in _PROGRAMS or is_named or bool(starts) or has_power
        beside = ", and new code starts programs" if starts else ", with powers that no page has" if has_power else ""
        ordinary = Severity.HIGH if grave else Severity.MEDIUM
        yield Sighting(
            severity=Severity.LOW if is_test(path) and not is_named else ordinary,
            summary=f"the first {suffix or 'program without a suffix'} in the package{beside}",
            path=path,
            subject=suffix,
        )


def _for_node(path: str, material: Material) -> bool:
    """Whether a script asks for what only a program on the machine can have: other programs, files, variables."""
    entry = material.new.main.entries[path]
    return entry.size <= _LARGEST and _NODE_POWER.search(material.new.main.read(path)) is not None


def _new_lines(material: Material) -> Sequence[str]:
    """Lines of Python that are new."""
    return [
        line.text
        for change in material.changes
        if change.kind is FileKind.PYTHON
        for hunk in change.hunks
        for line in hunk.lines
        if line.kind is LineKind.ADDED
    ]


def _suffix(path: str) -> str:
    name = path.rpartition("/")[2]
    return f".{name.rpartition('.')[2].lower()}" if "." in name.strip(".") else ""


RULE = Rule(
    id="first-of-kind",
    severity=Severity.HIGH,
    title="the first program of a kind, or an archive",
    means=(
        "A shell or batch script, a program for Windows or the JVM, JavaScript, or an archive within the archive, in a "
        "package that had none. It is high for what runs by itself, for an archive that new code names, and where new "
        "code starts programs."
    ),
    attack="lightning 2.6.2: a folder with 11 MB of JavaScript, and a few lines that started it at import.",
    judge="Web assets come with web pages. What starts the file?",
    look=_look,
)
