"""A scenario's lock made without a network: resolved, assembled and rendered in this process."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from pinkeeper.lockfile.requirements_txt import RenderOptions, render_requirements
from pinkeeper.resolver.progress import SilentProgress
from pinkeeper.resolver.universal import resolve_targets
from pinkeeper.workflows.lock_assembly import assemble
from pinkeeper.workflows.lock_options import HashChoice
from tests.resolver.scenario_files import files_of, targets_of
from tests.resolver.scenario_source import ScenarioSource
from tests.resolver.test_scenarios import problem_of, target_of

__all__ = ["answer", "hashes_of"]


def answer(scenario: Mapping[str, Any]) -> str:
    """The text of the lock. Raises what a target that is not served fails with."""
    problem = problem_of({**scenario, "locked": {}})
    answers = resolve_targets(
        problem,
        [target_of(python=python, platform=platform) for python, platform in targets_of(scenario)],
        ScenarioSource(scenario["packages"]),
        preferences=lambda _target: {},
        progress=SilentProgress(),
    )
    for unserved in answers.unserved:
        raise unserved.error
    lock, _ = assemble(answers, problem.requirements, hashes=HashChoice.TARGETS, kept={}, sha256s=lambda _files: {})
    return render_requirements(lock, options=RenderOptions(command=None, python="3.12"))


def hashes_of(scenario: Mapping[str, Any]) -> dict[str, str]:
    """The SHA-256 that `ScenarioSource` gives each file, in hexadecimal, by its name."""
    return {
        file.filename: hashlib.sha256(file.filename.encode()).hexdigest()
        for name, releases in scenario["packages"].items()
        for version, release in releases.items()
        for file in files_of(name, version, release)
    }
