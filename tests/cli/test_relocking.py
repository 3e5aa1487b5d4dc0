"""A lock that is made again: what stays, what is told, when the index is not even asked."""

from __future__ import annotations

import json

import pytest

from tests.support.command_line import CommandLine
from tests.support.distributions import make_wheel
from tests.support.index import LoopbackIndex
from tests.support.lock_text import read_lock, read_pins

LINUX = ("--no-cache", "--python-version", "3.12", "--platform", "linux_x86_64")


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    for version in ("1.0", "2.0"):
        index.add_release("alpha", version, requires=["beta"])
        index.add_release("beta", version, tags=["cp312-cp312-manylinux_2_17_x86_64"])
    cli.write("requirements.in", "alpha\n")
    return cli


def lock(project: CommandLine, index: LoopbackIndex, *arguments: str) -> str:
    done = project("lock", "-i", index.url, *LINUX, *arguments)
    assert done.status == 0, done.stderr
    return project.read("requirements.txt")


# Files that were added to a locked release


def test_a_file_that_was_added_since_is_told_and_not_taken(project, index):
    before = lock(project, index)
    index.add(make_wheel("beta", "2.0", tag="cp312-cp312-manylinux_2_28_x86_64", requires=["gamma"]))
    index.add_release("gamma", "1.0")
    done = project("lock", "-i", index.url, *LINUX)
    assert done.status == 0, done.stderr
    assert project.read("requirements.txt") == before
    assert done.stderr.splitlines()[:3] == [
        "warning: beta 2.0: files were added to the release since it was locked; not taken in",
        "  beta-2.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        "  remedy: look at them, then --refresh-hashes",
    ]


def test_it_is_taken_when_asked_for(project, index):
    before = read_lock(lock(project, index))
    index.add(make_wheel("beta", "2.0", tag="cp312-cp312-manylinux_2_28_x86_64", requires=["gamma"]))
    index.add_release("gamma", "1.0")
    after = read_lock(lock(project, index, "--refresh-hashes"))
    assert set(after["beta"].hashes) > set(before["beta"].hashes)
    assert "gamma" in after
    assert "--refresh-hashes" not in project.read("requirements.txt")


def test_a_target_that_comes_later_takes_its_files(project, index):
    index.add_release("beta", "2.0", tags=["cp312-cp312-win_amd64"])
    before = read_lock(lock(project, index))
    after = read_lock(lock(project, index, "--platform", "windows_amd64"))
    assert len(before["beta"].hashes) == 1
    assert len(after["beta"].hashes) == 2


def test_a_release_whose_locked_files_are_gone_is_told(project, index):
    lock(project, index)
    index.remove("beta-2.0-cp312-cp312-manylinux_2_17_x86_64.whl")
    index.add(make_wheel("beta", "2.0", tag="cp312-cp312-manylinux_2_28_x86_64"))
    done = project("lock", "-i", index.url, *LINUX)
    assert done.status == 0, done.stderr
    assert "warning: beta 2.0: the lock had hashes that belong to no file of this release" in done.stderr


# --check


def test_check_asks_nobody_where_nothing_was_touched(project, index):
    lock(project, index)
    index.add_release("alpha", "3.0")
    index.clear()
    done = project("lock", "-i", index.url, *LINUX, "--check")
    assert done.status == 0, done.stderr
    assert index.requests == []
    assert "no network" in done.stderr


def test_check_for_the_running_environment_too(project, index):
    project.write("requirements.in", "alpha<0.5\n")
    index.add_release("alpha", "0.1")
    assert project("lock", "-i", index.url, "--no-cache").status == 0
    index.clear()
    assert project("lock", "-i", index.url, "--check").status == 0
    assert index.requests == []


@pytest.mark.parametrize(
    ("change", "arguments"),
    [
        pytest.param(("requirements.in", "alpha<2\n"), (), id="a requirement"),
        pytest.param(("requirements.in", "alpha\nbeta<2\n"), (), id="one more requirement"),
        pytest.param(("pyproject.toml", '[tool.pinkeeper]\nconstraints = ["beta<2"]\n'), (), id="a setting"),
        pytest.param(None, ("--platform", "windows_amd64"), id="a target"),
        pytest.param(None, ("--hashes", "all"), id="which hashes"),
        pytest.param(None, ("--resolution", "lowest"), id="the strategy"),
    ],
)
def test_check_sees_what_it_would_be_made_from(project, index, change, arguments):
    index.add_release("beta", "2.0", tags=["py3-none-win_amd64"], sdist=True)
    lock(project, index)
    if change is not None:
        project.write(*change)
    index.clear()
    done = project("lock", "-i", index.url, *LINUX, "--check", *arguments)
    assert index.requests != []
    assert (done.status, "the lock is not up to date" in done.stderr) == (1, True)


def test_check_sees_an_edited_lock(project, index):
    text = lock(project, index)
    project.write("requirements.txt", text.replace("beta==2.0", "beta==1.0"))
    done = project("lock", "-i", index.url, *LINUX, "--check")
    assert done.status == 1
    assert "-beta==1.0" in done.stderr or "--hash" in done.stderr


def test_check_under_upgrade_asks_the_index(project, index):
    lock(project, index)
    index.add_release("alpha", "3.0")
    done = project("lock", "-i", index.url, *LINUX, "--check", "-U")
    assert done.status == 1
    assert "+alpha==3.0" in done.stderr


# Pins of another tool's lock


def test_the_pins_of_another_lock_come_first(project, index):
    project.write(
        "uv.lock",
        'version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "beta"\nversion = "1.0"\n'
        f'source = {{ registry = "{index.url}" }}\n',
    )
    text = lock(project, index, "--from", "uv.lock")
    assert [str(pin) for pin in read_pins(text)] == ["alpha==2.0", "beta==1.0"]
    assert lock(project, index) == text, "the first lock holds what it took over"


def test_the_existing_lock_comes_before_them(project, index):
    lock(project, index)
    project.write("old.txt", "alpha==1.0\nbeta==1.0\n")
    assert {pin.name: str(pin.version) for pin in read_pins(lock(project, index, "--from", "old.txt"))} == {
        "alpha": "2.0",
        "beta": "2.0",
    }


def test_pins_that_do_not_fit_are_passed_over(project, index):
    project.write("old.txt", "alpha==1.0\nbeta==7.0\n")
    assert [str(pin) for pin in read_pins(lock(project, index, "--from", "old.txt"))] == ["alpha==1.0", "beta==2.0"]


def test_another_lock_that_is_not_there(project, index):
    done = project("lock", "-i", index.url, *LINUX, "--from", "poetry.lock")
    assert done.status == 2
    assert "poetry.lock" in done.stderr


# Two outputs


def test_two_outputs_of_one_resolution(project, index):
    lock(project, index, "-o", "requirements.txt", "-o", "pylock.toml")
    index.clear()
    before = [project.read(path) for path in ("requirements.txt", "pylock.toml")]
    again = project("lock", "-i", index.url, *LINUX, "-o", "requirements.txt", "-o", "pylock.toml", "--format", "json")
    assert [output["changed"] for output in json.loads(again.stdout)["locks"][0]["outputs"]] == [False, False]
    assert [project.read(path) for path in ("requirements.txt", "pylock.toml")] == before
