"""New build requirements: what is installed, and runs, before a release is built."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pinkeeper.artifacts.contents import Contents
from pinkeeper.errors import ArtifactError
from pinkeeper.model.finding import Severity, When
from pinkeeper.review.material import Material
from pinkeeper.review.rules.near_miss import nearest
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_PYPROJECT = "pyproject.toml"


def _look(material: Material) -> Iterable[Sighting]:
    if material.old.sdist is None or material.new.sdist is None:
        return
    before, after = _required(material.old.sdist), _required(material.new.sdist)
    known = {name for text in before if (name := _name(text)) is not None}
    for text in after - before:
        name = _name(text)
        if name is None:
            severity, what = Severity.MEDIUM, "a build requirement that is none"
        elif Requirement(text).url is not None:
            severity, what = Severity.HIGH, "a build requirement comes from an address of its own, past every index"
        elif name in known:
            continue
        elif name not in material.known and (near := nearest(name, sorted(material.known))) is not None:
            severity, what = Severity.HIGH, f"the new build requirement may be taken for {near}, and is another project"
        else:
            severity, what = Severity.LOW, "a new build requirement"
        yield Sighting(
            severity=severity,
            summary=f"{what}: {text[:100]}",
            path=_PYPROJECT,
            when=When.BUILD,
            subject=text,
        )


def _required(sdist: Contents) -> frozenset[str]:
    """``[build-system] requires``, as texts; nothing where it cannot be read (PEP 518)."""
    if _PYPROJECT not in sdist.entries:
        return frozenset()
    try:
        document = tomllib.loads(sdist.read(_PYPROJECT).decode())
    except (ArtifactError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return frozenset()
    system = document.get("build-system")
    requires = system.get("requires") if isinstance(system, dict) else None
    return frozenset(text for text in requires if isinstance(text, str)) if isinstance(requires, list) else frozenset()


def _name(text: str) -> str | None:
    try:
        return canonicalize_name(Requirement(text).name)
    except InvalidRequirement:
        return None


RULE = Rule(
    id="build-requirement",
    severity=Severity.HIGH,
    title="a new build requirement",
    means=(
        "Before a release is built its build requirements are installed, and their code runs with the build. It is "
        "high for one from an address of its own, and for a name that may be taken for another project's."
    ),
    attack="Build backends taken over or replaced: the source stays clean, what builds it is not.",
    judge="Backends are few and well known. A lock with wheels alone never builds.",
    look=_look,
)
