"""One lock for several targets, from the command line: what is told, and how the run ends."""

from __future__ import annotations

import json

import pytest

from tests.support.command_line import CommandLine
from tests.support.index import LoopbackIndex
from tests.support.lock_text import read_pins

BOTH = ("--python-version", "3.12", "--platform", "linux_x86_64", "--platform", "windows_amd64")


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    index.add_release("app", "1", requires=["native", "only-win; sys_platform == 'win32'"])
    index.add_release("native", "2", tags=["cp312-cp312-manylinux_2_17_x86_64"])
    index.add_release("native", "1")
    index.add_release("only-win", "1", tags=["py3-none-win_amd64"])
    cli.write("requirements.in", "app\n")
    return cli


def pins(text: str) -> list[str]:
    return list(map(str, read_pins(text)))


def test_told_apart_by_the_simplest_markers(project, index):
    done = project("lock", "-i", index.url, *BOTH)
    assert done.status == 0, done.stderr
    assert pins(project.read("requirements.txt")) == [
        "app==1",
        'native==1 ; sys_platform == "win32"',
        'native==2 ; sys_platform == "linux"',
        'only-win==1 ; sys_platform == "win32"',
    ]
    assert "Locked 3 packages for 2 targets" in done.stderr


def test_a_named_target_that_has_no_file_fails_by_name_and_the_others_are_served(project, index):
    index.add_release("native", "3", tags=["cp312-cp312-manylinux_2_17_x86_64"])
    project.write("requirements.in", "app\nnative>=3\n")
    done = project("lock", "-i", index.url, *BOTH)
    assert done.status == 1
    assert done.stderr.splitlines()[:4] == [
        "not served: Python 3.12 on windows_amd64",
        "  no release of native can be used for Python 3.12 on windows_amd64",
        "    requirements.in:2 asks for native>=3",
        "    no wheel for Python 3.12 on windows_amd64 and no sdist: native 3",
    ]
    assert pins(project.read("requirements.txt")) == ["app==1", "native==3"]
    assert project("lock", "-i", index.url, *BOTH, "--check").status == 1
    data = json.loads(project("lock", "-i", index.url, *BOTH, "--format", "json").stdout)
    assert [unserved["target"] for unserved in data["locks"][0]["unserved"]] == ["Python 3.12 on windows_amd64"]


def test_under_universal_it_is_a_warning(project, index):
    index.add_release("native", "3", tags=["cp312-cp312-manylinux_2_17_x86_64"])
    project.write("requirements.in", "native>=3\n")
    done = project("lock", "-i", index.url, "--universal", "--python-version", "3.12")
    assert done.status == 0
    assert "not served: Python 3.12 on macos_arm64" in done.stderr
    assert "for Python 3.12 on linux_x86_64 in" in done.stderr


def test_no_target_can_be_served(project, index):
    project.write("requirements.in", "only-win\n")
    done = project("lock", "-i", index.url, "--python-version", "3.12", "--platform", "linux_x86_64")
    assert done.status == 1
    assert "no wheel for Python 3.12 on linux_x86_64 and no sdist: only-win 1" in done.stderr
    assert not (project.directory / "requirements.txt").exists()


def test_universal_is_every_python_that_the_project_admits(project, index):
    project.write(
        "pyproject.toml",
        '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.12,<3.14"\n'
        "dependencies = [\"app; sys_platform == 'linux'\"]\n",
    )
    done = project("lock", "-i", index.url, "--universal", "pyproject.toml")
    assert done.status == 0, done.stderr
    assert "for 10 targets" in done.stderr
    assert pins(project.read("requirements.txt")) == [
        'app==1 ; sys_platform == "linux"',
        'native==1 ; platform_machine == "aarch64" or (sys_platform == "linux" and python_version >= "3.13")',
        'native==2 ; sys_platform == "linux" and python_version < "3.13" and platform_machine == "x86_64"',
    ]


def test_settings_say_the_targets(project, index):
    project.write(
        "pyproject.toml",
        '[project]\nname = "p"\nversion = "1"\ndependencies = ["only-win; os_name == \'nt\'"]\n'
        '[tool.pinkeeper]\npython = ["3.11", "3.12"]\nplatforms = ["windows_amd64", "macos_arm64"]\n',
    )
    done = project("lock", "-i", index.url, "pyproject.toml")
    assert done.status == 0, done.stderr
    assert pins(project.read("requirements.txt")) == ['only-win==1 ; sys_platform == "win32"']
    assert "for 4 targets" in done.stderr


def test_what_would_be_built_is_told(project, index):
    index.add_release("source", "1", tags=["cp312-cp312-manylinux_2_17_x86_64"], sdist=True)
    project.write("requirements.in", "source\n")
    done = project("lock", "-i", index.url, *BOTH)
    assert done.status == 0, done.stderr
    assert done.stderr.splitlines()[:3] == [
        "warning: 1 package would be built where it is installed, for want of a wheel; a build runs the package's code",
        "  source 1 on Python 3.12 on windows_amd64",
        "  remedy: --only-binary NAME takes a release that has wheels, if there is one",
    ]
    assert project("lock", "-i", index.url, *BOTH, "--only-binary", ":all:").status == 1


GLIBC_AND_MUSL = ("--python-version", "3.12", "--platform", "linux_x86_64", "--platform", "musllinux_x86_64")


def test_what_is_lowered_for_a_target_that_no_marker_tells_apart(project, index):
    project.write("requirements.in", "app\n")
    done = project("lock", "-i", index.url, *GLIBC_AND_MUSL)
    assert done.status == 0, done.stderr
    assert pins(project.read("requirements.txt")) == ["app==1", "native==1"]
    assert done.stderr.splitlines()[:3] == [
        "warning: native 1 is locked, for 2 has no file for Python 3.12 on musllinux_x86_64",
        "  no marker tells that from Python 3.12 on linux_x86_64",
        "  remedy: give one of them a lock of its own, [tool.pinkeeper.locks.NAME]",
    ]


def test_a_lock_says_what_it_does_not_serve_and_check_takes_it_for_that(project, index):
    project.write("requirements.in", "native>=2\n")
    done = project("lock", "-i", index.url, *GLIBC_AND_MUSL, "-o", "requirements.txt", "-o", "pylock.toml")
    assert done.status == 1
    assert "\n# without: 3.12 musllinux_x86_64\n" in project.read("requirements.txt")
    for path in ("requirements.txt", "pylock.toml"):
        checked = project("check", path, "-i", index.url)
        assert checked.status == 0, checked.stdout
    checked = project("check", "requirements.txt", "-i", index.url)
    assert "Python 3.12 on musllinux_x86_64, which the lock says it does not serve" in checked.stdout
    asked = project("check", "requirements.txt", "-i", index.url, *GLIBC_AND_MUSL)
    assert asked.status == 1
    assert "native 2 cannot be installed on Python 3.12 on musllinux_x86_64" in asked.stdout
