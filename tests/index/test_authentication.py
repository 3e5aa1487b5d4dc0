from __future__ import annotations

import base64
import sys
from types import SimpleNamespace

import pytest

from pinkeeper.errors import InputError
from pinkeeper.index.authentication import Authenticator
from pinkeeper.model.url import IndexURL


def authenticator(*indexes, netrc=None, use_keyring=False, log=None):
    return Authenticator([IndexURL.parse(index) for index in indexes], netrc=netrc, use_keyring=use_keyring, log=log)


def said(header):
    """The user and password of a header."""
    return None if header is None else base64.b64decode(header.removeprefix("Basic ")).decode()


@pytest.fixture
def netrc(tmp_path):
    def write(text):
        path = tmp_path / "netrc"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def keyring(monkeypatch):
    """A keyring whose answers a test sets by service; it notes what it is asked."""
    answers, asked = {}, []

    def get_credential(service, username):
        asked.append((service, username))
        found = answers.get(service)
        if isinstance(found, Exception):
            raise found
        return None if found is None else SimpleNamespace(username=found[0], password=found[1])

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_credential=get_credential))
    return SimpleNamespace(answers=answers, asked=asked)


def test_credentials_of_an_index_are_for_its_origin_alone():
    own = authenticator("https://user:secret@host.example/simple")
    for address in ("https://host.example/simple/thing/", "https://HOST.example:443/files/thing.whl"):
        assert said(own.header(address)) == "user:secret"
    for address in (
        "http://host.example/simple/thing/",
        "https://host.example:8443/simple/thing/",
        "https://sub.host.example/simple/",
        "https://host.example.evil.example/simple/",
        "https://other.example/https://host.example/simple/",
        "https://host.example:port/",
        "file:///simple/",
    ):
        assert own.header(address) is None


def test_credentials_are_decoded_from_the_url_and_sent_as_utf_8():
    own = authenticator("https://us%40er:p%2Fs:%C3%A9@host.example/simple")
    assert said(own.header("https://host.example/")) == "us@er:p/s:é"


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/a/simple/thing/", "a"),
        ("/ab/simple/thing/", "ab"),
        ("/a/simple/deep/simple/thing/", "deep"),
        ("/a/simple/deep/thing/", "a"),
        ("/a/files/thing.whl", "a"),
        ("/ab/files/thing.whl", "ab"),
        ("/open/simple/thing/", "a"),
    ],
)
def test_of_several_indexes_at_one_origin_the_nearest_counts(path, owner):
    own = authenticator(
        "https://a:1@host.example/a/simple",
        "https://ab:1@host.example/ab/simple",
        "https://deep:1@host.example/a/simple/deep/simple",
        "https://host.example/open/simple",
    )
    assert said(own.header(f"https://host.example{path}")) == f"{owner}:1"


def test_an_index_without_credentials_does_not_hide_those_of_its_origin():
    for open_index in ("https://host.example/simple", "https://host.example/other"):
        own = authenticator(open_index, "https://user:secret@host.example/simple")
        assert said(own.header(f"{open_index}/thing/")) == "user:secret"


def test_netrc_is_for_hosts_without_credentials_in_the_url(netrc):
    path = netrc("machine host.example login noted password down\nmachine other.example login o password p\n")
    own = authenticator("https://user:secret@host.example/simple", netrc=path)
    assert said(own.header("https://host.example/simple/")) == "user:secret"
    assert said(own.header("https://other.example/files/")) == "o:p"
    assert said(authenticator(netrc=path).header("https://host.example/simple/")) == "noted:down"
    assert own.header("https://third.example/") is None


def test_netrc_gives_the_password_of_a_lone_user_name(netrc):
    path = netrc("machine host.example login user password down\n")
    same = authenticator("https://user@host.example/simple", netrc=path)
    assert said(same.header("https://host.example/simple/")) == "user:down"
    token = authenticator("https://token@host.example/simple", netrc=path)
    assert said(token.header("https://host.example/simple/")) == "token:"


def test_the_default_of_netrc_is_only_for_hosts_that_the_user_named(netrc):
    path = netrc("default login anyone password anything\n")
    own = authenticator("https://host.example/simple", netrc=path)
    assert said(own.header("https://host.example/simple/")) == "anyone:anything"
    assert own.header("https://where-a-page-leads.example/") is None


