"""The scenarios of testdata/resolution: the files of their packages, their targets, their time."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

__all__ = ["NOW", "ScenarioFile", "files_of", "scenarios", "targets_of"]

NOW = datetime(2026, 6, 1, tzinfo=UTC)

_FOLDER = Path(__file__).parents[2] / "testdata" / "resolution"


def scenarios(pattern: str) -> list[Any]:
    """The scenarios of all files whose names match, as parameters of a test."""
    return [
        pytest.param(scenario, id=f"{path.stem}-{number}-{scenario['name'].replace(' ', '-')}")
        for path in sorted(_FOLDER.glob(pattern))
        for number, scenario in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["scenario"])
    ]


def targets_of(scenario: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(Python, platform) of each target."""
    policy = scenario.get("policy", {})
    targets = scenario.get("targets", {})
    pythons = targets.get("python", [policy.get("python", "3.12")])
    platforms = targets.get("platforms", [policy.get("platform", "linux_x86_64")])
    return [(python, platform) for python in pythons for platform in platforms]


@dataclass(frozen=True, kw_only=True)
class ScenarioFile:
    """One distribution file of a scenario.

    tag: the wheel tag, None for an sdist. requires_python: on the page and in the metadata; metadata_requires_python:
    in the metadata alone. opaque: an sdist that does not say statically what it requires.
    """

    filename: str
    tag: str | None
    requires: tuple[str, ...]
    extras: tuple[str, ...]
    requires_python: str | None
    metadata_requires_python: str | None
    uploaded: datetime | None
    yanked: str | None
    opaque: bool


def files_of(name: str, version: str, release: Mapping[str, Any]) -> Iterator[ScenarioFile]:
    """The files of a release: one wheel for every Python where it says nothing else.

    A wheel is its tag, or a table of ``tag`` and of facts that are its own; an sdist is ``true`` or such a table.
    """
    stem = f"{canonicalize_name(name).replace('-', '_')}-{Version(version)}"
    for wheel in release.get("wheels", ["py3-none-any"]):
        own = {"tag": wheel} if isinstance(wheel, str) else wheel
        yield _file(f"{stem}-{own['tag']}.whl", {**release, "opaque": False, **own})
    if sdist := release.get("sdist", False):
        yield _file(f"{stem}.tar.gz", {**release, **(sdist if isinstance(sdist, dict) else {})})


def _file(filename: str, facts: Mapping[str, Any]) -> ScenarioFile:
    uploaded = facts.get("uploaded", "2024-01-01T00:00:00Z")
    return ScenarioFile(
        filename=filename,
        tag=facts.get("tag"),
        requires=tuple(facts.get("requires", ())),
        extras=tuple(facts.get("extras", ())),
        requires_python=facts.get("requires-python"),
        metadata_requires_python=facts.get("metadata-requires-python"),
        uploaded=datetime.fromisoformat(uploaded).astimezone(UTC) if uploaded else None,
        yanked=facts.get("yanked"),
        opaque=facts.get("opaque", False),
    )
