"""A host is looked up once, whoever asks, and every address of it is tried."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from pinkeeper.index.addresses import Addresses, share_lookups
from tests.support.index import LoopbackIndex


def test_several_threads_that_ask_at_once_make_one_question():
    asked = []
    together = threading.Barrier(4)
    answered = threading.Event()

    def look_up(host: str) -> list[str]:
        asked.append(host)
        answered.wait(5)
        return ["127.0.0.1"]

    addresses = Addresses(look_up)

    def ask() -> list[str]:
        together.wait(5)
        return addresses.of("index.example")

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(ask) for _ in range(4)]
        answered.set()
        assert [future.result(5) for future in futures] == [["127.0.0.1"]] * 4
    assert asked == ["index.example"]


def test_a_failure_is_told_and_asked_again():
    answers = [OSError("no address"), ["127.0.0.1"]]

    def look_up(_host: str) -> list[str]:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    addresses = Addresses(look_up)
    with pytest.raises(OSError, match="no address"):
        addresses.of("index.example")
    assert addresses.of("index.example") == ["127.0.0.1"]


def test_a_client_connects_to_what_was_looked_up(index: LoopbackIndex):
    """The first address refuses; the host's name goes nowhere else than into the request."""
    port = httpx.URL(index.url).port
    hosts = []

    def look_up(host: str) -> list[str]:
        hosts.append(host)
        return ["127.0.0.2", "127.0.0.1"]

    with httpx.Client() as client:
        share_lookups(client, Addresses(look_up))
        response = client.get(f"http://index.example:{port}/simple/")
        client.get(f"http://index.example:{port}/simple/", headers={"connection": "close"})
    assert response.status_code == 200
    assert hosts == ["index.example"]


def test_a_host_without_address_is_an_error_of_connecting():
    def look_up(_host: str) -> list[str]:
        raise OSError("Name or service not known")

    with httpx.Client() as client:
        share_lookups(client, Addresses(look_up))
        with pytest.raises(httpx.ConnectError, match="not known"):
            client.get("http://index.example/")
