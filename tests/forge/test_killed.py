"""Ended at any moment, a run leaves nothing that the next one does not mend."""

from __future__ import annotations

import copy
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pinkeeper.forge.api import Api
from pinkeeper.forge.git import Git
from pinkeeper.forge.marker import read_marker
from pinkeeper.forge.publish import SUPERSEDED
from tests.forge.bench import published, request_of, states
from tests.forge.fake_github import FakeGitHub
from tests.forge.remotes import Remote, git_in, snapshot

_BEFORE = (request_of(text="alpha==2\n"), request_of("gone", "gone==1\n"))
_WANTED = (
    request_of(text="alpha==3\n", title="Newer"),
    request_of("litellm", "litellm==2\n", labels=("locks",), reviewers=("alice",), is_draft=True),
)


class _Killed(BaseException):
    """The end of a process, as far as a test can have it."""


class _Moments:
    """Counts the calls of git and the requests to the forge, and ends the run before the one numbered `last`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.last: int | None = None
        self.count = 0
        run, exchange = Git.run, Api._exchange

        def counted_run(git, *arguments, **options):
            self._pass()
            return run(git, *arguments, **options)

        def counted_exchange(api, *arguments):
            self._pass()
            return exchange(api, *arguments)

        monkeypatch.setattr(Git, "run", counted_run)
        monkeypatch.setattr(Api, "_exchange", counted_exchange)

    def _pass(self) -> None:
        if self.count == self.last:
            raise _Killed
        self.count += 1


@pytest.fixture
def moments(monkeypatch):
    return _Moments(monkeypatch)


def _standing(remote: Remote, github: FakeGitHub) -> str:
    return repr((remote.branches(), github.pulls, github.comments))


def test_every_moment_is_mended_by_the_next_run(tmp_path, moments):
    start = Remote.make(tmp_path / "start")
    git_in(start.clone, "remote", "set-url", "origin", "../remote.git")
    with FakeGitHub(start.bare) as github:
        published(_BEFORE, start.clone, {**os.environ, **github.environ()})
    before, pulls = snapshot(start.clone), github.pulls
    seen: set[str] = set()
    last, is_whole = 0, False
    while not is_whole:
        folder = tmp_path / f"world-{last}"
        shutil.copytree(tmp_path / "start", folder)
        remote = Remote(bare=folder / "remote.git", clone=folder / "clone", person=folder / "person")
        with FakeGitHub(remote.bare) as github:
            github.pulls = copy.deepcopy(pulls)
            environ = {**os.environ, **github.environ()}
            moments.count, moments.last = 0, last
            try:
                published(_WANTED, remote.clone, environ)
                is_whole = True
            except _Killed:
                last += 1
            moments.last = None
            state = _standing(remote, github)
            if state not in seen:
                seen.add(state)
                published(_WANTED, remote.clone, environ)
                _check_mended(remote, github)
                changes = github.changes()
                third = published(_WANTED, remote.clone, environ)
                assert states(third) == {"routine": "unchanged", "litellm": "unchanged"}
                assert github.changes() == changes
                assert snapshot(remote.clone) == before
        shutil.rmtree(folder)
    assert last > 30
    assert len(seen) >= 9


@pytest.mark.parametrize("then", ["kill -9 $PPID; exit 1", 'PATH=${PATH#*:} git "$@"; kill -9 $PPID; exit 1'])
def test_a_process_that_is_killed_at_a_push_is_mended_by_the_next(tmp_path, then):
    """The kernel's own end of a process, before git pushes and after it did."""
    remote = Remote.make(tmp_path / "world")
    wrapper = tmp_path / "bin/git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\ncase " $* " in *" push "*) {then};; esac\nPATH=${{PATH#*:}} exec git "$@"\n')
    wrapper.chmod(0o755)
    before = snapshot(remote.clone)
    with FakeGitHub(remote.bare) as github:
        environ = {**os.environ, **github.environ()}
        program = (
            "import os, pathlib; from tests.forge.bench import *; "
            f"published([request_of()], pathlib.Path({str(remote.clone)!r}), os.environ)"
        )
        broken = {**environ, "PATH": f"{wrapper.parent}:{os.environ['PATH']}"}
        repository = Path(__file__).resolve().parents[2]
        done = subprocess.run([sys.executable, "-c", program], cwd=repository, env=broken, check=False)
        assert done.returncode == -signal.SIGKILL
        assert github.pulls == {}
        assert states(published([request_of()], remote.clone, environ)) == {"routine": "opened"}
        assert states(published([request_of()], remote.clone, environ)) == {"routine": "unchanged"}
    assert remote.log("pinkeeper/routine") == ["Update routine", "Begin"]
    assert snapshot(remote.clone) == before


def _check_mended(remote: Remote, github: FakeGitHub) -> None:
    assert set(remote.branches()) == {"main", "pinkeeper/litellm", "pinkeeper/routine"}
    for branch in ("pinkeeper/litellm", "pinkeeper/routine"):
        assert remote.log(branch)[1:] == ["Begin"]
    assert remote.file("pinkeeper/routine", "requirements.txt") == "alpha==3\n"
    assert [(pull["head"], pull["state"]) for pull in github.pulls.values()] == [
        ("pinkeeper/routine", "open"),
        ("pinkeeper/gone", "closed"),
        ("pinkeeper/litellm", "open"),
    ]
    assert github.comments == {2: [SUPERSEDED]}
    assert read_marker(github.pulls[2]["body"]).superseded
    assert github.pulls[1]["title"] == "Newer"
    litellm = github.pulls[3]
    assert (litellm["labels"], litellm["draft"]) == (["locks"], True)
    assert set(litellm["reviewers"]) == {"alice"}
