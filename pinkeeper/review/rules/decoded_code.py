"""Decode, then execute: code that does not stand in the file in the form in which it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from pinkeeper.model.comparison import ChangeStatus, FileKind
from pinkeeper.model.finding import Severity, When
from pinkeeper.review.capabilities.summary import Capability, Mark
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.circumstances import all_facts, at_the_time, old_facts, shown_call
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

_RUNNERS = frozenset({"builtins.exec", "builtins.eval", "builtins.compile"})
_RUNS = {Capability.DYNAMIC_CODE, Capability.PROCESS, Capability.DESERIALISATION}


def _look(material: Material) -> Iterable[Sighting]:
    ran_files = any(fact.callee in _RUNNERS and Mark.STORED in fact.marks for fact in old_facts(material))
    for new in all_facts(material):
        if new.fact.capability in _RUNS and Mark.DECODED in new.fact.marks:
            yield sighting(
                new,
                Severity.CRITICAL if new.when.is_unasked else Severity.HIGH,
                f"what is decoded here is run {at_the_time(new.when)}: {shown_call(new)}",
            )
        elif new.fact.callee in _RUNNERS and Mark.STORED in new.fact.marks:
            yield sighting(
                new,
                # Builds read versions from files by exec; what else they run is the build's own rule.
                Severity.MEDIUM if ran_files or new.when is When.BUILD else Severity.HIGH,
                f"what stands in a file that is no module is run {at_the_time(new.when)}: {shown_call(new)}",
            )
    yield from _compiled(material)


def _compiled(material: Material) -> Iterator[Sighting]:
    """Compiled Python: code that nobody can read, and that an import takes before or without a source."""
    had = {PurePosixPath(path).suffix for path in material.old.main.entries}
    found: dict[tuple[Severity, str], list[str]] = {}
    for change in material.changes:
        path = change.new_path
        if path is not None and change.kind is FileKind.BYTECODE and change.status is not ChangeStatus.REMOVED:
            is_python = path.endswith((".pyc", ".pyo"))
            is_new = change.status is ChangeStatus.ADDED or change.old_kind is not None
            is_first = PurePosixPath(path).suffix not in had and not is_test(path)
            severity = Severity.HIGH if is_new and (is_python or is_first) else Severity.MEDIUM
            what = f"compiled {'Python' if is_python else 'code'} is {'new' if is_new else 'changed'}"
            found.setdefault((severity, what), []).append(path)
    for (severity, what), paths in found.items():
        more = f" ({len(paths):,} files)" if len(paths) > 1 else ""
        yield Sighting(
            severity=severity,
            summary=f"{what}, which no reviewer can read{more}",
            path=paths[0],
            subject="compiled",
        )


RULE = Rule(
    id="decoded-code",
    severity=Severity.CRITICAL,
    title="something is decoded and then run",
    means=(
        "A text or bytes pass through base64, hex, compression, XOR, marshal or the like, perhaps in several layers "
        "and through helpers, and end in exec, eval, a loader, an unpickler or a command line. Compiled files (.pyc) "
        "count too."
    ),
    attack="LiteLLM 1.82.7: a base64 text in proxy_server.py, decoded and handed to a new interpreter.",
    judge="Honest code has no need to hide code from its reader. Decode it (never run it) and read what it is.",
    look=_look,
)
