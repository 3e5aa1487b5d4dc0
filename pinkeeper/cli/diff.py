"""``pinkeeper diff``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from pinkeeper.cli.cache_place import cache_directory
from pinkeeper.cli.index_arguments import index_options
from pinkeeper.cli.outcome import EXIT_DONE, EXIT_NO, conclude
from pinkeeper.cli.printer import Printer
from pinkeeper.cli.surroundings import process_surroundings
from pinkeeper.model.finding import Severity

__all__ = ["diff_command"]


def diff_command(  # noqa: PLR0917 - typer makes every parameter an option
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="The release that is trusted: name==version, or a wheel or sdist.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The release that is to take its place.")],
    output_format: Annotated[
        Literal["text", "json", "markdown", "html", "sarif"],
        typer.Option("--format", help="How the comparison is given on stdout."),
    ] = "text",
    full: Annotated[bool, typer.Option("--full", help="Show everything: all findings, files and hunks.")] = False,
    file: Annotated[
        str | None, typer.Option("--file", metavar="PATH", help="Show all that changed in this file alone.")
    ] = None,
    fail_on: Annotated[
        Literal["critical", "high", "medium", "low"] | None,
        typer.Option(metavar="SEVERITY", help="Exit 1 where a finding is as grave as this, or graver."),
    ] = None,
    python_version: Annotated[
        str | None, typer.Option(metavar="X.Y", help="Read the wheel for this Python. [default: the running one]")
    ] = None,
    platform: Annotated[
        str | None, typer.Option(metavar="NAME", help="Read the wheel for this platform, as for pinkeeper lock.")
    ] = None,
    index_url: Annotated[
        str | None, typer.Option("--index-url", "-i", metavar="URL", help="The index. [default: the one pip uses]")
    ] = None,
    extra_index_url: Annotated[list[str] | None, typer.Option(metavar="URL", help="A further index.")] = None,
    index: Annotated[list[str] | None, typer.Option(metavar="NAME=URL", help="A named index.")] = None,
    find_links: Annotated[
        list[str] | None, typer.Option("--find-links", "-f", metavar="LOCATION", help="A folder or page of files.")
    ] = None,
    no_index: Annotated[bool, typer.Option("--no-index", help="Use --find-links alone.")] = False,
    trusted_host: Annotated[
        list[str] | None, typer.Option(metavar="HOST", help="Accept plain HTTP and any certificate from HOST.")
    ] = None,
    cert: Annotated[str | None, typer.Option(metavar="FILE", help="CA certificates to trust (PEM).")] = None,
    client_cert: Annotated[
        str | None, typer.Option(metavar="FILE", help="A client certificate with its key (PEM).")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Use the cache alone.")] = False,
    cache_dir: Annotated[str | None, typer.Option(metavar="DIR", help="The cache; also PINKEEPER_CACHE_DIR.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Read and write no cache.")] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, metavar="N", help="Processes. [default: one a processor]")
    ] = None,
    color: Annotated[Literal["auto", "always", "never"], typer.Option(help="Colour on a terminal.")] = "auto",
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Tell what goes on.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Tell errors and the comparison only.")] = False,
) -> int:
    """Show what really changed between two releases: the files that would be installed, read and never run.

    Files, code and what it can do and when, metadata, API, release notes; findings by rules (pinkeeper rules), and what
    was not looked at. Exit status 0, or 1 where --fail-on is met.
    """
    import os  # noqa: PLC0415

    printer = Printer.of(verbosity=-1 if quiet else verbose, color=color, environ=os.environ)

    def job() -> int:
        from pinkeeper.workflows.diff import diff  # noqa: PLC0415 - the arguments are looked at first
        from pinkeeper.workflows.diff_options import DiffOptions  # noqa: PLC0415

        options = DiffOptions(
            old=old,
            new=new,
            python=python_version,
            platform=platform,
            index=index_options(
                index_url=index_url,
                extra_index_urls=extra_index_url,
                indexes=index,
                find_links=find_links,
                no_index=no_index,
                trusted_hosts=trusted_host,
            ),
            offline=offline,
            cert=cert,
            client_cert=client_cert,
            jobs=jobs,
        )
        surroundings = process_surroundings(
            printer, cache=None if no_cache else cache_directory(cache_dir), shows_progress=True
        )
        result = diff(options, surroundings)
        from pinkeeper.cli.diff_output import show  # noqa: PLC0415

        show(result, output_format, printer, full=full, file=file, color=color)
        gravest = result.gravest
        met = fail_on is not None and gravest is not None and gravest.at_least(Severity(fail_on))
        return EXIT_NO if met else EXIT_DONE

    return conclude(job, printer, as_json=output_format == "json")
