"""``pinkeeper review show``, ``approve`` and ``reject``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pinkeeper.cli.cache_place import cache_directory
from pinkeeper.cli.index_arguments import package_name
from pinkeeper.cli.outcome import EXIT_DONE, EXIT_NO, conclude
from pinkeeper.cli.review_arguments import (
    CacheDirOption,
    ColorOption,
    FromOption,
    LockOption,
    NoCacheOption,
    PlacesSaid,
    QuietOption,
    ToOption,
    VerboseOption,
    WholeOption,
    printer_for,
    version,
    with_places,
)
from pinkeeper.cli.surroundings import process_surroundings
from pinkeeper.errors import ConfigurationError

if TYPE_CHECKING:
    from packaging.version import Version

    from pinkeeper.cli.printer import Printer
    from pinkeeper.model.review_backlog import Material, OpenRelease
    from pinkeeper.workflows.ledger_files import OpenLedger
    from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["approve_command", "reject_command", "show_command"]

_NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A locked package.")]


@with_places
def show_command(  # noqa: PLR0917 - typer makes every parameter an option
    name: _NameArgument,
    from_version: FromOption = None,
    to_version: ToOption = None,
    whole: WholeOption = False,
    lock: LockOption = None,
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Write the comparison as a page; - is stdout.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Show everything: all findings, files and hunks.")] = False,
    file: Annotated[
        str | None, typer.Option("--file", metavar="PATH", help="Show all that changed in this file alone.")
    ] = None,
    cache_dir: CacheDirOption = None,
    no_cache: NoCacheOption = False,
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
    *,
    places: PlacesSaid,
) -> int:
    """Show what is to be read of a locked release: what changed since a covered one, on the very files that are locked.

    Without a covered release to compare with, or with --whole, all of it.
    """
    printer = printer_for(verbose=verbose, quiet=quiet, color=color)

    def job() -> int:
        from pinkeeper.cli.diff_output import show  # noqa: PLC0415 - the arguments are looked at first
        from pinkeeper.reports.review_approval_text import release_heading  # noqa: PLC0415 - as above

        surroundings = process_surroundings(
            printer, cache=None if no_cache else cache_directory(cache_dir), shows_progress=True
        )
        release, _ = _found(name, to_version, lock, surroundings)
        for text, style in release_heading(release):
            printer.line(text, style)
        if release.violations:
            return EXIT_NO
        material = _laid_out(release, _base(from_version, release, whole=whole), places, surroundings)
        if html is not None and html != "-":
            _write_page(html, material, surroundings, printer)
        else:
            form: Literal["text", "html"] = "text" if html is None else "html"
            show(material.result, form, printer, full=full, file=file, color=color)
        for filename, reason in material.left:
            printer.line(f"not looked at: {filename}: {reason}", "warning")
        return EXIT_DONE

    return conclude(job, printer)


@with_places
def approve_command(  # noqa: PLR0917 - typer makes every parameter an option
    name: _NameArgument,
    criterion: Annotated[
        list[str] | None,
        typer.Option("--criteria", metavar="NAME", help="What it is good for. [default: what the locks need]"),
    ] = None,
    from_version: FromOption = None,
    to_version: ToOption = None,
    whole: WholeOption = False,
    lock: LockOption = None,
    thoroughness: Annotated[
        Literal["every-line", "findings", "overview"], typer.Option(help="How much of it you read.")
    ] = "findings",
    notes: Annotated[str, typer.Option(metavar="TEXT", help="What the next reviewer should know.")] = "",
    accept: Annotated[
        list[str] | None,
        typer.Option(metavar="FINGERPRINT=REASON", help="Accept a finding, and say why; may be repeated."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask; every finding at high or above must be accepted by --accept.")
    ] = False,
    cache_dir: CacheDirOption = None,
    no_cache: NoCacheOption = False,
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
    *,
    places: PlacesSaid,
) -> int:
    """Approve a locked release: what you say is bound to the hashes of the files that were compared.

    Shows the criteria, the findings and the hashes, and takes a typed yes.
    """
    printer = printer_for(verbose=verbose, quiet=quiet, color=color)

    def job() -> int:
        from pinkeeper.model.ledger import Review, Thoroughness  # noqa: PLC0415 - the arguments are looked at first
        from pinkeeper.reports.review_approval_text import approval_text  # noqa: PLC0415 - as above
        from pinkeeper.review.rules.registry import RULES  # noqa: PLC0415 - as above
        from pinkeeper.workflows.ledger_coverage import check_criteria  # noqa: PLC0415 - as above
        from pinkeeper.workflows.review_decision import (  # noqa: PLC0415 - as above
            Approval,
            approval_of,
            approve,
            grave_findings,
        )
        from pinkeeper.workflows.review_identity import who_decides  # noqa: PLC0415 - as above

        surroundings = process_surroundings(
            printer, cache=None if no_cache else cache_directory(cache_dir), shows_progress=True
        )
        release, ledger = _found(name, to_version, lock, surroundings)
        if release.violations:
            raise ConfigurationError(
                f"{release.package} {release.version} may not be used: {release.violations[0].reason}",
                remedy="whoever said so may take the violation out of the ledger",
            )
        check_criteria(criterion or (), ledger.config)
        who = who_decides(surroundings)
        reasons = dict(map(_accepted, accept or ()))
        material = _laid_out(release, _base(from_version, release, whole=whole), places, surroundings)
        approval = Approval(
            criteria=tuple(criterion or release.needed),
            who=who,
            thoroughness=Thoroughness(thoroughness),
            notes=notes,
            reasons=reasons,
        )
        entries = approval_of(material, approval, ledger, surroundings, rules=RULES)
        review = next(entry for entry in entries if isinstance(entry, Review))
        grave = grave_findings(material)
        printer.styled_data(approval_text(review, material, ledger.config.criteria, grave), color=color)
        unnamed = [finding for finding in grave if not reasons.get(finding.fingerprint, "").strip()]
        if yes and unnamed:
            raise ConfigurationError(
                f"--yes does not accept {len(unnamed)} finding{'' if len(unnamed) == 1 else 's'} at high or above",
                remedy="name each with a reason, or answer the question",
                details=[f"--accept {finding.fingerprint}=REASON  ({finding.rule})" for finding in unnamed],
            )
        if not yes and not _typed_yes(printer):
            printer.line("Nothing was approved", "warning")
            return EXIT_NO
        approve(entries, ledger.own, surroundings)
        printer.line(f"Approved {release.package} {release.version} as {' and '.join(review.criteria)}", "good")
        for filename, reason in material.left:
            printer.line(f"still open: {filename}: {reason}", "warning")
        return EXIT_DONE

    return conclude(job, printer)


def reject_command(  # noqa: PLR0917 - typer makes every parameter an option
    name: _NameArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why nobody may use it.")],
    versions: Annotated[
        str | None,
        typer.Option(metavar="SPECIFIER", help='Which, as ">=1.2,<1.4"; "" is all. [default: the locked one]'),
    ] = None,
    lock: LockOption = None,
    color: ColorOption = "auto",
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> int:
    """Write a violation: releases that nobody may use, whatever else is said of them."""
    printer = printer_for(verbose=verbose, quiet=quiet, color=color)

    def job() -> int:
        from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - the arguments come first

        from pinkeeper.workflows.ledger_files import open_ledger  # noqa: PLC0415 - as above
        from pinkeeper.workflows.review_decision import reject, violation_of  # noqa: PLC0415 - as above
        from pinkeeper.workflows.review_identity import who_decides  # noqa: PLC0415 - as above

        surroundings = process_surroundings(printer, cache=None, shows_progress=False)
        try:
            which = None if versions is None else SpecifierSet(versions)
        except InvalidSpecifier:
            raise ConfigurationError(
                f"not a version specifier: {versions!r}", where="--versions", remedy='write it as ">=1.2,<1.4"'
            ) from None
        if which is None:
            release, ledger = _found(name, None, lock, surroundings)
            package, which = release.package, SpecifierSet(f"=={release.version}")
        else:
            package, ledger = package_name(name, "NAME"), open_ledger(surroundings)
        violation = violation_of(package, which, reason, who_decides(surroundings), surroundings)
        reject(violation, ledger.own, surroundings)
        printer.line(f"Nobody may use {package} {which or '(any version)'}: {violation.reason}", "good")
        return EXIT_DONE

    return conclude(job, printer)


def _found(
    name: str, to_version: str | None, locks: list[str] | None, surroundings: Surroundings
) -> tuple[OpenRelease, OpenLedger]:
    """The locked release that is meant. Raises NotLockedError, and what opening the ledger raises."""
    from pinkeeper.workflows.ledger_coverage import measured  # noqa: PLC0415 - the arguments are looked at first
    from pinkeeper.workflows.ledger_files import open_ledger  # noqa: PLC0415 - as above
    from pinkeeper.workflows.ledger_locks import locks_of_project  # noqa: PLC0415 - as above
    from pinkeeper.workflows.review_backlog import find_release  # noqa: PLC0415 - as above

    package, wanted = package_name(name, "NAME"), version(to_version, "--to")
    ledger = open_ledger(surroundings)
    result = measured(ledger, locks_of_project(surroundings, names=locks or ()), surroundings)
    return find_release(package, wanted, result, ledger, surroundings), ledger


def _base(from_version: str | None, release: OpenRelease, *, whole: bool) -> Version | None:
    """What to compare with: what is said, else the nearest covered release, else nothing. Raises ConfigurationError."""
    if whole:
        if from_version is not None:
            raise ConfigurationError("--whole compares with nothing", remedy="leave out --from or --whole")
        return None
    said = version(from_version, "--from")
    if said == release.version:
        raise ConfigurationError(f"{said} is the release itself", where="--from", remedy="name another one")
    return said or next((base for base, _ in release.bases), None)


def _laid_out(release: OpenRelease, base: Version | None, places: PlacesSaid, surroundings: Surroundings) -> Material:
    from pinkeeper.workflows.review_desk import open_desk  # noqa: PLC0415 - the arguments are looked at first

    with open_desk(places.decoded(), surroundings) as desk:
        return desk.lay_out(release, base)


def _write_page(path: str, material: Material, surroundings: Surroundings, printer: Printer) -> None:
    from pinkeeper.reports.diff_html import diff_html  # noqa: PLC0415 - only where a page is wanted
    from pinkeeper.review.rules.registry import RULES  # noqa: PLC0415 - as above
    from pinkeeper.workflows.atomic_write import replace_text  # noqa: PLC0415 - as above

    replace_text(surroundings.directory / path, diff_html(material.result, RULES), shown=path)
    printer.line(f"Wrote {path}", "good")


def _accepted(text: str) -> tuple[str, str]:
    fingerprint, equals, reason = text.partition("=")
    if not equals or not reason.strip():
        raise ConfigurationError(
            f"a finding is accepted with a reason: {text[:80]!r}", where="--accept", remedy="write FINGERPRINT=REASON"
        )
    return fingerprint.strip(), reason.strip()


def _typed_yes(printer: Printer) -> bool:
    printer.styled_data([('Type "yes" to approve it:', None)], color="never")
    return sys.stdin.readline(100).strip() == "yes"
