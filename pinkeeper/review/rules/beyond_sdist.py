"""Code in the wheel that the sdist of the same release has not got."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.review.capabilities.summary import Capability
from pinkeeper.review.material import Material
from pinkeeper.review.rules.circumstances import by_path
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_POWERS = {
    *(Capability.PROCESS, Capability.NETWORK, Capability.DYNAMIC_CODE, Capability.NATIVE, Capability.CREDENTIALS),
    *(Capability.PERSISTENCE, Capability.DESERIALISATION, Capability.REFLECTION, Capability.PATCHING),
}


def _look(material: Material) -> Iterable[Sighting]:
    facts = by_path(material.facts)
    for path, what in material.beyond_sdist:
        powers = {new.fact.capability for new in facts.get(path, ())} & _POWERS
        runs = any(new.when.is_unasked and new.fact.capability in _POWERS for new in facts.get(path, ()))
        more = (
            ", and something new in it runs unasked"
            if runs
            else ", and something new in it has power"
            if powers
            else ""
        )
        yield Sighting(
            severity=Severity.HIGH,
            summary=f"{what}: the wheel has it, the sdist of the same release has not{more}",
            path=path,
            subject=f"beyond sdist: {what}",
        )


RULE = Rule(
    id="beyond-sdist",
    severity=Severity.HIGH,
    title="the wheel has code that the sdist has not",
    means=(
        "A wheel is made from its sdist. Python code that only the wheel has was put in between: by a generator, or by "
        "somebody who had the key for uploads. Generated and inert files are passed over, and so is what the old "
        "release had too."
    ),
    attack="LiteLLM 1.82.8 differed from its clean tag by one file of the wheel.",
    judge="Version files and compiled grammars are generated. Anything with power in it should be in the sdist too.",
    look=_look,
)
