"""Questions about one target, put to the resolver alone; `test_universal_scenarios` asks them over HTTP."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.errors import PinkeeperError
from pinkeeper.inputs.durations import parse_duration, parse_moment
from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import InputRequirement, parse_requirement
from pinkeeper.resolver.policy import Policy, Strategy
from pinkeeper.resolver.progress import SilentProgress
from pinkeeper.resolver.resolution import Problem, Resolution, resolve
from pinkeeper.resolver.targets import target
from tests.resolver.scenario_files import NOW, scenarios
from tests.resolver.scenario_source import ScenarioSource


def asked(texts: list[str], path: str, kind: OriginKind) -> tuple[InputRequirement, ...]:
    return tuple(
        InputRequirement(requirement=parse_requirement(text), origin=Origin(path=path, line=line, kind=kind))
        for line, text in enumerate(texts, start=1)
    )


target_of = cache(target)


def problem_of(scenario: dict[str, Any]) -> Problem:
    policy = scenario.get("policy", {})
    formats = FormatControl()
    for value in policy.get("only-binary", []):
        formats = formats.with_only_binary(value)
    for value in policy.get("no-binary", []):
        formats = formats.with_no_binary(value)
    return Problem(
        requirements=asked(scenario["requirements"], "requirements.in", OriginKind.REQUIREMENTS),
        constraints=asked(scenario.get("constraints", []), "constraints.txt", OriginKind.CONSTRAINTS),
        overrides=asked(scenario.get("overrides", []), "overrides.txt", OriginKind.OVERRIDES),
        preferred={canonicalize_name(name): (Version(v),) for name, v in scenario.get("locked", {}).items()},
        policy=Policy(
            target=target_of(python=policy.get("python", "3.12"), platform=policy.get("platform", "linux_x86_64")),
            now=NOW,
            formats=formats,
            pre=policy.get("pre", False),
            strategy=Strategy(policy.get("resolution", "highest")),
            cooldown=parse_duration(policy.get("cooldown", "0")),
            exclude_newer=parse_moment(policy["exclude-newer"]) if "exclude-newer" in policy else None,
        ),
    )


def solve(scenario: dict[str, Any]) -> Resolution:
    return resolve(problem_of(scenario), ScenarioSource(scenario.get("packages", {})), progress=SilentProgress())


@pytest.mark.parametrize("scenario", scenarios("single-*.toml"))
def test_scenario(scenario: dict[str, Any]) -> None:
    expected = scenario["expect"]
    match expected:
        case {"error": list(parts)}:
            with pytest.raises(PinkeeperError) as caught:
                solve(scenario)
            for part in parts:
                assert part in str(caught.value)
            if "kind" in expected:
                assert type(caught.value).__name__ == expected["kind"]
        case {"pins": pins}:
            resolution = solve(scenario)
            found = {
                pin.release.name + (f"[{','.join(sorted(pin.extras))}]" if pin.extras else ""): str(pin.release.version)
                for pin in resolution.pins
            }
            assert found == pins
        case _:
            pytest.fail("a scenario expects pins or an error")
