from __future__ import annotations

import gzip
import hashlib
import io
import logging
import os
import socket
import subprocess
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from pinkeeper.errors import ConfigurationError, HashMismatchError, IndexPageError, NetworkError
from pinkeeper.index.client import Client, ClientOptions
from pinkeeper.model.digest import Digest
from pinkeeper.model.url import IndexURL
from tests.support.distributions import make_wheel

PAGE = "/simple/thing/"
LIMIT = 1_000_000


@pytest.fixture
def told():
    return []


@pytest.fixture
def client(told):
    made = Client(ClientOptions(retries=0), log=told.append)
    yield made
    made.close()


@pytest.fixture
def wheel():
    return make_wheel("thing", "1", files={"thing.bin": bytes(range(256)) * 1000})


@pytest.fixture
def wheel_url(index, wheel):
    return f"{index.origin}{index.add(wheel).path}"


def sha256(content: bytes) -> Digest:
    return Digest("sha256", hashlib.sha256(content).hexdigest())


def test_an_answer_is_given_whole(index, client):
    index.garbage(PAGE, b"words", "text/plain; charset=utf-8", headers={"X-Odd": "1"})
    response = client.get(f"{index.origin}{PAGE}#fragment", max_bytes=LIMIT)
    assert (response.url, response.status, response.body) == (f"{index.origin}{PAGE}", 200, b"words")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-odd"] == "1"
    assert index.requests[0].headers["user-agent"] == "pinkeeper"


def test_headers_are_sent(index, client):
    index.garbage(PAGE, b"")
    client.get(f"{index.origin}{PAGE}", headers={"accept": "text/html", "if-none-match": '"x"'}, max_bytes=LIMIT)
    sent = index.requests[0].headers
    assert (sent["accept"], sent["if-none-match"], sent["accept-encoding"]) == ("text/html", '"x"', "gzip")


def test_a_packed_answer_is_unpacked_and_counted_as_it_came(index, client):
    packed = gzip.compress(b"x" * 100_000)
    index.garbage(PAGE, packed, headers={"Content-Encoding": "gzip"})
    assert client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT).body == b"x" * 100_000
    assert (client.requests, client.bytes_read) == (1, len(packed))


def test_connections_are_used_again_even_after_answers_that_nobody_wants(index, client, monkeypatch):
    index.garbage("/wanted", b"page")
    index.redirect("/moved", "/wanted")
    index.fail("/missing", 404, body=b"no such thing")
    connect, connected = socket.create_connection, []
    monkeypatch.setattr(
        socket, "create_connection", lambda *where, **how: connected.append(where) or connect(*where, **how)
    )
    for _ in range(5):
        client.get(f"{index.origin}/wanted", max_bytes=LIMIT)
        client.get(f"{index.origin}/moved", max_bytes=LIMIT)
        with pytest.raises(NetworkError):
            client.get(f"{index.origin}/missing", max_bytes=LIMIT)
    assert client.requests == 20
    assert len(connected) == 1


@pytest.mark.parametrize("status", [304, 404, 410, 206, 416])
def test_a_status_that_the_caller_accepts_is_an_answer(index, client, status):
    index.fail(PAGE, status)
    response = client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT, accept_statuses=frozenset({200, status}))
    assert response.status == status


