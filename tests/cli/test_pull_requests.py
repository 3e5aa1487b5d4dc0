"""``pinkeeper update --pull-request`` end to end: an index, a bare remote and GitHub, all of them on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.forge.fake_github import FakeGitHub
from tests.forge.remotes import Remote, git_in, snapshot
from tests.support.aging_project import NAMES, fill, publish_newer
from tests.support.command_line import CommandLine
from tests.support.index import LoopbackIndex

_TARGET = ("--python-version", "3.12", "--platform", "linux_x86_64")


@pytest.fixture
def project(cli: CommandLine, index: LoopbackIndex, tmp_path) -> Remote:
    """A clone of a remote whose main has a project that was locked when everything was at 1.0."""
    index.behaviour.cache_control = "no-cache"
    fill(index)
    bare = tmp_path / "remote.git"
    git_in(tmp_path, "init", "-q", "--bare", str(bare))
    git_in(cli.directory, "init", "-q")
    git_in(cli.directory, "remote", "add", "origin", str(bare))
    cli.write("requirements.in", "".join(f"{name}\n" for name in NAMES if name != "capped"))
    done = cli("lock", "-i", index.url, *_TARGET)
    assert done.status == 0, done.stderr
    git_in(cli.directory, "add", "--all")
    git_in(cli.directory, "commit", "-q", "-m", "Begin")
    git_in(cli.directory, "push", "-q", "origin", "HEAD:refs/heads/main")
    publish_newer(index)
    return Remote(bare=bare, clone=cli.directory, person=cli.directory)


@pytest.fixture
def github(project: Remote) -> Iterator[FakeGitHub]:
    with FakeGitHub(project.bare) as running:
        yield running


@pytest.fixture
def update(cli: CommandLine, index: LoopbackIndex, github: FakeGitHub, project: Remote):
    """Runs ``update --pull-request``; the working tree, the index and the branches must stay as they are."""

    def run(*arguments: str, **environ: str):
        before = snapshot(project.clone)
        done = cli("update", "-i", index.url, "--pull-request", *arguments, environ={**github.environ(), **environ})
        assert snapshot(project.clone) == before
        assert github.token not in done.stdout + done.stderr
        return done

    return run


def test_each_proposal_is_a_pull_request_and_a_second_run_doubles_nothing(project, github, update):
    told = update("--dry-run", "-q")
    assert told.status == 1  # one came out dangerous
    assert set(project.branches()) == {"main"}
    assert github.changes() == []

    first = update("--format", "json")
    assert first.status == 1, first.stderr
    proposals = {each["id"]: each for each in json.loads(first.stdout)["proposals"]}
    pulls = github.open_pulls()
    assert set(pulls) == {f"pinkeeper/{id_}" for id_ in proposals}
    assert set(project.branches()) == {"main", *pulls}
    for id_, proposal in proposals.items():
        branch = f"pinkeeper/{id_}"
        assert git_in(project.bare, "diff", "--name-only", "main", branch).split() == ["requirements.txt"]
        assert project.file(branch, "requirements.txt") == proposal["files"][0]["text"]
        assert project.log(branch)[1:] == ["Begin"]
        assert pulls[branch]["title"] == proposal["title"]
        assert pulls[branch]["draft"] == (proposal["verdict"] != "routine")
        assert f"{branch}: opened {github.origin}/owner/name/pull/" in first.stderr
    assert "hooked" not in proposals

    branches, changes = project.branches(), github.changes()
    second = update()
    assert second.status == 1, second.stderr
    assert second.stderr.count(": unchanged") == len(proposals)
    assert (project.branches(), github.changes()) == (branches, changes)


def test_a_refused_token_is_told_and_nothing_was_begun(project, update):
    done = update(GITHUB_TOKEN="an-old-token")
    assert done.status == 2
    assert "error: " in done.stderr
    assert "the token is not accepted (401 Unauthorized)" in done.stderr
    assert "remedy: make a new token" in done.stderr
    assert "an-old-token" not in done.stderr
    assert set(project.branches()) == {"main"}
