"""``pinkeeper rules``."""

from __future__ import annotations

from typing import Annotated

import typer

from pinkeeper.cli.outcome import EXIT_DONE, conclude
from pinkeeper.cli.printer import Printer

__all__ = ["rules_command"]


def rules_command(
    rule: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Tell all about this rule. [default: list them]")
    ] = None,
) -> int:
    """List the rules that comparisons are judged by, or explain one."""
    import os  # noqa: PLC0415

    printer = Printer.of(verbosity=0, color="auto", environ=os.environ)

    def job() -> int:
        from pinkeeper.reports.rules_text import rule_text, rules_text  # noqa: PLC0415
        from pinkeeper.review.rules.registry import RULES  # noqa: PLC0415

        printer.styled_data(rules_text(RULES) if rule is None else rule_text(RULES, rule), color="auto")
        return EXIT_DONE

    return conclude(job, printer)
