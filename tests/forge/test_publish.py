"""Change requests end to end: a real git, a real bare remote, and GitHub on loopback."""

from __future__ import annotations

import os

import pytest

from pinkeeper.errors import GitError, PublishingError
from pinkeeper.forge.marker import read_marker
from pinkeeper.forge.publish import SUPERSEDED
from pinkeeper.model.change_request import RequestState
from tests.forge.api_server import Reply
from tests.forge.bench import published, request_of, states
from tests.forge.fake_github import FakeGitHub
from tests.forge.remotes import Remote, git_in, snapshot


@pytest.fixture
def remote(tmp_path):
    return Remote.make(tmp_path)


@pytest.fixture
def github(remote):
    with FakeGitHub(remote.bare) as running:
        yield running


@pytest.fixture
def send(remote, github):
    """Publishes requests from the clone, whose working tree, index and branches must stay as they are."""

    def run(*requests, **how):
        environ = {**os.environ, **github.environ()}
        before = snapshot(remote.clone)
        try:
            return published(requests, remote.clone, environ, **how)
        finally:
            assert snapshot(remote.clone) == before

    return run


def test_a_request_is_one_commit_on_the_base_with_the_files_and_nothing_else(remote, github, send):
    outcomes = send(request_of(files=(("locks/gateway.txt", b"alpha==2.0\n"), ("requirements.txt", b"alpha==2.0\n"))))
    assert states(outcomes) == {"routine": "opened"}
    assert outcomes[0].url == f"{github.origin}/owner/name/pull/1"
    assert remote.log("pinkeeper/routine") == ["Update routine", "Begin"]
    changed = git_in(remote.bare, "diff", "--name-status", "main", "pinkeeper/routine").split()
    assert changed == ["A", "locks/gateway.txt", "M", "requirements.txt"]
    assert remote.file("pinkeeper/routine", "locks/gateway.txt") == "alpha==2.0\n"
    pull = github.open_pulls()["pinkeeper/routine"]
    assert (pull["title"], pull["base"], pull["draft"]) == ("Update routine", "main", False)
    assert pull["body"].startswith("What routine brings\n\n<!-- pinkeeper {")


def test_two_runs_double_nothing(remote, github, send):
    requests = [request_of(), request_of("litellm", "litellm==2\n", is_draft=True, labels=("locks",))]
    first = send(*requests)
    branches, pulls, changes = remote.branches(), dict(github.open_pulls()), github.changes()
    second = send(*requests)
    assert states(first) == {"routine": "opened", "litellm": "opened"}
    assert states(second) == {"routine": "unchanged", "litellm": "unchanged"}
    assert [outcome.url for outcome in first] == [outcome.url for outcome in second]
    assert remote.branches() == branches
    assert github.open_pulls() == pulls
    assert github.changes() == changes


def test_the_same_proposal_made_on_another_machine_is_the_same(remote, send):
    send(request_of())
    branches = remote.branches()
    git_in(remote.clone, "config", "user.email", "somebody-else@corp.example")
    assert states(send(request_of())) == {"routine": "unchanged"}
    assert remote.branches() == branches


def test_a_newer_proposal_moves_the_branch_and_the_text(remote, github, send):
    send(request_of())
    outcomes = send(request_of(text="alpha==3.0\n", title="Update alpha to 3.0", body="Other words"))
    assert states(outcomes) == {"routine": "updated"}
    assert remote.log("pinkeeper/routine") == ["Update routine", "Begin"]
    assert remote.file("pinkeeper/routine", "requirements.txt") == "alpha==3.0\n"
    (pull,) = github.pulls.values()
    assert pull["title"] == "Update alpha to 3.0"
    assert pull["body"].startswith("Other words")


def test_only_the_text_changes_where_only_the_text_is_new(remote, send):
    send(request_of())
    branches = remote.branches()
    assert states(send(request_of(body="The same, better told"))) == {"routine": "updated"}
    assert remote.branches() == branches


