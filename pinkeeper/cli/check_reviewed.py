"""``pinkeeper check --reviewed``: the gate. In its usual forms it is run before typer is imported."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

from pinkeeper.cli.outcome import EXIT_DONE, EXIT_FAILED, EXIT_NO, conclude
from pinkeeper.cli.printer import Printer
from pinkeeper.cli.surroundings import process_surroundings

__all__ = ["CheckFormat", "check_reviewed", "run_quickly"]

CheckFormat: TypeAlias = Literal["text", "json", "sarif"]


def check_reviewed(
    paths: Sequence[str], names: Sequence[str], output_format: CheckFormat, printer: Printer, *, quiet: bool
) -> int:
    """Measure locks by the ledger, tell, and give the exit status."""

    def job() -> int:
        from pinkeeper.workflows.ledger_coverage import reviewed  # noqa: PLC0415 - the arguments are looked at first

        result = reviewed(process_surroundings(printer, cache=None, shows_progress=False), paths=paths, names=names)
        match output_format:
            case "json":
                from pinkeeper.reports.review_check_json import review_check_json  # noqa: PLC0415 - one of three

                printer.data(review_check_json(result))
            case "sarif":
                from pinkeeper.reports.review_check_sarif import review_check_sarif  # noqa: PLC0415 - as above

                printer.data(review_check_sarif(result))
            case "text":
                from pinkeeper.reports.review_check_text import review_check_text  # noqa: PLC0415 - as above

                printer.data(review_check_text(result, quiet=quiet))
        return EXIT_DONE if result.is_good else EXIT_NO

    return conclude(job, printer, as_json=output_format == "json")


def run_quickly(arguments: Sequence[str]) -> int | None:
    """Run ``check`` with these arguments where they are the gate's own and nothing else; None where typer must look.

    arguments: what stands behind ``check``.
    """
    paths: list[str] = []
    names: list[str] = []
    output_format: CheckFormat = "text"
    quiet = is_gate = False
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        match name:
            case "--reviewed" if not equals:
                is_gate = True
            case "--quiet" | "-q" if not equals:
                quiet = True
            case "--lock":
                names.append(value if equals else next(words, "-"))
            case "--format":
                said = value if equals else next(words, "-")
                chosen = next((each for each in get_args(CheckFormat) if each == said), None)
                if chosen is None:
                    return None
                output_format = chosen
            case _ if word.startswith("-"):
                return None
            case _:
                paths.append(word)
    if not is_gate or any(name.startswith("-") for name in names):
        return None
    printer = Printer.of(verbosity=-1 if quiet else 0, color="auto", environ=os.environ)
    gc.disable()  # thousands of entries are made and none is dropped
    try:
        return check_reviewed(paths, names, output_format, printer, quiet=quiet)
    except BrokenPipeError:  # whoever read our output has enough of it; Python would complain once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
