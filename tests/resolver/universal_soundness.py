"""Judges the written lock of a scenario: by its facts alone, and by the answer that the scenario states.

Nothing of the program's resolver, readers, targets or markers has a part in this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from packaging.markers import Marker
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.resolver.scenario_files import ScenarioFile, files_of
from tests.support.lock_text import LockedPin, read_pins
from tests.support.snapshot import FileFacts, MetadataFacts, ProjectFacts, ReleaseFacts
from tests.support.sound_targets import SoundTarget, sound_target
from tests.support.soundness import faults_of

__all__ = ["expected_pins", "faults_of_scenario", "markers_of", "pins_by_target"]

_PYTHON = re.compile(r"3\.\d+(\.\d+)?")


def faults_of_scenario(
    scenario: Mapping[str, Any],
    text: str,
    *,
    targets: Iterable[tuple[str, str]],
    hashes: Mapping[str, str],
    now: datetime,
) -> list[str]:
    """Everything that is wrong with a lock. hashes: SHA-256 in hexadecimal by file name."""
    described = {
        (name, version): list(files_of(name, version, release))
        for name, releases in scenario.get("packages", {}).items()
        for version, release in releases.items()
    }
    every_file = [file for files in described.values() for file in files]
    policy = scenario.get("policy", {})
    return faults_of(
        read_pins(text),
        roots={"-r requirements.in": scenario["requirements"]},
        constraints={"-c constraints.txt": scenario.get("constraints", [])},
        overrides=scenario.get("overrides", []),
        projects=[
            ProjectFacts(
                name=canonicalize_name(name),
                releases={
                    version: ReleaseFacts(files=tuple(_file_facts(file, hashes) for file in described[name, version]))
                    for version in releases
                },
            )
            for name, releases in scenario.get("packages", {}).items()
        ],
        metadata={file.filename: _metadata(file) for file in every_file},
        excluded=[
            file.filename
            for (name, _), files in described.items()
            for file in files
            if _left_out(name, file, policy, now)
        ],
        targets=[sound_target(*spelling) for spelling in targets],
    )


def _file_facts(file: ScenarioFile, hashes: Mapping[str, str]) -> FileFacts:
    return FileFacts(
        filename=file.filename,
        sha256=hashes[file.filename],
        upload_time=file.uploaded,
        requires_python=file.requires_python,
        yanked=file.yanked,
    )


def _metadata(file: ScenarioFile) -> MetadataFacts | None:
    if file.opaque:
        return None
    return MetadataFacts(
        requires_python=file.metadata_requires_python or file.requires_python,
        requires_dist=file.requires,
        provides_extra=file.extras,
    )


def _left_out(name: str, file: ScenarioFile, policy: Mapping[str, Any], now: datetime) -> bool:
    """Whether the age or the kind of a file is not admitted."""
    kind = "only-binary" if file.tag is None else "no-binary"
    if {name, ":all:"} & set(policy.get(kind, [])):
        return True
    if "cooldown" in policy:
        amount, unit = policy["cooldown"].split()
        if file.uploaded is None or file.uploaded > now - timedelta(**{unit: int(amount)}):
            return True
    if "exclude-newer" in policy:
        end = datetime.fromisoformat(policy["exclude-newer"]).replace(tzinfo=UTC) + timedelta(days=1)
        return file.uploaded is None or file.uploaded >= end
    return False


def pins_by_target(text: str, targets: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
    """What a lock installs on each target: versions by ``name[extras]``."""
    pins = read_pins(text)
    return {
        f"{python} {platform}": {
            _with_extras(pin): str(pin.version) for pin in pins if _holds(pin, sound_target(python, platform))
        }
        for python, platform in targets
    }


def _with_extras(pin: LockedPin) -> str:
    return f"{pin.name}[{','.join(pin.extras)}]" if pin.extras else pin.name


def _holds(pin: LockedPin, target: SoundTarget) -> bool:
    return pin.marker is None or Marker(pin.marker).evaluate(dict(target.environment))


def expected_pins(
    stated: Mapping[str, str] | list[str], targets: Iterable[tuple[str, str]]
) -> dict[str, dict[str, str]]:
    """What a scenario states, in the form of `pins_by_target`.

    A table of versions holds on every target. A list has lines such as ``a[x]==1``, for every target,
    ``a==1 on 3.11 windows_amd64``, where what is left out (Pythons or platforms) means all, and
    ``a==1 on windows_amd64, 3.11``, for targets that either part names.
    """
    lines = [f"{name}=={version}" for name, version in stated.items()] if isinstance(stated, Mapping) else stated
    expected: dict[str, dict[str, str]] = {f"{python} {platform}": {} for python, platform in targets}
    known = {word for target in expected for word in target.split()}
    for line in lines:
        pin, _, where = line.partition(" on ")
        name, _, version = pin.partition("==")
        parts = [part.split() for part in where.split(",")]
        assert known.issuperset(word for part in parts for word in part), line
        for target, pins in expected.items():
            if any(_is_in(part, *target.split()) for part in parts):
                assert name not in pins, f"{name} is stated twice for {target}"
                pins[name] = str(Version(version))
    return expected


def _is_in(part: list[str], python: str, platform: str) -> bool:
    pythons = [word for word in part if _PYTHON.fullmatch(word)]
    platforms = [word for word in part if word not in pythons]
    return (not pythons or python in pythons) and (not platforms or platform in platforms)


def markers_of(text: str) -> dict[str, str]:
    """Markers as they are written, by ``name==version``; empty where there is none."""
    return {f"{_with_extras(pin)}=={pin.version}": pin.marker or "" for pin in read_pins(text)}
