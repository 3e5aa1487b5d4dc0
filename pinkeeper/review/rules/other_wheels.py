"""Code in the wheels for other environments that the wheel that was read has not got."""

from __future__ import annotations

from collections.abc import Iterable

from pinkeeper.model.finding import Severity
from pinkeeper.review.material import Material
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_SEVERITIES = {
    "a start-up file": Severity.HIGH,
    "a script": Severity.MEDIUM,
    "another content": Severity.MEDIUM,
}


def _look(material: Material) -> Iterable[Sighting]:
    for filename, path, what in material.beyond_wheel:
        place = f"{filename}: {path}" if path else filename
        yield Sighting(
            severity=_SEVERITIES.get(what, Severity.LOW),
            summary=f"{place}: {what}, which the wheel that was read has not got",
            subject=f"{filename} {path}",
        )


RULE = Rule(
    id="other-wheels",
    severity=Severity.HIGH,
    title="another wheel of the release has other code",
    means=(
        "The wheels of a release differ in their binaries. Python files that only one has, or that it has with another "
        "content, and start-up files above all, were put in for one kind of machine. Only listings were compared."
    ),
    attack="A payload in the wheel for one platform alone, while reviewers look at another.",
    judge="Generated configuration differs by platform. Look at the file: --platform reads that wheel in full.",
    look=_look,
)
