"""Several locks of one project, each with inputs, targets, outputs and a cooldown of its own."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.command_line import CommandLine
from tests.support.index import LoopbackIndex
from tests.support.lock_text import read_pins

SETTINGS = """
[project]
name = "gateway"
version = "1"
requires-python = ">=3.11"
dependencies = ["shared"]

[project.optional-dependencies]
cpu = ["kernel==1"]
gpu = ["kernel==2"]

[dependency-groups]
dev = ["tool"]

[tool.pinkeeper]
conflicts = [["extra:cpu", "extra:gpu"]]

[tool.pinkeeper.locks.serving]
extras = ["cpu"]
targets = ["3.12 linux_x86_64"]

[tool.pinkeeper.locks.desk]
extras = ["gpu"]
groups = ["dev"]
targets = { python = ["3.11"], platforms = ["macos_arm64", "windows_amd64"] }
outputs = ["locks/desk.txt"]
cooldown = "0"

[tool.pinkeeper.locks.jobs]
inputs = ["jobs.in"]
targets = ["3.13 linux_aarch64"]
"""

OUTPUTS = ("requirements-serving.txt", "locks/desk.txt", "requirements-jobs.txt")


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    for name in ("shared", "kernel", "job"):
        for version in ("1", "2"):
            index.add_release(name, version)
    index.add_release("tool", "1", requires=["shared<2"])
    index.add_release("tool", "2", requires=["shared<2", "only-win; sys_platform == 'win32'"])
    index.add_release("only-win", "1", tags=["py3-none-win_amd64"])
    index.add_release("kernel", "3", upload_time=datetime.now(UTC) - timedelta(hours=1))
    cli.write("pyproject.toml", SETTINGS)
    cli.write("locks/README", "what is locked for whom")
    cli.write("jobs.in", "job\nshared\n")
    return cli


def pins(project: CommandLine, path: str) -> list[str]:
    return sorted(map(str, read_pins(project.read(path))))


def test_each_has_a_tree_of_its_own(project, index):
    done = project("lock", "-i", index.url)
    assert done.status == 0, done.stderr
    assert pins(project, "requirements-serving.txt") == ["kernel==1", "shared==1"]
    assert pins(project, "locks/desk.txt") == [
        "kernel==2",
        'only-win==1 ; sys_platform == "win32"',
        "shared==1",
        "tool==2",
    ]
    assert pins(project, "requirements-jobs.txt") == ["job==2", "shared==1"]
    told = [line for line in done.stderr.splitlines() if ": Locked " in line]
    assert [line.partition(" in ")[0] for line in told] == [
        "serving: Locked 2 packages for Python 3.12 on linux_x86_64",
        "desk: Locked 4 packages for 2 targets",
        "jobs: Locked 2 packages for Python 3.13 on linux_aarch64",
    ]


def test_shared_packages_get_the_same_release_where_they_can(project, index):
    done = project("lock", "-i", index.url)
    assert done.stderr.count("warning: shared 1 is locked, as in another lock of the project; 2 could be") == 2
    index.clear()
    again = project("lock", "-i", index.url, "--no-cache")
    assert again.status == 0
    assert "shared" not in again.stderr
    assert index.count("/simple/shared/") == 3, "each lock is made once"


def test_an_existing_pin_does_not_move_for_another_lock(project, index):
    assert project("lock", "-i", index.url, "--lock", "jobs").status == 0
    assert pins(project, "requirements-jobs.txt") == ["job==2", "shared==2"]
    assert project("lock", "-i", index.url).status == 0
    assert pins(project, "requirements-jobs.txt") == ["job==2", "shared==2"]
    assert "shared==1" in pins(project, "locks/desk.txt")


def test_nothing_is_written_where_one_cannot_be_made(project, index):
    project.write("jobs.in", "job==7\n")
    done = project("lock", "-i", index.url)
    assert done.status == 1
    assert not (project.directory / "requirements-serving.txt").exists()


def test_one_of_them(project, index):
    done = project("lock", "-i", index.url, "--lock", "jobs")
    assert done.status == 0, done.stderr
    assert pins(project, "requirements-jobs.txt") == ["job==2", "shared==2"]
    assert not (project.directory / "requirements-serving.txt").exists()
    assert "--lock=jobs" in project.read("requirements-jobs.txt")


def test_as_data(project, index):
    done = project("lock", "-i", index.url, "--format", "json")
    data = json.loads(done.stdout)
    assert data["schema"] == "pinkeeper.lock/1"
    assert [(lock["name"], lock["packages"]) for lock in data["locks"]] == [("serving", 2), ("desk", 4), ("jobs", 2)]


def test_again_changes_nothing(project, index):
    assert project("lock", "-i", index.url).status == 0
    before = [project.read(path) for path in OUTPUTS]
    again = project("lock", "-i", index.url)
    assert [project.read(path) for path in OUTPUTS] == before
    assert again.stderr.count("Unchanged:") == len(OUTPUTS)
    assert project("lock", "-i", index.url, "--check").status == 0


def test_a_cooldown_of_its_own(project, index):
    project.write("pyproject.toml", SETTINGS.replace('gpu = ["kernel==2"]', 'gpu = ["kernel>=2"]'))
    assert project("lock", "-i", index.url, "--lock", "desk").status == 0
    assert "kernel==3" in pins(project, "locks/desk.txt")
    project.write(
        "pyproject.toml", SETTINGS.replace('gpu = ["kernel==2"]', 'gpu = ["kernel>=2"]').replace('cooldown = "0"', "")
    )
    (project.directory / "locks/desk.txt").unlink()
    assert project("lock", "-i", index.url, "--lock", "desk").status == 0
    assert "kernel==2" in pins(project, "locks/desk.txt")


def test_extras_that_conflict(project, index):
    project.write("pyproject.toml", SETTINGS.replace('extras = ["gpu"]', 'extras = ["gpu", "cpu"]'))
    done = project("lock", "-i", index.url, "--lock", "desk")
    assert done.status == 2
    assert "the extra cpu and the extra gpu cannot be installed together" in done.stderr
    assert not (project.directory / "locks/desk.txt").exists()


def test_one_that_is_not_described(project, index):
    done = project("lock", "-i", index.url, "--lock", "serve")
    assert done.status == 2
    assert "there is no lock named serve, did you mean serving?" in done.stderr.replace("; ", ", ")


def test_an_output_for_several(project, index):
    done = project("lock", "-i", index.url, "-o", "one.txt")
    assert done.status == 2
    assert "several locks cannot go to the same output" in done.stderr


def test_targets_on_the_command_line_win(project, index):
    done = project(
        *("lock", "-i", index.url, "--lock", "desk", "--python-version", "3.11", "--platform", "macos_arm64")
    )
    assert done.status == 0, done.stderr
    assert pins(project, "locks/desk.txt") == ["kernel==2", "shared==1", "tool==2"]


def test_check_looks_at_all_of_them(project, index):
    assert project("lock", "-i", index.url).status == 0
    checked = project("check", "-i", index.url)
    assert checked.status == 0, checked.stdout + checked.stderr
    assert [line.partition(":")[0] for line in checked.stdout.splitlines() if ": all as the index says" in line] == [
        *OUTPUTS
    ]
    (project.directory / "locks/desk.txt").unlink()
    gone = project("check", "-i", index.url)
    assert gone.status == 2
    assert "there is no lock here: locks/desk.txt" in gone.stderr


def test_check_sees_that_the_wrong_extra_is_locked(project, index):
    assert project("lock", "-i", index.url).status == 0
    project.write("requirements-serving.txt", project.read("locks/desk.txt"))
    checked = project("check", "-i", index.url)
    assert checked.status == 1
    assert "requirements-serving.txt" in checked.stdout
