"""The command line as a whole: its commands, and what their errors come to."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from pinkeeper.cli.cache import cache_app
from pinkeeper.cli.check import check_command
from pinkeeper.cli.export import export_command
from pinkeeper.cli.lock import lock_command
from pinkeeper.cli.outcome import EXIT_FAILED
from pinkeeper.cli.tree import tree_command
from pinkeeper.cli.why import why_command

__all__ = ["app", "run"]

_TYPERS_INTERRUPTED = 130  # what typer makes of a KeyboardInterrupt; no command of ours returns it

app = typer.Typer(
    name="pinkeeper",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Lock a Python project's whole dependency tree to exact versions and file hashes.",
)
app.command("lock")(lock_command)
app.command("check")(check_command)
app.command("export")(export_command)
app.command("tree")(tree_command)
app.command("why")(why_command)
app.add_typer(cache_app, name="cache")


def _version(value: bool) -> None:  # noqa: FBT001 - typer gives it so
    if value:
        from pinkeeper import __version__  # noqa: PLC0415

        sys.stdout.write(f"pinkeeper {__version__}\n")
        raise typer.Exit


@app.callback()
def _global(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options that belong to no command."""
    del version


def run(arguments: list[str]) -> int:
    """Run one command line; give its exit status: 0 done, 1 the answer is no, 2 the rest."""
    try:
        status = app(arguments, standalone_mode=False, prog_name="pinkeeper", obj=arguments)
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except BrokenPipeError:
        # Whoever read our output has enough of it. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except typer.TyperException as error:
        sys.stderr.write(f"{_said(error, arguments)}\n")
        return EXIT_FAILED
    if status == _TYPERS_INTERRUPTED:
        raise KeyboardInterrupt
    return status if isinstance(status, int) else 0


def _said(error: typer.TyperException, arguments: list[str]) -> str:
    """A usage error; asking for nothing is answered with the help text, which that error carries."""
    message = error.format_message()
    if message.lstrip().startswith("Usage:"):
        return message
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    return f"error: {message}\n  remedy: {' '.join(filter(None, ('pinkeeper', command, '--help')))} lists the options"
