"""New dependencies: what the release brings along that the old one did not."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pinkeeper.model.finding import Severity
from pinkeeper.review.material import Material
from pinkeeper.review.rules.near_miss import nearest
from pinkeeper.review.rules.rule import Rule, Sighting
from pinkeeper.review.rules.widely_used import known_names

__all__ = ["RULE"]


def _look(material: Material) -> Iterable[Sighting]:
    for change in material.fields:
        if change.field != "Requires-Dist":
            continue
        before = {name for text in change.old if (name := _name(text)) is not None}
        for text in change.new:
            try:
                requirement = Requirement(text)
            except InvalidRequirement:
                yield Sighting(
                    severity=Severity.MEDIUM, summary=f"a requirement that is none: {text[:80]}", subject=text
                )
                continue
            name = canonicalize_name(requirement.name)
            if requirement.url is not None:
                yield Sighting(
                    severity=Severity.HIGH,
                    summary=f"{name} is to come from an address of its own, past every index: {requirement.url[:80]}",
                    subject=f"direct {name}",
                )
            elif name not in before and name not in material.known:
                yield _new(name, text, material)
            elif name not in before:
                yield Sighting(severity=Severity.LOW, summary=f"a new dependency: {text[:80]}", subject=f"new {name}")


def _new(name: str, text: str, material: Material) -> Sighting:
    # An extra of a release is asked for by few; names near others are no news there.
    near = nearest(name, sorted(material.known))
    if near is not None:
        is_known = name in known_names()
        return Sighting(
            severity=Severity.MEDIUM if is_known else Severity.HIGH,
            summary=f"the new dependency {name} may be taken for {near}, and is another project"
            + (", which many install too" if is_known else ""),
            subject=f"near {name}",
        )
    return Sighting(severity=Severity.LOW, summary=f"a new dependency: {text[:80]}", subject=f"new {name}")


def _name(text: str) -> str | None:
    try:
        return canonicalize_name(Requirement(text).name)
    except InvalidRequirement:
        return None


RULE = Rule(
    id="dependency",
    severity=Severity.HIGH,
    title="a new dependency",
    means=(
        "The release asks for a project that the old one did not ask for. It is high where that is to come from an "
        "address of its own, or where its name may be taken for that of a widely used or already locked project."
    ),
    attack="event-stream (2018): the payload came in as a new dependency with a plausible name.",
    judge="Look at the new project as at any other: who, since when, what for.",
    look=_look,
)
