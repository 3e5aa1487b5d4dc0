"""Evasion: idioms of code that does not want to be noticed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pinkeeper.model.finding import Severity, When
from pinkeeper.review.capabilities.summary import Capability, LiteralKind, Mark
from pinkeeper.review.material import Material, NewFact
from pinkeeper.review.rules.circumstances import POWERS, all_facts, old_facts, shown_call
from pinkeeper.review.rules.command_lines import what_it_does
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

_LOADS = {Capability.DYNAMIC_CODE, Capability.NATIVE}


def _look(material: Material) -> Iterable[Sighting]:
    trusts_blindly = any(
        fact.capability is Capability.NETWORK and Mark.INSECURE in fact.marks for fact in old_facts(material)
    )
    for new in all_facts(material):
        if new.fact.capability is Capability.PROCESS:
            yield from _process(new)
        elif new.fact.capability in _LOADS and Mark.TEMPORARY in new.fact.marks:
            severity = Severity.CRITICAL if new.when.is_unasked else Severity.HIGH
            yield sighting(
                new,
                severity,
                f"code is taken from a folder for temporary files, or from one that is not seen: {shown_call(new)}",
            )
        elif new.fact.capability is Capability.NATIVE and Mark.EXECUTABLE in new.fact.marks:
            severity = Severity.CRITICAL if new.when.is_unasked else Severity.HIGH
            yield sighting(new, severity, f"memory is made to run as code: {shown_call(new)}")
        elif new.fact.capability in POWERS and new.when.is_unasked:
            yield from _gated(new)
        elif new.fact.capability is Capability.NETWORK and Mark.INSECURE in new.fact.marks:
            severity = Severity.MEDIUM if trusts_blindly else Severity.HIGH
            yield sighting(new, severity, f"it connects without looking at certificates: {shown_call(new)}")
    for literal in material.literals:
        if literal.literal.kind is LiteralKind.COMMAND and not literal.literal.in_docstring:
            what = what_it_does(literal.literal.value)
            if what is not None:
                yield Sighting(
                    severity=Severity.HIGH,
                    summary=f"a command line that {what}: {literal.literal.value[:80]}",
                    path=literal.path,
                    line=literal.literal.line,
                    scope=literal.literal.scope,
                    when=literal.when,
                    subject=literal.literal.value,
                )


def _process(new: NewFact) -> Iterator[Sighting]:
    marks = new.fact.marks
    what = what_it_does(" ".join(new.fact.arguments))
    if {Mark.SILENCED, Mark.DETACHED} <= marks:
        severity = Severity.CRITICAL if new.when.is_unasked else Severity.HIGH
        yield sighting(new, severity, f"a program is started that nobody hears and that stays: {shown_call(new)}")
    elif Mark.TEMPORARY in marks and marks & {Mark.EXECUTABLE, Mark.WRITTEN, Mark.FETCHED}:
        severity = Severity.CRITICAL if new.when.is_unasked else Severity.HIGH
        yield sighting(new, severity, f"a file is put into a folder for temporary files and run: {shown_call(new)}")
    elif what is not None:
        yield sighting(new, Severity.HIGH, f"a command line that {what}: {shown_call(new)}")
    elif Mark.DETACHED in marks and new.when.is_unasked:
        yield sighting(new, Severity.HIGH, f"a program is started that stays: {shown_call(new)}")
    else:
        yield from _gated(new)


def _gated(new: NewFact) -> Iterator[Sighting]:
    if Mark.GATED in new.fact.marks and Mark.SWALLOWED in new.fact.marks and new.when in {When.START, When.IMPORT}:
        yield sighting(
            new,
            Severity.HIGH,
            f"under a condition on where it runs, and whatever goes wrong is passed over: {shown_call(new)}",
        )


RULE = Rule(
    id="evasion",
    severity=Severity.CRITICAL,
    title="something is done so that nobody notices",
    means=(
        "A child that is silenced and detached, a file put into a temporary folder, made executable and run, downloads "
        "that look at no certificate, a shell that gets what was fetched, code that runs on some machines only and "
        "passes over whatever goes wrong."
    ),
    attack="Ultralytics 8.3.41: a miner was fetched to /tmp, made executable and started without a word.",
    judge="Each idiom alone can be honest. Ask why the user should not see it.",
    look=_look,
)
