"""Reflection: what is called is named in a way that hides it from a reader."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.summary import Capability, Mark
from pinkeeper.review.material import Material, NewFact
from pinkeeper.review.rules.circumstances import all_facts, at_the_time, shown_call
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

_GRAVE = {
    Capability.PROCESS,
    Capability.NETWORK,
    Capability.DYNAMIC_CODE,
    Capability.NATIVE,
    Capability.DESERIALISATION,
}

# What sees every call, or every line, of whatever runs in the process.
_LISTENERS = frozenset(
    {
        *("sys.settrace", "sys.setprofile", "sys.addaudithook", "threading.settrace", "threading.setprofile"),
        *("threading.settrace_all_threads", "threading.setprofile_all_threads", "sys.monitoring.register_callback"),
    }
)

# What builds objects from the tags of a YAML document.
_CONSTRUCTORS = lazy_pattern(rb"add_(?:multi_)?constructor\(")

# Every class that the process has, by whose means anything can be reached that was taken out of reach.
_ALL_CLASSES = "object.__subclasses__"

# What runs a text as Python behind the back of whoever searches for `exec`.
_BACK_DOORS = ("ctypes.pythonapi.PyRun_", "ctypes.pythonapi.PyEval_", "ctypes.pythonapi.Py_Compile")


def _look(material: Material) -> Iterable[Sighting]:
    for new in all_facts(material):
        fact = new.fact
        if Mark.COMPUTED in fact.marks and fact.capability in _GRAVE:
            yield sighting(
                new,
                Severity.HIGH,
                f"the name of what is called is put together, and comes to {shown_call(new)}",
            )
        elif Mark.UNRESOLVED in fact.marks and fact.capability in {Capability.DYNAMIC_CODE, Capability.REFLECTION}:
            yield sighting(
                new,
                _unresolved(new, material),
                f"{at_the_time(new.when)} it gets something by a name that cannot be worked out: {shown_call(new)}",
            )
        elif fact.callee.startswith(_BACK_DOORS):
            yield sighting(new, Severity.HIGH, f"it runs code past exec and eval: {shown_call(new)}")
        elif fact.capability is Capability.REFLECTION:
            is_grave = fact.callee == _ALL_CLASSES or (new.when.is_unasked and fact.callee in _LISTENERS)
            yield sighting(
                new,
                Severity.HIGH if Mark.COMPUTED in fact.marks or is_grave else Severity.LOW,
                f"it reaches into the interpreter: {shown_call(new)}",
            )


def _unresolved(new: NewFact, material: Material) -> Severity:
    if new.when.is_unasked or new.fact.marks & {Mark.DECODED, Mark.FETCHED}:
        return Severity.HIGH
    if "builtins" in new.fact.arguments:
        return Severity.HIGH  # what is built in has names that everybody knows
    if new.fact.capability is Capability.DYNAMIC_CODE and _builds_from_data(material, new.path):
        return Severity.HIGH
    return Severity.MEDIUM


def _builds_from_data(material: Material, path: str) -> bool:
    """Whether a file says what tags of a document become: the names come from the document then."""
    contents = material.new.main
    return path in contents.entries and _CONSTRUCTORS.search(contents.read(path)) is not None


RULE = Rule(
    id="reflection",
    severity=Severity.HIGH,
    title="what is called is hidden behind a computed name",
    means=(
        "A module, function or builtin is fetched by a name that was put together from pieces, numbers, slices or "
        "decoded text, or by one that cannot be worked out, so that no search finds it."
    ),
    attack="W4SP and its heirs: getattr(__import__(chr(...)), ...) in place of the plain call.",
    judge="Plugins and lazy imports take names from lists and arguments. Nobody spells 'system' with chr() honestly.",
    look=_look,
)
