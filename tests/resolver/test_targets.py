"""Targets: PEP 425, 508, 600, 656."""

from __future__ import annotations

import sys

import pytest
from packaging import tags
from packaging.markers import Marker

from pinkeeper.errors import ConfigurationError
from pinkeeper.resolver.targets import PLATFORMS, running_target, target

HOLDS = {
    "linux_x86_64": "sys_platform == 'linux' and platform_machine == 'x86_64' and os_name == 'posix'",
    "linux_aarch64": "platform_system == 'Linux' and platform_machine == 'aarch64'",
    "musllinux_x86_64": "sys_platform == 'linux' and platform_machine == 'x86_64'",
    "macos_arm64": "sys_platform == 'darwin' and platform_machine == 'arm64' and platform_system == 'Darwin'",
    "macos_x86_64": "sys_platform == 'darwin' and platform_machine == 'x86_64'",
    "windows_amd64": "sys_platform == 'win32' and platform_machine == 'AMD64' and os_name == 'nt'",
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_markers(platform):
    chosen = target(python="3.12", platform=platform)
    python = "python_version == '3.12' and python_full_version == '3.12.0' and implementation_name == 'cpython'"
    assert Marker(f"{HOLDS[platform]} and {python}").evaluate(dict(chosen.markers))
    assert chosen.name == f"Python 3.12 on {platform}"


@pytest.mark.parametrize(
    ("platform", "installs", "refuses"),
    [
        (
            "linux_x86_64",
            ["cp312-cp312-manylinux_2_28_x86_64", "cp312-abi3-manylinux2014_x86_64", "cp39-abi3-manylinux1_x86_64",
             "py3-none-any", "cp312-cp312-linux_x86_64", "py3-none-manylinux_2_5_x86_64"],
            ["cp312-cp312-manylinux_2_29_x86_64", "cp312-cp312-musllinux_1_2_x86_64",
             "cp313-cp313-manylinux2014_x86_64", "cp312-cp312t-manylinux2014_x86_64",
             "cp313-abi3-manylinux2014_x86_64", "py2-none-any"],
        ),
        ("linux_aarch64", ["cp312-cp312-manylinux2014_aarch64"], ["cp312-cp312-manylinux1_aarch64"]),
        ("musllinux_x86_64", ["cp312-cp312-musllinux_1_1_x86_64"], ["cp312-cp312-manylinux2014_x86_64"]),
        ("macos_arm64", ["cp312-cp312-macosx_11_0_arm64", "cp312-cp312-macosx_10_9_universal2"],
         ["cp312-cp312-macosx_14_0_arm64", "cp312-cp312-macosx_11_0_x86_64"]),
        ("macos_x86_64", ["cp312-cp312-macosx_10_9_x86_64"], ["cp312-cp312-macosx_11_0_arm64"]),
        ("windows_amd64", ["cp312-cp312-win_amd64"], ["cp312-cp312-win32", "cp312-cp312-win_arm64"]),
        ("manylinux_2_17_x86_64", ["cp312-cp312-manylinux2014_x86_64"], ["cp312-cp312-manylinux_2_28_x86_64"]),
        ("manylinux2014_aarch64", ["cp312-cp312-manylinux_2_17_aarch64"], ["cp312-cp312-manylinux_2_28_aarch64"]),
        ("macosx_14_0_arm64", ["cp312-cp312-macosx_14_0_arm64"], ["cp312-cp312-macosx_15_0_arm64"]),
        ("win_arm64", ["cp312-cp312-win_arm64"], ["cp312-cp312-win_amd64"]),
    ],
)  # fmt: skip
def test_tags(platform, installs, refuses):
    ranks = target(python="3.12", platform=platform).tag_ranks
    assert [tag for tag in installs if tag not in ranks] == []
    assert [tag for tag in refuses if tag in ranks] == []


def test_specific_tags_come_before_general_ones():
    ranks = target(python="3.12", platform="linux_x86_64").tag_ranks
    order = ["cp312-cp312-manylinux_2_28_x86_64", "cp312-cp312-manylinux2014_x86_64", "cp312-abi3-manylinux2014_x86_64",
             "cp38-abi3-manylinux2014_x86_64", "py3-none-manylinux2014_x86_64", "py3-none-any"]  # fmt: skip
    assert sorted(order, key=ranks.__getitem__) == order


def test_a_micro_version_counts():
    chosen = target(python="3.12.4", platform="linux_x86_64")
    assert str(chosen.python) == "3.12.4"
    assert chosen.markers["python_full_version"] == "3.12.4"
    assert chosen.markers["python_version"] == "3.12"


def test_the_running_environment_is_what_packaging_says():
    chosen = target(python=None, platform=None)
    assert chosen == running_target()
    assert chosen.tags == tuple(tags.sys_tags())


def test_another_python_on_this_machine():
    chosen = target(python="3.13", platform=None)
    assert chosen.markers["sys_platform"] == sys.platform
    assert chosen.markers["python_version"] == "3.13"
    assert str(chosen.tags[0]).startswith("cp313-cp313-")
    assert {tag.platform for tag in chosen.tags} == {tag.platform for tag in tags.sys_tags()}


@pytest.mark.parametrize(
    "python",
    [
        "3",
        "2.7",
        "three",
        "3.12.1.1",
        "3.12\n",
        " 3.12",
        "3.1000",
        "3.99999999999",
        "3.12.100000",
        "1!3.12",
        "3.\N{FULLWIDTH DIGIT ONE}2",
    ],
)
def test_what_is_no_python_version(python):
    with pytest.raises(ConfigurationError, match="not a Python version"):
        target(python=python, platform="linux_x86_64")


@pytest.mark.parametrize(
    "platform",
    [
        *(
            "linux",
            "amiga",
            "manylinux_x_y_z",
            "macos",
            "win",
            "macosx_11",
            "manylinux_2_1\N{FULLWIDTH DIGIT SEVEN}_x86_64",
            "win32\n",
        ),
        *(
            "macosx_999999999_0_arm64",
            "macosx_11_99999_arm64",
            "musllinux_1_999999999_x86_64",
            "linux_x86 64",
            "linux_",
        ),
        *("manylinux_2_17_", "manylinux_2_17_x86\n64", "manylinux2014_"),
    ],
)
def test_what_is_no_platform(platform):
    with pytest.raises(ConfigurationError, match="not a platform") as caught:
        target(python="3.12", platform=platform)
    assert "linux_x86_64" in str(caught.value)
