"""``pinkeeper export``."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

from pinkeeper.cli.outcome import conclude
from pinkeeper.cli.printer import Printer
from pinkeeper.cli.surroundings import process_surroundings
from pinkeeper.cli.tree_arguments import ColorOption, QuietOption, VerboseOption

__all__ = ["export_command"]


def export_command(  # noqa: PLR0917 - typer makes every parameter an option
    lock: Annotated[str, typer.Argument(metavar="[LOCK]", help="A pylock.toml or pylock.NAME.toml.")] = "pylock.toml",
    output_file: Annotated[
        list[str] | None,
        typer.Option("--output-file", "-o", metavar="FILE", help="Where to; - is stdout. [default: -]"),
    ] = None,
    no_header: Annotated[bool, typer.Option("--no-header", help="Do not say which command made it.")] = False,
    no_annotate: Annotated[bool, typer.Option("--no-annotate", help="Do not say who wants each package.")] = False,
    annotation_style: Annotated[
        Literal["split", "line"],
        typer.Option(help="Whether who wants a package stands on lines of their own or on one."),
    ] = "split",
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> int:
    """Turn a pylock.toml into a requirements.txt with hashes, from the lock alone.

    Any tool's lock will do that was made for one use. Nothing is resolved and nothing is fetched.
    """
    printer = Printer.of(verbosity=-1 if quiet else verbose, color=color, environ=os.environ)

    def job() -> None:
        from pinkeeper.workflows.export import ExportOptions, export  # noqa: PLC0415 - the arguments are looked at first

        options = ExportOptions(
            lock=lock,
            outputs=tuple(dict.fromkeys(output_file or ["-"])),
            header=not no_header,
            annotate=not no_annotate,
            annotation_style=annotation_style,
        )
        result = export(options, process_surroundings(printer, cache=None, shows_progress=False))
        for left in result.left_out:
            printer.line(f"warning: {left}", "warning")
        for output in result.outputs:
            if output.path == "-":
                printer.data(output.text)
            else:
                count = f"{result.pins} pin{'' if result.pins == 1 else 's'}"
                printer.line(f"{'Wrote' if output.changed else 'Unchanged:'} {output.path} ({count})", "good")

    return conclude(job, printer)
