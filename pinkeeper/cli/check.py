"""``pinkeeper check``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from pinkeeper.cli.cache_place import cache_directory
from pinkeeper.cli.index_arguments import index_options, package_name
from pinkeeper.cli.outcome import EXIT_DONE, EXIT_NO, conclude
from pinkeeper.cli.printer import Printer
from pinkeeper.cli.surroundings import process_surroundings
from pinkeeper.errors import ConfigurationError

__all__ = ["check_command"]


def check_command(  # noqa: PLR0917 - typer makes every parameter an option
    locks: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LOCK ...]", help="Locks of any tool. [default: those that pinkeeper lock writes here]"
        ),
    ] = None,
    reviewed: Annotated[
        bool,
        typer.Option(
            "--reviewed",
            help="Check, without network, that the ledger covers every release: that somebody read its very files.",
        ),
    ] = False,
    lock: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="With --reviewed: one of [tool.pinkeeper.locks]. [default: all of them]"),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="SRC", help="What the locks were made from. [default: what their headers say]"),
    ] = None,
    extra: Annotated[list[str] | None, typer.Option(metavar="NAME", help="With this extra of the project.")] = None,
    all_extras: Annotated[bool, typer.Option("--all-extras", help="With every extra of the project.")] = False,
    group: Annotated[list[str] | None, typer.Option(metavar="NAME", help="With this dependency group.")] = None,
    constraint: Annotated[
        list[str] | None, typer.Option("--constraint", "-c", metavar="FILE", help="Bounds that the locks keep to.")
    ] = None,
    override: Annotated[
        list[str] | None, typer.Option(metavar="FILE", help="What replaces what anybody asks of these packages.")
    ] = None,
    python_version: Annotated[
        list[str] | None,
        typer.Option(metavar="X.Y", help="A target's Python. [default: what the lock, then the settings say]"),
    ] = None,
    platform: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A target's platform, as for pinkeeper lock.")
    ] = None,
    universal: Annotated[
        bool, typer.Option("--universal", help="Every Python that the project admits, on every platform.")
    ] = False,
    index_url: Annotated[
        str | None,
        typer.Option("--index-url", "-i", metavar="URL", help="The index. [default: what the lock's header says]"),
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
    allow_build: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Allow NAME to be built, isolated, where nothing static says its needs."),
    ] = None,
    cert: Annotated[str | None, typer.Option(metavar="FILE", help="CA certificates to trust (PEM).")] = None,
    client_cert: Annotated[
        str | None, typer.Option(metavar="FILE", help="A client certificate with its key (PEM).")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Check what can be checked with the cache, or with the lock alone.")
    ] = False,
    cache_dir: Annotated[str | None, typer.Option(metavar="DIR", help="The cache; also PINKEEPER_CACHE_DIR.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Read and write no cache.")] = False,
    output_format: Annotated[
        Literal["text", "json", "sarif"],
        typer.Option("--format", help="How the findings are given on stdout."),
    ] = "text",
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Tell what goes on.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Tell problems only.")] = False,
) -> int:
    """Prove that every line of a lock is what the index says.

    Each pin and hash, each file's address, the tree on each target, what was yanked or vanished. Exit status 1 where
    anything is wrong, 2 where the index cannot be asked; nothing is taken for right that was not looked at.
    With --reviewed, prove instead that the ledger covers every release that is locked.
    """
    import os  # noqa: PLC0415

    printer = Printer.of(verbosity=-1 if quiet else verbose, color="auto", environ=os.environ)
    if reviewed:
        from pinkeeper.cli.check_reviewed import check_reviewed  # noqa: PLC0415 - another job

        return check_reviewed(locks or (), lock or (), output_format, printer, quiet=quiet)

    def job() -> int:
        if lock:
            raise ConfigurationError("--lock goes with --reviewed", remedy="name the file of the lock instead")
        from pinkeeper.workflows.check import check  # noqa: PLC0415 - the arguments are looked at first
        from pinkeeper.workflows.check_options import CheckOptions  # noqa: PLC0415

        options = CheckOptions(
            locks=tuple(locks or ()),
            sources=tuple(source or ()),
            extras=tuple(extra or ()),
            all_extras=all_extras,
            groups=tuple(group or ()),
            constraints=tuple(constraint or ()),
            overrides=tuple(override or ()),
            pythons=tuple(python_version or ()),
            platforms=tuple(platform or ()),
            universal=universal,
            index=index_options(
                index_url=index_url,
                extra_index_urls=extra_index_url,
                indexes=index,
                find_links=find_links,
                no_index=no_index,
                trusted_hosts=trusted_host,
            ),
            allow_build=frozenset(package_name(text, "--allow-build") for text in allow_build or ()),
            offline=offline,
            cert=cert,
            client_cert=client_cert,
        )
        surroundings = process_surroundings(
            printer, cache=None if no_cache else cache_directory(cache_dir), shows_progress=output_format == "text"
        )
        result = check(options, surroundings)
        match output_format:
            case "json":
                from pinkeeper.reports.check_json import check_json  # noqa: PLC0415

                printer.data(check_json(result))
            case "sarif":
                from pinkeeper.reports.check_sarif import check_sarif  # noqa: PLC0415

                printer.data(check_sarif(result))
            case "text":
                from pinkeeper.reports.check_text import check_text  # noqa: PLC0415

                printer.data(check_text(result, quiet=quiet))
        return EXIT_DONE if result.is_good else EXIT_NO

    return conclude(job, printer, as_json=output_format == "json")