@pytest.mark.parametrize(
    ("status", "sentence", "remedy"),
    [
        (401, "it asks for credentials (401 Unauthorized)", "netrc"),
        (403, "it refuses to answer (403 Forbidden)", "what your credentials allow"),
        (404, "there is nothing at this address (404 Not Found)", None),
        (500, "it answered 500 Internal Server Error", "try again later"),
        (599, "it answered 599", None),
    ],
)
def test_another_status_is_an_error_that_says_what_to_do(index, client, status, sentence, remedy):
    index.fail(PAGE, status)
    with pytest.raises(NetworkError) as caught:
        client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT)
    error = caught.value
    assert (error.what, error.url, error.status) == (sentence, f"{index.origin}{PAGE}", status)
    assert error.remedy is None if remedy is None else remedy in error.remedy


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ftp://host.example/x", "only http, https and file"),
        ("https:///x", "has no host"),
        ("https://host.example:port/x", "its host or port is none"),
        ("https://[host.example/x", "its host or port is none"),
        ("https://host.example/\x00", "cannot be used"),
        ("http://host.example/x", "plain HTTP lets anybody"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(client, url, sentence):
    with pytest.raises(NetworkError, match=sentence):
        client.get(url, max_bytes=LIMIT)


@pytest.mark.parametrize("trusted", ["localhost", "LOCALHOST", "localhost:{port}"])
def test_plain_http_is_for_loopback_and_trusted_hosts(index, monkeypatch, trusted):
    index.garbage(PAGE, b"page")
    monkeypatch.setattr("pinkeeper.index.client._LOOPBACK", frozenset())
    port = index.origin.rpartition(":")[2]
    url = f"http://localhost:{port}{PAGE}"
    stranger = Client(ClientOptions(trusted_hosts=("other.example", "localhost:1")))
    with pytest.raises(NetworkError) as caught:
        stranger.get(url, max_bytes=LIMIT)
    assert caught.value.remedy == f"use https, or --trusted-host localhost:{port}"
    friend = Client(ClientOptions(trusted_hosts=(trusted.format(port=port),)))
    assert friend.get(url, max_bytes=LIMIT).body == b"page"
    friend.close()


# Limits


def test_a_length_over_the_limit_is_refused_before_reading(index, client):
    index.add_project("thing")
    index.announce(PAGE, length=2 * 2**30)
    with pytest.raises(IndexPageError) as caught:
        client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT)
    assert caught.value.what == "the answer announces 2,147,483,648 bytes; more than 1,000,000 bytes are not taken"
    assert caught.value.where == f"{index.origin}{PAGE}"
    assert client.bytes_read == 0


def test_a_body_that_goes_on_is_cut(index, client):
    index.add_project("thing")
    index.flood(PAGE, size=50_000_000)
    with pytest.raises(IndexPageError, match=r"goes on; more than 1,000,000 bytes are not taken"):
        client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT)
    assert client.bytes_read < 5_000_000


def test_a_small_body_that_unpacks_into_a_large_one_is_cut(index, client):
    index.garbage(PAGE, gzip.compress(bytes(20_000_000)), headers={"Content-Encoding": "gzip"})
    with pytest.raises(IndexPageError, match="goes on"):
        client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT)


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "zstd"])
def test_a_packing_that_nobody_asked_for_is_refused(index, client, packing):
    index.garbage(PAGE, gzip.compress(gzip.compress(b"")), headers={"Content-Encoding": packing})
    with pytest.raises(IndexPageError, match=f"packed as {packing}, which was not asked for"):
        client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT)


def test_a_body_that_does_not_unpack_is_told(index, client):
    index.garbage(PAGE, b"this is not gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(NetworkError, match="packed in a way that cannot be read"):
        client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT)


def test_a_part_is_taken_as_it_lies_on_the_server(index, client):
    index.garbage(PAGE, b"\x1f\x8bpart", headers={"Content-Encoding": "gzip"})
    response = client.get(f"{index.origin}{PAGE}", headers={"accept-encoding": "identity"}, max_bytes=LIMIT)
    assert response.body == b"\x1f\x8bpart"


# Downloads


def test_a_download_is_written_and_hashed(index, client, wheel, wheel_url):
    content = io.BytesIO(b"before:")
    content.seek(7)
    digests = (sha256(wheel.content), Digest("md5", hashlib.md5(wheel.content).hexdigest()))
    assert client.download(wheel_url, to=content, digests=digests, max_bytes=LIMIT) == digests[0].value
    assert content.getvalue() == b"before:" + wheel.content
    assert index.requests[-1].headers["accept-encoding"] == "identity"
    assert client.bytes_read == len(wheel.content)