def test_a_moved_base_makes_the_commit_anew_on_it(remote, github, send):
    send(request_of())
    remote.commit_on_main({"README": "more\n"}, "Go on")
    assert states(send(request_of())) == {"routine": "updated"}
    assert remote.log("pinkeeper/routine") == ["Update routine", "Go on", "Begin"]
    assert len(github.pulls) == 1


def test_a_proposal_that_was_merged_is_proposed_no_more(remote, github, send):
    send(request_of())
    remote.commit_on_main({"requirements.txt": "alpha==2.0\n"}, "Merge it")
    github.pulls[1]["merged_at"], github.pulls[1]["state"] = "2026-01-01T00:00:00Z", "closed"
    outcomes = send(request_of())
    assert [str(outcome.state) for outcome in outcomes] == ["unchanged", "closed"]
    assert outcomes[0].told == "main has these files already"
    assert set(remote.branches()) == {"main"}


def test_what_is_proposed_no_more_is_closed_with_a_word_and_its_branch_deleted(remote, github, send):
    send(request_of(), request_of("litellm", "litellm==2\n"))
    outcomes = send(request_of())
    assert states(outcomes) == {"routine": "unchanged", "litellm": "closed"}
    assert set(remote.branches()) == {"main", "pinkeeper/routine"}
    assert github.comments == {2: [SUPERSEDED]}
    assert github.pulls[2]["state"] == "closed"
    assert read_marker(github.pulls[2]["body"]).superseded


def test_others_stay_where_only_some_packages_were_looked_at(github, send):
    send(request_of(), request_of("litellm", "litellm==2\n"))
    assert states(send(request_of(), supersedes=False)) == {"routine": "unchanged"}
    assert set(github.open_pulls()) == {"pinkeeper/routine", "pinkeeper/litellm"}


def test_what_came_back_is_opened_again_for_we_closed_it_ourselves(github, send):
    send(request_of())
    send()
    assert states(send(request_of())) == {"routine": "opened"}
    assert [pull["state"] for pull in github.pulls.values()] == ["closed", "open"]


def test_what_a_person_closed_is_not_opened_again_until_it_is_about_something_else(remote, github, send):
    send(request_of(decision="alpha 1.0 -> 2.0"))
    github.pulls[1]["state"] = "closed"
    branches = remote.branches()
    outcomes = send(request_of(text="alpha==2.0\nbeta==1\n", decision="alpha 1.0 -> 2.0"))
    assert states(outcomes) == {"routine": "refused"}
    assert outcomes[0].url.endswith("/pull/1")
    assert remote.branches() == branches
    assert len(github.pulls) == 1
    assert states(send(request_of(text="alpha==3.0\n", decision="alpha 1.0 -> 3.0"))) == {"routine": "opened"}


def test_without_a_decision_the_files_are_what_was_refused(remote, send):
    send(request_of())
    git_in(remote.bare, "branch", "-D", "pinkeeper/routine")  # which closes it
    assert states(send(request_of(title="Please"))) == {"routine": "refused"}
    assert states(send(request_of(text="alpha==2.1\n"))) == {"routine": "opened"}


