"""HTTP to forges: rate limits, redirects, broken answers, and no secret in any word."""

from __future__ import annotations

import os

import pytest

from pinkeeper.errors import ForgeError, RateLimitError
from pinkeeper.forge.api import Api, ApiOptions
from tests.forge.api_server import ApiServer, Reply
from tests.forge.git_https import GitOverHttps
from tests.support.certificates import Authority

_TOKEN = "tok-0123456789abcdef"
_NOW = 1_700_000_000.0


class _Bench:
    """An API whose clock moves when it sleeps, and the server that it asks."""

    def __init__(self, server: ApiServer, **options) -> None:
        self.server = server
        self.slept: list[float] = []
        self.said: list[str] = []
        self.now = _NOW
        environ = {**os.environ, "GITHUB_API_URL": server.origin, "GITHUB_TOKEN": _TOKEN}
        self.api = Api(
            ApiOptions(environ=environ, **options), sleep=self._sleep, now=lambda: self.now, log=self.said.append
        )

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def get(self, path: str = "/x"):
        return self.api.get(f"{self.server.origin}{path}", "look")


@pytest.fixture
def replies():
    """What the server answers, one after the other; the last for ever."""
    return [Reply(content={"fine": True})]


@pytest.fixture
def bench(replies):
    asked = iter(range(10_000))
    with ApiServer(lambda _: replies[min(next(asked), len(replies) - 1)]) as server:
        found = []

        def make(**options):
            found.append(_Bench(server, **options))
            return found[-1]

        yield make
        for each in found:
            each.api.close()


@pytest.mark.parametrize(
    ("status", "headers", "content", "waited"),
    [
        (429, {"Retry-After": "7"}, {}, 7.0),
        (403, {"Retry-After": "9"}, {"message": "You have exceeded a secondary rate limit"}, 9.0),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(_NOW) + 30)}, {}, 30.0),
        (429, {"RateLimit-Remaining": "0", "RateLimit-Reset": str(int(_NOW) + 12)}, {}, 12.0),
        (403, {}, {"message": "You have exceeded a secondary rate limit"}, 60.0),
        (429, {}, {}, 60.0),
    ],
)
def test_a_rate_limit_is_waited_for(bench, replies, status, headers, content, waited):
    replies.insert(0, Reply(status=status, headers=headers, content=content))
    made = bench()
    assert made.get().json() == {"fine": True}
    assert made.slept == [waited]


def test_a_wait_that_is_too_long_is_told_with_its_end_and_nothing_is_asked_until_then(bench, replies):
    replies[:] = [Reply(status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1700003600"})]
    made = bench()
    with pytest.raises(RateLimitError) as caught:
        made.get()
    assert caught.value.until == 1_700_003_600
    assert "used up until 2023-11-14 23:13:20 UTC" in str(caught.value)
    assert made.slept == []
    with pytest.raises(RateLimitError):
        made.get("/other")
    assert len(made.server.asked) == 1
    made.now += 3601
    replies[:] = [Reply(content=[])]
    assert made.get().json() == []


def test_patience_ends_even_with_a_forge_that_asks_for_no_time(bench, replies):
    replies[:] = [Reply(status=429, headers={"Retry-After": "0"})]
    made = bench(patience=5.0)
    with pytest.raises(RateLimitError):
        made.get()
    assert len(made.server.asked) <= 7


def test_a_refusal_is_no_rate_limit(bench, replies):
    replies[:] = [Reply(status=403, content={"message": "Resource not accessible"}, headers={"X-RateLimit-Reset": "9"})]
    made = bench()
    with pytest.raises(ForgeError, match="the token does not allow it"):
        made.get()
    assert made.slept == []


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_passing_failure_is_asked_again(bench, replies, status):
    replies[:] = [Reply(status=status), Reply(status=status), Reply(content=1)]
    made = bench()
    assert made.get().json() == 1
    assert made.slept == [0.5, 1.0]


def test_what_does_harm_twice_is_sent_once(bench, replies):
    replies[:] = [Reply(status=502)]
    made = bench()
    with pytest.raises(ForgeError, match="the forge failed"):
        made.api.send("POST", f"{made.server.origin}/x", {}, "comment", is_repeatable=False)
    assert len(made.server.asked) == 1


def test_a_moved_repository_is_followed_on_its_own_host(bench, replies):
    replies[:] = [Reply(status=301, headers={"Location": "/repositories/1/x"}), Reply(content=2)]
    made = bench()
    assert made.get().json() == 2
    assert [asked.headers["authorization"] for asked in made.server.asked] == [f"Bearer {_TOKEN}"] * 2


def test_nothing_is_sent_where_another_host_is_named(bench, replies):
    with ApiServer(lambda _: Reply(content="stolen")) as other:
        replies[:] = [Reply(status=302, headers={"Location": f"{other.origin}/x"})]
        with pytest.raises(ForgeError, match="redirects to another host"):
            bench().get()
        assert other.asked == []


@pytest.mark.parametrize(
    "location", ["http://user:pw@127.0.0.1/x", "file:///etc/passwd", "//evil.invalid/x", "http://["]
)
def test_odd_redirects_are_refused(bench, replies, location):
    replies[:] = [Reply(status=302, headers={"Location": location})]
    with pytest.raises(ForgeError):
        bench().get()


def test_redirects_in_a_circle_end(bench, replies):
    replies[:] = [Reply(status=302, headers={"Location": "/x"})]
    made = bench()
    with pytest.raises(ForgeError, match="more than 5 redirects"):
        made.get()


def test_a_post_is_not_turned_into_something_else(bench, replies):
    replies[:] = [Reply(status=302, headers={"Location": "/y"}), Reply(content=1)]
    made = bench()
    with pytest.raises(ForgeError):
        made.api.send("POST", f"{made.server.origin}/x", {}, "open")
    assert made.server.said() == ["POST /x"]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(raw=b"<html>"), "not JSON"),
        (Reply(raw=b"[" * 100_000), "not JSON"),
        (Reply(raw=b"\xff\xfe"), "not JSON"),
        (Reply(content={"a": 1}), "the answer is no list"),
    ],
)
def test_answers_that_are_nothing_are_told(bench, replies, reply, words):
    replies[:] = [reply]
    made = bench()
    with pytest.raises(ForgeError, match=words):
        list(made.api.pages(f"{made.server.origin}/x", "list", most=3))


