"""Opaque blobs: long packed data in code, and something in the same file that could run them."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.review.capabilities.summary import Capability, OddityKind
from pinkeeper.review.material import Material
from pinkeeper.review.rules.circumstances import all_facts, by_path
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_RUNS = {Capability.DYNAMIC_CODE, Capability.PROCESS, Capability.DESERIALISATION, Capability.NATIVE}


def _look(material: Material) -> Iterable[Sighting]:
    facts = by_path(all_facts(material))
    for new in material.oddities:
        if new.oddity.kind not in {OddityKind.BLOB, OddityKind.LONG_LINE}:
            continue
        runs = any(each.fact.capability in _RUNS for each in facts.get(new.path, ()))
        is_blob = new.oddity.kind is OddityKind.BLOB
        what = f"packed data, {new.oddity.detail}" if is_blob else f"a very long line, {new.oddity.detail}"
        yield Sighting(
            severity=Severity.HIGH if runs and is_blob else Severity.MEDIUM if runs else Severity.LOW,
            summary=f"{what}{', beside something new that could run it' if runs else ''}",
            path=new.path,
            line=new.oddity.line,
            scope=new.oddity.scope,
            subject=new.oddity.kind.value,
        )


RULE = Rule(
    id="opaque-blob",
    severity=Severity.HIGH,
    title="packed data in code",
    means=(
        "A long literal as dense as packed or encrypted data, or a very long line. It is high where the same file "
        "gains something that could run it."
    ),
    attack="LiteLLM 1.82.7: some thousand characters of base64 in the middle of a server's module.",
    judge="Certificates, fonts, test vectors and tables are data. What reads the blob, and what becomes of it?",
    look=_look,
)
