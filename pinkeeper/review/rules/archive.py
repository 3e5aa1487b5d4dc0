"""Archives that are not what they should be, so that readers may see different things in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pinkeeper.artifacts.contents import AnomalyKind
from pinkeeper.model.finding import Severity
from pinkeeper.review.material import Material
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_MILD = {AnomalyKind.CASE_COLLISION: Severity.MEDIUM, AnomalyKind.RECORD_ABSENT: Severity.MEDIUM}


def _look(material: Material) -> Iterable[Sighting]:
    known = Counter(
        (anomaly.kind, contents.is_wheel)
        for contents in (material.old.wheel, material.old.sdist)
        if contents is not None
        for anomaly in contents.anomalies
    )
    for contents in (material.new.wheel, material.new.sdist):
        for anomaly in () if contents is None else contents.anomalies:
            assert contents is not None
            # A build tool that always was careless is no news; nor is a link in an sdist, which nobody installs.
            habitual = known[anomaly.kind, contents.is_wheel] > 0
            known[anomaly.kind, contents.is_wheel] -= 1
            severity = _MILD.get(anomaly.kind, Severity.HIGH)
            if anomaly.kind is AnomalyKind.LINK and not contents.is_wheel:
                severity = Severity.LOW
            yield Sighting(
                severity=Severity.LOW if habitual else severity,
                summary=f"{contents.filename}: {anomaly.detail}",
                path=anomaly.path,
                subject=f"{anomaly.kind.value} {anomaly.path or ''}",
            )


RULE = Rule(
    id="archive",
    severity=Severity.HIGH,
    title="an archive is not sound",
    means=(
        "Members that leave their folder, stand twice, differ between their two headers or from RECORD, or data that "
        "no member accounts for: what one installer unpacks another does not, and a scanner sees a third thing."
    ),
    attack="Wheels of 2025 whose local headers named other files than the directory, to pass scanners.",
    judge="Build tools do not make such archives. Ask for the release to be made again.",
    look=_look,
)
