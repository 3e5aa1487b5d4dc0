"""Download and run: what was fetched becomes a program or code."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.review.capabilities.summary import Capability, Mark
from pinkeeper.review.material import Material
from pinkeeper.review.rules.circumstances import all_facts, at_the_time, shown_call
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

_RUNS = {Capability.PROCESS, Capability.DYNAMIC_CODE, Capability.NATIVE, Capability.DESERIALISATION}


def _look(material: Material) -> Iterable[Sighting]:
    for new in all_facts(material):
        fact = new.fact
        if fact.capability not in _RUNS:
            continue
        if Mark.FETCHED in fact.marks:
            yield sighting(
                new,
                Severity.CRITICAL if new.when.is_unasked else Severity.HIGH,
                f"what comes from the network is run {at_the_time(new.when)}: {shown_call(new)}",
            )
        elif Mark.WRITTEN in fact.marks and fact.capability is Capability.PROCESS and Mark.EXECUTABLE in fact.marks:
            yield sighting(
                new,
                Severity.CRITICAL if new.when.is_unasked else Severity.HIGH,
                f"a file that is written here is made executable and run: {shown_call(new)}",
            )


RULE = Rule(
    id="download-and-run",
    severity=Severity.CRITICAL,
    title="what is fetched or written is run",
    means="Bytes that come from the network, or a file that the code itself has written, end in a program or in code.",
    attack="Ultralytics 8.3.41: safe_run fetched a program and ran it, from a release with valid provenance.",
    judge="Installers and model hubs fetch. Do they check a hash that stands in the release?",
    look=_look,
)
