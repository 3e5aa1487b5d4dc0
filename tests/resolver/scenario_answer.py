"""A scenario's lock made without a network: resolved, assembled and rendered in this process."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.lockfile.requirements_txt import RenderOptions, render_requirements
from pinkeeper.resolver.progress import SilentProgress
from pinkeeper.resolver.universal import resolve_targets
from pinkeeper.workflows.lock_assembly import assemble
from pinkeeper.workflows.lock_options import HashChoice
from tests.resolver.scenario_files import files_of, targets_of
from tests.resolver.scenario_source import ScenarioSource
from tests.resolver.test_scenarios import problem_of, target_of
from tests.resolver.universal_soundness import pins_by_target

__all__ = ["answer", "hashes_of"]


def answer(scenario: Mapping[str, Any], *, kept: str = "") -> tuple[str, list[tuple[str, str]]]:
    """The text of the lock, and the targets that it does not serve. kept: of the one before, whose pins come first."""
    installed = pins_by_target(kept, targets_of(scenario))
    problem = problem_of({**scenario, "locked": {}})
    answers = resolve_targets(
        problem,
        [target_of(python=python, platform=platform) for python, platform in targets_of(scenario)],
        ScenarioSource(scenario["packages"]),
        preferences=lambda target: {
            canonicalize_name(name.partition("[")[0]): (Version(version),)
            for name, version in installed[" ".join(target.spelling)].items()
        },
        progress=SilentProgress(),
    )
    lock, _ = assemble(answers, problem.requirements, hashes=HashChoice.TARGETS, kept={}, sha256s=lambda _files: {})
    text = render_requirements(lock, options=RenderOptions(command=None, python="3.12"))
    return text, [unserved.target.spelling for unserved in answers.unserved]


def hashes_of(scenario: Mapping[str, Any]) -> dict[str, str]:
    """The SHA-256 that `ScenarioSource` gives each file, in hexadecimal, by its name."""
    return {
        file.filename: hashlib.sha256(file.filename.encode()).hexdigest()
        for name, releases in scenario["packages"].items()
        for version, release in releases.items()
        for file in files_of(name, version, release)
    }
