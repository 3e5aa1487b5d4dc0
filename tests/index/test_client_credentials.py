from __future__ import annotations

import io
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from pinkeeper.errors import NetworkError, PinkeeperError
from pinkeeper.index.client import Client, ClientOptions
from pinkeeper.model.url import IndexURL

USER, SECRET = "someone", "s3cret-w0rd"
LIMIT = 1_000_000


@pytest.fixture
def told():
    return []


@pytest.fixture
def client_of(told):
    """Makes clients that know the given index URLs."""
    made = []

    def make(*urls, **options):
        indexes = tuple(IndexURL.parse(url) for url in urls)
        made.append(Client(ClientOptions(credentials=indexes, retries=0, **options), log=told.append))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def guarded(index_factory):
    index = index_factory(requires_auth=(USER, SECRET), files_require_auth=True)
    index.add_release("thing", "1")
    return index


@pytest.fixture
def keyring(monkeypatch):
    asked = []

    def get_credential(service, username):
        asked.append((service, username))
        return SimpleNamespace(username=USER, password=SECRET) if "127.0.0.1" in service else None

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_credential=get_credential))
    return asked


def page(index):
    return f"{index.url}/thing/"


def test_credentials_in_the_url_of_an_index_open_its_pages_and_files(guarded, client_of, told):
    client = client_of(guarded.url_as(USER, SECRET))
    response = client.get(page(guarded), max_bytes=LIMIT)
    assert b"thing-1" in response.body
    assert response.url == page(guarded)
    [file] = guarded.catalogue.files("thing")
    client.download(f"{guarded.origin}{file.path}", to=io.BytesIO(), digests=(), max_bytes=LIMIT)
    assert [request.status for request in guarded.requests] == [200, 200]
    assert SECRET not in "".join(told)


def test_credentials_in_a_requested_address_are_taken_off_it(guarded, client_of):
    client = client_of(guarded.url_as(USER, SECRET))
    other = guarded.url_as("another", "word")
    assert client.get(f"{other}/thing/", max_bytes=LIMIT).url == page(guarded)
    assert "another" not in str(guarded.requests)


def test_credentials_of_a_netrc_file_open_it(guarded, client_of, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login {USER} password {SECRET}\n")
    assert client_of(guarded.url, netrc=netrc).get(page(guarded), max_bytes=LIMIT).status == 200


def test_refused_credentials_are_told_with_the_ways_to_give_better_ones(guarded, client_of):
    with pytest.raises(NetworkError) as caught:
        client_of(guarded.url_as(USER, "wr0ng-secret")).get(page(guarded), max_bytes=LIMIT)
    assert caught.value.status == 401
    for way in ("in the URL", "netrc", "keyring"):
        assert way in caught.value.remedy
    assert "wr0ng-secret" not in str(caught.value)
    assert len(guarded.requests) == 1


def test_the_keyring_is_asked_when_the_host_demands_it_and_not_before(index, guarded, client_of, keyring):
    client = client_of(index.url, guarded.url)
    index.add_release("thing", "1")
    client.get(page(index), max_bytes=LIMIT)
    assert keyring == []
    assert client.get(page(guarded), max_bytes=LIMIT).status == 200
    assert keyring == [(f"{guarded.url}/", None)]
    assert [request.status for request in guarded.requests] == [401, 200]
    client.get(page(guarded), max_bytes=LIMIT)
    assert [request.status for request in guarded.requests] == [401, 200, 200]


def test_a_user_name_in_the_url_is_given_to_the_keyring(guarded, client_of, keyring):
    client = client_of(guarded.url.replace("://", f"://{USER}@"))
    assert client.get(page(guarded), max_bytes=LIMIT).status == 200
    assert keyring == [(f"{guarded.url}/", USER)]


def test_a_keyring_that_is_wrong_too_is_asked_once(index_factory, client_of, keyring):
    index = index_factory(requires_auth=("other", "word"))
    client = client_of(index.url)
    for _ in range(2):
        with pytest.raises(NetworkError, match="asks for credentials"):
            client.get(page(index), max_bytes=LIMIT)
    assert len(keyring) == 1
    assert len(index.requests) == 3


def test_a_refusal_that_is_no_demand_does_not_open_the_keyring(index, client_of, keyring):
    index.fail("/simple/", 403)
    with pytest.raises(NetworkError):
        client_of(index.url).get(page(index), max_bytes=LIMIT)
    assert keyring == []


def test_sixteen_threads_that_are_refused_together_all_get_in(guarded, client_of, keyring):
    client = client_of(guarded.url)
    start = threading.Barrier(16)

    def ask(_):
        start.wait()
        return client.get(page(guarded), max_bytes=LIMIT).status

    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(ask, range(16))) == [200] * 16
    assert len(keyring) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_redirect_to_another_origin_takes_no_credentials_along(guarded, index, client_of, keyring, host):
    index.garbage("/landing", b"page")
    target = index.origin.replace("127.0.0.1", host)
    guarded.redirect("/simple/thing/", f"{target}/landing")
    client = client_of(guarded.url_as(USER, SECRET))
    assert client.get(page(guarded), max_bytes=LIMIT).url == f"{target}/landing"
    assert "authorization" in guarded.requests[0].headers
    assert "authorization" not in index.requests[0].headers
    assert keyring == []


