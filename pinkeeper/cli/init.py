"""``pinkeeper init``."""

from __future__ import annotations

import os
from typing import Annotated, Literal

import typer

from pinkeeper.cli.outcome import conclude
from pinkeeper.cli.printer import Printer
from pinkeeper.cli.surroundings import process_surroundings
from pinkeeper.cli.tree_arguments import ColorOption, QuietOption, VerboseOption

__all__ = ["init_command"]


def init_command(  # noqa: PLR0917 - typer makes every parameter an option
    ci: Annotated[Literal["github", "gitlab"], typer.Option("--ci", help="The CI that the job is for.")],
    schedule: Annotated[
        str | None, typer.Option(metavar="CRON", help="When it runs, UTC. [default: 17 4 * * 1, Mondays]")
    ] = None,
    image: Annotated[
        str | None,
        typer.Option(metavar="IMAGE", help="GitLab: an image with Python 3.12 and git, NAME@sha256:DIGEST."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there already.")] = False,
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> int:
    """Write a scheduled job that proposes updates of the locks as pull or merge requests.

    Tokens come from the environment alone. GitHub: the job's own token with contents and pull-requests: write, or a
    fine-grained one for this repository (contents and pull requests: read and write) in PINKEEPER_FORGE_TOKEN. GitLab:
    a project access token, role Developer, scopes api and write_repository, in PINKEEPER_FORGE_TOKEN.
    """
    printer = Printer.of(verbosity=-1 if quiet else verbose, color=color, environ=os.environ)

    def job() -> None:
        from pinkeeper.workflows.init_ci import (  # noqa: PLC0415 - the arguments are looked at first
            DEFAULT_SCHEDULE,
            InitOptions,
            init_ci,
        )

        options = InitOptions(ci=ci, schedule=schedule or DEFAULT_SCHEDULE, image=image or "", force=force)
        result = init_ci(options, process_surroundings(printer, cache=None, shows_progress=False))
        for file in result.files:
            printer.line(f"{'Wrote' if file.changed else 'Unchanged:'} {file.path}", "good")
        printer.line("Then:")
        for number, step in enumerate(result.to_do, start=1):
            printer.line(f"  {number}. {step}")

    return conclude(job, printer)
