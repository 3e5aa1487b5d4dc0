"""How ``pinkeeper diff`` gives a comparison: the report that was asked for, on stdout."""

from __future__ import annotations

import shutil
from typing import Literal, TypeAlias

from pinkeeper.cli.printer import Printer
from pinkeeper.model.comparison import DiffResult

__all__ = ["DiffFormat", "show"]

DiffFormat: TypeAlias = Literal["text", "json", "markdown", "html", "sarif"]

_NARROWEST, _WIDEST = 60, 140


def show(
    result: DiffResult, output_format: DiffFormat, printer: Printer, *, full: bool, file: str | None, color: str
) -> None:
    """Write the report. full, file: of the text alone. Raises InputError where a file did not change."""
    match output_format:
        case "text":
            from pinkeeper.reports.diff_text import diff_text  # noqa: PLC0415 - one of five

            width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
            printer.styled_data(diff_text(result, full=full, file=file, width=width), color=color)
        case "json":
            from pinkeeper.reports.diff_json import diff_json  # noqa: PLC0415 - as above

            printer.data(diff_json(result))
        case "markdown":
            from pinkeeper.reports.diff_markdown import diff_markdown  # noqa: PLC0415 - as above

            printer.data(diff_markdown(result))
        case "html":
            from pinkeeper.reports.diff_html import diff_html  # noqa: PLC0415 - as above
            from pinkeeper.review.rules.registry import RULES  # noqa: PLC0415

            printer.data(diff_html(result, RULES))
        case "sarif":
            from pinkeeper.reports.diff_sarif import diff_sarif  # noqa: PLC0415 - as above
            from pinkeeper.review.rules.registry import RULES  # noqa: PLC0415

            printer.data(diff_sarif(result, RULES))
