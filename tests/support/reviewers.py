"""Who decides in tests, and a day to decide on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

import pinkeeper.cli.check_reviewed
import pinkeeper.cli.entry
import pinkeeper.cli.review
import pinkeeper.cli.review_decide
import pinkeeper.cli.review_exchange
from pinkeeper.cli.surroundings import process_surroundings
from tests.support.command_line import CommandLine
from tests.support.environment import clean
from tests.support.index import LoopbackIndex

__all__ = ["ADA", "Prepared", "on_day", "prepared", "sign_as"]

ADA = "Ada <ada@team.example>"

_MODULES = (
    pinkeeper.cli.check_reviewed,
    pinkeeper.cli.review,
    pinkeeper.cli.review_decide,
    pinkeeper.cli.review_exchange,
)


def sign_as(home: Path, name: str = "Ada", email: str = "ada@team.example") -> None:
    """Make git know somebody, in a home folder."""
    home.mkdir(parents=True, exist_ok=True)
    (home / ".gitconfig").write_text(f"[user]\n\tname = {name}\n\temail = {email}\n", encoding="utf-8")


def on_day(day: date, directory: Path, monkeypatch) -> Callable[..., int]:
    """What runs a command line in this process, in a directory, on another day; it gives the exit status."""
    now = datetime.combine(day, datetime.min.time(), UTC)

    def then(*arguments, **options):
        return replace(process_surroundings(*arguments, **options), now=now)

    def run(*arguments: str) -> int:
        with monkeypatch.context() as patch:
            patch.chdir(directory)
            for module in _MODULES:
                patch.setattr(module, "process_surroundings", then)
            return pinkeeper.cli.entry.run(list(arguments))

    return run


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A project that was made once, with its index and its cache, for tests to take copies of."""

    index: LoopbackIndex
    made: CommandLine

    def copy(self, cli: CommandLine) -> CommandLine:
        """The same project in a test's own directory, with a cache of its own."""
        shutil.copytree(self.made.directory, cli.directory, dirs_exist_ok=True)
        shutil.copytree(self.made.cache, cli.cache, dirs_exist_ok=True)
        return cli


@contextmanager
def prepared(folder: Path, make: Callable[[LoopbackIndex, CommandLine], None]) -> Iterator[Prepared]:
    """Make a project once, in an environment without settings of the machine; its index runs as long as it is used."""
    cli = CommandLine(directory=folder / "work", cache=folder / "cache")
    cli.directory.mkdir()
    with LoopbackIndex() as index:
        with pytest.MonkeyPatch.context() as patch:
            clean(patch, home=folder / "home")
            sign_as(folder / "home")
            make(index, cli)
        yield Prepared(index=index, made=cli)
