"""The rules that look for findings, as lines for a terminal: all of them, or all about one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pinkeeper.errors import InputError
from pinkeeper.model.finding import Severity
from pinkeeper.reports.hunk_text import wrapped
from pinkeeper.review.rules.rule import Rule

__all__ = ["rule_text", "rules_text"]

Line = tuple[str, str | None]

_STYLES = {Severity.CRITICAL: "error", Severity.HIGH: "warning", Severity.MEDIUM: "changed", Severity.LOW: "quiet"}


def rules_text(rules: Mapping[str, Rule]) -> tuple[Line, ...]:
    """One (text, style) line a rule: id, the gravest severity it gives, title; the gravest first."""
    told = sorted(rules.values(), key=lambda rule: (rule.severity.rank, rule.id))
    room = max((len(rule.id) for rule in told), default=0)
    return tuple((f"{rule.id:<{room}}  {rule.severity:<8}  {rule.title}", _STYLES[rule.severity]) for rule in told)


def rule_text(rules: Mapping[str, Rule], identifier: str, *, width: int = 80) -> tuple[Line, ...]:
    """What a rule means, a real attack it would have caught, how to judge it. Raises InputError where there is none."""
    rule = rules.get(identifier)
    if rule is None:
        import difflib  # noqa: PLC0415 - only on the way to an error

        near = difflib.get_close_matches(identifier, sorted(rules), n=3)
        raise InputError(
            f"there is no rule {identifier}",
            remedy=f"did you mean {' or '.join(near)}?" if near else "pinkeeper rules lists them",
        )
    return tuple(_lines(rule, width))


def _lines(rule: Rule, width: int) -> Iterator[Line]:
    yield f"{rule.id}: {rule.title}", "strong"
    yield f"severity: {rule.severity}, or less", _STYLES[rule.severity]
    for label, text in (("What it means", rule.means), ("A real attack", rule.attack), ("How to judge", rule.judge)):
        yield "", None
        yield f"{label}:", "strong"
        yield from ((row, None) for row in wrapped(text, width=width, indent=2))