def test_a_download_with_another_hash_is_refused_and_not_tried_again(index, wheel_url):
    client = Client(ClientOptions(retries=3), sleep=lambda _: pytest.fail("tried again"))
    wrong = sha256(b"another")
    with pytest.raises(HashMismatchError) as caught:
        client.download(wheel_url, to=io.BytesIO(), digests=(wrong,), max_bytes=LIMIT)
    assert caught.value.expected == str(wrong)
    assert "thing-1-py3-none-any.whl" in str(caught.value)
    assert index.count(".whl") == 1
    client.close()


def test_a_download_begins_anew_after_a_break(index, wheel, wheel_url):
    index.break_connection(".whl", times=2)
    client = Client(ClientOptions(), sleep=lambda _: None)
    content = io.BytesIO()
    client.download(wheel_url, to=content, digests=(sha256(wheel.content),), max_bytes=LIMIT)
    assert content.getvalue() == wheel.content
    client.close()


def test_a_download_over_the_limit_is_refused(client, wheel_url):
    with pytest.raises(IndexPageError, match="more than 1,000 bytes are not taken"):
        client.download(wheel_url, to=io.BytesIO(), digests=(), max_bytes=1000)


def test_an_sdist_that_a_server_calls_packed_is_hashed_as_it_is(index, client):
    content = gzip.compress(b"a tar archive")
    index.garbage("/thing-1.tar.gz", content, "application/x-tar", headers={"Content-Encoding": "gzip"})
    stored = io.BytesIO()
    client.download(f"{index.origin}/thing-1.tar.gz", to=stored, digests=(sha256(content),), max_bytes=LIMIT)
    assert stored.getvalue() == content


def test_a_disk_that_is_full_is_not_taken_for_a_bad_network(wheel_url):
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(28, "No space left on device")

    client = Client(ClientOptions(), sleep=lambda _: pytest.fail("tried again"))
    with pytest.raises(OSError, match="No space left"):
        client.download(wheel_url, to=Full(), digests=(), max_bytes=LIMIT)
    client.close()


# Redirects


def test_redirects_are_followed_to_the_address_that_answers(index, client):
    index.redirect(r"^/(\w+)/old$", r"/\1/newer#part")
    index.redirect(r"^/(\w+)/newer$", r"newest", status=308)
    index.garbage("/newest", b"page")
    response = client.get(f"{index.origin}/a/old", max_bytes=LIMIT)
    assert (response.url, response.body) == (f"{index.origin}/a/newest", b"page")
    assert client.requests == 3


def test_redirects_without_end_are_given_up(index, client):
    index.redirect("/round", "/round")
    with pytest.raises(NetworkError, match="more than 10 redirects"):
        client.get(f"{index.origin}/round", max_bytes=LIMIT)
    assert client.requests == 11


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("file:///etc/hostname", "of the kind file:"),
        ("https://[half", "no address"),
        ("https://host.example:port/", "Invalid URL in location header"),
    ],
)
def test_a_redirect_to_what_is_no_web_address_is_refused(index, client, location, sentence):
    index.redirect(PAGE, location)
    with pytest.raises(NetworkError, match=sentence):
        client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT)


def test_an_error_behind_a_redirect_names_the_address_that_failed(index, index_factory, client):
    gone = index_factory()
    gone.close()
    index.redirect("/to-status", "/missing")
    index.redirect("/to-nobody", f"{gone.origin}/x")
    index.fail("/missing", 404)
    for start, end in [("/to-status", f"{index.origin}/missing"), ("/to-nobody", f"{gone.origin}/x")]:
        with pytest.raises(NetworkError) as caught:
            client.get(f"{index.origin}{start}", max_bytes=LIMIT)
        assert caught.value.url == end


# Files


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a b%41#?.html"
    path.write_bytes(b"0123456789")
    return path


