"""Markers of locks for several uses, once it is known what is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker

from pinkeeper.lockfile.default_install import default_marker

WIN = 'sys_platform == "win32"'
OLD = 'python_version < "3.12"'


@pytest.mark.parametrize(
    ("marker", "left"),
    [
        pytest.param(WIN, WIN, id="nothing to decide"),
        pytest.param('"x" in extras', False, id="an extra"),
        pytest.param('"x" not in extras', True, id="without an extra"),
        pytest.param('"main" in dependency_groups', True, id="a default group"),
        pytest.param('"Main" in dependency_groups', True, id="its name as another writes it"),
        pytest.param('"dev" in dependency_groups', False, id="another group"),
        pytest.param(f'{WIN} and "main" in dependency_groups', WIN, id="one condition left"),
        pytest.param(f'{WIN} and "x" in extras', False, id="two conditions, one of which cannot hold"),
        pytest.param(f'{WIN} and "x" in extras or {OLD}', OLD, id="one alternative left"),
        pytest.param(f'({WIN} or {OLD}) and "main" in dependency_groups', f"{WIN} or {OLD}", id="no brackets needed"),
        pytest.param(
            f'"main" in dependency_groups and ({WIN} or {OLD} or "x" in extras) and os_name == "nt"',
            f'({WIN} or {OLD}) and os_name == "nt"',
            id="brackets needed",
        ),
        pytest.param(f'"x" in extras or {WIN} or "dev" in dependency_groups', WIN, id="one of three"),
        pytest.param(
            'os_name == "and" and os_name != "(x)"', 'os_name == "and" and os_name != "(x)"', id="words as values"
        ),
    ],
)
def test_what_is_left(marker, left):
    assert default_marker(str(Marker(marker)), frozenset({"main"})) == left


atoms = st.sampled_from(
    [WIN, OLD, 'os_name == "nt"', '"main" in dependency_groups', '"dev" in dependency_groups', '"x" not in extras']
)
markers = st.recursive(
    atoms, lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda it: f"({' '.join(it)})")
)


@given(
    text=markers,
    platform=st.sampled_from(["win32", "linux"]),
    python=st.sampled_from(["3.11", "3.12"]),
    system=st.sampled_from(["nt", "posix"]),
)
def test_it_says_the_same_everywhere(text, platform, python, system):
    marker = Marker(text)
    environment = {"sys_platform": platform, "python_version": python, "os_name": system}
    left = default_marker(str(marker), frozenset({"main"}))
    chosen = {"extras": frozenset(), "dependency_groups": frozenset({"main"})}
    holds = marker.evaluate({**environment, **chosen}, context="lock_file")
    assert (left if isinstance(left, bool) else Marker(left).evaluate(environment)) is holds
    assert "extras" not in str(left)
    assert "dependency_groups" not in str(left)