@pytest.mark.parametrize("content", ["", "# nothing\n", "machine host.example\n"])
def test_a_netrc_without_an_answer_is_none(netrc, content):
    assert authenticator(netrc=netrc(content)).header("https://host.example/") is None


def test_a_netrc_that_is_not_there_is_none(tmp_path):
    assert authenticator(netrc=tmp_path / "none").header("https://host.example/") is None


@pytest.mark.parametrize(
    "content",
    [
        "machine host.example login user password two words\n",
        "\n\nsecret words login user password words\n",
    ],
)
def test_a_broken_netrc_is_told_without_a_word_of_it(netrc, content):
    path = netrc(content)
    with pytest.raises(InputError, match="the netrc file cannot be parsed") as caught:
        authenticator(netrc=path).header("https://host.example/")
    assert caught.value.where.startswith(str(path))
    assert "words" not in str(caught.value).removeprefix(str(path))


def test_a_netrc_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(InputError, match="the netrc file cannot be read: Is a directory"):
        authenticator(netrc=tmp_path).header("https://host.example/")


def test_the_keyring_is_asked_by_the_url_of_the_index_and_then_by_host(keyring):
    own = authenticator("https://host.example/simple", use_keyring=True)
    url = "https://host.example/simple/thing/"
    assert own.header(url) is None
    assert not own.ask_keyring(url, sent=None)
    assert keyring.asked == [
        ("https://host.example/simple/", None),
        ("https://host.example/simple", None),
        ("host.example", None),
    ]


@pytest.mark.parametrize("service", ["https://host.example/simple/", "https://host.example/simple", "host.example"])
def test_what_the_keyring_knows_is_used_from_then_on(keyring, service):
    keyring.answers[service] = ("kept", "safe")
    own = authenticator("https://user:stale@host.example/simple", use_keyring=True)
    url = "https://host.example/simple/thing/"
    assert own.ask_keyring(url, sent=own.header(url))
    assert said(own.header(url)) == "kept:safe"
    assert {username for _, username in keyring.asked} == {"user"}
    assert own.header("https://other.example/") is None


def test_the_keyring_is_asked_once_for_each_origin(keyring):
    own = authenticator("https://host.example/simple", use_keyring=True)
    for path in ("simple/a/", "simple/b/", "files/c"):
        assert not own.ask_keyring(f"https://host.example/{path}", sent=None)
    assert len(keyring.asked) == 3
    own.ask_keyring("https://host.example:8443/", sent=None)
    assert keyring.asked[3:] == [("host.example:8443", None)]


def test_who_asks_after_another_thread_has_found_something_gets_it_too(keyring):
    keyring.answers["host.example"] = ("kept", "safe")
    own = authenticator(use_keyring=True)
    url = "https://host.example/"
    assert own.ask_keyring(url, sent=None)
    assert own.ask_keyring(url, sent=None)
    assert not own.ask_keyring(url, sent=own.header(url))
    assert len(keyring.asked) == 1


@pytest.mark.parametrize("found", [("user", None), (None, "secret"), ("", "")])
def test_half_of_a_credential_is_none(keyring, found):
    keyring.answers["host.example"] = found
    assert not authenticator(use_keyring=True).ask_keyring("https://host.example/", sent=None)


def test_a_keyring_that_fails_is_logged_without_its_words_and_counts_as_empty(keyring):
    told = []
    keyring.answers["host.example"] = RuntimeError("locked; the password is secret")
    own = authenticator(use_keyring=True, log=told.append)
    assert not own.ask_keyring("https://host.example/", sent=None)
    assert told == ["the keyring failed for host.example: RuntimeError"]


def test_without_the_package_or_the_wish_there_is_no_keyring(monkeypatch, keyring):
    assert not authenticator(use_keyring=False).ask_keyring("https://host.example/", sent=None)
    assert keyring.asked == []
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert not authenticator(use_keyring=True).ask_keyring("https://host.example/", sent=None)


def test_no_repr_shows_a_password(netrc):
    path = netrc("machine other.example login o password noted-secret\n")
    own = authenticator("https://user:url-secret@host.example/simple", netrc=path)
    assert own.header("https://other.example/") is not None
    shown = repr(own) + repr(own._indexes) + repr(own._credentials)
    assert "secret" not in shown
