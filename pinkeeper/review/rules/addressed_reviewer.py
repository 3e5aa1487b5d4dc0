"""Text that speaks to whoever reviews the release, and tells what to say of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.added_lines import added_lines
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_MOST = 4_000_000
_NEAR = 400
_MOST_CALLS = 50
_REVIEWER = (
    r"(?:(?:ai|llm|gpt|claude|copilot|automated|automatic|code|coding|security|malware|language|supply[- ]chain)"
    r"[\s-]+){1,3}"
    r"(?:review(?:er|ing|s)?|scann(?:er|ing)|audit(?:or|ing)?|analy[sz](?:er|ers|ing|t)|agents?|assistants?|models?|bots?|"
    r"tools?)s?"
)
_SPOKEN_TO = lazy_pattern(
    rf"\b(?:note|notice|message|instructions?|attention|hint|dear|hello|hi|if\s+you\s+are|as)\b[^.\n]{{0,20}}?"
    rf"\b(?:an?\s+|the\s+|any\s+|all\s+)?{_REVIEWER}\b|\b{_REVIEWER}\s*[:,]\s*(?:please|ignore|do\s+not|you)",
    re.IGNORECASE,
)
_ORDER = lazy_pattern(
    r"\b(?:ignore|disregard|forget)\s+(?:(?:all|any|the|your|previous|prior|earlier|above)\s+){1,4}"
    r"(?:instructions?|prompts?|rules?|findings?|warnings?)|"
    r"\b(?:do\s+not|don't|never|must\s+not|no\s+need\s+to)\s+(?:flag|report|mention|warn|alert|analy[sz]e|review|block)|"
    r"\b(?:do\s+not|don't|never|without)\s+(?:tell(?:ing)?|inform(?:ing)?|ask(?:ing)?|notify(?:ing)?)\s+(?:the\s+)?(?:user|human|developer)|"
    r"\b(?:report|return|answer|output|give|conclude)\s+(?:that\s+)?(?:no\s+(?:findings?|issues?|problems?|risks?)|"
    r"(?:it\s+is\s+|this\s+is\s+)?(?:safe|benign|clean|harmless|routine))|"
    r"\b(?:approve|merge|accept|whitelist|allowlist)\s+(?:this|the|it)\b|"
    r"\b(?:classify|mark|treat|consider|rate)\s+(?:this|it|the)\b[^.\n]{0,60}\b(?:safe|benign|clean|harmless|routine|trusted)",
    re.IGNORECASE,
)


def _look(material: Material) -> Iterable[Sighting]:
    left = _MOST
    for change in (*material.changes, *material.build_changes):
        for added in added_lines(change):
            if left <= 0:
                return
            text = "\n".join(line.text for line in added)
            left -= len(text)
            spoken = next(
                (
                    found
                    for found in islice(_SPOKEN_TO.finditer(text), _MOST_CALLS)
                    if _ORDER.search(text[max(0, found.start() - _NEAR) : found.end() + _NEAR]) is not None
                ),
                None,
            )
            if spoken is None:
                continue
            assert change.new_path is not None
            yield Sighting(
                severity=Severity.LOW if is_test(change.new_path) else Severity.HIGH,
                summary="a text speaks to whoever reviews the release, and says what to find",
                path=change.new_path,
                line=added[text.count("\n", 0, spoken.start())].new,
                subject="addressed",
            )
            break


RULE = Rule(
    id="addressed-reviewer",
    severity=Severity.HIGH,
    title="a text tells reviewers what to say",
    means=(
        "A comment, a docstring or a document addresses a reviewer or a reviewing program, and asks to have something "
        "ignored, called safe or approved."
    ),
    attack="Packages of 2025 with a docstring that asked language models to report no malicious code.",
    judge="Nobody honest writes to reviewers in a release. Packages that test language models have such texts as data.",
    look=_look,
)