def test_an_endless_list_and_a_list_in_a_circle_end(bench, replies):
    made = bench()
    replies[:] = [Reply(content=[1], headers={"Link": f'<{made.server.origin}/x>; rel="next"'})]
    with pytest.raises(ForgeError, match="more than 3 pages"):
        list(made.api.pages(f"{made.server.origin}/x", "list", most=3))
    assert len(made.server.asked) <= 3


def test_a_next_page_on_another_host_is_not_asked_for(bench, replies):
    replies[:] = [Reply(content=[1], headers={"Link": '<https://evil.invalid/x>; rel="next"'})]
    made = bench()
    assert list(made.api.pages(f"{made.server.origin}/x", "list", most=3)) == [1]


def test_an_answer_without_end_is_cut_off(bench, replies, monkeypatch):
    monkeypatch.setattr("pinkeeper.forge.api._MOST_BYTES", 1000)
    replies[:] = [Reply(raw=b"x" * 5000)]
    with pytest.raises(ForgeError, match="longer than 1,000 bytes"):
        bench().get()


@pytest.mark.parametrize(
    "content",
    [
        {"message": f"bad token {_TOKEN}"},
        {"message": "\x1b[31mred\x07 \u202e backwards"},
        {"message": {"deep": {"deeper": {"deepest": ["x"]}}}},
        {"errors": [{"message": "m" * 10_000}] * 100},
        [1, 2],
        None,
    ],
)
def test_what_a_forge_says_is_shown_short_plain_and_without_the_token(bench, replies, content):
    replies[:] = [Reply(status=422, content=content)]
    made = bench()
    with pytest.raises(ForgeError) as caught:
        made.get()
    shown = str(caught.value)
    assert _TOKEN not in shown + "".join(made.said)
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert "\u202e" not in shown
    assert len(shown) < 3000


def test_a_host_that_is_not_there_is_told(bench):
    made = bench(retries=1)
    with pytest.raises(ForgeError, match="its name is not known") as caught:
        made.api.get("https://forge.invalid/x?secret=1", "look")
    assert "secret" not in str(caught.value)
    assert made.slept == [0.5]


@pytest.mark.parametrize("url", ["http://forge.invalid/x", "ftp://127.0.0.1/x", "https://[/x", "x", ""])
def test_only_https_is_asked(bench, url):
    with pytest.raises(ForgeError):
        bench(retries=0).api.get(url, "look")


def test_a_certificate_that_nobody_trusts_is_told(tmp_path, monkeypatch):
    authority = Authority(tmp_path)
    context = authority.server_context(wants_client_certificate=False)
    options = ApiOptions(environ=os.environ, retries=0)
    with GitOverHttps(tmp_path, token=_TOKEN, context=context) as served:
        with Api(options) as api, pytest.raises(ForgeError, match="the certificate is not trusted"):
            api.get(f"{served.origin}/x", "look")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        with Api(options) as api, pytest.raises(ForgeError, match="it asks for a token"):
            api.get(f"{served.origin}/x", "look")
