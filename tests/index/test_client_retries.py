from __future__ import annotations

import socket
import threading

import pytest

from pinkeeper.errors import NetworkError
from pinkeeper.index.client import Client, ClientOptions

PAGE = "/simple/thing/"
NOON = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


class Patience:
    """A client whose waits are noted and not waited."""

    def __init__(self, **options):
        self.waits = []
        self.told = []
        self.client = Client(ClientOptions(**options), sleep=self.waits.append, now=lambda: NOON, log=self.told.append)

    def get(self, url):
        return self.client.get(url, max_bytes=1_000_000)


@pytest.fixture
def patience():
    made = Patience()
    yield made
    made.client.close()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again_after_growing_waits(index, patience, status):
    index.fail(PAGE, status, times=3)
    index.garbage(PAGE, b"page")
    assert patience.get(f"{index.origin}{PAGE}").body == b"page"
    assert patience.waits == [0.25, 0.5, 1.0]
    assert patience.client.requests == 4
    assert f"it asks for fewer requests ({status} " in patience.told[1] or f"it answered {status} " in patience.told[1]
    assert patience.told[1].endswith("; trying again in 0.25 s")


def test_a_lasting_failure_is_given_up_with_the_number_of_tries(index, patience):
    index.fail(PAGE, 503)
    with pytest.raises(NetworkError) as caught:
        patience.get(f"{index.origin}{PAGE}")
    assert caught.value.what == "it answered 503 Service Unavailable (4 tries)"
    assert (caught.value.status, caught.value.remedy) == (503, "try again later")
    assert index.count(PAGE) == 4


def test_how_often_is_tried_can_be_set(index):
    patience = Patience(retries=0)
    index.fail(PAGE, 503)
    with pytest.raises(NetworkError, match=r"Service Unavailable\n"):
        patience.get(f"{index.origin}{PAGE}")
    assert (index.count(PAGE), patience.waits) == (1, [])
    patience.client.close()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_what_will_not_change_is_asked_once(index, patience, status):
    index.fail(PAGE, status)
    with pytest.raises(NetworkError):
        patience.get(f"{index.origin}{PAGE}")
    assert (index.count(PAGE), patience.waits) == (1, [])


@pytest.mark.parametrize(
    ("said", "waited"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("60", 60.0),
        ("Tue, 14 Nov 2023 22:13:50 GMT", 30.0),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0.0),
        ("soon", 0.25),
        ("-5", 0.25),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", 0.25),
    ],
)
def test_the_wait_that_the_host_asks_for_is_kept(index, patience, said, waited):
    index.fail(PAGE, 429, headers={"Retry-After": said}, times=1)
    index.garbage(PAGE, b"page")
    assert patience.get(f"{index.origin}{PAGE}").body == b"page"
    assert patience.waits == [waited]


@pytest.mark.parametrize("said", ["61", "3600", "Tue, 14 Nov 2023 23:13:20 GMT"])
def test_a_longer_wait_than_a_minute_is_not_kept_but_told(index, patience, said):
    index.fail(PAGE, 429, headers={"Retry-After": said})
    with pytest.raises(NetworkError, match=r"and asks to wait (61|3600) s; 60 s is the most") as caught:
        patience.get(f"{index.origin}{PAGE}")
    assert caught.value.status == 429
    assert patience.waits == []


def test_a_connection_that_breaks_in_the_body_is_tried_again(index, patience):
    index.add_release("thing", "1")
    index.break_connection(PAGE, times=1)
    assert b"thing-1" in patience.get(f"{index.origin}{PAGE}").body
    assert patience.waits == [0.25]
    assert "the connection broke" in patience.told[1]


def test_a_body_that_ends_before_its_announced_length_is_never_taken(index, patience):
    index.add_project("thing")
    index.announce(PAGE, length=100_000_000)
    with pytest.raises(NetworkError, match=r"the connection broke: .* \(4 tries\)"):
        patience.client.get(f"{index.origin}{PAGE}", max_bytes=200_000_000)
    assert patience.waits == [0.25, 0.5, 1.0]


def test_silence_is_given_up_and_told(index):
    patience = Patience(retries=1, timeout=0.05)
    index.hang(PAGE, 60)
    with pytest.raises(NetworkError, match=r"it did not answer in time \(2 tries\)"):
        patience.get(f"{index.origin}{PAGE}")
    assert patience.waits == [0.25]
    patience.client.close()


def test_an_answer_that_is_no_http_is_told():
    patience = Patience(retries=0)
    with socket.create_server(("127.0.0.1", 0)) as odd:

        def answer():
            connection = odd.accept()[0]
            connection.recv(10_000)
            connection.sendall(b"220 mail.example ready\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(NetworkError, match="the connection broke"):
            patience.get(f"http://127.0.0.1:{odd.getsockname()[1]}/")
        thread.join()
    patience.client.close()


def test_a_refused_connection_is_tried_again_soon(index, patience):
    index.close()
    with pytest.raises(NetworkError) as caught:
        patience.get(f"{index.origin}{PAGE}")
    assert "it cannot be reached" in caught.value.what
    assert "refused" in caught.value.what
    assert "(4 tries)" in caught.value.what
    assert "check the index URL" in caught.value.remedy
    assert patience.waits == [0.05, 0.1, 0.2]
    assert patience.client.requests == 0


def test_a_name_that_nobody_has_is_told(patience):
    with pytest.raises(NetworkError) as caught:
        patience.get("https://nowhere.invalid/simple/")
    assert "its name is not known (DNS)" in caught.value.what
    assert patience.waits == [0.05, 0.1, 0.2]


def test_a_try_begins_at_the_first_address_again(index, patience):
    index.redirect("/start", "/one", times=1)
    index.redirect("/start", "/two")
    index.fail("/one", 503)
    index.garbage("/two", b"page")
    assert patience.get(f"{index.origin}/start").url == f"{index.origin}/two"


def test_an_interrupt_is_never_swallowed(index):
    def interrupted(_):
        raise KeyboardInterrupt

    index.fail(PAGE, 503)
    client = Client(ClientOptions(), sleep=interrupted)
    with pytest.raises(KeyboardInterrupt):
        client.get(f"{index.origin}{PAGE}", max_bytes=1000)
    client.close()