def test_a_file_is_read_by_its_address(client, file, tmp_path):
    response = client.get(file.as_uri(), max_bytes=10)
    assert (response.status, response.body, response.headers["content-type"]) == (200, b"0123456789", "text/html")
    (tmp_path / "page.json").write_bytes(b"{}")
    named = client.get((tmp_path / "page.json").as_uri().replace("file://", "file://localhost"), max_bytes=10)
    assert named.headers["content-type"] == "application/vnd.pypi.simple.v1+json"
    assert (client.requests, client.bytes_read) == (0, 0)


def test_a_file_is_downloaded_by_its_address(client, file):
    content = io.BytesIO()
    digest = sha256(b"0123456789")
    assert client.download(file.as_uri(), to=content, digests=(digest,), max_bytes=10) == digest.value
    assert content.getvalue() == b"0123456789"
    with pytest.raises(HashMismatchError):
        client.download(file.as_uri(), to=io.BytesIO(), digests=(sha256(b""),), max_bytes=10)


def test_a_file_over_the_limit_is_refused(client, file):
    with pytest.raises(IndexPageError, match="has 10 bytes; more than 9 bytes are not taken"):
        client.get(file.as_uri(), max_bytes=9)


def test_a_file_that_is_not_there_is_missing_as_on_a_server(client, tmp_path):
    for missing in (tmp_path / "none", tmp_path / "none" / "deeper"):
        with pytest.raises(NetworkError, match="there is no such file") as caught:
            client.get(missing.as_uri(), max_bytes=10)
        assert caught.value.status == 404
        assert client.get(missing.as_uri(), max_bytes=10, accept_statuses=frozenset({200, 404})).status == 404
    with pytest.raises(NetworkError, match="there is no such file"):
        client.get(f"{tmp_path.as_uri()}/%00", max_bytes=10)


def test_what_is_no_file_of_this_machine_is_refused(client, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for odd in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(NetworkError, match="it is not a file"):
            client.get(odd.as_uri(), max_bytes=10)
    with pytest.raises(NetworkError, match="only files of this machine"):
        client.get("file://host.example/x", max_bytes=10)


# Proxies


def test_the_proxy_of_the_environment_is_used(index, client, monkeypatch):
    index.garbage("/through", b"by proxy")
    monkeypatch.setenv("HTTP_PROXY", index.origin)
    monkeypatch.setattr("pinkeeper.index.client._LOOPBACK", frozenset({"elsewhere.invalid"}))
    assert client.get("http://elsewhere.invalid/through", max_bytes=LIMIT).body == b"by proxy"
    assert index.requests[0].headers["host"] == "elsewhere.invalid"


def test_no_proxy_is_heeded(index, client, monkeypatch):
    index.garbage("/direct", b"page")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert client.get(f"{index.origin}/direct", max_bytes=LIMIT).body == b"page"


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(index, client, monkeypatch, told, variable):
    monkeypatch.setenv(variable, "http://user:s3cr/et@proxy.example:80")
    with pytest.raises(ConfigurationError) as caught:
        client.get(f"{index.origin}/", max_bytes=LIMIT)
    assert variable in str(caught.value)
    assert "s3cr" not in f"{caught.value}{told}"


def test_a_socks_proxy_without_its_package_is_told(index, client, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://user:secret@127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "socksio", None)
    with pytest.raises(ConfigurationError) as caught:
        client.get(f"{index.origin}/", max_bytes=LIMIT)
    assert caught.value.remedy == "pip install 'httpx[socks]'"
    assert "secret" not in str(caught.value)


# Threads, and the end


def test_many_threads_share_one_client(index, client):
    for number in range(16):
        index.garbage(f"^/page/{number}$", b"%d" % number * (number + 1))
    start = threading.Barrier(16)

    def ask(number):
        start.wait()
        return [client.get(f"{index.origin}/page/{(number + at) % 16}", max_bytes=LIMIT).body for at in range(16)]

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(ask, range(16)))
    for number, bodies in enumerate(answers):
        assert bodies == [b"%d" % (at % 16) * (at % 16 + 1) for at in range(number, number + 16)]
    assert client.requests == 256
    assert client.bytes_read == sum(len(body) for bodies in answers for body in bodies)


def test_closing_ends_what_other_threads_wait_for(client):
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(2) as threads:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        waiting = [threads.submit(client.get, url, max_bytes=LIMIT) for _ in range(2)]
        connections = [silent.accept()[0] for _ in waiting]
        for connection in connections:
            assert connection.recv(1) == b"G"  # the request is out; no answer will come
        client.close()
        for future in waiting:
            with pytest.raises(NetworkError, match="given up, for the run ends"):
                future.result(timeout=20)
        for connection in connections:
            connection.close()


def test_closing_ends_the_wait_before_another_try(index):
    index.fail(PAGE, 503, headers={"Retry-After": "59"})
    told = threading.Event()
    client = Client(ClientOptions(), log=lambda line: told.set() if "trying again" in line else None)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(client.get, f"{index.origin}{PAGE}", max_bytes=LIMIT)
        assert told.wait(20)
        client.close()
        with pytest.raises(NetworkError, match="given up"):
            waiting.result(timeout=20)


def test_a_closed_client_asks_nobody(index, client):
    client.close()
    client.close()
    with pytest.raises(NetworkError, match="given up"):
        client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT)
    assert index.requests == []


