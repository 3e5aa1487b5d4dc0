"""Merge requests, against GitLab as its documentation has it."""

from __future__ import annotations

import os

import pytest

from pinkeeper.errors import PublishingError
from pinkeeper.forge.publish import SUPERSEDED
from tests.forge.api_server import Reply
from tests.forge.bench import published, request_of, states
from tests.forge.fake_gitlab import FakeGitLab
from tests.forge.gitlab_shapes import ANSWERS, misfits
from tests.forge.remotes import Remote, git_in


@pytest.fixture
def remote(tmp_path):
    return Remote.make(tmp_path)


@pytest.fixture
def gitlab(remote):
    with FakeGitLab(remote.bare) as running:
        yield running


@pytest.fixture
def send(remote, gitlab):
    return lambda *requests, **how: published(requests, remote.clone, {**os.environ, **gitlab.environ()}, **how)


_FLAGGED = request_of("litellm", "litellm==2\n", labels=("locks", "python"), reviewers=("@alice",), is_draft=True)


def test_a_merge_request_from_its_opening_to_its_end(remote, gitlab, send):
    first = send(request_of(), _FLAGGED)
    assert states(first) == {"routine": "opened", "litellm": "opened"}
    assert first[1].url == f"{gitlab.origin}/group/sub/name/-/merge_requests/2"
    assert (gitlab.requests[2]["title"], gitlab.requests[2]["labels"]) == ("Draft: Update litellm", ["locks", "python"])
    assert [each["id"] for each in gitlab.requests[2]["reviewers"]] == [11]
    changes = gitlab.changes()
    assert states(send(request_of(), _FLAGGED)) == {"routine": "unchanged", "litellm": "unchanged"}
    assert gitlab.changes() == changes
    assert states(send(request_of(text="alpha==3\n", title="Newer"), _FLAGGED))["routine"] == "updated"
    assert gitlab.requests[1]["title"] == "Newer"
    assert states(send(_FLAGGED)) == {"litellm": "unchanged", "routine": "closed"}
    assert gitlab.requests[1]["state"] == "closed"
    assert [note["body"] for note in gitlab.notes[1]] == [SUPERSEDED]
    assert set(remote.branches()) == {"main", "pinkeeper/litellm"}


def test_a_person_decides_whether_it_stays_a_draft(gitlab, send):
    send(_FLAGGED)
    send(request_of("litellm", "litellm==3\n", title="Newer", is_draft=True))
    assert gitlab.requests[1]["title"] == "Draft: Newer"
    gitlab.requests[1]["title"] = "Newer"
    assert states(send(request_of("litellm", "litellm==3\n", title="Newer", is_draft=True))) == {"litellm": "unchanged"}
    assert gitlab.requests[1]["title"] == "Newer"


def test_notes_that_give_orders_are_not_obeyed(gitlab, send):
    body = "# Notes\n\n/approve\n/merge\r\n  /assign @mallory\n"
    send(request_of(body=body))
    assert gitlab.requests[1]["description"].startswith("# Notes\n\n\\/approve\n\\/merge\n  \\/assign @mallory\n")
    assert states(send(request_of(body=body))) == {"routine": "unchanged"}


def test_what_a_person_closed_stays_closed(gitlab, send):
    send(request_of())
    gitlab.requests[1]["state"] = "closed"
    assert states(send(request_of())) == {"routine": "refused"}
    assert states(send(request_of(text="alpha==3\n"))) == {"routine": "opened"}


def test_one_whose_branch_is_gone_is_closed_when_it_is_proposed_no_more(remote, gitlab, send):
    send(request_of())
    git_in(remote.bare, "branch", "-D", "pinkeeper/routine")
    assert states(send()) == {"routine": "closed"}
    assert gitlab.requests[1]["state"] == "closed"


def test_one_that_was_merged_is_no_refusal(gitlab, send):
    send(request_of())
    gitlab.requests[1]["state"] = "merged"
    assert states(send(request_of())) == {"routine": "opened"}


def test_a_reviewer_whom_nobody_knows_is_told(send):
    outcomes = send(request_of(reviewers=("nobody", "bob")))
    assert (states(outcomes), outcomes[0].told) == ({"routine": "opened"}, "there is no user nobody")


def test_one_that_is_open_already_is_taken_as_it_is(gitlab, send):
    def lose(asked):
        if asked.method == "POST":
            gitlab.before = lambda _: None
            gitlab._open(asked, {})
            return Reply(status=504, content={})
        return None

    gitlab.before = lose
    assert states(send(request_of())) == {"routine": "opened"}
    assert len(gitlab.requests) == 1


def test_one_from_a_fork_is_none_of_ours_and_pages_are_read_to_their_end(gitlab, send):
    gitlab.page_size = 2
    for number in range(5):
        gitlab.add(f"other-{number}")
    gitlab.add("pinkeeper/routine", source_project_id=9)
    assert states(send(request_of())) == {"routine": "opened"}
    assert states(send(request_of())) == {"routine": "unchanged"}


@pytest.mark.parametrize(
    ("status", "content", "words"),
    [
        (400, {"message": {"title": ["is too long"]}}, "it says: title: is too long"),
        (401, {"message": "401 Unauthorized"}, "the token is not accepted (401 Unauthorized)"),
        (403, {"error": "insufficient_scope", "error_description": "needs api"}, "it says: needs api"),
        (404, {"message": "404 Project Not Found"}, "there is no such thing, or the token may not see it"),
        (409, {"message": ["Conflict"]}, "it changed in the meantime (409 Conflict)"),
        (500, {}, "the forge failed (500 Internal Server Error)"),
    ],
)
def test_what_gitlab_refuses_is_told_and_mended_by_the_next_run(gitlab, send, status, content, words):
    gitlab.before = lambda asked: Reply(status=status, content=content) if asked.method == "POST" else None
    with pytest.raises(PublishingError) as caught:
        send(request_of())
    assert words in str(caught.value)
    assert gitlab.token not in str(caught.value)
    gitlab.before = lambda _: None
    assert states(send(request_of())) == {"routine": "opened"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"iid": "1"}, "answer.iid is '1'"),
        ({"state": "open"}, "answer.state is 'open'"),
        ({"description": 1}, "answer.description is 1"),
        ({"reviewers": [{"id": 1}]}, "answer.reviewers[0].name is missing"),
        ({"labels": "locks"}, "answer.labels is no list"),
        ({"draft": 0}, "answer.draft is 0"),
    ],
)
def test_an_answer_that_the_documentation_does_not_know_is_none(gitlab, change, said):
    right = gitlab.add("pinkeeper/routine")
    shape = ANSWERS["POST", "/merge_requests"]
    assert list(misfits(right, shape)) == []
    assert said in list(misfits({**right, **change}, shape))
