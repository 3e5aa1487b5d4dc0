from __future__ import annotations

import gzip
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.distributions import make_wheel
from tests.support.index import LoopbackIndex
from tests.support.pages import JSON_TYPE


@pytest.fixture
def wheel():
    return make_wheel("thing", "1", files={"thing.bin": bytes(range(256)) * 100})


@pytest.fixture
def wheel_url(index, wheel):
    return f"{index.origin}{index.add(wheel).path}"


def test_head_gives_the_headers_of_get_and_no_body(index, client, wheel, wheel_url):
    response = client.head(wheel_url)
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len(wheel.content))
    assert response.headers["accept-ranges"] == "bytes"
    assert client.get(wheel_url).content == wheel.content
    assert [request.method for request in index.requests] == ["HEAD", "GET"]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=10-99", slice(10, 100)),
        ("bytes=100-", slice(100, None)),
        ("bytes=-50", slice(-50, None)),
    ],
)
def test_a_single_range_is_honoured(client, wheel, wheel_url, asked, part):
    start, end, _ = part.indices(len(wheel.content))
    response = client.get(wheel_url, headers={"Range": asked})
    assert response.status_code == 206
    assert response.headers["content-range"] == f"bytes {start}-{end - 1}/{len(wheel.content)}"
    assert response.content == wheel.content[part]


def test_a_range_past_the_end_is_cut_or_refused(client, wheel, wheel_url):
    size = len(wheel.content)
    assert client.get(wheel_url, headers={"Range": f"bytes=-{size * 2}"}).content == wheel.content
    assert len(client.get(wheel_url, headers={"Range": f"bytes={size - 5}-{size * 2}"}).content) == 5
    response = client.get(wheel_url, headers={"Range": f"bytes={size}-"})
    assert (response.status_code, response.headers["content-range"]) == (416, f"bytes */{size}")


def test_several_ranges_or_nonsense_get_the_whole(client, wheel, wheel_url):
    for asked in ("bytes=0-1,5-6", "bytes=-", "lines=1-2"):
        response = client.get(wheel_url, headers={"Range": asked})
        assert (response.status_code, response.content) == (200, wheel.content)


