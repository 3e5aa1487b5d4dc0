"""Who decides in tests, and a day to decide on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec.structs import replace

import pinkeeper.cli.check_reviewed
import pinkeeper.cli.entry
import pinkeeper.cli.review
import pinkeeper.cli.review_decide
import pinkeeper.cli.review_exchange
from pinkeeper.cli.surroundings import process_surroundings

__all__ = ["ADA", "on_day", "sign_as"]

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
