"""What a rule is, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from pinkeeper.model.finding import Severity, When
from pinkeeper.review.material import Material, NewFact

__all__ = ["Rule", "Sighting", "sighting"]


class Sighting(Struct, frozen=True, kw_only=True):
    """What one rule saw at one place; those about one change are brought together into a `Finding`.

    path: in the new archive, or in the old one for what was removed; None where it is about the release as a whole.
    line: 1-based. scope: the function it is in, empty where that says nothing. subject: what it is about apart from its
    place; two sightings of a rule with the same path, scope and subject are the same one in another release.
    """

    severity: Severity
    summary: str
    path: str | None = None
    line: int | None = None
    scope: str = ""
    when: When | None = None
    subject: str = ""


class Rule(Struct, frozen=True, kw_only=True):
    """One kind of thing to look at.

    id: lower-case words with hyphens. severity: the gravest it can give. title: a few words. means: what a finding
    says; attack: a real attack that it would have caught; judge: how to tell harm from habit.
    """

    id: str
    severity: Severity
    title: str
    means: str
    attack: str
    judge: str
    look: Callable[[Material], Iterable[Sighting]]


def sighting(new: NewFact, severity: Severity, summary: str) -> Sighting:
    """A sighting at the place of a fact."""
    fact = new.fact
    return Sighting(
        severity=severity,
        summary=summary,
        path=new.path,
        line=fact.line,
        scope=fact.scope,
        when=new.when,
        subject=f"{fact.callee}({', '.join(fact.arguments)})",
    )
