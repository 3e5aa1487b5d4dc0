"""Text that is not what it seems: code off the screen, bidi controls, invisible characters, look-alike names."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.review.capabilities.summary import OddityKind
from pinkeeper.review.material import Material
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_SAYS = {
    OddityKind.BIDI: "characters that turn the reading direction: what is seen is not what runs",
    OddityKind.INVISIBLE: "characters that are not seen",
    OddityKind.MIXED_SCRIPT: "a name with letters of several scripts, which looks like another",
    OddityKind.OFF_SCREEN: "code stands far to the right of what a reader sees",
}


def _look(material: Material) -> Iterable[Sighting]:
    for new in material.oddities:
        says = _SAYS.get(new.oddity.kind)
        if says is not None:
            yield Sighting(
                severity=Severity.HIGH,
                summary=f"{says}{f' ({new.oddity.detail})' if new.oddity.detail else ''}",
                path=new.path,
                line=new.oddity.line,
                scope=new.oddity.scope,
                subject=new.oddity.kind.value,
            )


RULE = Rule(
    id="hidden-text",
    severity=Severity.HIGH,
    title="text that is not what it seems",
    means=(
        "Bidi controls, zero-width and other invisible characters, names of mixed scripts, or code pushed off the "
        "screen by a run of spaces: a reader of the source does not see what runs."
    ),
    attack="Trojan Source (CVE-2021-42574), and packages of 2022 with their payload behind 300 spaces.",
    judge="Names of one foreign script are fine. Nothing honest needs a name of two, or code that nobody sees.",
    look=_look,
)
