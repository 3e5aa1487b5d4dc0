"""``pinkeeper update --pull-request``: a project on an index, a real bare remote, and a forge, from the command on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.forge.fake_github import FakeGitHub
from tests.forge.remotes import Remote, git_in, snapshot
from tests.support.aging_project import NAMES, ROUTINE, fill, publish_newer
from tests.support.command_line import CommandLine, CommandResult
from tests.support.index import LoopbackIndex
from tests.support.lock_text import read_lock

TARGET = ("--python-version", "3.12", "--platform", "linux_x86_64")
BRANCHES = {"main", "pinkeeper/routine", "pinkeeper/importer", "pinkeeper/apikit"}


@pytest.fixture
def remote(cli: CommandLine, index: LoopbackIndex, tmp_path: Path) -> Remote:
    """A remote whose main has a lock from when everything was at 1.0; newer releases are on the index."""
    index.behaviour.cache_control = "no-cache"
    fill(index)
    cli.write("requirements.in", "".join(f"{name}\n" for name in NAMES if name != "capped"))
    done = cli("lock", "-i", index.url, *TARGET)
    assert done.status == 0, done.stderr
    publish_newer(index)
    files = {name: cli.read(name) for name in ("requirements.in", "requirements.txt")}
    return Remote.make(tmp_path / "git", files)


@pytest.fixture
def project(cli: CommandLine, remote: Remote) -> CommandLine:
    return replace(cli, directory=remote.clone)


def send(project: CommandLine, index: LoopbackIndex, github: FakeGitHub, *arguments: str) -> CommandResult:
    words = ("update", "-i", index.url, "--notes", "files", "--format", "json", "--pull-request", *arguments)
    return project(*words, environ=dict(github.environ()), timeout=120)


def pins(text: str) -> dict[str, str]:
    return {name: str(pin.version) for name, pin in read_lock(text).items()}


def test_each_proposal_has_a_branch_with_one_commit_and_a_request(project, remote, index):
    with FakeGitHub(remote.bare) as github:
        before = snapshot(remote.clone)
        done = send(project, index, github)
        assert done.status == 1, done.stderr  # one bump came out dangerous
        assert set(remote.branches()) == BRANCHES
        for branch in BRANCHES - {"main"}:
            assert remote.log(branch)[1:] == remote.log("main")
            assert git_in(remote.bare, "diff", "--name-only", "main", branch).split() == ["requirements.txt"]
        routine = pins(remote.file("pinkeeper/routine", "requirements.txt"))
        assert {name for name, version in routine.items() if version != "1.0"} == {*ROUTINE, "capper"}
        pulls = github.open_pulls()
        assert set(pulls) == BRANCHES - {"main"}
        assert {branch: pull["draft"] for branch, pull in pulls.items()} == {
            "pinkeeper/routine": False,
            "pinkeeper/importer": True,
            "pinkeeper/apikit": True,
        }
        assert "import-time" in pulls["pinkeeper/importer"]["body"]
        assert "hooked" in pulls["pinkeeper/routine"]["body"]
        assert snapshot(remote.clone) == before


def test_a_second_run_doubles_nothing(project, remote, index):
    with FakeGitHub(remote.bare) as github:
        send(project, index, github)
        branches, pulls = remote.branches(), github.open_pulls()
        changes = len(github.changes())
        done = send(project, index, github)
        assert done.status == 1, done.stderr
        assert remote.branches() == branches
        assert github.open_pulls() == pulls
        assert len(github.changes()) == changes


def test_a_newer_release_refreshes_what_stands(project, remote, index):
    with FakeGitHub(remote.bare) as github:
        send(project, index, github)
        branches = remote.branches()
        index.add_release("apikit", "2.1", files={"apikit/__init__.py": "def greet(name, *, loudly): return name\n"})
        send(project, index, github)
        assert set(remote.branches()) == BRANCHES
        assert remote.branches()["pinkeeper/routine"] == branches["pinkeeper/routine"]
        assert pins(remote.file("pinkeeper/apikit", "requirements.txt"))["apikit"] == "2.1"
        assert "2.1" in github.open_pulls()["pinkeeper/apikit"]["title"]


def test_a_decision_in_the_ledger_refreshes_the_text_of_a_request_and_nothing_else(project, remote, index):
    who = {"PIP_INDEX_URL": index.url, "GIT_CONFIG_COUNT": "2"}
    for number, (key, value) in enumerate({"user.name": "Ada", "user.email": "ada@team.example"}.items()):
        who |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    begun = project("review", "init", environ=who)
    assert begun.status == 0, begun.stderr
    with FakeGitHub(remote.bare) as github:
        send(project, index, github)
        branches = remote.branches()
        before = {branch: pull["body"] for branch, pull in github.open_pulls().items()}
        approval = ("--from", "1.0", "--to", "1.1", "--criteria", "safe-to-deploy", "--yes")
        locked = project.read("requirements.txt")
        project.write("requirements.txt", remote.file("pinkeeper/routine", "requirements.txt"))  # as on the branch
        approved = project("review", "approve", "plain01", *approval, environ=who)
        assert approved.status == 0, approved.stdout + approved.stderr
        project.write("requirements.txt", locked)
        done = send(project, index, github)
        assert done.status == 1, done.stderr
        said = json.loads(done.stdout)["proposals"][0]["bumps"]
        after = {branch: pull["body"] for branch, pull in github.open_pulls().items()}
        assert remote.branches() == branches
        assert {branch for branch in after if after[branch] != before[branch]} == {"pinkeeper/routine"}
        assert [bump["name"] for bump in said if bump["covered"]] == ["plain01"]


def test_what_is_merged_is_proposed_no_more(project, remote, index):
    with FakeGitHub(remote.bare) as github:
        send(project, index, github)
        remote.commit_on_main({"requirements.txt": remote.file("pinkeeper/routine", "requirements.txt")}, "Take it")
        git_in(remote.clone, "pull", "-q", "--ff-only")
        done = send(project, index, github)
        assert done.status == 1, done.stderr
        assert set(github.open_pulls()) == {"pinkeeper/importer", "pinkeeper/apikit"}
        assert {each["id"] for each in json.loads(done.stdout)["proposals"]} == {"importer", "apikit"}


def test_a_dry_run_does_nothing_and_says_all(project, remote, index):
    with FakeGitHub(remote.bare) as github:
        done = send(project, index, github, "--dry-run")
        assert done.status == 1, done.stderr
        assert set(remote.branches()) == {"main"}
        assert github.changes() == []
        for branch in BRANCHES - {"main"}:
            assert branch in done.stderr


def test_a_lock_that_was_changed_here_is_not_proposed_over(project, remote, index):
    path = remote.clone / "requirements.txt"
    path.write_text(path.read_text().replace("capper==1.0", "capper==1.0  # by hand"))
    with FakeGitHub(remote.bare) as github:
        done = send(project, index, github)
        assert done.status == 2
        assert "requirements.txt" in done.stderr
        assert set(remote.branches()) == {"main"}
