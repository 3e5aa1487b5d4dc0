"""Texts that tell a language model to hand something over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from pinkeeper.model.comparison import FileKind
from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.added_lines import added_lines
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_MOST = 4_000_000  # characters
_MOST_PLACES = 50  # of one hunk
_NEAR = 400  # characters
_PLACE = lazy_pattern(r"(?:https?|wss?)://[^\s\"'<>]+")
_HANDS_OVER = lazy_pattern(
    r"\b(?:send|post|upload|fetch(?:_\w+)?|call|forward|transmit|report|submit|append|include|open|request|visit|get|add|embed|put|encode|image)\b",
    re.IGNORECASE,
)
_SECRETS = lazy_pattern(
    r"\b(?:keys?|passwords?|credentials?|secrets?|access tokens?|environment variables?|private keys?|"
    r"sensitive|confidential|conversation(?: history)?|system prompt)\b|(?<!\w)\.env\b|"
    r"~/\.(?:ssh|aws|netrc|kube|config)\b|\bid_(?:rsa|ed25519)\b",
    re.IGNORECASE,
)
_IN_SECRET = lazy_pattern(
    r"\b(?:do\s+not|don't|never|without)\s+(?:mention|tell|inform|reveal|disclos|show|say|ask|notify)\w*|"
    r"\bleave\s+(?:it|this|that)\s+out\b|\bkeep\s+(?:it|this|that)\s+(?:secret|hidden|to\s+yourself)|\bsilently\b|"
    r"\bbookkeeping\b",
    re.IGNORECASE,
)


# Where texts lie that models are given.
_FOR_MODELS = lazy_pattern(
    r"(?:^|[/_.-])(?:prompts?|system_?prompts?|skills?|agents?|instructions?|personas?)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_SAID = lazy_pattern(
    r"\b(?:last|user'?s?|previous|whole|full|entire)\s+(?:user\s+)?(?:messages?|inputs?|questions?|conversation|prompts?|"
    r"queries|query|request|history)\b",
    re.IGNORECASE,
)
_FILE = r"(?:~/\.(?:ssh|aws|netrc|kube|docker|gnupg|pypirc)\b|\bid_(?:rsa|ed25519)\b|(?<!\w)\.env\b)"
_READS = lazy_pattern(
    rf"\b(?:read|open|cat|include|copy|load)\b[^.\n]{{0,40}}{_FILE}[^\n]{{0,80}}\b(?:pass|send|include|append|give|put|add|"
    r"attach|paste)\b[^\n]{0,60}\b(?:argument|parameter|as\s+\w+|field|query|answer|context|path|message)",
    re.IGNORECASE,
)
_OBEYS = lazy_pattern(
    r"\b(?:run|execute|follow|obey|do)\b[^.\n]{0,40}\b(?:commands?|code|instructions?|scripts?|tasks?|whatever|what)\b",
    re.IGNORECASE,
)
_UNASKED = lazy_pattern(r"\b(?:do\s+not|don't|never|without)\s+(?:ask|confirm|tell|mention|wait)\w*", re.IGNORECASE)
# What is given to be read, not what is told to be asked.
_FIXED = lazy_pattern(
    r".*\.(?:md|pdf|html?|png|jpe?g|svg|txt)[).,]?$|.*(?:github|gitlab|docs?[.-]|/docs?/|readthedocs)"
)


def _look(material: Material) -> Iterable[Sighting]:
    left = _MOST
    for change in material.changes:
        path = change.new_path
        if path is None or change.kind is FileKind.TEST:
            continue
        is_for_models = change.kind is not FileKind.PYTHON and _FOR_MODELS.search(path) is not None
        if change.kind is FileKind.DOCUMENTATION and not is_for_models:
            continue
        for added in added_lines(change):
            text = "\n".join(line.text for line in added)
            left -= len(text)
            if left < 0:
                return
            place = _told(text, is_for_models=is_for_models) or _reads_secrets(text)
            if place is not None:
                yield Sighting(
                    severity=Severity.LOW if is_test(path) else Severity.HIGH,
                    summary=f"a text tells whoever obeys it to hand over secrets: {place[0][:80]}",
                    path=path,
                    line=added[text.count("\n", 0, place.start())].new,
                    subject=f"told {place[0]}",
                )


def _reads_secrets(text: str) -> re.Match[str] | None:
    """Where it says to read a file of secrets and to hand on what is in it, or to do unasked what an address says."""
    found = _READS.search(text)
    if found is not None:
        return found
    for place in islice(_PLACE.finditer(text), _MOST_PLACES):
        around = text[max(0, place.start() - _NEAR) : place.end() + _NEAR]
        if _OBEYS.search(around) is not None and _UNASKED.search(around) is not None:
            return place
    return None


def _told(text: str, *, is_for_models: bool) -> re.Match[str] | None:
    """Where it says to send what nobody should have, and to say nothing of it.

    is_for_models: nobody but a model reads it, and what was said is enough.
    """
    for number, place in enumerate(_PLACE.finditer(text)):
        if number == _MOST_PLACES:
            return None
        around = text[max(0, place.start() - _NEAR) : place.end() + _NEAR]
        if _HANDS_OVER.search(around) is None:
            continue
        if all(each.search(around) is not None for each in (_SECRETS, _IN_SECRET)):
            return place
        if is_for_models and _SAID.search(around) is not None and not _FIXED.match(place[0]):
            return place
    return None


RULE = Rule(
    id="model-instructions",
    severity=Severity.HIGH,
    title="a text tells a model to hand something over",
    means=(
        "A prompt, the description of a tool, or another text that a model reads says to send keys, secrets or what "
        "was said to an address, and not to speak of it; in a file of prompts or skills, to send them at all."
    ),
    attack="Tool descriptions of 2025 that had agents read key files and pass them on as an argument.",
    judge="Who owns the address? Nobody honest asks a model to keep something from its user.",
    look=_look,
)