@pytest.mark.parametrize("how", ["added", "amended", "reworded", "moved", "merged", "emptied"])
def test_a_branch_that_a_person_pushed_to_is_left_alone(remote, github, send, how):
    send(request_of())
    person = remote.person
    git_in(person, "fetch", "-q", "origin", "pinkeeper/routine")
    git_in(person, "switch", "-q", "-c", "work", "FETCH_HEAD")
    match how:
        case "added":
            remote.commit_on_branch("pinkeeper/routine", {"fix.py": "1\n"})
        case "amended":
            (person / "requirements.txt").write_text("alpha==1.5\n")
            git_in(person, "commit", "-q", "-a", "--amend", "--no-edit")
        case "reworded":
            body = git_in(person, "log", "-1", "--format=%B").replace("Update", "Fetch", 1)
            git_in(person, "commit", "-q", "--amend", "-m", body)
        case "moved":
            remote.commit_on_main({"README": "more\n"}, "Go on")
            git_in(person, "switch", "-q", "work")
            git_in(person, "rebase", "-q", "main")
        case "merged":
            remote.commit_on_main({"README": "more\n"}, "Go on")
            git_in(person, "switch", "-q", "work")
            git_in(person, "merge", "-q", "--no-edit", "main")
        case "emptied":
            git_in(person, "commit", "-q", "--allow-empty", "-m", "Run the checks again")
    if how != "added":
        git_in(person, "push", "-q", "--force", "origin", "HEAD:refs/heads/pinkeeper/routine")
    branches, changes = remote.branches(), github.changes()
    assert states(send(request_of(text="alpha==9\n"))) == {"routine": "left alone"}
    assert states(send()) == {"routine": "left alone"}
    assert remote.branches() == branches
    assert github.changes() == changes


def test_branches_of_others_under_the_prefix_are_nobodys_business(remote, send):
    for branch in ("pinkeeper/mine", "pinkeeper/deep/er", "pinkeeper/service@routine"):
        git_in(remote.person, "push", "-q", "origin", f"HEAD:refs/heads/{branch}")
    branches = remote.branches()
    assert send() == ()
    assert remote.branches() == branches


def test_requests_of_another_project_in_the_same_repository_stay(github, send):
    send(request_of(branch="pinkeeper/service@routine"), prefix="pinkeeper/service@")
    assert states(send(request_of(), prefix="pinkeeper/")) == {"routine": "opened"}
    assert set(github.open_pulls()) == {"pinkeeper/routine", "pinkeeper/service@routine"}


def test_a_request_that_a_person_opened_from_our_branch_is_theirs(remote, github, send):
    send(request_of())
    github.pulls[1]["state"] = "closed"
    github.add_pull("pinkeeper/routine", title="Let me try this", body="Mine")
    branches, changes = remote.branches(), github.changes()
    outcomes = send(request_of(text="alpha==3\n"))
    assert (states(outcomes), outcomes[0].url[-7:]) == ({"routine": "left alone"}, "/pull/2")
    assert states(send()) == {"routine": "left alone"}
    assert (remote.branches(), github.changes()) == (branches, changes)


def test_a_text_that_a_person_wrote_anew_stays(github, send):
    send(request_of())
    github.pulls[1]["body"] = "Please wait for the release of May."
    assert states(send(request_of(text="alpha==3\n"))) == {"routine": "left alone"}
    assert github.pulls[1]["body"] == "Please wait for the release of May."


def test_a_request_from_a_fork_is_none_of_ours(github, send):
    github.add_pull("pinkeeper/routine", repo="stranger/name", title="Trust me")
    assert states(send(request_of())) == {"routine": "opened"}
    assert github.pulls[1]["title"] == "Trust me"


def test_one_that_was_closed_as_superseded_and_opened_by_a_person_stays_open(remote, github, send):
    send(request_of())
    git_in(remote.person, "fetch", "-q", "origin", "pinkeeper/routine")
    send()
    git_in(remote.person, "push", "-q", "origin", "FETCH_HEAD:refs/heads/pinkeeper/routine")
    github.pulls[1]["state"] = "open"
    assert states(send()) == {"routine": "left alone"}
    assert set(github.open_pulls()) == {"pinkeeper/routine"}


def test_no_more_are_opened_than_may_be_open_at_once(remote, send):
    send(request_of("one", "one\n"), most_open=2)
    outcomes = send(*(request_of(id_, f"{id_}\n") for id_ in ("zero", "one", "two", "three")), most_open=2)
    assert states(outcomes) == {
        "zero": "opened",
        "one": "unchanged",
        "two": "postponed",
        "three": "postponed",
    }
    assert set(remote.branches()) == {"main", "pinkeeper/one", "pinkeeper/zero"}


