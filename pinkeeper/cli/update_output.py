"""What ``pinkeeper update`` does with its proposals: show, write, report, publish."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from pinkeeper.cli.printer import Printer
from pinkeeper.errors import ConfigurationError, OutputError, PublishingError
from pinkeeper.inputs.update_settings import RequestSettings
from pinkeeper.model.change_request import RequestOutcome
from pinkeeper.model.proposal import Proposal, UpdateResult
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["Wanted", "give"]

_WIDTH = 100


class Wanted(Struct, frozen=True, kw_only=True):
    """What the command line asks to be done with the proposals.

    looks_at_all: no package was left out by the command line itself, so that what is not proposed is not wanted.
    """

    output_format: str
    report: str | None
    write: bool
    proposal: str | None
    pull_request: bool
    dry_run: bool
    looks_at_all: bool
    color: str


def give(
    result: UpdateResult, wanted: Wanted, requests: RequestSettings, printer: Printer, surroundings: Surroundings
) -> None:
    """Do it. Raises OutputError, ConfigurationError, and what forges and git raise."""
    chosen = _chosen(result, wanted)
    _show(result, wanted, printer)
    if result.compared_whole or result.compared_from_cache:
        from pinkeeper.reports.diff_overview import counted  # noqa: PLC0415 - as the other reports

        compared = counted(result.compared_whole, "release")
        known = result.compared_from_cache
        printer.line(f"Compared {compared}, and knew {known} from before, in {result.elapsed:.1f} s", "quiet")
    if wanted.report is not None:
        _report(result, wanted.report, printer, surroundings)
    if chosen is not None:
        _write(chosen, wanted, printer, surroundings)
    elif wanted.write and result.proposals:
        others = " or ".join(each.id for each in result.proposals)
        printer.line(f"there is no routine proposal to write; name another one: --proposal {others}", "warning")
    if wanted.pull_request:
        _publish(result, wanted, requests, printer, surroundings)


def _chosen(result: UpdateResult, wanted: Wanted) -> Proposal | None:
    """The proposal to write; None where nothing is to be written. Raises ConfigurationError."""
    if not wanted.write:
        if wanted.proposal is not None:
            raise ConfigurationError("--proposal says what --write is about", remedy="say --write as well")
        return None
    asked = wanted.proposal or "routine"
    found = next((each for each in result.proposals if each.id == asked), None)
    if found is None and wanted.proposal is not None:
        ids = ", ".join(each.id for each in result.proposals) or "none"
        refused = any(each.id == asked for each in result.refused)
        raise ConfigurationError(
            f"there is no proposal {asked}" + (" that may be written: it came out dangerous" if refused else ""),
            where="--proposal",
            remedy=f"one of: {ids}",
        )
    return found


def _show(result: UpdateResult, wanted: Wanted, printer: Printer) -> None:
    match wanted.output_format:
        case "json":
            from pinkeeper.reports.proposal_json import proposal_json  # noqa: PLC0415

            printer.data(proposal_json(result))
        case "markdown":
            from pinkeeper.reports.proposal_markdown import update_markdown  # noqa: PLC0415

            printer.data(update_markdown(result))
        case _:
            from pinkeeper.reports.proposal_text import proposal_text  # noqa: PLC0415

            printer.styled_data(proposal_text(result, width=_width()), color=wanted.color)


def _width() -> int:
    """Columns of the terminal, or what a page has."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS"):
        import shutil  # noqa: PLC0415

        return shutil.get_terminal_size((_WIDTH, 24)).columns
    return _WIDTH


def _report(result: UpdateResult, folder: str, printer: Printer, surroundings: Surroundings) -> None:
    """Write the whole report. Raises OutputError."""
    from pinkeeper.reports.proposal_html import proposal_pages  # noqa: PLC0415
    from pinkeeper.reports.proposal_json import proposal_json  # noqa: PLC0415
    from pinkeeper.reports.proposal_markdown import update_markdown  # noqa: PLC0415
    from pinkeeper.workflows.atomic_write import replace_text  # noqa: PLC0415

    place = surroundings.directory / folder
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder cannot be made: {error.strerror or error}", where=folder) from error
    pages = {"proposal.json": proposal_json(result), "proposal.md": update_markdown(result), **proposal_pages(result)}
    for name, text in pages.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        replace_text(place / name, text, shown=f"{folder}/{name}")
    try:
        for left in _left_over(place, pages):
            left.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"pages of an earlier report cannot be removed: {error}", where=folder) from error
    printer.line(f"Wrote {Path(folder) / 'index.html'} and {len(pages) - 1} files beside it")


def _left_over(place: Path, pages: Collection[str]) -> Iterator[Path]:
    """Pages of ours from an earlier report, which the new one does not lead to; nothing that anybody else put there."""
    for path in sorted(place.glob("bump-*.html")):
        if path.name in pages or path.is_symlink() or not path.is_file():
            continue
        with path.open("rb") as file:
            if b'<meta name="generator" content="pinkeeper ' in file.read(4096):
                yield path


def _write(chosen: Proposal, wanted: Wanted, printer: Printer, surroundings: Surroundings) -> None:
    """Put the locks of a proposal in their places. Raises OutputError."""
    from pinkeeper.workflows.update_write import write_proposal  # noqa: PLC0415

    if wanted.dry_run:
        for file in chosen.files:
            printer.line(f"Would write {file.path}")
        return
    write_proposal(chosen, surroundings)
    for file in chosen.files:
        printer.line(f"Wrote {file.path}")


def _publish(
    result: UpdateResult, wanted: Wanted, requests: RequestSettings, printer: Printer, surroundings: Surroundings
) -> None:
    """Open or refresh a pull request for each proposal. Raises what `publish_update` raises."""
    from pinkeeper.reports.proposal_markdown import proposal_body  # noqa: PLC0415
    from pinkeeper.workflows.update_publish import BODY_LIMIT, PublishOptions, publish_update  # noqa: PLC0415

    options = PublishOptions.of(
        requests, supersedes=wanted.looks_at_all, dry_run=wanted.dry_run, body_directory=wanted.report
    )
    try:
        outcomes = publish_update(
            result,
            options,
            surroundings,
            body=lambda proposal: proposal_body(result, proposal, limit=BODY_LIMIT, report=wanted.report or ""),
        )
    except PublishingError as error:
        _tell([outcome for outcome in error.outcomes if isinstance(outcome, RequestOutcome)], printer)
        raise
    _tell(outcomes, printer)


def _tell(outcomes: Iterable[RequestOutcome], printer: Printer) -> None:
    for outcome in outcomes:
        printer.line(" ".join(filter(None, (f"{outcome.branch}: {outcome.state.value}", outcome.url, outcome.told))))