def test_the_default_of_a_netrc_file_does_not_follow_a_redirect(guarded, index, client_of, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text(f"default login {USER} password {SECRET}\n")
    index.garbage("/landing", b"page")
    guarded.redirect("/simple/thing/", f"{index.origin.replace('127.0.0.1', 'localhost')}/landing")
    client_of(guarded.url, netrc=netrc).get(page(guarded), max_bytes=LIMIT)
    assert "authorization" in guarded.requests[0].headers
    assert "authorization" not in index.requests[0].headers


def test_a_redirect_back_to_the_index_has_its_credentials_again(guarded, index, client_of):
    guarded.redirect("/start", f"{index.origin}/turn")
    index.redirect("/turn", page(guarded))
    client = client_of(guarded.url_as(USER, SECRET))
    assert client.get(f"{guarded.origin}/start", max_bytes=LIMIT).url == page(guarded)
    assert "authorization" not in index.requests[0].headers


def test_credentials_in_a_redirect_are_neither_used_nor_shown(index, client_of, told):
    port = index.origin.rpartition(":")[2]
    index.redirect("/start", f"http://{USER}:{SECRET}@127.0.0.1:{port}/landing")
    index.fail("/landing", 404)
    with pytest.raises(NetworkError) as caught:
        client_of().get(f"{index.origin}/start", max_bytes=LIMIT)
    assert caught.value.url == f"{index.origin}/landing"
    assert SECRET not in f"{caught.value}{told}{index.requests}"


@pytest.mark.parametrize(
    "address",
    [
        f"https://{USER}:{SECRET}@nowhere.invalid/simple/",
        f"http://{USER}:{SECRET}@127.0.0.1:9/simple/",
        f"http://{USER}:{SECRET}@host.example/simple/",
        f"ftp://{USER}:{SECRET}@host.example/simple/",
        f"https://{USER}:{SECRET}@host.example:port/",
        f"https://{USER}:{SECRET}@host.example/\x00",
        f"https://{USER}:{SECRET}@/simple/",
        f"https://{USER}:{SECRET}/more@host.example/simple/",
        f"https://{USER}:{SECRET}'more@host.example/simple/",
        f"https://{USER}:{SECRET}#more@host.example/simple/",
        f"https://{USER}:[{SECRET}@nowhere.invalid/simple/",
    ],
)
def test_no_error_and_no_log_shows_a_password(client_of, told, address):
    with pytest.raises(PinkeeperError) as caught:
        client_of(address).get(address, max_bytes=LIMIT)
    error = caught.value
    assert SECRET not in f"{error}{error!r}{error.__cause__}{told}"


def test_a_body_that_breaks_does_not_show_a_password(guarded, client_of, told):
    client = client_of(guarded.url_as(USER, SECRET))
    guarded.break_connection("/simple/thing/")
    with pytest.raises(NetworkError) as caught:
        client.get(f"{guarded.url_as(USER, SECRET)}/thing/", max_bytes=LIMIT)
    assert SECRET not in f"{caught.value}{told}{client!r}{client._options!r}"
