"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from pinkeeper.model.finding import Finding, Severity
from pinkeeper.review.material import Material

__all__ = ["Rule"]


class Rule(Struct, frozen=True, kw_only=True):
    """One kind of thing to look at.

    id: lower-case words with hyphens. severity: the gravest it can give. title: a few words. means: what a finding
    says; attack: a real attack that it would have caught; judge: how to tell harm from habit. find: gives findings
    without hunk, related facts and fingerprint, which are added when findings about one change are brought together.
    """

    id: str
    severity: Severity
    title: str
    means: str
    attack: str
    judge: str
    find: Callable[[Material], Iterable[Finding]]