def test_httpx_is_imported_by_the_first_request_only(tmp_path):
    (tmp_path / "page.html").write_text("page")
    script = (
        "import sys\n"
        "from pinkeeper.index.client import Client, ClientOptions\n"
        "client = Client(ClientOptions())\n"
        "client.get(sys.argv[1], max_bytes=9)\n"
        "client.close()\n"
        "print(sorted({'httpx', 'keyring', 'netrc'} & set(sys.modules)))\n"
    )
    arguments = [sys.executable, "-c", script, (tmp_path / "page.html").as_uri()]
    assert subprocess.run(arguments, check=True, capture_output=True, text=True).stdout == "[]\n"


def test_options_do_not_show_passwords():
    options = ClientOptions(credentials=(IndexURL.parse("https://user:secret@one.example/simple"),))
    assert "one.example" in repr(options)
    assert "secret" not in f"{options!r} {options}"


def test_each_answer_is_logged_in_one_line_and_httpx_says_nothing(index, client, told, caplog):
    index.redirect("/old", "/new")
    index.garbage("/new", b"page")
    with caplog.at_level(logging.WARNING):
        client.get(f"{index.origin}/old", max_bytes=LIMIT)
    assert told == [f"GET {index.origin}/old -> 302", f"GET {index.origin}/new -> 200"]
    assert caplog.records == []


def _deflated(content: bytes, wbits: int) -> bytes:
    packing = zlib.compressobj(wbits=wbits)
    return packing.compress(content) + packing.flush()


@pytest.mark.parametrize(
    ("packing", "packed"),
    [
        ("gzip", gzip.compress(b"one ") + gzip.compress(b"and two")),
        ("x-gzip", gzip.compress(b"one and two")),
        ("deflate", zlib.compress(b"one and two")),
        ("deflate", _deflated(b"one and two", -zlib.MAX_WBITS)),
    ],
    ids=["several members", "an old name", "deflate with its frame", "deflate without"],
)
def test_packings_as_servers_have_them(index, client, packing, packed):
    index.garbage(PAGE, packed, headers={"Content-Encoding": packing})
    assert client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT).body == b"one and two"


def test_an_answer_that_ends_within_its_packing(index, client):
    """With the length that it announces, as a proxy sends it that packed only what it got."""
    index.garbage(PAGE, gzip.compress(os.urandom(1000))[:-20], headers={"Content-Encoding": "gzip"})
    with pytest.raises(NetworkError, match="packed"):
        client.get(f"{index.origin}{PAGE}", max_bytes=LIMIT)
