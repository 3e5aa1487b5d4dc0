"""``pinkeeper lock`` where there is nothing to do: told again before anything else is imported."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from pinkeeper.cli.cache_place import cache_directory
from pinkeeper.cli.printer import Printer
from pinkeeper.index.cache import Cache
from pinkeeper.workflows.unchanged import Known, recall, remember

if TYPE_CHECKING:
    from pinkeeper.model.lock_result import LockResult
    from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["kept_in_mind", "told_again"]


def told_again(arguments: Sequence[str]) -> bool:
    """Tell what this command line came to before, where it would come to the same now; False where it must be run.

    arguments: of the whole command, ``lock`` included.
    """
    if "--no-cache" in arguments:
        return False
    known = recall(Cache(cache_directory(_said(arguments))), arguments, environ=os.environ, now=time.time())
    if known is None:
        return False
    printer = Printer.of(verbosity=0, color=known.color, environ=os.environ)
    for text, style in known.told:
        printer.line(text, style)
    return True


def kept_in_mind(
    results: Sequence[LockResult],
    arguments: Sequence[str],
    surroundings: Surroundings,
    *,
    more: Sequence[tuple[str, str | None]] = (),
    color: str,
    quiet: bool,
) -> None:
    """Keep what a command line came to, so that it need not be run again while nothing changes.

    more: lines that were told after the summary, such as what is left to review.
    """
    from pinkeeper.reports.lock_text import nothing_to_do  # noqa: PLC0415 - telling again needs none of it

    outputs = [written for result in results for written in result.outputs]
    if any(written.path == "-" for written in outputs):
        return
    lines = chain(chain.from_iterable(nothing_to_do(result, now=surroundings.now) for result in results), more)
    remember(
        Cache(surroundings.cache_directory, log=surroundings.log),
        arguments,
        surroundings.trace,
        wrote={str(surroundings.directory / written.path): written.text for written in outputs},
        known=Known(told=() if quiet else tuple(lines), color=color),
        now=surroundings.now.timestamp(),
    )


def _said(arguments: Sequence[str]) -> str | None:
    """The value of the last ``--cache-dir``. A line that typer reads in another way is run, for it has no record."""
    said = None
    for argument, following in zip(arguments, [*arguments[1:], None], strict=True):
        if argument == "--cache-dir":
            said = following
        elif argument.startswith("--cache-dir="):
            said = argument.partition("=")[2]
    return said
