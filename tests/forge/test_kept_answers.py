"""Answers of forges that are kept: fresh, asked about, and better than none."""

from __future__ import annotations

import os

import pytest

from pinkeeper.errors import ForgeError
from pinkeeper.forge.api import Api, ApiOptions
from pinkeeper.forge.kept_answers import KeptAnswers
from pinkeeper.index.cache import Cache
from tests.forge.api_server import ApiServer, Reply


class _Server(ApiServer):
    """Has one list, with an entity tag."""

    def __init__(self) -> None:
        super().__init__(self._reply)
        self.content = [1]
        self.failing: Reply | None = None

    def _reply(self, asked) -> Reply:
        if self.failing is not None:
            return self.failing
        tag = f'"{self.content}"'
        if asked.headers.get("if-none-match") == tag:
            return Reply(status=304, raw=b"")
        return Reply(content=self.content, headers={"ETag": tag, "Link": '</x?page=2>; rel="next"'})


@pytest.fixture
def server():
    with _Server() as running:
        yield running


@pytest.fixture
def ask(server, tmp_path):
    """Asks in a run of its own, at a time."""

    def run(now: float, *, times: int = 1, directory="cache", token: str = ""):
        environ = {**os.environ, "GITHUB_API_URL": server.origin, "GITHUB_TOKEN": token}
        with Api(ApiOptions(environ=environ, retries=0, patience=0.0)) as api:
            cache = Cache(tmp_path / directory if directory else None)
            getter = KeptAnswers(api, cache, now=lambda: now)
            answers = [getter.get(f"{server.origin}/x", "look") for _ in range(times)]
        return answers[-1].json(), answers[-1].headers.get("link")

    return run


_FIRST = ([1], '</x?page=2>; rel="next"')


def test_in_one_run_it_is_asked_once_without_a_cache_too(server, ask):
    assert ask(0.0, times=3, directory=None) == _FIRST
    assert len(server.asked) == 1


def test_for_an_hour_it_is_not_asked_again(server, ask):
    assert ask(0.0) == _FIRST
    server.content = [2]
    assert ask(3599.0) == _FIRST
    assert len(server.asked) == 1
    assert ask(3600.0)[0] == [2]


def test_what_did_not_change_is_confirmed_for_another_hour(server, ask):
    ask(0.0)
    assert ask(4000.0) == _FIRST
    assert ask(7000.0) == _FIRST
    assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, '"[1]"']


def test_a_clock_that_was_set_back_trusts_nothing(server, ask):
    ask(10_000.0)
    ask(0.0)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "failing", [Reply(status=500), Reply(status=429, headers={"Retry-After": "900"}), Reply(status=403, content={})]
)
def test_where_the_forge_does_not_answer_what_is_kept_has_to_do(server, ask, failing):
    ask(0.0)
    server.failing = failing
    assert ask(9000.0) == _FIRST
    with pytest.raises(ForgeError):
        ask(9000.0, directory="another")


@pytest.mark.parametrize("status", [401, 404, 410])
def test_what_is_gone_is_gone(server, ask, status):
    ask(0.0)
    server.failing = Reply(status=status)
    with pytest.raises(ForgeError):
        ask(9000.0)


def test_what_a_token_showed_is_not_shown_without_it(server, ask):
    ask(0.0, token="t")
    ask(0.0)
    assert len(server.asked) == 2


def test_a_damaged_entry_is_asked_for_anew(server, ask, tmp_path):
    ask(0.0)
    Cache(tmp_path / "cache").write("forge", next((tmp_path / "cache/v1/forge").iterdir()).name, b"\xc1 nothing")
    assert ask(1.0) == _FIRST
    assert len(server.asked) == 2
