"""``pinkeeper tree`` and ``pinkeeper why`` as users run them."""

from __future__ import annotations

import io
import json
import sys

import pytest

from pinkeeper.cli.entry import run
from pinkeeper.workflows import lock_graph
from tests.support.pinned import lock_of, pin

PINS = "alpha==1.0\nbeta[fast]==2.0 ; sys_platform == 'win32'\n"
NOTE = "does not say which package wants which; a pylock.toml that pinkeeper writes does\n"


@pytest.fixture
def pins(cli):
    cli.write("requirements.txt", PINS)
    return cli


def test_tree(pins):
    result = pins("tree")
    assert result.status == 0
    assert result.stdout == (
        'alpha 1.0 (unknown origin)\nbeta[fast] 2.0 where sys_platform == "win32" (unknown origin)\n'
    )
    assert result.stderr == f"note: requirements.txt {NOTE}"


def test_tree_on_one_target(pins):
    result = pins("tree", "--target", "3.12 linux_x86_64", "requirements.txt")
    assert (result.status, result.stdout) == (0, "alpha 1.0 (unknown origin)\n")
    assert result.stderr == "On Python 3.12 on linux_x86_64:\n"
    result = pins("tree", "--python-version", "3.12", "--platform", "windows_amd64", "--quiet")
    assert result.stdout == "alpha 1.0 (unknown origin)\nbeta[fast] 2.0 (unknown origin)\n"
    assert result.stderr == ""


def test_why(pins):
    result = pins("why", "Beta[Fast]", "-q")
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout == (
        'beta[fast] 2.0 where sys_platform == "win32": 1 path\n'
        '  beta[fast] 2.0 where sys_platform == "win32" (unknown origin)\n'
    )


def test_why_of_what_is_not_locked(pins):
    result = pins("why", "alfa")
    assert (result.status, result.stdout) == (1, "")
    assert result.stderr == "error: requirements.txt: alfa is not in the lock\n  near: alpha\n"
    result = pins("tree", "--package", "alfa")
    assert result.status == 1


def test_why_of_what_is_not_locked_as_json(pins):
    result = pins("why", "alfa", "--format", "json")
    assert result.status == 1
    assert json.loads(result.stdout)["errors"][0]["kind"] == "NotLockedError"


@pytest.mark.parametrize(("command", "schema"), [(["tree"], "pinkeeper.tree/1"), (["why", "alpha"], "pinkeeper.why/1")])
def test_json(pins, command, schema):
    result = pins(*command, "--format", "json")
    document = json.loads(result.stdout)
    assert (document["schema"], document["lock"], result.stderr) == (schema, "requirements.txt", "")
    assert document["notes"] == [f"requirements.txt {NOTE}".rstrip()]


@pytest.mark.parametrize(("name", "first"), [("graphviz", "digraph pinkeeper {"), ("mermaid", "flowchart LR")])
def test_pictures(pins, name, first):
    result = pins("tree", "--format", name, "--depth", "1", "--no-dedupe", "--invert", "--ascii")
    assert (result.status, result.stdout.splitlines()[0]) == (0, first)


def test_no_lock_is_here(cli):
    result = cli("tree")
    assert (result.status, result.stdout) == (2, "")
    assert result.stderr == (
        "error: there is no pylock.toml and no requirements.txt here\n"
        "  remedy: name the lock, or make one: pinkeeper lock\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["tree", "--target", "3.12"], "--target: not a target: 3.12"),
        (["tree", "--target", "3.12 linux_x86_64", "--platform", "linux_x86_64"], "--target says Python and platform"),
        (["tree", "--package", "alpha[fast]"], "--package: not a package name: alpha[fast]"),
        (["tree", "--package", "../etc"], "--package: not a package name: ../etc"),
        (["tree", "--depth", "-1"], "--depth"),
        (["why"], "NAME"),
        (["why", "alpha>=1"], "NAME: not a package name: alpha>=1"),
        (["why", "alpha", "--limit", "0"], "--limit"),
        (["why", "alpha", "--python-version", "2.7"], "not a Python version: 2.7"),
    ],
)
def test_wrong_use(pins, arguments, said):
    result = pins(*arguments)
    assert (result.status, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "environ", "encoding", "branch"),
    [
        ([], {}, "utf-8", "\u2514\u2500\u2500 "),
        (["--ascii"], {}, "utf-8", "`-- "),
        ([], {"NO_COLOR": "1"}, "utf-8", "`-- "),
        ([], {}, "ascii", "`-- "),
        ([], {}, "cp1252", "`-- "),
        ([], {}, "cp437", "\u2514\u2500\u2500 "),
    ],
    ids=["boxes", "--ascii", "NO_COLOR", "ascii", "cp1252", "cp437"],
)
def test_what_the_branches_are_drawn_with(tmp_path, monkeypatch, arguments, environ, encoding, branch):
    (tmp_path / "pylock.toml").write_text("")
    lock = lock_of(pin("alpha 1", "beta>=2"), pin("beta 2"), roots=["alpha"])
    monkeypatch.setattr(lock_graph, "read_lock", lambda _text, *, path: lock if path == "pylock.toml" else None)
    monkeypatch.chdir(tmp_path)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding, newline=""))
    assert run(["tree", *arguments]) == 0
    assert written.getvalue().decode(encoding) == f"alpha 1 (any)\n{branch}beta 2 (>=2)\n"


def test_what_stdout_cannot_say_is_escaped(cli):
    cli.write("requirements.txt", "alpha==1.0 ; platform_version == 'naïve\u202e'\n")
    result = cli("tree", environ={"PYTHONIOENCODING": "ascii"})
    assert result.status == 0
    assert "na\\xefve\\u202e" in result.stdout


def test_neither_network_nor_resolver_is_imported(pins):
    result = pins("tree", environ={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "pinkeeper.workflows.tree" in imported
    assert not imported & {"httpx", "ssl", "socket", "resolvelib", "rich", "tomlkit", "pip"}
