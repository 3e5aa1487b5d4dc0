"""Destruction: all that a user or a machine has is deleted."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.summary import Capability
from pinkeeper.review.material import Material
from pinkeeper.review.rules.circumstances import all_facts, at_the_time, shown_call
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

_EVERYTHING = lazy_pattern(
    r"(?:~|/|[A-Za-z]:[\\/]*|%USERPROFILE%|/(?:home(?:/[^/]+)?|root|Users(?:/[^/]+)?|etc|usr|var)|"
    r"~/(?:Documents|Desktop|Pictures|Downloads|\.ssh|\.aws|\.config))[\\/]*\*?"
)


def _look(material: Material) -> Iterable[Sighting]:
    for new in all_facts(material):
        fact = new.fact
        if fact.capability is not Capability.FILE_WRITE or fact.callee != "shutil.rmtree":
            continue
        if any(_EVERYTHING.fullmatch(text) for text in fact.arguments[:1]):
            yield sighting(
                new,
                Severity.CRITICAL if new.when.is_unasked else Severity.HIGH,
                f"{at_the_time(new.when)} it deletes all that is there: {shown_call(new)}",
            )


RULE = Rule(
    id="destruction",
    severity=Severity.CRITICAL,
    title="all that a user or a machine has is deleted",
    means="A whole home, one of its main folders, or a root of the file system is deleted.",
    attack="Releases of 2022 that overwrote all files of machines in some countries.",
    judge="No library has a reason. Look for the condition under which it runs.",
    look=_look,
)
