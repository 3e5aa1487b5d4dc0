"""What the old release had already is nothing new, however it stands now; and what cannot be known is not claimed."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from pinkeeper.model.finding import Finding, Severity
from tests.review.corpus.judge import judge
from tests.support.distributions import make_wheel

METADATA_SERVICE = "metadata.google.internal"


def findings(folder: Path, old: str, new: str) -> tuple[Finding, ...]:
    """What is found where one module changes, of a package with a client of the network beside it."""
    files = []
    for version, text in (("1.0", old), ("1.1", new)):
        beside = "import requests\n\n\ndef ask(url):\n    return requests.get(url)\n"
        built = make_wheel("harbour", version, files={"harbour/__init__.py": text, "harbour/client.py": beside})
        path = folder / built.filename
        path.write_bytes(built.content)
        files.append(path)
    return judge(files[:1], files[1:]).findings


def grave(found: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in found if finding.severity.at_least(Severity.HIGH)]


def test_a_host_that_stood_there_is_known_when_it_is_put_into_a_url(tmp_path):
    old = f"HOST = '{METADATA_SERVICE}'\n"
    new = old + "\n\ndef mount(session, adapter):\n    session.mount(f'https://{HOST}/', adapter)\n"
    assert not grave(findings(tmp_path, old, new))


def test_a_host_that_stood_there_is_told_where_it_is_hidden_now(tmp_path):
    old = f'"""Not for {METADATA_SERVICE}."""\n'
    hidden = base64.b64encode(f"http://{METADATA_SERVICE}/".encode()).decode()
    new = f"import base64\n\n\ndef place():\n    return base64.b64decode('{hidden}')\n"
    assert "endpoint" in grave(findings(tmp_path, old, new))


def test_a_host_that_stood_nowhere_is_told(tmp_path):
    assert "endpoint" in grave(findings(tmp_path, "X = 1\n", f"X = 'http://{METADATA_SERVICE}/'\n"))


PROCESS = "import subprocess\n\n\ndef tidy(path):\n    subprocess.run(['indent', path])\n"


@pytest.mark.parametrize(
    ("old", "is_told"), [(f"print 'tidy'\n{PROCESS}", False), ("def tidy(path):\n    return path\n", True)]
)
def test_a_file_of_an_older_python_gains_nothing_for_certain(tmp_path, old, is_told):
    found = findings(tmp_path, old, PROCESS)
    gained = [related.rule for finding in found for related in finding.related if related.severity is Severity.HIGH]
    gained += grave(found)
    assert ("gained-capability" in gained) == is_told
