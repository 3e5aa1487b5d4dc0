"""Power at import: programs, connections and made-up code that run as soon as somebody imports the package."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity, When
from pinkeeper.review.capabilities.summary import Capability, Mark
from pinkeeper.review.material import Material, NewFact
from pinkeeper.review.rules.circumstances import at_the_time, shown_call
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

_DOES = {
    Capability.PROCESS: "starts a program",
    Capability.NETWORK: "reaches the network",
    Capability.DYNAMIC_CODE: "runs code that is made at run time",
    Capability.DESERIALISATION: "unpacks objects that can run code",
    Capability.NATIVE: "calls native code by hand",
}


def _look(material: Material) -> Iterable[Sighting]:
    for new in material.facts:
        if new.when not in {When.START, When.IMPORT} or new.fact.capability not in _DOES:
            continue
        yield sighting(
            new,
            _severity(new),
            f"{at_the_time(new.when)} it {_DOES[new.fact.capability]}: {shown_call(new)}",
        )


def _severity(new: NewFact) -> Severity:
    marks = new.fact.marks
    hidden = marks & {Mark.DECODED, Mark.FETCHED, Mark.COMPUTED}
    match new.fact.capability:
        case Capability.PROCESS:
            # A program that was put together from hidden text, or that nobody is to notice, has no honest use here.
            unseen = {Mark.SILENCED, Mark.DETACHED} <= marks or Mark.WRITTEN in marks
            return Severity.CRITICAL if hidden or unseen else Severity.HIGH
        case Capability.NETWORK:
            return Severity.CRITICAL if marks & {Mark.SECRET, Mark.DECODED, Mark.COMPUTED} else Severity.HIGH
        case Capability.DYNAMIC_CODE | Capability.DESERIALISATION:
            if hidden:
                return Severity.CRITICAL
            runs_a_file = new.fact.callee.startswith("runpy.") or Mark.STORED in marks
            return Severity.HIGH if Mark.UNRESOLVED in marks or runs_a_file else Severity.MEDIUM
        case _:
            return Severity.HIGH if hidden else Severity.MEDIUM


RULE = Rule(
    id="import-time",
    severity=Severity.CRITICAL,
    title="a program, a connection or made-up code runs at import",
    means=(
        "Something that starts a program, opens a connection or runs code made at run time is reached from the top "
        "level of a module, directly or through helpers, threads, atexit or decorators: importing the package is "
        "enough. It is critical where what runs was hidden (decoded, fetched, named in pieces), where nobody is to "
        "notice it, or where secrets go out."
    ),
    attack="telnyx 4.87.1: new imports and two calls at the end of a module, run by whoever imported the package.",
    judge=(
        "Importing should define things. A version read by git, a compiler asked for its flags or a generated class "
        "can be honest: look at the arguments. A program that is silenced, detached or comes from decoded text is not."
    ),
    look=_look,
)