def test_labels_reviewers_and_drafts_are_asked_for_once(github, send):
    request = request_of(labels=("locks", "python"), reviewers=("@alice", "owner/platform"), is_draft=True)
    send(request)
    (pull,) = github.pulls.values()
    assert (pull["labels"], pull["reviewers"], pull["draft"]) == (["locks", "python"], ["alice", "platform"], True)
    pull["labels"], pull["reviewers"], pull["draft"] = ["locks"], [], False  # a person had their say
    assert states(send(request)) == {"routine": "unchanged"}
    assert (pull["labels"], pull["reviewers"], pull["draft"]) == (["locks"], [], False)


def test_a_reviewer_who_cannot_be_asked_and_drafts_that_are_not_there_are_told(github, send):
    github.has_drafts = False
    outcomes = send(request_of(reviewers=("nobody",), is_draft=True))
    assert states(outcomes) == {"routine": "opened"}
    assert "this repository has no drafts" in outcomes[0].told
    assert "nobody cannot be asked for a review here" in outcomes[0].told
    assert states(send(request_of(reviewers=("nobody",), is_draft=True))) == {"routine": "unchanged"}


def test_a_dry_run_tells_everything_and_does_nothing(remote, github, send):
    send(request_of(), request_of("old", "old==1\n"), request_of("same", "same==1\n"))
    branches, changes = remote.branches(), github.changes()
    new = request_of("litellm", "litellm==2\n", is_draft=True, labels=("locks",), reviewers=("alice",))
    outcomes = send(request_of(text="alpha==4\n", title="Newer"), new, request_of("same", "same==1\n"), dry_run=True)
    assert [(outcome.id, str(outcome.state), outcome.told) for outcome in outcomes] == [
        (
            "routine",
            "would be",
            (
                "would push one commit on main to pinkeeper/routine (requirements.txt); "
                "change its title or text to those of “Newer”"
            ),
        ),
        (
            "litellm",
            "would be",
            (
                "would push one commit on main to pinkeeper/litellm (requirements.txt); "
                "open “Update litellm” as a draft on GitHub; label it locks; ask alice for a review"
            ),
        ),
        ("same", "unchanged", ""),
        ("old", "would be", "would close it, and delete its branch"),
    ]
    assert remote.branches() == branches
    assert github.changes() == changes


def test_a_body_that_is_too_long_ends_early_and_says_so(github, send):
    send(request_of(body="line\n" * 20_000))
    (pull,) = github.pulls.values()
    assert 65_000 < len(pull["body"]) <= 65_536
    assert "*The rest has no room here: see the full report.*\n\n<!-- pinkeeper" in pull["body"]
    assert states(send(request_of(body="line\n" * 20_000))) == {"routine": "unchanged"}


def test_line_ends_that_a_forge_changed_are_no_change(github, send):
    send(request_of())
    github.pulls[1]["body"] = github.pulls[1]["body"].replace("\n", "\r\n").rstrip()
    assert states(send(request_of())) == {"routine": "unchanged"}


def test_a_failure_of_one_request_leaves_the_others_whole_and_all_are_told_together(remote, send):
    hook = remote.bare / "hooks/update"
    hook.write_text('#!/bin/sh\ncase "$1" in */bad*) echo "no such locks here" >&2; exit 1;; esac\n')
    hook.chmod(0o755)
    requests = [request_of(id_, f"{id_}\n") for id_ in ("bad-one", "good", "bad-two")]
    with pytest.raises(PublishingError) as caught:
        send(*requests)
    assert states(caught.value.outcomes) == {"bad-one": "failed", "good": "opened", "bad-two": "failed"}
    assert len(caught.value.errors) == 2
    text = str(caught.value.errors[0])
    assert "origin/pinkeeper/bad-one: cannot push pinkeeper/bad-one: the remote refuses it" in text
    assert "no such locks here" in text
    assert "remedy: " in text
    hook.unlink()
    assert states(send(*requests)) == {"bad-one": "opened", "good": "unchanged", "bad-two": "opened"}


