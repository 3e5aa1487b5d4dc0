"""``pinkeeper diff`` and ``pinkeeper rules`` from the command line: files and releases, formats, exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine
from tests.support.distributions import Built, make_sdist, make_wheel
from tests.support.index import LoopbackIndex

_CODE = "def add(one, other):\n    return one + other\n"
_HOOK = "import os, subprocess, sys; subprocess.Popen([sys.executable, '-c', 'pass'])\n"


def _wheel(version: str, files: dict[str, str] | None = None) -> Built:
    return make_wheel("sums", version, files={"sums/__init__.py": f'"""Sums."""\n{_CODE}', **(files or {})})


@pytest.fixture
def bump(cli: CommandLine) -> CommandLine:
    """A folder with an old wheel, a harmless new one and one with a start-up hook."""
    for built in (
        _wheel("1.0"),
        _wheel("1.1", {"sums/more.py": "def double(one):\n    return 2 * one\n"}),
        _wheel("1.2", {"sums_init.pth": _HOOK}),
    ):
        cli.write(built.filename, built.content)
    return cli


def _file(version: str) -> str:
    return f"sums-{version}-py3-none-any.whl"


def test_a_harmless_bump_is_routine(bump):
    done = bump("diff", _file("1.0"), _file("1.1"))
    assert done.status == 0, done.stderr
    assert done.stdout.startswith("sums 1.0 -> 1.1: ROUTINE\n")
    assert "2 files read whole" in done.stdout
    assert done.stderr == ""


def test_a_start_up_hook_is_danger(bump):
    done = bump("diff", _file("1.0"), _file("1.2"))
    assert done.status == 0, done.stderr
    assert done.stdout.startswith("sums 1.0 -> 1.2: DANGER\n")
    assert "startup-hook" in done.stdout
    assert "sums_init.pth" in done.stdout


@pytest.mark.parametrize(
    ("bar", "new", "status"),
    [("critical", "1.2", 1), ("low", "1.2", 1), ("critical", "1.1", 0), ("high", "1.1", 0)],
)
def test_fail_on_makes_the_answer_no(bump, bar, new, status):
    assert bump("diff", _file("1.0"), _file(new), "--fail-on", bar).status == status


def test_json_says_what_the_design_promises(bump):
    done = bump("diff", _file("1.0"), _file("1.2"), "--format", "json")
    data = json.loads(done.stdout)
    assert data["schema"] == "pinkeeper.diff/1"
    assert data["name"] == "sums"
    assert data["old"]["version"] == "1.0"
    assert [file["filename"] for file in data["new"]["files"]] == [_file("1.2")]
    assert data["new"]["files"][0]["sha256"] == _wheel("1.2", {"sums_init.pth": _HOOK}).sha256
    assert data["verdict"] == "danger"
    first = data["findings"][0]
    assert (first["rule"], first["severity"], first["path"], first["line"]) == (
        "startup-hook",
        "critical",
        "sums_init.pth",
        1,
    )
    assert data["files"]["added"] == ["sums_init.pth"]
    assert data["not_analysed"] == []


def test_the_same_comparison_gives_the_same_bytes_also_from_the_cache(bump):
    first = bump("diff", _file("1.0"), _file("1.2"), "--format", "json")
    again = bump("diff", _file("1.0"), _file("1.2"), "--format", "json")
    without = bump("diff", _file("1.0"), _file("1.2"), "--format", "json", "--no-cache")
    assert first.stdout == again.stdout == without.stdout


@pytest.mark.parametrize(
    ("name", "begins"), [("markdown", "## `sums`"), ("html", "<!doctype html>"), ("sarif", "{"), ("text", "sums 1.0")]
)
def test_every_format_is_given_on_stdout(bump, name, begins):
    done = bump("diff", _file("1.0"), _file("1.2"), "--format", name)
    assert done.status == 0, done.stderr
    assert done.stdout.lower().startswith(begins.lower()), done.stdout[:80]


def test_one_file_alone(bump):
    done = bump("diff", _file("1.0"), _file("1.1"), "--file", "sums/more.py")
    assert done.status == 0
    assert "+ def double(one):" in done.stdout
    missing = bump("diff", _file("1.0"), _file("1.1"), "--file", "gone.py")
    assert missing.status == 2
    assert missing.stderr.startswith("error: ")


def test_releases_of_an_index_are_read_and_the_wheels_for_others_listed(index: LoopbackIndex, cli: CommandLine):
    for version, extra in (
        ("1.0", {}),
        ("1.1", {"fast/more.py": "import socket\nsocket.create_connection(('h', 1))\n"}),
    ):
        for tag in ("cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-win_amd64"):
            index.add(make_wheel("fast", version, tag=tag, files={"fast/__init__.py": _CODE, **extra}))
        index.add(make_sdist("fast", version, files={"fast/__init__.py": _CODE, **extra}))
    arguments = ("fast==1.0", "fast==1.1", "-i", index.url, "--python-version", "3.11", "--platform", "linux_x86_64")
    done = cli("diff", *arguments, "--format", "json")
    assert done.status == 0, done.stderr
    data = json.loads(done.stdout)
    treatments = {file["filename"]: file["treatment"] for file in data["new"]["files"]}
    assert treatments == {
        "fast-1.1-cp311-cp311-manylinux_2_17_x86_64.whl": "read",
        "fast-1.1-cp311-cp311-win_amd64.whl": "listed",
        "fast-1.1.tar.gz": "read",
    }
    assert data["verdict"] == "review"
    assert any(finding["path"] == "fast/more.py" for finding in data["findings"])
    index.clear()
    offline = cli("diff", *arguments, "--format", "json", "--offline")
    assert offline.stdout == done.stdout
    assert index.requests == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["gone-1.0-py3-none-any.whl", "sums-1.1-py3-none-any.whl"], "different projects"),
        (
            ["sums-0.9-py3-none-any.whl", "sums-1.1-py3-none-any.whl"],
            "sums-0.9-py3-none-any.whl: there is no such file",
        ),
        (["sums", "sums==1.1"], "neither a wheel or an sdist, nor a release: sums"),
        (["sums==one", "sums==1.1"], "not a version: one"),
        (["sums-1.0.whl", "sums==1.1"], "not the name of a wheel"),
        (["sums==1.0", "sums==9.9", "--no-index", "-f", "."], "the index lists no release 9.9 of sums"),
    ],
)
def test_what_cannot_be_compared_is_told(bump, arguments, says):
    done = bump("diff", *arguments)
    assert done.status == 2
    assert says in done.stderr
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_file_that_is_no_archive(bump: CommandLine):
    bump.write("sums-2.0-py3-none-any.whl", b"not an archive")
    done = bump("diff", _file("1.0"), _file("2.0"))
    assert done.status == 2
    assert "sums-2.0-py3-none-any.whl" in done.stderr


def test_rules_are_listed_and_explained(cli: CommandLine):
    listed = cli("rules")
    assert listed.status == 0
    assert listed.stdout.splitlines()[0].split()[1] == "critical"
    assert "startup-hook" in listed.stdout
    told = cli("rules", "startup-hook")
    assert told.status == 0
    assert "A real attack:" in told.stdout
    near = cli("rules", "startup-hok")
    assert near.status == 2
    assert "did you mean startup-hook?" in near.stderr


def test_terminal_escapes_in_a_package_do_not_reach_the_terminal(cli: CommandLine):
    old, new = _wheel("1.0"), _wheel("1.1", {"sums/odd\x1b[31m.py": "x = 1 # \x1b[2J\n"})
    paths: list[Path] = [cli.write(built.filename, built.content) for built in (old, new)]
    done = cli("diff", *paths, "--full")
    assert done.status == 0, done.stderr
    assert "\x1b" not in done.stdout
