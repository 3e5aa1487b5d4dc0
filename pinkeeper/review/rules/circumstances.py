"""What rules ask of material again and again: which facts belong together, and what was there before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pinkeeper.model.comparison import FileChange
from pinkeeper.model.finding import When
from pinkeeper.review.capabilities.summary import Capability, Fact, Mark, ModuleSummary
from pinkeeper.review.material import Material, NewFact

__all__ = [
    "POWERS",
    "REMARKABLE",
    "RUNS_TEXTS",
    "all_facts",
    "at_the_time",
    "by_path",
    "calls_what_connects",
    "could_be_read",
    "had_in_file",
    "old_facts",
    "ran_texts",
    "shown_call",
    "was_reachable",
]

POWERS = (Capability.PROCESS, Capability.NETWORK, Capability.DYNAMIC_CODE)
"""What an attack cannot do without: start a program, reach somebody, run code that was not written there."""

REMARKABLE = frozenset(
    {Mark.DECODED, Mark.FETCHED, Mark.SECRET, Mark.COMPUTED, Mark.SILENCED, Mark.DETACHED, Mark.INSECURE, Mark.WRITTEN}
)
"""Marks that ordinary code seldom gives to a call."""

RUNS_TEXTS = frozenset({"builtins.eval", "builtins.exec"})
"""What runs a text as code."""

_TIMES = {
    When.START: "whenever an interpreter starts",
    When.BUILD: "when the release is built",
    When.IMPORT: "when it is imported",
    When.CALL: "when it is called",
}
_SHOWN = 80


def at_the_time(when: When | None) -> str:
    """When something runs, in words."""
    return _TIMES[When.CALL if when is None else when]


def all_facts(material: Material) -> Iterator[NewFact]:
    """New uses of capabilities in what gets installed, then in what runs when it is built."""
    yield from material.facts
    yield from material.build_facts


def old_facts(material: Material) -> Iterator[Fact]:
    """Uses of capabilities in what the old release installs."""
    for module in material.old.code.modules.values():
        yield from module.facts


def by_path(facts: Iterable[NewFact]) -> Mapping[str, list[NewFact]]:
    """Facts by the file they are in."""
    found: dict[str, list[NewFact]] = {}
    for new in facts:
        found.setdefault(new.path, []).append(new)
    return found


def had_in_file(material: Material, new: NewFact, capability: Capability) -> bool:
    """Whether the old form of a file had a use of a capability."""
    module = _old_form(material, new.path)
    return module is not None and any(fact.capability is capability for fact in module.facts)


def ran_texts(material: Material, new: NewFact) -> bool:
    """Whether the old form of a file ran texts as code, and not only imported what has a name."""
    module = _old_form(material, new.path)
    return module is not None and any(fact.callee in RUNS_TEXTS for fact in module.facts)


def calls_what_connects(material: Material, new: NewFact) -> bool:
    """Whether the function in which a fact stands calls another of its file that connects or starts programs."""
    module = material.new.code.modules.get(new.path)
    if module is None:
        return False
    connecting = {fact.scope for fact in module.facts if fact.capability in {Capability.NETWORK, Capability.PROCESS}}
    return any(
        call.target in connecting
        for function in module.functions
        if function.name == new.fact.scope
        for call in function.calls
    )


def could_be_read(material: Material, new: NewFact) -> bool:
    """Whether the old form of a file could be parsed, so that something is known of what it did."""
    module = _old_form(material, new.path)
    return module is None or module.problem is None


def _old_form(material: Material, path: str) -> ModuleSummary | None:
    change = _change_of(material, path)
    old_path = path if change is None else change.old_path
    return material.old.code.modules.get(old_path or "") or material.old.build.modules.get(old_path or "")


def was_reachable(material: Material, capability: Capability, when: When) -> bool:
    """Whether anything in the analysed part of the old release did this at that time."""
    code = material.old.build if when is When.BUILD else material.old.code
    return any(
        fact.capability is capability and code.runs(path, fact.scope) is when
        for path, module in code.modules.items()
        for fact in module.facts
    )


def shown_call(new: NewFact) -> str:
    """A call in a few words."""
    arguments = ", ".join(repr(argument) for argument in new.fact.arguments)
    return f"{new.fact.callee}({arguments if len(arguments) <= _SHOWN else f'{arguments[:_SHOWN]}...'})"


def _change_of(material: Material, path: str) -> FileChange | None:
    return next(
        (change for change in (*material.changes, *material.build_changes) if change.new_path == path),
        None,
    )
