"""Scenarios put on a loopback index and locked as a user would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from pinkeeper.inputs.durations import parse_duration, parse_moment
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.url import IndexURL
from pinkeeper.resolver.policy import Strategy
from pinkeeper.workflows.lock import lock
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.surroundings import Surroundings
from tests.resolver.scenario_files import NOW, ScenarioFile, files_of, targets_of
from tests.support.distributions import Built, make_sdist, make_wheel
from tests.support.index import LoopbackIndex

__all__ = ["fill", "lock_scenario"]

_ASKS_THE_MACHINE = """\
import platform

import setuptools

setuptools.setup(name="a", version="1", install_requires=[platform.machine()])
"""


def fill(index: LoopbackIndex, scenario: Mapping[str, Any]) -> dict[str, str]:
    """List a scenario's packages; the SHA-256 of each file, in hexadecimal, by its name."""
    hashes = {}
    for name, releases in scenario.get("packages", {}).items():
        index.add_project(name)
        for version, release in releases.items():
            for file in files_of(name, version, release):
                built = _build(name, version, file)
                assert built.filename == file.filename
                stored = index.add(
                    built, upload_time=file.uploaded, yanked=file.yanked, requires_python=file.requires_python
                )
                hashes[file.filename] = stored.hashes["sha256"]
    return hashes


def _build(name: str, version: str, file: ScenarioFile) -> Built:
    facts: dict[str, Any] = {
        "requires": file.requires,
        "extras": file.extras,
        "requires_python": file.metadata_requires_python or file.requires_python,
    }
    if file.tag is not None:
        return make_wheel(name, version, tag=file.tag, **facts)
    if file.opaque:
        return make_sdist(name, version, dynamic=["Requires-Dist"], setup_py=_ASKS_THE_MACHINE, **facts)
    return make_sdist(name, version, **facts)


def _options_of(scenario: Mapping[str, Any], index: LoopbackIndex) -> LockOptions:
    """The command line that a scenario stands for."""
    policy = scenario.get("policy", {})
    formats = FormatControl()
    for value in policy.get("only-binary", []):
        formats = formats.with_only_binary(value)
    for value in policy.get("no-binary", []):
        formats = formats.with_no_binary(value)
    targets = targets_of(scenario)
    return LockOptions(
        sources=("requirements.in",),
        constraints=("constraints.txt",) if "constraints" in scenario else (),
        overrides=("overrides.txt",) if "overrides" in scenario else (),
        pythons=tuple(dict.fromkeys(python for python, _ in targets)),
        platforms=tuple(dict.fromkeys(platform for _, platform in targets)),
        pre=policy.get("pre", False),
        formats=formats,
        resolution=Strategy(policy["resolution"]) if "resolution" in policy else None,
        exclude_newer=parse_moment(policy["exclude-newer"]) if "exclude-newer" in policy else None,
        cooldown=parse_duration(policy["cooldown"]) if "cooldown" in policy else timedelta(0),
        index=IndexOptions(index_url=IndexURL.parse(index.url)),
    )


def lock_scenario(
    scenario: Mapping[str, Any], index: LoopbackIndex, directory: Path
) -> tuple[str, dict[tuple[str, str], str]]:
    """Lock; the text that is written, and why targets, (Python, platform), are not served. Raises PinkeeperError."""
    texts = {
        "requirements.in": scenario["requirements"],
        "constraints.txt": scenario.get("constraints"),
        "overrides.txt": scenario.get("overrides"),
        "requirements.txt": _previous(scenario.get("locked")),
    }
    for name, lines in texts.items():
        if lines is not None:
            (directory / name).write_text("".join(f"{line}\n" for line in lines))
    surroundings = Surroundings(environ={}, directory=directory, now=NOW, stdin=lambda: b"", cache_directory=None)
    result = lock(_options_of(scenario, index), surroundings)
    names = {f"Python {python} on {platform}": (python, platform) for python, platform in targets_of(scenario)}
    unserved = {names[failed.target]: failed.reason for failed in result.unserved}
    return (directory / "requirements.txt").read_text(encoding="utf-8"), unserved


def _previous(locked: Mapping[str, str] | list[str] | None) -> list[str] | None:
    if isinstance(locked, Mapping):
        return [f"{name}=={version}" for name, version in locked.items()]
    return locked
