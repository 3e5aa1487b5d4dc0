"""A ledger's life, from the command line alone: begun, outrun by bumps, and caught up with."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pinkeeper.ledger.document import read_ledger
from tests.support.command_line import CommandLine
from tests.support.index import LoopbackIndex
from tests.support.reviewers import ADA, on_day, sign_as

_TODAY = datetime.now(UTC).date()
LEDGER = "supply-chain/ledger.toml"
LOCK = "requirements.txt"
_CODE = '"""Sums."""\n\n\ndef add(one, other):\n    return one + other\n'
_MORE = _CODE + "\n\ndef double(one):\n    return 2 * one\n"
_TAGS = ("cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-win_amd64")
_TARGETS = ("--python-version", "3.11", "--platform", "linux_x86_64", "--platform", "windows_amd64")


@pytest.fixture
def project(index: LoopbackIndex, cli: CommandLine, clean_environment: Path) -> CommandLine:
    """A project that locks alpha, which needs beta."""
    sign_as(clean_environment)
    index.add_release("alpha", "1.0", files={"alpha/__init__.py": _CODE}, requires=["beta"])
    index.add_release("beta", "1.0", files={"beta/__init__.py": _CODE})
    cli.write("requirements.in", "alpha\n")
    cli.write("pyproject.toml", f'[tool.pinkeeper]\nindex-url = "{index.url}"\ncooldown = "0"\n')
    return cli


def relock(project: CommandLine) -> None:
    assert project("cache", "clear").status == 0  # the index has just changed; its pages are fresh for some minutes
    done = project("lock", "requirements.in", "-o", LOCK, "-U", *_TARGETS, "--refresh-hashes")
    assert done.status == 0, done.stderr


def gate(project: CommandLine) -> tuple[int, list[tuple[str, str, str]], list[str]]:
    """What CI says: the exit status, (package, version, kind) of what is open, and the commands that show it."""
    done = project("check", "--reviewed", "--format", "json")
    assert done.stderr == ""
    found = [finding for lock in json.loads(done.stdout)["locks"] for finding in lock["findings"]]
    kinds = [(finding["package"], finding["version"], finding["kind"]) for finding in found]
    return done.status, kinds, [finding["command"] for finding in found]


def test_the_story(project, index, tmp_path, monkeypatch):  # noqa: PLR0915 - a story is told in one go
    relock(project)
    begun = project("review", "init")
    assert begun.status == 0, begun.stderr
    assert "Exempted 2 releases of requirements.txt until" in begun.stderr
    assert gate(project)[0] == 0

    # A bump arrives, and the gate fails.
    index.add_release("alpha", "1.1", files={"alpha/__init__.py": _MORE}, requires=["beta"], tags=_TAGS[:1])
    relock(project)
    status, kinds, commands = gate(project)
    assert (status, kinds) == (1, [("alpha", "1.1", "unreviewed")])
    assert commands == ["pinkeeper review show alpha --to 1.1"]

    # It is read, the way that the gate says, and approved.
    shown = project(*commands[0].split()[1:])
    assert shown.status == 0, shown.stderr
    assert shown.stdout.startswith("alpha 1.0 -> 1.1: ROUTINE\n")
    measured = json.loads(project("review", "status", "--format", "json").stdout)
    assert [(way["from"], way["lines"]) for way in measured["open"][0]["ways"]] == [("1.0", 2)]
    refused = project("review", "approve", "alpha", stdin="y\n")
    assert refused.status == 1
    assert gate(project)[0] == 1
    approved = project("review", "approve", "alpha", "--notes", "One more function.", stdin="yes\n")
    assert approved.status == 0, approved.stderr
    assert gate(project)[0] == 0
    (review,) = read_ledger(project.read(LEDGER), path=LEDGER).ledger.reviews
    assert (review.who, str(review.base), str(review.version)) == (ADA, "1.0", "1.1")
    assert review.notes == "One more function."

    # A new wheel appears on the approved release, and the gate fails for that file.
    (late,) = index.add_release("alpha", "1.1", files={"alpha/__init__.py": _MORE}, requires=["beta"], tags=_TAGS[1:])
    relock(project)
    assert late.hashes["sha256"] in project.read(LOCK)
    status, kinds, _ = gate(project)
    assert (status, kinds) == (1, [("alpha", "1.1", "unreviewed-file")])
    assert project("review", "approve", "alpha", stdin="yes\n").status == 0
    assert gate(project)[0] == 0

    # A new package comes with the next bump; another team has read it.
    index.add_release("gamma", "3.0", files={"gamma/__init__.py": _CODE})
    index.add_release("alpha", "1.2", files={"alpha/__init__.py": _MORE}, requires=["beta", "gamma"], tags=_TAGS[:1])
    relock(project)
    assert gate(project)[1] == [("alpha", "1.2", "unreviewed"), ("gamma", "3.0", "unreviewed")]
    assert project("review", "approve", "alpha", stdin="yes\n").status == 0
    other = CommandLine(directory=tmp_path / "other", cache=tmp_path / "other-cache")
    other.directory.mkdir()
    other.write("requirements.in", "gamma\n")
    other.write("pyproject.toml", project.read("pyproject.toml"))
    relock(other)
    assert other("review", "init", "--until", str(_TODAY + timedelta(days=30))).status == 0
    assert other("review", "approve", "gamma", "--yes").status == 0
    taken = project("review", "import", "others", "../other/supply-chain/ledger.toml")
    assert taken.status == 0, taken.stderr
    assert gate(project)[0] == 0

    # Its people publish a violation, which is taken over: the gate fails everywhere.
    assert other("review", "reject", "gamma", "--reason", "It sends keys away.").status == 0
    assert gate(other)[1] == [("gamma", "3.0", "violation")]
    assert gate(project)[0] == 0  # until it is taken
    hint = "hint: the import others has changed at its source: with it 1 would be open (pinkeeper review import others)"
    assert hint in project("review", "status").stdout
    assert project("review", "import").status == 0
    assert gate(project)[1] == [("gamma", "3.0", "violation")]
    assert "It sends keys away." in project("check", "--reviewed").stdout

    # The first exemptions run out, and what was built on them with them.
    later = on_day(_TODAY + timedelta(days=91), project.directory, monkeypatch)
    assert later("check", "--reviewed") == 1
    assert later("review", "renew") == 0
    assert later("review", "status") == 1


def test_what_runs_out_is_told_with_its_day(project, monkeypatch, capsys):
    relock(project)
    assert project("review", "init", "--until", str(_TODAY + timedelta(days=9))).status == 0
    capsys.readouterr()
    for days, status in ((9, 0), (10, 1)):
        run = on_day(_TODAY + timedelta(days=days), project.directory, monkeypatch)
        assert run("check", "--reviewed") == status
    last = _TODAY + timedelta(days=9)
    said = capsys.readouterr().out
    assert f"alpha 1.0: exemption-ended: its exemption has ended (1.0 until {last})" in said
    run = on_day(last + timedelta(days=1), project.directory, monkeypatch)
    assert run("review", "renew", "alpha") == 0
    assert run("check", "--reviewed") == 1
    assert "alpha" not in capsys.readouterr().out
    assert run("review", "renew") == 0
    assert run("check", "--reviewed") == 0


def test_two_branches_merge_with_git_alone(project, index):
    git = ["git", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"]

    def run(*words: str) -> None:
        subprocess.run([*git, *words], cwd=project.directory, check=True, capture_output=True)

    for name in ("alpha", "beta"):
        index.add_release(name, "1.1", files={f"{name}/__init__.py": _MORE}, requires=["beta"] * (name == "alpha"))
    relock(project)
    assert project("review", "init").status == 0
    for name in ("alpha", "beta"):
        index.add_release(name, "1.2", files={f"{name}/__init__.py": _MORE}, requires=["beta"] * (name == "alpha"))
    relock(project)
    assert len(gate(project)[1]) == 2
    run("init")
    run("add", ".")
    run("commit", "-m", "begin")
    run("branch", "other")
    assert project("review", "approve", "alpha", "--yes").status == 0
    run("commit", "-am", "alpha")
    run("checkout", "other")
    assert project("review", "approve", "beta", "--yes").status == 0
    run("commit", "-am", "beta")
    assert [package for package, *_ in gate(project)[1]] == ["alpha"]
    run("merge", "--no-edit", "main")
    assert gate(project)[0] == 0
