"""Build hooks: code that runs where a release is built or installed from its sdist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pinkeeper.model.comparison import ChangeStatus
from pinkeeper.model.finding import Severity, When
from pinkeeper.review.capabilities.summary import Capability, Mark
from pinkeeper.review.material import Material, NewFact
from pinkeeper.review.rules.circumstances import REMARKABLE, shown_call, was_reachable
from pinkeeper.review.rules.rule import Rule, Sighting, sighting

__all__ = ["RULE"]

_POWERS = {
    Capability.PROCESS: "starts a program",
    Capability.NETWORK: "reaches the network",
    Capability.DYNAMIC_CODE: "runs code that is made at run time",
    Capability.CREDENTIALS: "looks where secrets lie",
    Capability.PERSISTENCE: "leaves something behind that will run again",
}


def _look(material: Material) -> Iterable[Sighting]:
    yield from _new_files(material)
    for new in material.build_facts:
        if new.fact.capability in _POWERS and new.when is When.BUILD:
            yield sighting(
                new,
                _severity(material, new),
                f"when the release is built it {_POWERS[new.fact.capability]}: {shown_call(new)}",
            )


def _severity(material: Material, new: NewFact) -> Severity:
    marks, capability = new.fact.marks, new.fact.capability
    if marks & {Mark.DECODED, Mark.FETCHED} or (capability is Capability.NETWORK and Mark.SECRET in marks):
        return Severity.CRITICAL
    if capability in {Capability.NETWORK, Capability.CREDENTIALS, Capability.PERSISTENCE} or marks & REMARKABLE:
        return Severity.HIGH
    # Builds start compilers and read versions by exec: what a build did before is no news.
    return Severity.MEDIUM if was_reachable(material, capability, When.BUILD) else Severity.HIGH


def _new_files(material: Material) -> Iterator[Sighting]:
    hooks = material.new.build.hooks
    for change in material.build_changes:
        if change.new_path in hooks and change.status is ChangeStatus.ADDED:
            yield Sighting(
                severity=Severity.MEDIUM,
                summary="a new file takes part in the build",
                path=change.new_path,
                line=1,
                when=When.BUILD,
                subject="new build file",
            )


RULE = Rule(
    id="build-hook",
    severity=Severity.CRITICAL,
    title="a build hook is new or does more",
    means=(
        "setup.py, a command class, a hook or a backend in the source tree runs where the release is built, and where "
        "it is installed without a wheel: on a developer's machine or in CI, with all that lies there."
    ),
    attack="ctx and colourama-like packages: a setup.py that fetched and ran a program when pip installed it.",
    judge=(
        "A build may call compilers. It has no reason to fetch from hosts of its own, to read secrets or to hide what "
        "it runs. A lock with wheels alone never runs it."
    ),
    look=_look,
)
