"""Every call to GitHub, held to GitHub's own description of its API, and so are the answers of our fake.

Left out where the tools are not installed (``npm ci`` in ``.ci/forge``); with ``FORGE_TESTS=required`` in the
environment, as CI has it, they fail then.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.errors import ForgeError, PublishingError
from pinkeeper.forge.api import Api, ApiOptions
from pinkeeper.forge.releases import releases_between
from tests.forge.api_server import ApiServer, Asked, Reply
from tests.forge.bench import published, request_of, states
from tests.forge.fake_github import FakeGitHub
from tests.forge.github_description import TOOLS, cut, description, examples, proxied
from tests.forge.remotes import Remote

pytestmark = pytest.mark.skipif(
    TOOLS is None and os.environ.get("FORGE_TESTS") != "required", reason="npm ci was not run in .ci/forge"
)


class _Described:
    """The proxy, what it stands before, and what answers look like. respond: answers for the upstream."""

    def __init__(self, folder: Path) -> None:
        assert TOOLS is not None, "these tests need npm ci in .ci/forge, and the environment requires them"
        whole = description(TOOLS)
        self.examples: dict[str, Any] = examples(whole)
        self.document = folder / "github.json"
        self.document.write_text(json.dumps(cut(whole)), encoding="utf-8")
        self.upstream = ApiServer(self.respond)
        self.fake: FakeGitHub | None = None
        self.origin = ""

    def respond(self, asked: Asked) -> Reply:
        assert self.fake is not None
        return self.fake._reply(asked)

    def environ(self) -> dict[str, str]:
        assert self.fake is not None
        return {**os.environ, **self.fake.environ(), "GITHUB_API_URL": self.origin}


@pytest.fixture(scope="module")
def described(tmp_path_factory) -> Iterator[_Described]:
    found = _Described(tmp_path_factory.mktemp("description"))
    with found.upstream, proxied(TOOLS, found.document, found.upstream.origin) as origin:
        found.origin = origin
        yield found


@pytest.fixture
def remote(tmp_path):
    return Remote.make(tmp_path)


@pytest.fixture
def github(described, remote):
    with FakeGitHub(remote.bare, templates=described.examples) as running:
        described.fake = running
        yield running
        described.fake = None


def test_a_request_from_its_opening_to_its_end(described, remote, github):
    flagged = request_of("litellm", "litellm==2\n", labels=("locks",), reviewers=("alice", "owner/team"), is_draft=True)
    environ = described.environ()
    first = published([request_of(), flagged], remote.clone, environ)
    assert states(first) == {"routine": "opened", "litellm": "opened"}
    second = published([request_of(), flagged], remote.clone, environ)
    assert states(second) == {"routine": "unchanged", "litellm": "unchanged"}
    newer = published([request_of(text="alpha==3\n", title="Newer"), flagged], remote.clone, environ)
    assert states(newer) == {"routine": "updated", "litellm": "unchanged"}
    assert states(published([flagged], remote.clone, environ)) == {"litellm": "unchanged", "routine": "closed"}
    github.pulls[2]["state"] = "closed"
    assert states(published([flagged], remote.clone, environ)) == {"litellm": "refused"}
    assert set(github.said()) == set()  # all of it came through the proxy
    methods = {line.replace("/repos/owner/name", "") for line in described.upstream.said()}
    assert methods == {
        "GET /pulls",
        "POST /pulls",
        "PATCH /pulls/1",
        "PATCH /pulls/2",
        "POST /issues/2/labels",
        "POST /pulls/2/requested_reviewers",
        "GET /issues/1/comments",
        "POST /issues/1/comments",
    }


def test_refusals_are_answers_that_the_description_has(described, remote, github):
    github.has_drafts = False
    outcomes = published([request_of(is_draft=True, reviewers=("nobody",))], remote.clone, described.environ())
    assert states(outcomes) == {"routine": "opened"}
    with pytest.raises(ForgeError, match="the token is not accepted"):
        published([request_of()], remote.clone, {**described.environ(), "GITHUB_TOKEN": "another"})


def test_releases_are_asked_for_as_described(described, github):
    github.releases = [{"tag_name": "v1.1", "body": "What is new", "draft": False}]
    with Api(ApiOptions(environ=described.environ())) as api:
        name = canonicalize_name("name")
        url = f"{github.origin}/owner/name"
        notes = releases_between(url, Version("1.0"), Version("1.1"), name, api=api)
    assert [(section.version, section.text) for section in notes.sections] == [("1.1", "What is new")]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/pulls", {"title": "x", "head": "x", "base": "main", "body": "x", "drafts": True}),
        ("/pulls", {"title": "x", "base": "main"}),
        ("/pulls/7/requested_reviewers", {"reviewers": "alice"}),
    ],
)
def test_what_the_description_does_not_have_is_refused(described, github, path, content):
    asked = len(described.upstream.asked)
    with Api(ApiOptions(environ=described.environ(), retries=0)) as api, pytest.raises(ForgeError) as caught:
        api.send("POST", f"{described.origin}/repos/owner/name{path}", content, "break a rule")
    assert caught.value.status == 422
    assert len(described.upstream.asked) == asked
    assert github.pulls == {}


def test_answers_that_the_description_does_not_have_are_noticed(described, remote, github, monkeypatch):
    monkeypatch.setattr(github, "_templates", {})
    with pytest.raises(PublishingError, match="the forge failed"):
        published([request_of()], remote.clone, described.environ())
