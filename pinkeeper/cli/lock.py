"""``pinkeeper lock``."""

from __future__ import annotations

from itertools import chain
from typing import Annotated, Literal

import typer

from pinkeeper.cli.cache_place import cache_directory
from pinkeeper.cli.lock_arguments import Said, decode
from pinkeeper.cli.lock_reviews import review_lines
from pinkeeper.cli.outcome import EXIT_DONE, EXIT_NO, conclude
from pinkeeper.cli.printer import Printer
from pinkeeper.cli.surroundings import process_surroundings
from pinkeeper.cli.unchanged import kept_in_mind
from pinkeeper.errors import ConfigurationError

__all__ = ["lock_command"]


def lock_command(  # noqa: PLR0917 - typer makes every parameter an option
    context: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SRC ...]",
            help="pyproject.toml, setup.cfg, a script (PEP 723) or requirement files; - is stdin. [default: "
            "pyproject.toml, else requirements.in]",
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output-file", "-o", metavar="FILE", help="Write here; - is stdout. [default: requirements.txt]"
        ),
    ] = None,
    lock: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Make one lock of [tool.pinkeeper.locks]. [default: all of them]"),
    ] = None,
    from_file: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Keep the versions of another lock where they fit: poetry.lock, pdm.lock, uv.lock, Pipfile.lock, "
            "pylock.toml or requirements.txt.",
        ),
    ] = None,
    extra: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Include an extra of the project.")] = None,
    all_extras: Annotated[bool, typer.Option("--all-extras", help="Include every extra of the project.")] = False,
    group: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Include a dependency group (PEP 735).")
    ] = None,
    constraint: Annotated[
        list[str] | None, typer.Option("--constraint", "-c", metavar="FILE", help="Bound versions by a file.")
    ] = None,
    override: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Replace what anybody asks of the packages in this file."),
    ] = None,
    upgrade: Annotated[bool, typer.Option("--upgrade", "-U", help="Let every pin move.")] = False,
    upgrade_package: Annotated[
        list[str] | None,
        typer.Option("--upgrade-package", "-P", metavar="NAME", help="Let this pin move; NAME or NAME==VERSION."),
    ] = None,
    pre: Annotated[bool, typer.Option("--pre", help="Take pre-releases like any other.")] = False,
    only_binary: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only wheels for NAME, or for :all:.")
    ] = None,
    no_binary: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only sdists for NAME, or for :all:.")
    ] = None,
    allow_build: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Allow NAME to be built, isolated, where nothing static says its needs."),
    ] = None,
    resolution: Annotated[
        Literal["highest", "lowest", "lowest-direct"] | None,
        typer.Option(help="Which of several releases to take. [default: highest]"),
    ] = None,
    exclude_newer: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Only files uploaded by then: 2026-08-01, or a full RFC 3339 time."),
    ] = None,
    cooldown: Annotated[
        str | None,
        typer.Option(metavar="AGE", help="Only files at least this old; 0 turns it off. [default: 3 days]"),
    ] = None,
    python_version: Annotated[
        list[str] | None,
        typer.Option(metavar="X.Y", help="A Python to lock for; may be repeated. [default: the running one]"),
    ] = None,
    platform: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A platform to lock for; may be repeated: linux_x86_64, linux_aarch64, musllinux_x86_64, macos_arm64, "
            "macos_x86_64, windows_amd64, or a wheel platform tag. [default: the running one]",
        ),
    ] = None,
    universal: Annotated[
        bool,
        typer.Option(
            "--universal", help="Lock for every Python that the project admits, on all these platforms but musllinux."
        ),
    ] = False,
    index_url: Annotated[
        str | None, typer.Option("--index-url", "-i", metavar="URL", help="The index. [default: the one pip uses]")
    ] = None,
    extra_index_url: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="A further index, for names that no index before it lists."),
    ] = None,
    index: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=URL", help="A named index; [tool.pinkeeper.sources] binds packages to it."),
    ] = None,
    find_links: Annotated[
        list[str] | None,
        typer.Option("--find-links", "-f", metavar="LOCATION", help="A folder or page of files, looked at first."),
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
    hashes: Annotated[
        Literal["targets", "all"] | None,
        typer.Option(help="Hashes of the wheels that the targets can use, or of all files. [default: targets]"),
    ] = None,
    refresh_hashes: Annotated[
        bool, typer.Option("--refresh-hashes", help="Take in files that were added to locked releases.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 where the lock would change.")] = False,
    no_header: Annotated[bool, typer.Option("--no-header", help="Write no header.")] = False,
    no_annotate: Annotated[bool, typer.Option("--no-annotate", help="Write no '# via' lines.")] = False,
    annotation_style: Annotated[
        Literal["split", "line"] | None, typer.Option(help="How '# via' is written. [default: split]")
    ] = None,
    output_format: Annotated[
        Literal["text", "json"],
        typer.Option("--format", help="How the summary is given: text on stderr, or JSON on stdout."),
    ] = "text",
    color: Annotated[Literal["auto", "always", "never"], typer.Option(help="Colour on stderr.")] = "auto",
    verbose: Annotated[int, typer.Option("--verbose", "-v", count=True, help="Tell what goes on.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Tell errors only.")] = False,
) -> int:
    """Lock requirements to exact versions and file hashes.

    Writes a requirements.txt for pip install --require-hashes, or a pylock.toml (PEP 751). An existing output is the
    starting point: its pins stay where they fit, unless --upgrade or --upgrade-package lets them move.
    """
    import os  # noqa: PLC0415

    printer = Printer.of(verbosity=-1 if quiet else verbose, color=color, environ=os.environ)
    as_json = output_format == "json"
    said = Said(
        sources=sources or [],
        locks=lock or [],
        preferences=from_file or [],
        outputs=output or [],
        extras=extra or [],
        all_extras=all_extras,
        groups=group or [],
        constraints=constraint or [],
        overrides=override or [],
        upgrade=upgrade,
        upgrade_packages=upgrade_package or [],
        pre=pre,
        only_binary=only_binary or [],
        no_binary=no_binary or [],
        allow_build=allow_build or [],
        resolution=resolution,
        exclude_newer=exclude_newer,
        cooldown=cooldown,
        pythons=python_version or [],
        platforms=platform or [],
        universal=universal,
        index_url=index_url,
        extra_index_urls=extra_index_url or [],
        indexes=index or [],
        find_links=find_links or [],
        no_index=no_index,
        trusted_hosts=trusted_host or [],
        cert=cert,
        client_cert=client_cert,
        offline=offline,
        hashes=hashes,
        refresh_hashes=refresh_hashes,
        check=check,
        no_header=no_header,
        no_annotate=no_annotate,
        annotation_style=annotation_style,
    )

    def job() -> int:
        from pinkeeper.workflows.lock import lock_all  # noqa: PLC0415 - the arguments are looked at first

        options = decode(said)
        if as_json and "-" in options.outputs:
            raise ConfigurationError("both the lock and the JSON summary would go to stdout", remedy="drop -o -")
        surroundings = process_surroundings(
            printer, cache=None if no_cache else cache_directory(cache_dir), shows_progress=not as_json
        )
        results = lock_all(options, surroundings)
        left: tuple[tuple[str, str | None], ...] = ()
        for written in chain.from_iterable(result.outputs for result in results):
            if written.path == "-":
                printer.data(written.text)
        if as_json:
            from pinkeeper.reports.lock_json import lock_json  # noqa: PLC0415

            printer.data(lock_json(results))
        else:
            from pinkeeper.reports.lock_text import lock_summary  # noqa: PLC0415

            left = () if check else review_lines(results, surroundings)
            for text, style in chain(chain.from_iterable(map(lock_summary, results)), left):
                printer.line(text, style)
        if any(result.unserved and not result.universal for result in results):
            return EXIT_NO
        if not (as_json or check):
            kept_in_mind(results, context.obj, surroundings, more=left, color=color, quiet=quiet)
        return EXIT_DONE

    return conclude(job, printer, as_json=as_json)
