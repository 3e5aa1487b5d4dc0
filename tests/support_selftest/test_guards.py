from __future__ import annotations

import os
import socket
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.environment import NOWHERE, clean
from tests.support.sockets import OutsideConnectionError

OUTSIDE = ("192.0.2.1", 80)  # TEST-NET-1, RFC 5737


def test_connecting_outside_is_an_error_that_no_retry_swallows():
    with socket.socket() as outward:
        with pytest.raises(OutsideConnectionError, match=r"192\.0\.2\.1"):
            outward.connect(OUTSIDE)
        with pytest.raises(OutsideConnectionError):
            outward.connect_ex(OUTSIDE)
    with pytest.raises(OutsideConnectionError):
        socket.create_connection(OUTSIDE)
    with httpx.Client(trust_env=False) as client, pytest.raises(OutsideConnectionError):
        client.get("http://192.0.2.1/")


@pytest.mark.parametrize("name", ["somewhere.example", b"somewhere.example"])
def test_names_outside_are_not_looked_up(name):
    with pytest.raises(OutsideConnectionError, match=r"somewhere\.example"):
        socket.getaddrinfo(name, 80)


def test_reserved_names_fail_to_resolve_as_everywhere():
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("index.invalid", 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", b"127.0.0.1", None])
def test_loopback_is_open(host):
    assert socket.getaddrinfo(host, 80)


def test_unix_sockets_are_open():
    with socket.socket(socket.AF_UNIX) as local, pytest.raises(FileNotFoundError):
        local.connect("/nonexistent/socket")


@given(st.integers())
def test_the_guards_stand_under_properties_too(number):
    with pytest.raises(OutsideConnectionError):
        socket.getaddrinfo(f"host{number}.example", 80)


def test_the_environment_is_clean(clean_environment):
    assert Path.home() == clean_environment
    assert list(clean_environment.iterdir()) == []
    assert {name for name in os.environ if name.startswith(("PIP_", "UV_", "PINKEEPER_"))} == {
        "PIP_CONFIG_FILE",
        "PIP_INDEX_URL",
    }


def test_what_steers_networks_and_installers_is_dropped(monkeypatch, tmp_path):
    names = [
        "PIP_EXTRA_INDEX_URL",
        "UV_INDEX_URL",
        "PINKEEPER_CACHE_DIR",
        "https_proxy",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NETRC",
        "NO_COLOR",
    ]
    for name in names:
        monkeypatch.setenv(name, "x")
    clean(monkeypatch, home=tmp_path / "another-home")
    assert not set(names) & os.environ.keys()
    assert os.environ["PIP_INDEX_URL"] == NOWHERE
    assert os.environ["XDG_CACHE_HOME"].startswith(str(tmp_path))


def test_the_command_line_runs_in_a_process_and_directory_of_its_own(cli):
    result = cli("--version")
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout.startswith("pinkeeper ")
    cli.write("deep/er/file.txt", "a\r\n")
    assert cli.read("deep/er/file.txt") == "a\r\n"
    assert cli.directory != Path.cwd()


def test_the_command_line_can_be_started_and_waited_for(cli):
    with cli.start("--version") as process:
        stdout, _ = process.communicate(timeout=60)
    assert (process.returncode, stdout.startswith(b"pinkeeper ")) == (0, True)


def test_the_command_lines_environment_can_be_changed(cli, monkeypatch):
    monkeypatch.setenv("DROPPED", "x")
    changed = cli._environment({"DROPPED": None, "ADDED": "y"})
    assert "DROPPED" not in changed
    assert (changed["ADDED"], changed["PINKEEPER_CACHE_DIR"]) == ("y", str(cli.cache))
