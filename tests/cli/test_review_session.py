"""``pinkeeper review`` on a terminal, driven through a real pseudo-terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pinkeeper.ledger.document import read_ledger
from tests.support.command_line import CommandLine
from tests.support.index import LoopbackIndex
from tests.support.reviewers import ADA, Prepared, prepared, sign_as
from tests.support.terminal import Terminal

LEDGER = "supply-chain/ledger.toml"
_REPOSITORY = Path(__file__).resolve().parents[2]
_CODE = '"""Sums."""\n\n\ndef add(one, other):\n    return one + other\n'
_STARTS = _CODE + '\n\nimport subprocess\n\nsubprocess.run(["uname"], check=False)\n'
_NAMES = ("alpha", "beta", "gamma")
_KEYS = "a Approve r Reject s Skip n Notes 1 Findings 2 Files 3 News 4 All w Base q Quit"


def _make(index: LoopbackIndex, cli: CommandLine) -> None:
    """Three packages, each with a bump that nobody has read."""
    for name in _NAMES:
        index.add_release(name, "1.0", files={f"{name}/__init__.py": _CODE})
    cli.write("requirements.in", "\n".join(_NAMES))
    cli.write("pyproject.toml", f'[tool.pinkeeper]\nindex-url = "{index.url}"\ncooldown = "0"\n')
    assert cli("lock", "requirements.in", "-o", "requirements.txt").status == 0
    assert cli("review", "init").status == 0
    for name in _NAMES:
        index.add_release(name, "1.1", files={f"{name}/__init__.py": _STARTS})
    assert cli("cache", "clear").status == 0
    assert cli("lock", "requirements.in", "-o", "requirements.txt", "-U").status == 0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    """The project, once."""
    with prepared(tmp_path_factory.mktemp("made"), _make) as ready:
        yield ready


@pytest.fixture
def project(made: Prepared, cli: CommandLine, clean_environment: Path) -> CommandLine:
    """A copy of it."""
    sign_as(clean_environment)
    return made.copy(cli)


@pytest.fixture
def sit(project: CommandLine):
    """Begins a session in a terminal."""

    def begin(**options) -> Terminal:
        environ = {
            **os.environ,
            "PYTHONPATH": str(_REPOSITORY),
            "PINKEEPER_CACHE_DIR": str(project.cache),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **options.pop("environ", {}),
        }
        environ.pop("COLUMNS", None)
        return Terminal(
            [sys.executable, "-m", "pinkeeper", "review"], directory=project.directory, environ=environ, **options
        )

    return begin


def reviews_in(project: CommandLine):
    return read_ledger(project.read(LEDGER), path=LEDGER).ledger.reviews


def test_a_sitting_on_a_small_screen(sit, project):
    with sit() as terminal:
        screen = terminal.until("REVIEW")
        lines = screen.splitlines()
        assert lines[0] == " 1 of 3 open | alpha 1.1, since 1.0 | overview"
        assert [line.split()[0:2] for line in lines[1:4]] == [[">", "alpha"], ["beta", "1.1"], ["gamma", "1.1"]]
        assert lines[-1].strip() == _KEYS
        assert all(len(line) <= 80 for line in lines)
        terminal.until(">  alpha 1.1  2 lines, high")
        terminal.type("2")
        terminal.until("changed  alpha/__init__.py (python)")
        terminal.type("4")
        terminal.until("| everything")
        terminal.type("1")
        terminal.until("| overview")

        # What is no yes approves nothing.
        terminal.type("a")
        asked = terminal.until('Type "yes" to approve')
        assert "You approve alpha 1.0 -> 1.1" in asked
        assert "alpha-1.1-py3-none-any.whl" in asked
        terminal.type("y\r")
        terminal.until("Nothing was approved")
        assert reviews_in(project) == ()

        # Notes, then a yes.
        terminal.type("n")
        terminal.until("Notes  (Enter")
        terminal.type("Calls uname.\r")
        terminal.until("your notes:")
        terminal.type("a")
        terminal.until('Type "yes" to approve')
        terminal.type("yes\r")
        terminal.until(" 1 of 2 open | beta 1.1")
        (review,) = reviews_in(project)
        assert (review.package, review.who, review.notes) == ("alpha", ADA, "Calls uname.")
        assert [finding.rule for finding in review.findings] == ["import-time"]

        # Put one off, reject another.
        terminal.until(lambda screen: "beta 1.0 -> 1.1: REVIEW" in screen)
        terminal.type("s")
        terminal.until(" 2 of 2 open | gamma 1.1")
        terminal.type("r")
        terminal.until("Nobody may use gamma 1.1 any more.")
        terminal.type("It starts programs.\r")
        terminal.until("gamma 1.1: violation")
        terminal.type("q")
        assert terminal.wait() == 1
    ledger = read_ledger(project.read(LEDGER), path=LEDGER).ledger
    assert [(each.package, each.reason) for each in ledger.violations] == [("gamma", "It starts programs.")]


def test_a_wide_screen_has_the_list_beside_what_is_read(sit):
    with sit(columns=140, rows=40) as terminal:
        screen = terminal.until("REVIEW")
        beside = next(line for line in screen.splitlines() if line.startswith(">"))
        assert "alpha 1.1" in beside.split("│")[0]
        assert "alpha 1.1: unreviewed: nobody has reviewed it" in beside.split("│")[1]
        assert terminal.colours


def test_without_colour_there_is_none_and_the_place_is_seen(sit):
    with sit(environ={"NO_COLOR": "1"}) as terminal:
        terminal.until("REVIEW")
        terminal.type("j")
        screen = terminal.until(" 2 of 3 open | beta 1.1")
        terminal.until(lambda screen: any(line.startswith(">  beta") for line in screen.splitlines()))
        assert "alpha" in screen
        assert not terminal.colours


def test_killed_in_the_middle_nothing_is_lost_and_nothing_is_half_written(sit, project):
    before = project.read(LEDGER)
    with sit() as terminal:
        terminal.until("REVIEW")
        terminal.type("s")
        terminal.until(" 2 of 3 open | beta 1.1")
        terminal.until("beta 1.0 -> 1.1: REVIEW")
        terminal.type("n")
        terminal.until("Notes  (Enter")
        terminal.type("Half read.\r")
        terminal.until("your notes:")
        terminal.type("3")
        terminal.until("| notes")
        terminal.type("a")
        terminal.until('Type "yes" to approve')
        terminal.type("ye")
        terminal.kill()
    assert project.read(LEDGER) == before
    assert sorted(path.name for path in (project.directory / "supply-chain").iterdir()) == [
        ".gitattributes",
        "config.toml",
        "ledger.toml",
    ]
    with sit() as terminal:
        screen = terminal.until("Half read.")
        assert " 2 of 3 open | beta 1.1, since 1.0 | notes" in screen
        assert any(line.startswith(" - alpha") for line in screen.splitlines())
        terminal.until("beta 1.0 -> 1.1")
        terminal.type("a")
        terminal.until('Type "yes" to approve')
        terminal.type("yes\r")
        terminal.until(" of 2 open")
        terminal.type("q")
        assert terminal.wait() == 1
    assert [(review.package, review.notes) for review in reviews_in(project)] == [("beta", "Half read.")]


def test_what_cannot_be_compared_is_told_and_the_session_goes_on(sit, project, made):
    made.index.fail("/files/.*alpha-1.1", 404)
    assert project("cache", "clear").status == 0
    with sit() as terminal:
        terminal.until(lambda screen: "remedy" in screen or "404" in screen)
        terminal.type("j")
        terminal.until("beta 1.0 -> 1.1: REVIEW")
        terminal.type("q")
        assert terminal.wait() == 1
    made.index.mend()


def test_where_all_is_covered_there_is_no_session(sit, project):
    for name in _NAMES:
        done = project("review", "approve", name, stdin="yes\n")
        assert done.status == 0, done.stderr
    with sit() as terminal:
        terminal.until("Every locked release is covered; nothing is open")
        assert terminal.wait() == 0


def test_without_a_terminal_there_is_none(project):
    done = project("review")
    assert (done.status, done.stdout) == (2, "")
    assert done.stderr.startswith("error: the interactive session needs a terminal\n")
