"""Every scenario of testdata/resolution, locked from an index over HTTP and judged by what the index says.

The judge shares nothing with the program (see `universal_soundness`): no lock is right because the resolver thinks so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pinkeeper.errors import PinkeeperError
from tests.resolver.scenario_files import NOW, scenarios, targets_of
from tests.resolver.scenario_lock import fill, lock_scenario
from tests.resolver.universal_soundness import expected_pins, faults_of_scenario, markers_of, pins_by_target
from tests.support.index import LoopbackIndex


@pytest.mark.parametrize("scenario", scenarios("*.toml"))
def test_scenario_over_http(scenario: dict[str, Any], index: LoopbackIndex, tmp_path: Path) -> None:
    targets = targets_of(scenario)
    hashes = fill(index, scenario)
    expected = scenario["expect"]
    if "error" in expected:
        with pytest.raises(PinkeeperError) as caught:
            lock_scenario(scenario, index, tmp_path)
        assert [part for part in expected["error"] if part not in str(caught.value)] == [], str(caught.value)
        assert expected.get("kind", type(caught.value).__name__) == type(caught.value).__name__
        assert not (tmp_path / "requirements.txt").exists() or "locked" in scenario
        return
    text, unserved = lock_scenario(scenario, index, tmp_path)
    reasons = {tuple(spelling.split()): parts for spelling, parts in expected.get("unserved", {}).items()}
    assert unserved.keys() == reasons.keys()
    assert [part for spelling, parts in reasons.items() for part in parts if part not in unserved[spelling]] == []
    targets = [spelling for spelling in targets if spelling not in unserved]
    assert faults_of_scenario(scenario, text, targets=targets, hashes=hashes, now=NOW) == [], text
    assert pins_by_target(text, targets) == expected_pins(expected["pins"], targets), text
    markers = markers_of(text)
    for pin, admitted in expected.get("markers", {}).items():
        assert markers[pin] in ([admitted] if isinstance(admitted, str) else admitted)
    assert lock_scenario({**scenario, "locked": None}, index, tmp_path) == (text, unserved)  # nothing moves


def test_there_are_enough_of_them():
    every, universal = len(scenarios("*.toml")), len(scenarios("universal-*.toml"))
    assert every >= 80
    assert universal >= 40


def test_a_scenario_that_names_a_target_that_is_not_its_own_is_a_mistake():
    with pytest.raises(AssertionError, match="windows"):
        expected_pins(["a==1 on windows"], [("3.12", "windows_amd64")])
