"""Where a lock cannot be written: the command says so, and what stands there is as it was."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine, CommandResult
from tests.support.index import LoopbackIndex


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex) -> CommandLine:
    """A folder that wants alpha, which wants beta."""
    index.add_release("alpha", "1.0", requires=["beta"])
    index.add_release("beta", "1.0")
    cli.write("requirements.in", "alpha\n")
    return cli


def refused(result: CommandResult, *, says: str) -> None:
    assert result.status == 2, result.stderr
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    assert "defect of its own" not in result.stderr
    assert says in result.stderr


def files(project: CommandLine) -> dict[str, str]:
    return {path.name: path.read_text() for path in project.directory.iterdir() if path.is_file()}


@pytest.mark.parametrize(
    ("written", "arguments"),
    [
        ({"requirements.txt": "alpha\n"}, ["requirements.txt"]),
        ({}, ["requirements.in", "-o", "requirements.in"]),
        ({}, ["requirements.in", "-o", "pylock.toml", "-o", "./requirements.in"]),
        ({"more.in": "beta\n", "requirements.in": "-r more.in\nalpha\n"}, ["-o", "more.in"]),
        ({"bounds.txt": "beta<2\n", "requirements.in": "-c bounds.txt\nalpha\n"}, ["-o", "bounds.txt"]),
        ({"bounds.txt": "beta<2\n"}, ["-c", "bounds.txt", "-o", "bounds.txt"]),
        ({"instead.txt": "beta<2\n"}, ["--override", "instead.txt", "-o", "instead.txt"]),
        (
            {"setup.cfg": "[metadata]\nname = x\n[options]\ninstall_requires = beta\n"},
            ["setup.cfg", "-o", "setup.cfg"],
        ),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("check", [False, True])
def test_a_file_that_the_lock_is_made_from_is_not_written_over(index, project, written, arguments, check):
    for path, text in written.items():
        project.write(path, text)
    before = files(project)
    refused(
        project("lock", "-i", index.url, *arguments, *(["--check"] if check else [])),
        says="which it is made from",
    )
    assert files(project) == before


def test_an_input_is_known_through_a_link(index, project):
    (project.directory / "link.txt").symlink_to("requirements.in")
    refused(project("lock", "-i", index.url, "-o", "link.txt"), says="link.txt: the lock would be written over")
    assert project.read("requirements.in") == "alpha\n"


def test_the_lock_that_is_the_source_of_preferences_may_be_written_anew(index, project):
    project.write("requirements.txt", "alpha==1.0\n")
    result = project("lock", "-i", index.url, "--from", "requirements.txt")
    assert result.status == 0, result.stderr
    assert "--hash=" in project.read("requirements.txt")


@pytest.mark.parametrize("name", ["pylock..toml", "pylock.a.b.toml", "lock.toml", "pyproject.toml", "Pylock.toml"])
def test_a_toml_file_that_is_no_pylock_by_its_name(index, project, name):
    refused(project("lock", "-i", index.url, "-o", name), says=f"{name}: no lock has such a name")
    assert files(project) == {"requirements.in": "alpha\n"}


def test_links_in_a_circle(index, project):
    (project.directory / "here.txt").symlink_to("there.txt")
    (project.directory / "there.txt").symlink_to("here.txt")
    refused(project("lock", "-i", index.url, "-o", "here.txt"), says="here.txt: the file cannot be written: ")


@pytest.mark.parametrize("command", [["lock"], ["check"], ["tree"], ["why", "alpha"], ["export", "pylock.toml"]])
def test_a_folder_that_is_gone(project, command):
    gone = project.directory / "gone"
    gone.mkdir()
    script = (
        "import os, runpy, sys; os.chdir(sys.argv[1]); os.rmdir(sys.argv[1]); del sys.argv[1]; "
        "runpy.run_module('pinkeeper', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(gone), *command],
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "PINKEEPER_CACHE_DIR": str(project.cache),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    refused(
        CommandResult(status=done.returncode, stdout=done.stdout, stderr=done.stderr),
        says="the folder that the command runs in is no longer there",
    )
