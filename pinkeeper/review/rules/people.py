"""Context: who answers for the project, as its metadata says, is not who it was."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.review.material import Material
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_FIELDS = frozenset({"Author", "Author-email", "Maintainer", "Maintainer-email"})


def _look(material: Material) -> Iterable[Sighting]:
    for change in material.fields:
        if change.field in _FIELDS and change.old and change.new:
            yield Sighting(
                severity=Severity.LOW,
                summary=f"{change.field} was {', '.join(change.old)[:80]}, and is {', '.join(change.new)[:80]}",
                subject=change.field,
            )


RULE = Rule(
    id="people",
    severity=Severity.LOW,
    title="other people answer for the project",
    means="Authors or maintainers of the metadata changed. It says something beside other findings only.",
    attack="event-stream (2018): a project was handed over before the payload came.",
    judge="Projects change hands. Does the project say so?",
    look=_look,
)
