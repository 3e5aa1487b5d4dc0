"""Python files that cannot be read: what does not parse cannot be reviewed by a program either."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.review.capabilities.summary import OddityKind
from pinkeeper.review.material import Material
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]


def _look(material: Material) -> Iterable[Sighting]:
    for new in material.oddities:
        if new.oddity.kind is OddityKind.NOT_PARSED:
            yield Sighting(
                severity=Severity.MEDIUM,
                summary=f"it does not parse, and was not analysed: {new.oddity.detail}",
                path=new.path,
                line=new.oddity.line,
                subject="does not parse",
            )
        elif new.oddity.kind is OddityKind.NOT_ANALYSED:
            yield Sighting(
                severity=Severity.MEDIUM,
                summary=f"it was not analysed to its end: {new.oddity.detail}",
                path=new.path,
                line=new.oddity.line,
                subject="not analysed",
            )


RULE = Rule(
    id="unreadable",
    severity=Severity.MEDIUM,
    title="a Python file that does not parse",
    means=(
        "No Python that is known here can read the file, or the analysis of it came to no end, so that not all can be "
        "said of what it does."
    ),
    attack="Files that only the interpreter of the victim parses pass scanners that give up in silence.",
    judge="Templates and old Python 2 files are everyday. In the middle of a package they are not.",
    look=_look,
)
