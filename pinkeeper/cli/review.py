"""``pinkeeper review``: what the ledger says, and how decisions get into it."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from pinkeeper.cli.cache_place import cache_directory
from pinkeeper.cli.outcome import EXIT_DONE, EXIT_FAILED, EXIT_NO, conclude
from pinkeeper.cli.review_arguments import (
    CacheDirOption,
    ColorOption,
    LockOption,
    NoCacheOption,
    PlacesSaid,
    QuietOption,
    UntilOption,
    VerboseOption,
    day,
    printer_for,
    with_places,
)
from pinkeeper.cli.review_decide import approve_command, reject_command, show_command
from pinkeeper.cli.review_exchange import export_command, import_command
from pinkeeper.cli.surroundings import process_surroundings

__all__ = ["review_app"]

review_app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Decide about releases: the ledger says which files somebody read, and pinkeeper check --reviewed holds the "
    "locks to it. Without a command, on a terminal: an interactive session.",
)


@review_app.callback()
def review(context: typer.Context) -> None:
    """Begin the interactive session where no command is named."""
    if context.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        printer_for(verbose=0, quiet=False).error(
            "the interactive session needs a terminal\n  remedy: pinkeeper review --help lists what needs none"
        )
        raise typer.Exit(EXIT_FAILED)
    from pinkeeper.cli.review_session import run_session  # noqa: PLC0415 - a terminal interface takes long to import

    raise typer.Exit(run_session())


@with_places
def init_command(  # noqa: PLR0917 - typer makes every parameter an option
    until: UntilOption = None,
    criterion: Annotated[
        list[str] | None,
        typer.Option("--criteria", metavar="NAME", help="What exempted releases count as. [default: safe-to-deploy]"),
    ] = None,
    cache_dir: CacheDirOption = None,
    no_cache: NoCacheOption = False,
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
    *,
    places: PlacesSaid,
) -> int:
    """Begin a ledger: what is locked today is exempted, for a while.

    Writes supply-chain/ledger.toml, config.toml and .gitattributes. From then on only changes must be read.
    """
    printer = printer_for(verbose=verbose, quiet=quiet, color=color)

    def job() -> int:
        from pinkeeper.workflows.review_identity import who_decides  # noqa: PLC0415 - the arguments are looked at first
        from pinkeeper.workflows.review_init import begin_ledger  # noqa: PLC0415 - as above

        surroundings = process_surroundings(
            printer, cache=None if no_cache else cache_directory(cache_dir), shows_progress=False
        )
        result = begin_ledger(
            surroundings,
            who=who_decides(surroundings),
            until=day(until, "--until"),
            criteria=criterion or (),
            desk=places.decoded(),
        )
        for refused in result.refused:
            printer.line(f"not exempted: {refused}", "warning")
        count = f"{result.exempted} release{'' if result.exempted == 1 else 's'}"
        printer.line(f"Exempted {count} of {' and '.join(result.locks)} until {result.until}", "good")
        for path in result.written:
            printer.line(f"Wrote {path}")
        return EXIT_NO if result.refused else EXIT_DONE

    return conclude(job, printer)


@with_places
def status_command(  # noqa: PLR0917 - typer makes every parameter an option
    lock: LockOption = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Compare what nobody compared yet, to know how much there is to read.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="List every exemption.")] = False,
    output_format: Annotated[
        Literal["text", "json"], typer.Option("--format", help="How it is given on stdout.")
    ] = "text",
    cache_dir: CacheDirOption = None,
    no_cache: NoCacheOption = False,
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
    *,
    places: PlacesSaid,
) -> int:
    """Tell what is covered, what is open, and the cheapest way through.

    Which covered release to compare each open one with, and how many executable lines there are to read. Exit status 1
    where anything is open. No index is asked without --measure.
    """
    printer = printer_for(verbose=verbose, quiet=quiet, color=color)

    def job() -> int:
        from pinkeeper.workflows.review_status import review_status  # noqa: PLC0415 - the arguments are looked at first

        result = review_status(
            process_surroundings(printer, cache=None if no_cache else cache_directory(cache_dir), shows_progress=False),
            names=lock or (),
            measure=places.decoded() if measure else None,
            rules=_rules(),
        )
        if output_format == "json":
            from pinkeeper.reports.review_status_json import review_status_json  # noqa: PLC0415 - one of two

            printer.data(review_status_json(result))
        else:
            from pinkeeper.reports.review_status_text import review_status_text  # noqa: PLC0415 - as above

            printer.styled_data(review_status_text(result, full=full), color=color)
        return EXIT_NO if result.open else EXIT_DONE

    return conclude(job, printer, as_json=output_format == "json")


@with_places
def recheck_command(
    cache_dir: CacheDirOption = None,
    no_cache: NoCacheOption = False,
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
    *,
    places: PlacesSaid,
) -> int:
    """Look again at what was approved before some rules of today were there.

    Where a rule that is new fires on what was approved, that approval is reopened, and no other. Exit status 1 where
    any is, or where something could not be looked at.
    """
    printer = printer_for(verbose=verbose, quiet=quiet, color=color)

    def job() -> int:
        from pinkeeper.workflows.ledger_coverage import measured  # noqa: PLC0415 - the arguments are looked at first
        from pinkeeper.workflows.ledger_files import open_ledger  # noqa: PLC0415 - as above
        from pinkeeper.workflows.ledger_locks import locks_of_project  # noqa: PLC0415 - as above
        from pinkeeper.workflows.review_desk import open_desk  # noqa: PLC0415 - as above
        from pinkeeper.workflows.review_recheck import outdated_reviews, recheck  # noqa: PLC0415 - as above

        surroundings = process_surroundings(
            printer, cache=None if no_cache else cache_directory(cache_dir), shows_progress=False
        )
        ledger, rules = open_ledger(surroundings), _rules()
        found = outdated_reviews(measured(ledger, locks_of_project(surroundings), surroundings), ledger, rules)
        with open_desk(places.decoded(), surroundings) as desk:
            result = recheck(found, ledger, desk, surroundings, rules=rules)
        for failed in result.failed:
            printer.line(f"not looked at: {failed}", "warning")
        for each in result.reopened:
            since = "" if each.base is None else f" since {each.base}"
            printer.line(f"reopened: {each.package} {each.version}{since}: {each.rule} {each.fingerprint}", "warning")
        printer.line(f"Looked again at {result.looked} reviews; {len(result.reopened)} findings of new rules", "good")
        return EXIT_NO if result.reopened or result.failed else EXIT_DONE

    return conclude(job, printer)


def prune_command(color: ColorOption = "auto", verbose: VerboseOption = 0, quiet: QuietOption = False) -> int:
    """Take away exemptions that are not needed any more.

    Reviews and violations stay. An exemption that has ended stays while its release is locked.
    """
    printer = printer_for(verbose=verbose, quiet=quiet, color=color)

    def job() -> int:
        from pinkeeper.model.ledger import Exemption, Reopening  # noqa: PLC0415 - the arguments are looked at first
        from pinkeeper.workflows.review_upkeep import prune  # noqa: PLC0415 - as above

        gone = prune(process_surroundings(printer, cache=None, shows_progress=False))
        for entry in gone:
            if isinstance(entry, Exemption | Reopening):
                kind = "exemption" if isinstance(entry, Exemption) else "reopening"
                printer.line(f"- {kind} of {entry.package} {entry.version}", "removed")
        printer.line(f"Took away {len(gone)} entr{'y' if len(gone) == 1 else 'ies'}", "good")
        return EXIT_DONE

    return conclude(job, printer)


def renew_command(
    name: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME ...]", help="Packages. [default: all that are exempted]")
    ] = None,
    until: UntilOption = None,
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> int:
    """Put off the end of exemptions."""
    printer = printer_for(verbose=verbose, quiet=quiet, color=color)

    def job() -> int:
        from pinkeeper.cli.index_arguments import package_name  # noqa: PLC0415 - the arguments are looked at first
        from pinkeeper.workflows.review_identity import who_decides  # noqa: PLC0415 - as above
        from pinkeeper.workflows.review_upkeep import renew  # noqa: PLC0415 - as above

        surroundings = process_surroundings(printer, cache=None, shows_progress=False)
        changed = renew(
            surroundings,
            packages=[package_name(text, "NAME") for text in name or ()],
            until=day(until, "--until"),
            who=who_decides(surroundings),
        )
        for exemption in changed:
            printer.line(f"^ {exemption.package} {exemption.version} until {exemption.until}", "changed")
        printer.line(f"Renewed {len(changed)} exemption{'' if len(changed) == 1 else 's'}", "good")
        return EXIT_DONE

    return conclude(job, printer)


def _rules() -> tuple[str, ...]:
    """The rules that the analyser has."""
    from pinkeeper.review.rules.registry import RULES  # noqa: PLC0415 - most commands need none

    return tuple(RULES)


review_app.command("init")(init_command)
review_app.command("status")(status_command)
review_app.command("show")(show_command)
review_app.command("approve")(approve_command)
review_app.command("reject")(reject_command)
review_app.command("import")(import_command)
review_app.command("export")(export_command)
review_app.command("prune")(prune_command)
review_app.command("renew")(renew_command)
review_app.command("recheck")(recheck_command)
