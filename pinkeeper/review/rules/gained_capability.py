"""A file or function that was there gains a power that it had not."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.review.capabilities.summary import Capability, Mark
from pinkeeper.review.material import Material, NewFact, Novelty
from pinkeeper.review.rules.circumstances import RUNS_TEXTS, by_path, could_be_read, had_in_file, ran_texts, shown_call
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

_GAINS = {
    Capability.PROCESS: "starting programs",
    Capability.NETWORK: "reaching the network",
    Capability.DYNAMIC_CODE: "running code made at run time",
    Capability.NATIVE: "calling native code by hand",
    Capability.DESERIALISATION: "unpacking objects that can run code",
}


def _look(material: Material) -> Iterable[Sighting]:
    for facts in by_path(material.facts).values():
        capabilities = {new.fact.capability for new in facts}
        for new in facts:
            capability = new.fact.capability
            if (
                capability in _GAINS
                and new.novelty is not Novelty.NEW_FILE
                and not (
                    ran_texts(material, new)
                    if new.fact.callee in RUNS_TEXTS
                    else had_in_file(material, new, capability)
                )
            ):
                where = "a function" if new.novelty is Novelty.OLD_SCOPE else "a file"
                yield sighting(
                    new,
                    _severity(
                        new,
                        capabilities,
                        is_sure=could_be_read(material, new),
                        is_first=capability not in material.old.can,
                    ),
                    f"{where} that was there before gains a power, {_GAINS[capability]}: {shown_call(new)}",
                )


def _severity(new: NewFact, beside: set[Capability], *, is_sure: bool, is_first: bool) -> Severity:
    fact = new.fact
    if fact.capability is Capability.PROCESS and (
        Capability.NETWORK in beside or fact.marks & {Mark.SILENCED, Mark.DETACHED}
    ):
        return Severity.HIGH
    if not is_sure and not fact.marks & {Mark.DECODED, Mark.SECRET, Mark.COMPUTED}:
        return Severity.MEDIUM  # the old file, of an older Python, may have done the same
    if fact.marks & {Mark.DECODED, Mark.FETCHED, Mark.SECRET, Mark.COMPUTED}:
        return Severity.HIGH
    if fact.callee in RUNS_TEXTS and new.novelty is Novelty.OLD_SCOPE:
        return Severity.HIGH
    is_known = fact.capability is not Capability.PROCESS and not is_first
    return Severity.MEDIUM if is_known or new.novelty is not Novelty.OLD_SCOPE else Severity.HIGH


RULE = Rule(
    id="gained-capability",
    severity=Severity.HIGH,
    title="an existing file or function gains a power",
    means=(
        "Code that was trusted for what it did now starts programs, reaches the network or runs code made at run time. "
        "Callers that were written for its old behaviour run it."
    ),
    attack="Ultralytics 8.3.41: an existing function began to fetch a program and to run it.",
    judge="Does the release's own account of itself mention it? Does the function's name promise it?",
    look=_look,
)
