from __future__ import annotations

import httpx
import pytest

from tests.support.index import LoopbackIndex
from tests.support.pages import JSON_TYPE


@pytest.fixture
def url(index):
    index.add_release("thing", "1")
    index.add_release("other", "1")
    return f"{index.url}/thing/"


def test_a_failure_lasts_as_often_as_asked(index, client, url):
    index.fail("/simple/thing/", 503, times=2, headers={"Retry-After": "0"}, body=b"later")
    answers = [client.get(url) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert (answers[0].headers["retry-after"], answers[0].content) == ("0", b"later")
    assert [request.status for request in index.requests] == [503, 503, 200]


def test_a_failure_touches_only_its_paths_and_can_be_mended(index, client, url):
    index.fail("/thing/$", 403)
    assert client.get(f"{index.url}/other/").status_code == 200
    assert {client.get(url).status_code for _ in range(3)} == {403}
    index.mend()
    assert client.get(url).status_code == 200


def test_faults_take_turns_in_the_order_of_their_setting(index, client, url):
    index.fail("/thing/", 500, times=1)
    index.fail("/thing/", 429, times=1)
    assert [client.get(url).status_code for _ in range(3)] == [500, 429, 200]


def test_a_connection_breaks_in_the_middle_of_a_body(index, client, url):
    index.break_connection("/thing/", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(url)
    assert client.get(url).status_code == 200


def test_a_truncated_body_looks_whole_to_http(index, client, url):
    whole = client.get(url, headers={"Accept": JSON_TYPE}).content
    index.truncate("/thing/", times=1)
    assert client.get(url, headers={"Accept": JSON_TYPE}).content == whole[: len(whole) // 2]
    index.truncate("/thing/", keep=3)
    assert client.get(url, headers={"Accept": JSON_TYPE}).content == whole[:3]


def test_garbage_is_what_was_asked_for(index, client, url):
    index.garbage("/thing/", b"\x00\xff", "application/octet-stream", headers={"X-From": "a proxy"})
    response = client.get(url)
    assert (response.status_code, response.content) == (200, b"\x00\xff")
    assert (response.headers["content-type"], response.headers["x-from"]) == ("application/octet-stream", "a proxy")


def test_a_huge_body_is_announced_but_does_not_come(index, client, url):
    index.announce("/thing/")
    received: list[bytes] = []
    with client.stream("GET", url) as response:
        assert response.headers["content-length"] == str(2 * 2**30)
        with pytest.raises(httpx.RemoteProtocolError):
            received.extend(response.iter_raw())
    assert 0 < len(b"".join(received)) <= 2**20


def test_a_flood_comes_without_announcement(index, client, url):
    index.flood("/thing/", size=300_001)
    response = client.get(url)
    assert "content-length" not in response.headers
    assert len(response.content) == 300_001


def test_a_redirect_can_carry_parts_of_the_path(index, client, url):
    index.redirect("^/mirror/(.+)$", r"/simple/\1", status=307)
    response = client.get(f"{index.origin}/mirror/thing/")
    assert (response.status_code, response.headers["location"]) == (307, "/simple/thing/")
    assert client.get(f"{index.origin}/mirror/thing/", follow_redirects=True).content == client.get(url).content


def test_a_hanging_answer_comes_late_or_never(index, client, url):
    index.hang("/thing/", 60, times=1)
    with pytest.raises(httpx.ReadTimeout):
        client.get(url, timeout=0.1)
    index.hang("/other/", 0.01)
    assert client.get(f"{index.url}/other/").status_code == 200


def use_an_index_with_a_bug() -> None:
    with LoopbackIndex() as index, httpx.Client(trust_env=False) as client:
        index.behaviour.api_version = None  # type: ignore[assignment] # breaks the writing of HTML
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(f"{index.url}/")


def test_an_index_with_a_bug_fails_its_test():
    with pytest.raises(ExceptionGroup, match="the loopback index failed"):
        use_an_index_with_a_bug()
