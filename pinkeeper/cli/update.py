"""``pinkeeper update``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer
from msgspec.structs import replace

from pinkeeper.cli.cache_place import cache_directory
from pinkeeper.cli.index_arguments import index_options, package_name
from pinkeeper.cli.outcome import EXIT_DONE, EXIT_NO, conclude
from pinkeeper.cli.printer import Printer
from pinkeeper.cli.surroundings import process_surroundings

__all__ = ["update_command"]


def update_command(  # noqa: PLR0917 - typer makes every parameter an option
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME ...]", help="Packages that may move. [default: all]")
    ] = None,
    lock: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Update one lock of [tool.pinkeeper.locks]. [default: all of them]"),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option("--output-file", "-o", metavar="FILE", help="The lock to update, where no setting names any."),
    ] = None,
    direct: Annotated[bool, typer.Option("--direct", help="Move only what the inputs name.")] = False,
    security: Annotated[
        bool, typer.Option("--security", help="Move only what a known advisory is about; see --advisories.")
    ] = False,
    level: Annotated[
        Literal["patch", "minor", "major"] | None,
        typer.Option(help="How far a package may move at most. [default: major]"),
    ] = None,
    advisories: Annotated[
        str | None,
        typer.Option(metavar="PLACE", help="Advisories in the OSV format: a file, a folder, or a zip archive."),
    ] = None,
    notes: Annotated[
        Literal["files", "all"] | None,
        typer.Option(help="Look for release notes in the published files alone, or at the forge too. [default: all]"),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the locks of the routine proposal, or of --proposal.")
    ] = False,
    proposal: Annotated[
        str | None, typer.Option(metavar="ID", help="The proposal that --write is about. [default: routine]")
    ] = None,
    report: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Write proposal.json, proposal.md, index.html and a page a bump here."),
    ] = None,
    pull_request: Annotated[
        bool, typer.Option("--pull-request", help="Open or refresh a pull request for each proposal.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what --pull-request or --write would do, and do nothing.")
    ] = False,
    fail_on: Annotated[
        Literal["review", "danger", "never"],
        typer.Option(help="Exit 1 where a bump must be read, where one came out dangerous, or never."),
    ] = "danger",
    exclude_newer: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Only files uploaded by then: 2026-08-01, or a full RFC 3339 time."),
    ] = None,
    cooldown: Annotated[
        str | None,
        typer.Option(metavar="AGE", help="Only files at least this old; 0 turns it off. [default: 3 days]"),
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
    output_format: Annotated[
        Literal["text", "json", "markdown"], typer.Option("--format", help="How the proposals are given on stdout.")
    ] = "text",
    color: Annotated[Literal["auto", "always", "never"], typer.Option(help="Colour on a terminal.")] = "auto",
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Tell what goes on.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Tell errors and the proposals only.")] = False,
) -> int:
    """Propose bumps of the locks that stand, each with what its published files would bring in, for a person to decide.

    What came out routine is one proposal; each bump that must be read is one of its own; what came out dangerous is
    reported and never proposed. Nothing is changed without --write or --pull-request.
    """
    import os  # noqa: PLC0415

    printer = Printer.of(verbosity=-1 if quiet else verbose, color=color, environ=os.environ)

    def job() -> int:
        from pinkeeper.cli.standing_command import options_of  # noqa: PLC0415 - the arguments are looked at first
        from pinkeeper.cli.update_output import Wanted, give  # noqa: PLC0415
        from pinkeeper.inputs.durations import parse_duration, parse_moment  # noqa: PLC0415
        from pinkeeper.workflows.lock_inputs import gather_settings  # noqa: PLC0415
        from pinkeeper.workflows.lock_options import LockOptions  # noqa: PLC0415
        from pinkeeper.workflows.update import update  # noqa: PLC0415
        from pinkeeper.workflows.update_options import UpdateOptions  # noqa: PLC0415
        from pinkeeper.workflows.update_standing import standing_command  # noqa: PLC0415

        said = LockOptions(
            locks=tuple(dict.fromkeys(lock or ())),
            outputs=tuple(dict.fromkeys(output or ())),
            exclude_newer=None if exclude_newer is None else parse_moment(exclude_newer),
            cooldown=None if cooldown is None else parse_duration(cooldown),
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
        )
        surroundings = process_surroundings(
            printer, cache=None if no_cache else cache_directory(cache_dir), shows_progress=output_format == "text"
        )
        options, bound = options_of(standing_command(said, surroundings), over=said)
        if bound is not None:
            printer.line(
                f"warning: the lock was made with --exclude-newer={bound}, which is not taken over; say it to keep it",
                "warning",
            )
        result = update(
            UpdateOptions(
                lock=replace(options, upgrade=False, upgrade_packages=()),
                names=frozenset(package_name(name, "NAME") for name in names or ()),
                direct=direct,
                security=security,
                level=level,
                advisories=advisories,
                notes=notes,
                jobs=jobs,
            ),
            surroundings,
        )
        wanted = Wanted(
            output_format=output_format,
            report=report,
            write=write,
            proposal=proposal,
            pull_request=pull_request,
            dry_run=dry_run,
            looks_at_all=not (names or lock or direct or security or level),
            color=color,
        )
        settings = gather_settings(options, surroundings)
        give(result, wanted, settings.update.requests, printer, surroundings)
        return EXIT_NO if _is_met(fail_on, {bump.verdict.value for bump in result.bumps}) else EXIT_DONE

    return conclude(job, printer, as_json=output_format == "json")


def _is_met(bar: str, verdicts: set[str]) -> bool:
    match bar:
        case "review":
            return bool(verdicts & {"review", "danger"})
        case "danger":
            return "danger" in verdicts
        case _:
            return False
