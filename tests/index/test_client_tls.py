from __future__ import annotations

import shutil
import socket
import subprocess

import pytest

from pinkeeper.errors import InputError, NetworkError
from pinkeeper.index.client import Client, ClientOptions

PAGE = "/simple/thing/"


@pytest.fixture
def secure(index_factory):
    index = index_factory(tls=True)
    index.garbage(PAGE, b"page")
    return index


@pytest.fixture
def strict(index_factory):
    index = index_factory(tls=True, wants_client_certificate=True)
    index.garbage(PAGE, b"page")
    return index


@pytest.fixture
def ask():
    """Asks an index for the page, never twice."""

    def asked(index, **options):
        client = Client(ClientOptions(**options), sleep=lambda _: pytest.fail("tried again"))
        try:
            return client.get(f"{index.origin}{PAGE}", max_bytes=1000).body
        finally:
            client.close()

    return asked


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once_with_the_remedy(secure, ask):
    with pytest.raises(NetworkError) as caught:
        ask(secure)
    host = secure.origin.removeprefix("https://")
    assert "the TLS connection failed: the certificate is not trusted" in caught.value.what
    assert caught.value.remedy == f"--cert FILE with the right CA, or --trusted-host {host}"
    assert secure.requests == []


def test_a_bundle_of_the_users_own_is_believed(secure, ask):
    assert ask(secure, ca_bundle=str(secure.ca_file)) == b"page"


def test_a_folder_of_certificates_is_believed(secure, ask, tmp_path):
    shutil.copy(secure.ca_file, tmp_path)
    subprocess.run(["openssl", "rehash", str(tmp_path)], check=True, capture_output=True)
    assert ask(secure, ca_bundle=str(tmp_path)) == b"page"


def test_the_bundle_of_the_environment_is_believed(secure, ask, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.ca_file))
    assert ask(secure) == b"page"


def test_a_trusted_host_may_show_any_certificate_and_no_other_host_may(secure, ask):
    host = secure.origin.removeprefix("https://")
    assert ask(secure, trusted_hosts=(host,)) == b"page"
    assert ask(secure, trusted_hosts=("127.0.0.1",)) == b"page"
    for other in ("localhost", "127.0.0.1:1", "host.example"):
        with pytest.raises(NetworkError, match="not trusted"):
            ask(secure, trusted_hosts=(other,))


def test_a_certificate_for_another_name_is_refused(secure, monkeypatch):
    client = Client(ClientOptions(ca_bundle=str(secure.ca_file), retries=0))
    url = f"https://127.0.0.2:{secure.origin.rpartition(':')[2]}{PAGE}"
    connect = socket.create_connection
    monkeypatch.setattr(
        "socket.create_connection", lambda address, *rest, **more: connect(("127.0.0.1", address[1]), *rest, **more)
    )
    with pytest.raises(NetworkError, match="the certificate is not trusted"):
        client.get(url, max_bytes=1000)
    client.close()


def test_a_client_certificate_is_shown(strict, ask):
    shown = str(strict.client_certificate_file)
    assert ask(strict, ca_bundle=str(strict.ca_file), client_cert=shown) == b"page"
    assert ask(strict, trusted_hosts=("127.0.0.1",), client_cert=shown) == b"page"


def test_a_host_that_wants_a_client_certificate_and_sees_none_is_told(strict):
    client = Client(ClientOptions(ca_bundle=str(strict.ca_file), retries=0))
    with pytest.raises(NetworkError):
        client.get(f"{strict.origin}{PAGE}", max_bytes=1000)
    client.close()
    assert strict.requests == []


@pytest.mark.parametrize("option", ["ca_bundle", "client_cert"])
def test_a_certificate_file_that_cannot_be_used_is_named(secure, ask, tmp_path, option):
    (tmp_path / "garbage.pem").write_text("no certificate")
    for name, reason in [("none.pem", "No such file or directory"), ("garbage.pem", "not a PEM file")]:
        with pytest.raises(InputError, match=reason) as caught:
            ask(secure, **{option: str(tmp_path / name)})
        assert caught.value.where == str(tmp_path / name)


def test_the_bundle_is_not_blamed_for_the_client_certificate(secure, ask, tmp_path):
    with pytest.raises(InputError) as caught:
        ask(secure, ca_bundle=str(tmp_path / "none.pem"), client_cert=str(secure.ca_file))
    assert caught.value.where == str(tmp_path / "none.pem")


def test_a_key_under_a_password_is_refused_and_nobody_is_asked_for_it(strict, ask, tmp_path):
    locked = tmp_path / "locked.pem"
    subprocess.run(
        ["openssl", "pkey", "-in", strict.client_certificate_file, "-aes256", "-passout", "pass:word", "-out", locked],
        check=True,
        capture_output=True,
    )
    locked.write_text(locked.read_text() + strict.client_certificate_file.read_text().partition("-----END PRIVATE")[2])
    with pytest.raises(InputError, match="certificates cannot be read"):
        ask(strict, ca_bundle=str(strict.ca_file), client_cert=str(locked))


def test_plain_http_needs_no_certificates(index, ask, tmp_path):
    index.garbage(PAGE, b"page")
    none = str(tmp_path / "none.pem")
    assert ask(index, ca_bundle=none, client_cert=none) == b"page"


def test_plain_http_on_a_tls_port_and_tls_on_a_plain_one_are_told(secure, index):
    client = Client(ClientOptions(retries=0))
    with pytest.raises(NetworkError, match="the connection broke"):
        client.get(f"{secure.origin.replace('https', 'http')}{PAGE}", max_bytes=1000)
    with pytest.raises(NetworkError, match="the TLS connection failed"):
        client.get(f"{index.origin.replace('http', 'https')}{PAGE}", max_bytes=1000)
    client.close()


def test_a_redirect_never_leads_from_https_to_plain_http(secure, index, ask):
    index.garbage("/plain", b"plain page")
    secure.mend()
    secure.redirect(PAGE, f"{index.origin}/plain")
    with pytest.raises(NetworkError, match="redirects from HTTPS to an address that is not secure") as caught:
        ask(secure, ca_bundle=str(secure.ca_file))
    assert caught.value.remedy.startswith("--trusted-host 127.0.0.1:")
    assert index.requests == []
    host = index.origin.removeprefix("http://")
    assert ask(secure, ca_bundle=str(secure.ca_file), trusted_hosts=(host,)) == b"plain page"


def test_a_redirect_that_fails_for_its_certificate_names_the_host_to_trust(secure, index):
    index.redirect(PAGE, f"{secure.origin}{PAGE}")
    client = Client(ClientOptions(retries=0))
    with pytest.raises(NetworkError) as caught:
        client.get(f"{index.origin}{PAGE}", max_bytes=1000)
    assert caught.value.url == f"{secure.origin}{PAGE}"
    assert secure.origin.removeprefix("https://") in caught.value.remedy
    client.close()
