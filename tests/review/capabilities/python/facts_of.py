"""Facts written as words: ``capability callee mark+mark``, each part as short as it can be told apart."""

from __future__ import annotations

from textwrap import dedent

from pinkeeper.review.capabilities.python_file import summarise
from pinkeeper.review.capabilities.summary import Fact, ModuleSummary

__all__ = ["facts", "has", "summary_of", "told"]


def summary_of(source: str) -> ModuleSummary:
    """The summary of a source text, whose indentation does not matter."""
    return summarise(dedent(source).encode("utf-8", "surrogatepass"))


def facts(source: str) -> tuple[Fact, ...]:
    """The facts of a source text."""
    summary = summary_of(source)
    assert summary.problem is None, summary.problem
    return summary.facts


def told(found: tuple[Fact, ...]) -> list[str]:
    """The facts as words, for a message."""
    return [f"{fact.scope}: {fact.capability.value} | {fact.callee} | {'+'.join(sorted(fact.marks))}" for fact in found]


def has(found: tuple[Fact, ...], wanted: str) -> bool:
    """Whether one of the facts is as wanted: ``process | os.system | shell+decoded``, more marks being no matter."""
    capability, callee, marks = ([part.strip() for part in wanted.split("|")] + ["", ""])[:3]
    return any(
        fact.capability.value == capability
        and callee in {"", fact.callee}
        and {mark for mark in marks.split("+") if mark} <= {mark.value for mark in fact.marks}
        for fact in found
    )