def test_a_branch_that_moves_underneath_is_not_overwritten(remote, github, send):
    send(request_of())

    def move(asked):
        if asked.query.get("state") == "open":
            remote.commit_on_branch("pinkeeper/routine", {"fix.py": "1\n"})
            github.before = lambda _: None

    github.before = move
    with pytest.raises(PublishingError) as caught:
        send(request_of(text="alpha==5\n"))
    assert "moved in the meantime" in str(caught.value.errors[0])
    assert remote.log("pinkeeper/routine")[0] == "A person's work"
    assert states(send(request_of(text="alpha==5\n"))) == {"routine": "left alone"}


@pytest.mark.parametrize(
    ("status", "content", "words"),
    [
        (401, {"message": "Bad credentials"}, "the token is not accepted (401 Unauthorized)"),
        (403, {"message": "Resource not accessible by integration"}, "the token does not allow it (403 Forbidden)"),
        (
            403,
            {"message": "GitHub Actions is not permitted to create or approve pull requests."},
            "remedy: Settings > Actions > General > Workflow permissions",
        ),
        (404, {"message": "Not Found"}, "there is no such thing, or the token may not see it (404 Not Found)"),
        (409, {"message": "Conflict"}, "it changed in the meantime (409 Conflict)"),
        (422, {"message": "Validation Failed", "errors": [{"code": "invalid", "field": "base"}]}, "base invalid"),
        (500, {}, "the forge failed (500 Internal Server Error)"),
        (503, {}, "the forge failed (503 Service Unavailable)"),
    ],
)
def test_what_a_forge_refuses_is_told_and_mended_by_the_next_run(remote, github, send, status, content, words):
    def fail(asked):
        return Reply(status=status, content=content) if asked.method == "POST" else None

    github.before = fail
    with pytest.raises(PublishingError) as caught:
        send(request_of())
    text = str(caught.value.errors[0])
    assert words in text
    assert "cannot open a pull request for pinkeeper/routine" in text
    assert github.token not in text
    assert states(caught.value.outcomes) == {"routine": "failed"}
    github.before = lambda _: None
    assert states(send(request_of())) == {"routine": "opened"}
    assert remote.log("pinkeeper/routine") == ["Update routine", "Begin"]


def test_a_request_that_was_opened_although_the_answer_got_lost_is_found(github, send):
    def lose(asked):
        if asked.method == "POST" and asked.path.endswith("/pulls"):
            github.before = lambda _: None
            github.open_pull(asked.content)
            return Reply(status=502, content={})
        return None

    github.before = lose
    assert states(send(request_of())) == {"routine": "opened"}
    assert len(github.pulls) == 1


def test_the_lists_of_many_open_requests_are_read_to_their_end(github, send):
    send(request_of())
    for number in range(30):
        github.add_pull(f"feature-{number}", repo="stranger/name")
    github.page_size = 7
    assert states(send(request_of())) == {"routine": "unchanged"}


def test_a_base_that_is_not_there_is_told(send):
    with pytest.raises(GitError, match="origin has no branch develop"):
        send(request_of(), base="develop")


def test_another_base_is_used_and_followed(remote, github, send):
    git_in(remote.person, "push", "-q", "origin", "HEAD:refs/heads/develop")
    send(request_of(), base="develop")
    assert github.pulls[1]["base"] == "develop"
    assert states(send(request_of())) == {"routine": "updated"}
    assert github.pulls[1]["base"] == "main"


def test_every_state_has_words():
    assert {str(state) for state in RequestState} >= {"opened", "refused", "postponed", "failed"}
