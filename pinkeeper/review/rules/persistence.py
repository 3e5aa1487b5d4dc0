"""Persistence: something is left behind that will run again."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.summary import Capability
from pinkeeper.review.material import Material
from pinkeeper.review.rules.circumstances import all_facts, at_the_time, shown_call
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

_APPENDED = lazy_pattern(r">{1,2}[ \t]*[\w/~.$-]*(?:authorized_keys|/etc/sudoers|/etc/cron|ld\.so\.preload)[\w.-]*")


def _look(material: Material) -> Iterable[Sighting]:
    for new in all_facts(material):
        if new.fact.capability is Capability.PERSISTENCE:
            yield sighting(
                new,
                Severity.CRITICAL if new.when.is_unasked else Severity.HIGH,
                f"{at_the_time(new.when)} it leaves something behind that will run again: {shown_call(new)}",
            )
    for literal in material.literals:
        found = None if literal.literal.in_docstring else _APPENDED.search(literal.literal.value)
        if found is not None:
            yield Sighting(
                severity=Severity.HIGH,
                summary=f"a command line lets somebody in, or runs again: {found[0][:80]}",
                path=literal.path,
                line=literal.literal.line,
                scope=literal.literal.scope,
                when=literal.when,
                subject=f"appended {found[0]}",
            )


RULE = Rule(
    id="persistence",
    severity=Severity.CRITICAL,
    title="something is left behind that will run again",
    means=(
        "Scheduled jobs, units, autostart entries, shell profiles, registry keys, git hooks, start-up files of Python: "
        "what is written there outlives the package."
    ),
    attack="LiteLLM 1.82.8: a service of the user's own was written, which came back after a clean install.",
    judge="Only tools whose trade it is install services, and they do so when they are asked to.",
    look=_look,
)
