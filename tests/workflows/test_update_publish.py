"""Proposals on their way to a forge: what is sent, what is not, and from where."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.errors import CollectedError, ConfigurationError, GitError, PublishingError
from pinkeeper.inputs.update_settings import RequestSettings
from pinkeeper.model.finding import Verdict
from pinkeeper.model.proposal import Bump, BumpKind, Proposal, ProposedLock, UpdateResult
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.update_publish import BODY_LIMIT, PublishOptions, publish_update
from tests.forge.fake_github import FakeGitHub
from tests.forge.git_https import GitOverHttps
from tests.forge.remotes import Remote, git_in, snapshot
from tests.support.certificates import Authority

_OLD = "alpha==1.0\n"


def _bump(name: str, old: str | None, new: str | None, verdict: Verdict) -> Bump:
    versions = [None if text is None else Version(text) for text in (old, new)]
    return Bump(name=canonicalize_name(name), old=versions[0], new=versions[1], kind=BumpKind.MINOR, verdict=verdict)


def _proposal(id_: str, verdict: Verdict = Verdict.ROUTINE, *, text: str = "alpha==2.0\n", **fields) -> Proposal:
    bumps = (_bump("alpha", "1.0", "2.0", verdict), _bump("beta", None, "1.0", Verdict.ROUTINE))
    lock = ProposedLock(path="requirements.txt", text=text, old_sha256=hashlib.sha256(_OLD.encode()).hexdigest())
    shown = {"id": id_, "title": f"Update\n {id_}", "verdict": verdict, "bumps": bumps, "files": (lock,), **fields}
    return Proposal(**shown)


@pytest.fixture
def remote(tmp_path):
    return Remote.make(tmp_path, {"requirements.txt": _OLD, "services/api/requirements.txt": _OLD})


@pytest.fixture
def github(remote):
    with FakeGitHub(remote.bare) as running:
        yield running


@pytest.fixture
def send(remote, github):
    def run(*proposals, refused=(), folder=".", environ=None, log=None, **options):
        surroundings = Surroundings(
            environ={**os.environ, **github.environ(), **(environ or {})},
            directory=remote.clone / folder,
            now=datetime(2026, 1, 1, tzinfo=UTC),
            stdin=bytes,
            cache_directory=None,
            log=(log if log is not None else []).append,
        )
        result = UpdateResult(project="own", made_at=surroundings.now, proposals=proposals, refused=refused)
        return publish_update(
            result, PublishOptions(**options), surroundings, body=lambda each: f"Body of {each.id}\ud800"
        )

    return run


def test_a_commit_names_the_bumps_and_only_flagged_requests_are_drafts(remote, github, send):
    log = []
    outcomes = send(_proposal("routine"), _proposal("alpha", Verdict.REVIEW, text="alpha==3\n"), log=log)
    assert [(each.id, str(each.state)) for each in outcomes] == [("routine", "opened"), ("alpha", "opened")]
    assert git_in(remote.bare, "log", "-1", "--format=%B", "pinkeeper/routine").startswith(
        "Update routine\n\nalpha 1.0 -> 2.0\nbeta 1.0 (new)\n\nPinkeeper-Branch: pinkeeper/routine\nPinkeeper-Seal: "
    )
    assert {pull["title"]: pull["draft"] for pull in github.pulls.values()} == {
        "Update routine": False,
        "Update alpha": True,
    }
    assert not any(github.token in line for line in log)
    assert any("POST" in line for line in log)


def test_half_characters_and_endless_titles_are_no_obstacle(github, send):
    title = "Update \ud800 \0 " + "x" * 400
    outcomes = send(_proposal("routine", title=title))
    assert [str(each.state) for each in outcomes] == ["opened"]
    assert len(github.pulls[1]["title"]) == 200
    assert [str(each.state) for each in send(_proposal("routine", title=title))] == ["unchanged"]


def test_what_is_dangerous_is_never_sent(remote, github, send):
    assert send(_proposal("worm", Verdict.DANGER), refused=(_proposal("other", Verdict.DANGER),)) == ()
    assert set(remote.branches()) == {"main"}
    assert github.changes() == []


def test_what_came_out_dangerous_after_it_was_proposed_is_closed(github, send):
    send(_proposal("alpha", Verdict.REVIEW))
    outcomes = send(refused=(_proposal("alpha", Verdict.DANGER),))
    assert [(each.id, str(each.state)) for each in outcomes] == [("alpha", "closed")]
    assert github.open_pulls() == {}


def test_a_project_in_a_folder_has_branches_and_requests_of_its_own(remote, github, send):
    send(_proposal("routine"))
    outcomes = send(_proposal("routine"), folder="services/api")
    branch = outcomes[0].branch
    assert branch.startswith("pinkeeper/services-api-")
    assert branch.endswith("@routine")
    assert git_in(remote.bare, "diff", "--name-only", "main", branch).split() == ["services/api/requirements.txt"]
    assert [str(each.state) for each in send(_proposal("routine"))] == ["unchanged"]
    assert [str(each.state) for each in send(folder="services/api")] == ["closed"]
    assert set(github.open_pulls()) == {"pinkeeper/routine"}


def test_a_proposal_from_another_lock_than_that_of_the_base_is_not_sent(remote, github, send):
    remote.commit_on_main({"requirements.txt": "alpha==1.5\n"}, "Another hand")
    with pytest.raises(CollectedError) as caught:
        send(_proposal("routine"))
    assert "requirements.txt: this lock is not the one on origin/main" in str(caught.value)
    assert "remedy: commit and push what was changed here, or git pull" in str(caught.value)
    assert set(remote.branches()) == {"main"}
    assert github.changes() == []


def test_a_new_lock_is_sent_only_where_there_is_none(send):
    new = ProposedLock(path="pylock.toml", text="x", old_sha256=None)
    assert str(send(_proposal("routine", files=(new,)))[0].state) == "opened"
    there = ProposedLock(path="requirements.txt", text="x", old_sha256=None)
    with pytest.raises(CollectedError):
        send(_proposal("routine", files=(there,)))


def test_line_ends_of_the_working_tree_are_no_difference(send):
    digest = hashlib.sha256(_OLD.replace("\n", "\r\n").encode()).hexdigest()
    lock = ProposedLock(path="requirements.txt", text="alpha==2\n", old_sha256=digest)
    assert str(send(_proposal("routine", files=(lock,)))[0].state) == "opened"


def test_a_dry_run_leaves_not_even_an_object_behind(remote, github, send):
    def objects() -> set[str]:
        return {str(path) for path in (remote.clone / ".git").rglob("*") if path.is_file()}

    remote.commit_on_main({"README": "more\n"}, "Go on")
    before, state = objects(), snapshot(remote.clone)
    outcomes = send(_proposal("routine"), dry_run=True, environ={"GITHUB_TOKEN": github.token})
    assert str(outcomes[0].state) == "would be"
    assert outcomes[0].told == (
        "would push one commit on main to pinkeeper/routine (requirements.txt); open “Update routine” on GitHub"
    )
    assert objects() == before
    assert snapshot(remote.clone) == state
    assert github.changes() == []


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"GITHUB_TOKEN": ""}, "set PINKEEPER_FORGE_TOKEN to a fine-grained token"),
        (
            {"GITHUB_ACTIONS": "", "GITLAB_CI": "true", "CI_SERVER_URL": "https://g.example", "CI_JOB_TOKEN": "j",
             "CI_API_V4_URL": "https://g.example/api/v4", "CI_PROJECT_PATH": "a/b"},
            "CI_JOB_TOKEN can neither open merge requests",
        ),
    ],
)  # fmt: skip
def test_without_a_token_nothing_is_begun_and_the_variable_is_named(remote, send, environ, words):
    with pytest.raises(ConfigurationError) as caught:
        send(_proposal("routine"), environ=environ)
    assert words in str(caught.value)
    assert set(remote.branches()) == {"main"}


def test_for_any_other_forge_the_branch_is_pushed_and_the_text_written(remote, github, send):
    log = []
    first = send(_proposal("routine"), forge="other", body_directory="report/requests", log=log)
    assert [(str(each.state), each.told) for each in first] == [
        ("pushed", f"its text is in {remote.clone.as_posix()}/report/requests/routine.md")
    ]
    text = (remote.clone / "report/requests/routine.md").read_text(encoding="utf-8")
    assert text.startswith("# Update routine\n\nBody of routine?\n")
    assert remote.log("pinkeeper/routine") == ["Update routine", "Begin"]
    assert [str(each.state) for each in send(_proposal("routine"), forge="other")] == ["unchanged"]
    assert [str(each.state) for each in send(forge="other")] == ["closed"]
    assert set(remote.branches()) == {"main"}
    assert github.said() == []


def test_outside_of_a_repository_the_error_says_so(tmp_path, remote, send):
    (tmp_path / "plain").mkdir()
    with pytest.raises(GitError, match="this is no git repository"):
        send(_proposal("routine"), folder=str(tmp_path / "plain"))
    assert set(remote.branches()) == {"main"}


def test_over_https_git_gets_the_token_in_its_environment_and_nothing_keeps_it(tmp_path, remote, github, send):
    authority = Authority(tmp_path)
    seen = tmp_path / "arguments"
    wrapper = tmp_path / "bin/git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" >> {seen}\nPATH=${{PATH#*:}} exec git "$@"\n')
    wrapper.chmod(0o755)
    git_in(remote.bare, "config", "http.receivepack", "true")
    git_in(remote.clone, "config", "credential.helper", "store")
    log = []
    with GitOverHttps(
        remote.bare, token=github.token, context=authority.server_context(wants_client_certificate=False)
    ) as served:
        git_in(remote.clone, "remote", "set-url", "origin", f"{served.origin}/owner/name.git")
        environ = {
            "GITHUB_SERVER_URL": served.origin,
            "GIT_SSL_CAINFO": str(authority.certificate),
            "PATH": f"{wrapper.parent}:{os.environ['PATH']}",
        }
        assert str(send(_proposal("routine"), environ=environ, log=log)[0].state) == "opened"
        assert str(send(_proposal("routine"), environ=environ, log=log)[0].state) == "unchanged"
        with pytest.raises(GitError, match="the remote does not let us in") as caught:
            send(_proposal("routine"), environ={**environ, "GITHUB_TOKEN": "another-token"}, dry_run=True)
    assert set(served.users) == {"x-access-token"}
    assert remote.log("pinkeeper/routine") == ["Update routine", "Begin"]
    written = [path for path in (*remote.clone.rglob("*"), *Path(os.environ["HOME"]).rglob("*")) if path.is_file()]
    assert len(written) > 10
    for path in (seen, *written):
        assert github.token.encode() not in path.read_bytes()
    assert github.token not in "".join(log)
    assert "another-token" not in str(caught.value)


@pytest.mark.parametrize("prefix", ["", "pinkeeper", "-x/", "a..b/", "a b/", "a/.b/", "a//", "refs~/"])
def test_a_prefix_that_no_branch_can_have_is_refused(send, prefix):
    with pytest.raises(ConfigurationError, match="beginning of a branch"):
        send(branch_prefix=prefix)


@pytest.mark.parametrize("base", ["--all", "a..b", "x.lock", "a b", "@{-1}", "*"])
def test_a_base_that_is_no_branch_is_refused(send, base):
    with pytest.raises(ConfigurationError, match="cannot be a branch"):
        send(base=base)


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/passwd", "a/../../b.txt"])
def test_a_lock_outside_of_the_repository_cannot_be_proposed(send, path):
    lock = ProposedLock(path=path, text="x", old_sha256=None)
    with pytest.raises(ConfigurationError, match="outside of the repository"):
        send(_proposal("routine", files=(lock,)))


@pytest.mark.parametrize("path", [".git/hooks/pre-push", "a/.git/config"])
def test_nothing_is_written_into_a_git_folder(send, path):
    lock = ProposedLock(path=path, text="x", old_sha256=None)
    with pytest.raises(PublishingError, match="no file at this path"):
        send(_proposal("routine", files=(lock,)))


def test_ids_that_no_branch_can_have_become_branches_all_the_same(remote, send):
    ids = ["a..b", "x" * 300, "with space", "ends.lock", "ä"]
    outcomes = send(*(_proposal(id_, text=f"{number}\n") for number, id_ in enumerate(ids)))
    assert {each.id for each in outcomes} == set(ids)
    assert len(set(remote.branches())) == len(ids) + 1
    assert [str(each.state) for each in send(*(_proposal(id_, text=f"{n}\n") for n, id_ in enumerate(ids)))] == (
        ["unchanged"] * len(ids)
    )


def test_settings_become_options():
    settings = RequestSettings(forge="gitlab", base="develop", labels=("a",), draft=False, most_open=3)
    options = PublishOptions.of(settings, supersedes=False, dry_run=True)
    assert (options.forge, options.base, options.labels, options.most_open) == ("gitlab", "develop", ("a",), 3)
    assert (options.draft_flagged, options.supersedes, options.dry_run) == (False, False, True)
    assert 64_000 < BODY_LIMIT < 65_536
