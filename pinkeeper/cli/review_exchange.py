"""``pinkeeper review import`` and ``export``."""

from __future__ import annotations

from typing import Annotated

import typer

from pinkeeper.cli.outcome import EXIT_DONE, conclude
from pinkeeper.cli.review_arguments import ColorOption, QuietOption, VerboseOption, printer_for
from pinkeeper.cli.surroundings import process_surroundings
from pinkeeper.errors import ConfigurationError

__all__ = ["export_command", "import_command"]


def import_command(  # noqa: PLR0917 - typer makes every parameter an option
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Which import. [default: all that are configured]")
    ] = None,
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="Where a new one is: a path, or a URL.")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="THEIRS=OURS", help="What a criterion of theirs comes to here."),
    ] = None,
    cert: Annotated[str | None, typer.Option(metavar="FILE", help="CA certificates to trust (PEM).")] = None,
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> int:
    """Take another team's ledger: a copy, pinned by its hash.

    Their reviews and violations count here; what they exempt, trust or import themselves does not.
    """
    printer = printer_for(verbose=verbose, quiet=quiet, color=color)

    def job() -> int:
        from pinkeeper.workflows.review_exchange import take_imports  # noqa: PLC0415 - the arguments come first

        if mapping and source is None:
            raise ConfigurationError("--map goes with a new import", remedy="edit its criteria in config.toml")
        criteria: dict[str, tuple[str, ...]] = {}
        for text in mapping or ():
            theirs, equals, ours = text.partition("=")
            if not equals or not theirs or not ours:
                raise ConfigurationError(f"not a mapping: {text!r}", where="--map", remedy="write THEIRS=OURS")
            criteria[theirs] = (*criteria.get(theirs, ()), ours)
        taken = take_imports(
            process_surroundings(printer, cache=None, shows_progress=False),
            names=() if name is None else (name,),
            source=source,
            criteria=criteria,
            cert=cert,
        )
        for each in taken:
            changed = (
                "" if each.before == each.sha256 else f" (before: sha256:{each.before})" if each.before else " (new)"
            )
            printer.line(f"{each.name}: sha256:{each.sha256}{changed}", "changed" if changed else None)
            printer.line(f"  {each.reviews} reviews and {each.violations} violations count here", None)
            if each.unmapped:
                printer.line(f"  criteria that come to nothing here: {', '.join(each.unmapped)}", "warning")
        printer.line(f"Took {len(taken)} import{'' if len(taken) == 1 else 's'}", "good")
        return EXIT_DONE

    return conclude(job, printer)


def export_command(
    output: Annotated[str, typer.Option("--output-file", "-o", metavar="FILE", help="Where to; - is stdout.")] = "-",
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> int:
    """Give what this project's people decided, for other teams to import: reviews and violations."""
    printer = printer_for(verbose=verbose, quiet=quiet, color=color)

    def job() -> int:
        from pinkeeper.workflows.atomic_write import replace_text  # noqa: PLC0415 - the arguments are looked at first
        from pinkeeper.workflows.review_exchange import export_ledger  # noqa: PLC0415 - as above

        surroundings = process_surroundings(printer, cache=None, shows_progress=False)
        text = export_ledger(surroundings)
        if output == "-":
            printer.data(text)
        else:
            replace_text(surroundings.directory / output, text, shown=output)
            printer.line(f"Wrote {output}", "good")
        return EXIT_DONE

    return conclude(job, printer)