def test_a_range_under_a_condition_that_fails_gets_the_whole(client, wheel, wheel_url):
    etag = client.head(wheel_url).headers["etag"]
    assert client.get(wheel_url, headers={"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    assert client.get(wheel_url, headers={"Range": "bytes=0-1", "If-Range": '"x"'}).content == wheel.content


def test_ranges_can_be_unknown_to_the_server(index, client, wheel, wheel_url):
    index.behaviour.ranges = "none"
    response = client.get(wheel_url, headers={"Range": "bytes=-50"})
    assert (response.status_code, response.content) == (200, wheel.content)
    assert "accept-ranges" not in response.headers


@pytest.mark.parametrize("status", [416, 400])
def test_suffix_ranges_can_be_refused(index, client, wheel, wheel_url, status):
    index.behaviour.ranges, index.behaviour.suffix_status = "no-suffix", status
    assert client.get(wheel_url, headers={"Range": "bytes=-50"}).status_code == status
    assert client.get(wheel_url, headers={"Range": "bytes=1-50"}).content == wheel.content[1:51]


@pytest.mark.parametrize("compressed", [False, True])
def test_a_page_that_did_not_change_is_304(index, client, compressed):
    index.behaviour.gzip = compressed
    index.add_release("thing", "1")
    url = f"{index.url}/thing/"
    etag = client.get(url).headers["etag"]
    for asked in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        response = client.get(url, headers={"If-None-Match": asked})
        assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", etag)
        assert response.headers["cache-control"] == "max-age=600"
    index.add_release("thing", "2")
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 200
    assert [request.status for request in index.requests] == [200, 304, 304, 304, 304, 200]


def test_validators_and_cache_headers_can_be_missing(index, client):
    index.behaviour.etag, index.behaviour.cache_control, index.behaviour.file_cache_control = False, None, None
    (file,) = index.add_release("thing", "1")
    for url in (f"{index.url}/thing/", f"{index.origin}{file.path}", f"{index.origin}{file.path}.metadata"):
        assert not {"etag", "cache-control"} & {*client.get(url, headers={"If-None-Match": "*"}).headers}


def test_pages_are_compressed_for_those_who_take_it(index, client):
    index.behaviour.gzip = True
    index.add_release("thing", "1")
    with client.stream("GET", f"{index.url}/thing/", headers={"Accept": JSON_TYPE}) as response:
        assert response.headers["content-encoding"] == "gzip"
        raw = b"".join(response.iter_raw())
    plain = client.get(f"{index.url}/thing/", headers={"Accept": JSON_TYPE, "Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(raw) == plain.content


def test_credentials_are_asked_for(index, client):
    index.behaviour.requires_auth = ("user@home", "p:w")
    (file,) = index.add_release("thing", "1")
    response = client.get(f"{index.url}/thing/")
    assert (response.status_code, response.headers["www-authenticate"]) == (401, 'Basic realm="loopback"')
    assert client.get(f"{index.url}/nothing/").status_code == 401
    assert client.get(f"{index.url}/thing/", auth=("user@home", "wrong")).status_code == 401
    assert client.get(f"{index.url}/thing/", headers={"Authorization": "Basic !"}).status_code == 401
    assert client.get(f"{index.url}/thing/", auth=("user@home", "p:w")).status_code == 200
    assert client.get(f"{index.url_as('user@home', 'p:w')}/thing/").status_code == 200
    assert client.get(f"{index.origin}{file.path}").status_code == 200
    index.behaviour.files_require_auth = True
    assert client.get(f"{index.origin}{file.path}.metadata").status_code == 401
    assert client.get(f"{index.origin}{file.path}", auth=("user@home", "p:w")).status_code == 200


def test_requests_are_recorded_with_their_headers(index, client):
    client.get(f"{index.url}/a%20b/?query", headers={"X-Asked": "yes"})
    client.post(f"{index.url}/thing/", content=b"body")
    first, second = index.requests
    assert (first.method, first.path, first.headers["x-asked"], first.status) == ("GET", "/simple/a%20b/", "yes", 404)
    assert (second.method, second.status) == ("POST", 405)
    assert (index.count("/simple/"), index.count("/simple/", method="GET"), index.count("none")) == (2, 1, 0)
    index.clear()
    assert index.requests == []


def test_a_connection_serves_many_requests(index):
    index.add_release("thing", "1")
    address = urlsplit(index.origin)
    with socket.create_connection((address.hostname, address.port)) as connection:
        for _ in range(3):
            connection.sendall(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"not here\n"):
                answer += connection.recv(4096)
            assert answer.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert len(index.requests) == 3


def test_it_can_be_asked_as_a_proxy(index):
    index.add_release("thing", "1")
    with httpx.Client(proxy=index.origin, trust_env=False) as client:
        assert client.get("http://somewhere.invalid/simple/thing/").status_code == 200
    assert index.requests[0].headers["host"] == "somewhere.invalid"


def test_many_clients_are_served_at_once(index, client):
    index.behaviour.latency = 0.01
    index.add_release("thing", "1")
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: client.get(f"{index.url}/thing/").status_code, range(100)))
    assert answers == [200] * 100
    assert index.count("/simple/thing/") == 100


def test_a_closed_index_refuses_connections(client):
    index = LoopbackIndex()
    client.get(f"{index.url}/")  # leaves an idle connection behind
    index.close()
    index.close()
    with pytest.raises(httpx.ConnectError):
        client.get(f"{index.url}/")


def test_tls_needs_the_authority_of_the_index(index_factory):
    index = index_factory(tls=True)
    index.add_release("thing", "1")
    assert index.url.startswith("https://127.0.0.1:")
    context = ssl.create_default_context(cafile=index.ca_file)
    with httpx.Client(verify=context, trust_env=False) as client:
        (entry,) = client.get(f"{index.url}/thing/", headers={"Accept": JSON_TYPE}).json()["files"]
        assert client.get(entry["url"]).status_code == 200
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        client.get(f"{index.url}/thing/")


def test_tls_may_ask_for_a_client_certificate(index_factory):
    index = index_factory(tls=True, wants_client_certificate=True)
    context = ssl.create_default_context(cafile=index.ca_file)
    with httpx.Client(verify=context, trust_env=False) as client, pytest.raises(httpx.TransportError):
        client.get(f"{index.url}/")
    context.load_cert_chain(index.client_certificate_file)
    with httpx.Client(verify=context, trust_env=False) as client:
        assert client.get(f"{index.url}/").status_code == 200
