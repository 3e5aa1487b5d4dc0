"""``pinkeeper why``."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

from pinkeeper.cli.outcome import conclude
from pinkeeper.cli.printer import Printer
from pinkeeper.cli.surroundings import process_surroundings
from pinkeeper.cli.tree_arguments import (
    ColorOption,
    LockArgument,
    PlatformOption,
    PythonOption,
    QuietOption,
    TargetOption,
    VerboseOption,
    asked_package,
    lock_choice,
    say_result,
)

__all__ = ["why_command"]


def why_command(  # noqa: PLR0917 - typer makes every parameter an option
    name: Annotated[str, typer.Argument(metavar="NAME", help="A package, or one extra of it: name[extra].")],
    lock: LockArgument = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="Show so many paths.")] = 20,
    target: TargetOption = None,
    python_version: PythonOption = None,
    platform: PlatformOption = None,
    output_format: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How the paths are given.")
    ] = "text",
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> int:
    """Show every path that leads to a package of a lock, the shortest first, from the lock alone.

    Exits with 1 where the package is not in the lock.
    """
    printer = Printer.of(verbosity=-1 if quiet else verbose, color=color, environ=os.environ)

    def job() -> None:
        from pinkeeper.workflows.why import WhyOptions, why  # noqa: PLC0415 - the arguments are looked at first

        package, extras = asked_package(name, where="NAME")
        options = WhyOptions(
            name=package,
            extras=extras,
            lock=lock_choice(lock, target=target, python_version=python_version, platform=platform),
            limit=limit,
        )
        result = why(options, process_surroundings(printer, cache=None, shows_progress=False))
        if output_format == "json":
            from pinkeeper.reports.tree_json import why_json  # noqa: PLC0415

            printer.data(why_json(result))
        else:
            from pinkeeper.reports.why_text import why_text  # noqa: PLC0415

            say_result(printer, why_text(result), target=result.target, notes=result.notes)

    return conclude(job, printer, as_json=output_format == "json")
