"""``pinkeeper cache``."""

from __future__ import annotations

from typing import Annotated

import typer

from pinkeeper.cli.cache_place import cache_directory
from pinkeeper.cli.outcome import conclude
from pinkeeper.cli.printer import Printer
from pinkeeper.index.cache import Cache

__all__ = ["cache_app"]

cache_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Look at or empty the cache of index pages and metadata."
)
_CacheDir = Annotated[
    str | None, typer.Option("--cache-dir", metavar="DIR", help="The cache; also PINKEEPER_CACHE_DIR.")
]


@cache_app.command("dir")
def directory(cache_dir: _CacheDir = None) -> None:
    """Print where the cache is."""
    _printer().data(f"{cache_directory(cache_dir)}\n")


@cache_app.command("info")
def info(cache_dir: _CacheDir = None) -> int:
    """Print where the cache is and what it holds."""
    printer, where = _printer(), cache_directory(cache_dir)

    def job() -> None:
        usage = Cache(where).usage()
        printer.data(f"directory: {where}\nentries: {usage.entries}\nsize: {usage.size} bytes\n")

    return conclude(job, printer)


@cache_app.command("clear")
def clear(cache_dir: _CacheDir = None) -> int:
    """Remove everything in the cache."""
    printer, where = _printer(), cache_directory(cache_dir)

    def job() -> None:
        removed = Cache(where).clear()
        printer.line(f"Removed {removed.entries} entries, {removed.size} bytes, from {where}")

    return conclude(job, printer)


def _printer() -> Printer:
    return Printer.of(verbosity=0, color="auto", environ={})
