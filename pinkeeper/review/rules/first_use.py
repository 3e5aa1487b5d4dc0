"""The package as a whole gains a power that no file of it had."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.review.capabilities.summary import Capability
from pinkeeper.review.material import Material
from pinkeeper.review.rules.circumstances import shown_call
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

_FIRST = {
    Capability.PROCESS: (Severity.HIGH, "starts a program"),
    Capability.NETWORK: (Severity.HIGH, "reaches the network"),
    Capability.PERSISTENCE: (Severity.HIGH, "leaves something behind that will run again"),
    Capability.CREDENTIALS: (Severity.MEDIUM, "looks where secrets lie"),
    Capability.DYNAMIC_CODE: (Severity.MEDIUM, "runs code made at run time"),
    Capability.NATIVE: (Severity.MEDIUM, "calls native code by hand"),
    Capability.DESERIALISATION: (Severity.MEDIUM, "unpacks objects that can run code"),
}


def _look(material: Material) -> Iterable[Sighting]:
    told: set[Capability] = set()
    for new in material.facts:
        capability = new.fact.capability
        if capability in _FIRST and capability not in material.old.can and capability not in told:
            told.add(capability)
            severity, does = _FIRST[capability]
            if new.when.is_unasked and capability is Capability.DESERIALISATION:
                severity = Severity.HIGH
            yield sighting(new, severity, f"for the first time anything in the package {does}: {shown_call(new)}")


RULE = Rule(
    id="first-use",
    severity=Severity.HIGH,
    title="the package gains a power that it never had",
    means=(
        "Nothing in the old release could do this; now something can. A package that only computed and now starts "
        "programs or reaches the network is another package."
    ),
    attack="event-stream and its like: a small pure library that suddenly had a reason to talk to somebody.",
    judge="Is the new power what the package is for? Then the release notes say so.",
    look=_look,
)
