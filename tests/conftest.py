"""Fixtures for all tests, and the two guards that every test stands under."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.command_line import CommandLine
from tests.support.environment import clean
from tests.support.index import LoopbackIndex
from tests.support.sockets import keep_inside

_home_numbers = itertools.count()

# No test looks at a clock: how fast examples are made on a busy machine is no property of the program.
# The examples are the same in each run, so that a change fails for what it does; `--hypothesis-profile searching` looks
# for new ones, and for more of them.
settings.register_profile("searching", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("unhurried", settings.get_profile("searching"), derandomize=True, max_examples=40)
settings.load_profile("unhurried")

# The commands that tests start would each compile the whole program, which takes longer than most of them.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(autouse=True)
def _only_loopback(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets reach loopback only, but in tests marked live."""
    if request.node.get_closest_marker("live") is None:
        keep_inside(monkeypatch)


@pytest.fixture(autouse=True)
def clean_environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An environment without settings of the machine, and an empty home, whose path it gives.

    Tests marked live keep the machine's settings: without them they might not reach anything.
    """
    home = tmp_path_factory.getbasetemp() / f"home-{next(_home_numbers)}"
    if request.node.get_closest_marker("live") is None:
        clean(monkeypatch, home=home)
    return home


@pytest.fixture
def index() -> Iterator[LoopbackIndex]:
    """An empty index, JSON and well-behaved."""
    with LoopbackIndex() as running:
        yield running


@pytest.fixture
def index_factory() -> Iterator[Callable[..., LoopbackIndex]]:
    """Starts indexes; takes what `LoopbackIndex` takes. They end with the test."""
    with ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(LoopbackIndex(*arguments, **options))


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    """Runs pinkeeper in ``tmp_path / "work"`` with a cache of the test's own."""
    directory = tmp_path / "work"
    directory.mkdir()
    return CommandLine(directory=directory, cache=tmp_path / "cache")
