"""Start-up hooks: code that runs whenever an interpreter starts, whoever starts it and for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pinkeeper.model.comparison import ChangeStatus
from pinkeeper.model.finding import Severity, When
from pinkeeper.review.capabilities.package import HookKind, PackageCode, StartLine, StartLineKind
from pinkeeper.review.capabilities.summary import Capability
from pinkeeper.review.material import Material
from pinkeeper.review.rules.circumstances import POWERS
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_SEVERITIES = {
    StartLineKind.BLANK: None,
    StartLineKind.PATH: Severity.MEDIUM,
    StartLineKind.IMPORT: Severity.HIGH,
    StartLineKind.EXECUTABLE: Severity.HIGH,
    StartLineKind.ENTRY_POINT: Severity.HIGH,
}
_DOES = {
    StartLineKind.PATH: "adds a folder to sys.path",
    StartLineKind.IMPORT: "imports a module",
    StartLineKind.EXECUTABLE: "runs a statement",
    StartLineKind.ENTRY_POINT: "calls a function",
}
_MODULES = {HookKind.SITECUSTOMIZE, HookKind.USERCUSTOMIZE}


def _look(material: Material) -> Iterable[Sighting]:
    yield from _lines(material)
    yield from _modules(material)


def _lines(material: Material) -> Iterator[Sighting]:
    """Lines, whatever their file is called: hooks of namespace packages have the version in their names."""
    known = Counter(line.text.strip() for lines in material.old.code.starts.values() for line in lines)
    for path, lines in sorted(material.new.code.starts.items()):
        for line in lines:
            severity = _SEVERITIES[line.kind]
            text = line.text.strip()
            if severity is None:
                continue
            if known[text] > 0:
                known[text] -= 1
                continue
            if _has_power(line, material.new.code):
                severity = Severity.CRITICAL
            yield Sighting(
                severity=severity,
                summary=f"a new line of a start-up file {_DOES[line.kind]} whenever an interpreter starts",
                path=path,
                line=line.line,
                when=When.START,
                subject=text,
            )


def _has_power(line: StartLine, code: PackageCode) -> bool:
    """Whether a line, or what it brings in of the release, starts programs, reaches out or runs hidden code."""
    own = () if line.summary is None else line.summary.facts
    if line.kind is StartLineKind.PATH:
        return False
    brought = (
        fact
        for path, module in code.modules.items()
        for fact in module.facts
        if code.runs(path, fact.scope) is When.START
    )
    # Switches of tools (coverage, import hooks) look at one variable and exec a line; they start and reach nothing.
    return any(
        fact.capability in {Capability.PROCESS, Capability.NETWORK}
        or (fact.capability in {*POWERS, Capability.DESERIALISATION} and fact.marks)
        for fact in (*own, *brought)
    )


def _modules(material: Material) -> Iterator[Sighting]:
    added = {change.new_path: change for change in material.changes if change.new_path is not None}
    for path, kind in sorted(material.new.code.hooks.items()):
        change = added.get(path)
        if kind not in _MODULES or change is None:
            continue
        is_new = change.status is ChangeStatus.ADDED
        yield Sighting(
            severity=Severity.CRITICAL if is_new else Severity.HIGH,
            summary=f"{'a new' if is_new else 'a changed'} {kind.value} runs whenever an interpreter starts",
            path=path,
            line=1,
            when=When.START,
            subject=kind.value,
        )


RULE = Rule(
    id="startup-hook",
    severity=Severity.CRITICAL,
    title="a start-up hook is new or has new lines",
    means=(
        "A .pth or .start file, a sitecustomize or a usercustomize makes every interpreter of the environment run "
        "something, also those that never import the package. Lines are compared by their content: a file that was "
        "only renamed says nothing. It is critical where the line, or what it imports of the release, starts a "
        "program, reaches the network or runs code that was not written there in plain form."
    ),
    attack="LiteLLM 1.82.8 (March 2026): litellm_init.pth ran a payload at every start of Python, listed in RECORD.",
    judge=(
        "Few packages need one: namespace packages of old (a -nspkg.pth), coverage and import hooks behind a variable. "
        "Read the line as a program. Ask what it does when nobody wanted it."
    ),
    look=_look,
)
