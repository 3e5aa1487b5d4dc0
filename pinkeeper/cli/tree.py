"""``pinkeeper tree``."""

from __future__ import annotations

import os
from typing import Annotated, Literal, assert_never

import typer
from packaging.utils import NormalizedName

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
    can_say,
    lock_choice,
    say_result,
)
from pinkeeper.errors import ConfigurationError

__all__ = ["tree_command"]

_BOXES = "├└│─"


def tree_command(  # noqa: PLR0917 - typer makes every parameter an option
    lock: LockArgument = None,
    package: Annotated[str | None, typer.Option(metavar="NAME", help="Start at this package.")] = None,
    invert: Annotated[bool, typer.Option("--invert", help="Show below each package who wants it.")] = False,
    depth: Annotated[int | None, typer.Option(metavar="N", min=0, help="Show so many levels below the start.")] = None,
    no_dedupe: Annotated[
        bool, typer.Option("--no-dedupe", help="Repeat what stands below a package each time, not (*).")
    ] = False,
    target: TargetOption = None,
    python_version: PythonOption = None,
    platform: PlatformOption = None,
    output_format: Annotated[
        Literal["text", "json", "graphviz", "mermaid"], typer.Option("--format", help="How the tree is given.")
    ] = "text",
    is_ascii: Annotated[bool, typer.Option("--ascii", help="Draw without box characters, as under NO_COLOR.")] = False,
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> int:
    """Show who wants whom in a lock, from the lock alone.

    Each line has a package, its version and what is asked of it; (*) marks one whose dependencies stand further up.
    """
    printer = Printer.of(verbosity=-1 if quiet else verbose, color=color, environ=os.environ)

    def job() -> None:
        from pinkeeper.workflows.tree import TreeOptions, tree  # noqa: PLC0415 - the arguments are looked at first

        options = TreeOptions(
            lock=lock_choice(lock, target=target, python_version=python_version, platform=platform),
            package=None if package is None else _name(package),
            inverted=invert,
            depth=depth,
        )
        result = tree(options, process_surroundings(printer, cache=None, shows_progress=False))
        match output_format:
            case "json":
                from pinkeeper.reports.tree_json import tree_json  # noqa: PLC0415

                printer.data(tree_json(result))
                return
            case "text":
                from pinkeeper.reports.tree_text import tree_text  # noqa: PLC0415

                draws = not is_ascii and not os.environ.get("NO_COLOR") and can_say(_BOXES)
                text = tree_text(result, is_ascii=not draws, is_expanded=no_dedupe)
            case "graphviz":
                from pinkeeper.reports.tree_graphviz import tree_graphviz  # noqa: PLC0415

                text = tree_graphviz(result)
            case "mermaid":
                from pinkeeper.reports.tree_mermaid import tree_mermaid  # noqa: PLC0415

                text = tree_mermaid(result)
            case _:
                assert_never(output_format)
        say_result(printer, text, target=result.target, notes=result.notes)

    return conclude(job, printer, as_json=output_format == "json")


def _name(text: str) -> NormalizedName:
    name, extras = asked_package(text, where="--package")
    if extras:
        raise ConfigurationError(f"not a package name: {text}", where="--package", remedy=f"write {name} alone")
    return name
