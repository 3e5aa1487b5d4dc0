"""The command line as a whole: its commands, and what their errors come to."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated

import typer

from pinkeeper.cli.outcome import EXIT_FAILED

__all__ = ["run"]

_TYPERS_INTERRUPTED = 130  # what typer makes of a KeyboardInterrupt; no command of ours returns it

# Where each command is; in the order in which the help text lists them.
_COMMANDS = {
    "lock": ("pinkeeper.cli.lock", "lock_command"),
    "check": ("pinkeeper.cli.check", "check_command"),
    "diff": ("pinkeeper.cli.diff", "diff_command"),
    "update": ("pinkeeper.cli.update", "update_command"),
    "review": ("pinkeeper.cli.review", "review_app"),
    "init": ("pinkeeper.cli.init", "init_command"),
    "rules": ("pinkeeper.cli.rules", "rules_command"),
    "export": ("pinkeeper.cli.export", "export_command"),
    "tree": ("pinkeeper.cli.tree", "tree_command"),
    "why": ("pinkeeper.cli.why", "why_command"),
    "cache": ("pinkeeper.cli.cache", "cache_app"),
}


def _application(arguments: list[str]) -> typer.Typer:
    """The command that is asked for, or all of them where that is none: importing and describing them takes time."""
    app = typer.Typer(
        name="pinkeeper",
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Lock a Python project's whole dependency tree to file hashes, and see what each bump of it would change.",
    )
    app.callback()(_global)
    asked = arguments[0] if arguments else ""
    for name in (asked,) if asked in _COMMANDS else _COMMANDS:
        module, attribute = _COMMANDS[name]
        found = getattr(import_module(module), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def _version(value: bool) -> None:  # noqa: FBT001 - typer gives it so
    if value:
        from pinkeeper import __version__  # noqa: PLC0415

        sys.stdout.write(f"pinkeeper {__version__}\n")
        raise typer.Exit


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
        status = _application(arguments)(arguments, standalone_mode=False, prog_name="pinkeeper", obj=arguments)
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
    command = arguments[0] if arguments and arguments[0] in _COMMANDS else ""
    return f"error: {message}\n  remedy: {' '.join(filter(None, ('pinkeeper', command, '--help')))} lists the options"
