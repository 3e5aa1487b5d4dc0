"""The interactive session of ``pinkeeper review``: opened on the project here, with the index that it uses."""

from __future__ import annotations

import os

from pinkeeper.cli.cache_place import cache_directory
from pinkeeper.cli.outcome import EXIT_DONE, EXIT_NO, conclude
from pinkeeper.cli.review_arguments import printer_for
from pinkeeper.cli.surroundings import process_surroundings

__all__ = ["run_session"]


def run_session() -> int:
    """Run it; give the exit status: 1 where something is still open."""
    printer = printer_for(verbose=0, quiet=False)

    def job() -> int:
        from pinkeeper.cli.review_session_app import SessionApp  # noqa: PLC0415 - a terminal interface takes long
        from pinkeeper.review.rules.registry import RULES  # noqa: PLC0415 - as above
        from pinkeeper.workflows.review_desk import DeskOptions, open_desk  # noqa: PLC0415 - as above
        from pinkeeper.workflows.review_identity import who_decides  # noqa: PLC0415 - as above
        from pinkeeper.workflows.review_session import Sitting  # noqa: PLC0415 - as above

        surroundings = process_surroundings(printer, cache=cache_directory(None), shows_progress=False)
        who = who_decides(surroundings)
        with open_desk(DeskOptions(), surroundings) as desk:
            sitting = Sitting(surroundings, desk, who=who, rules=RULES)
            if sitting.releases:
                SessionApp(sitting, coloured=not os.environ.get("NO_COLOR")).run()
            left = len(sitting.releases)
        if not left:
            printer.line("Every locked release is covered; nothing is open", "good")
            return EXIT_DONE
        printer.line(f"{left} release{' is' if left == 1 else 's are'} open; pinkeeper review goes on here", "warning")
        return EXIT_NO

    return conclude(job, printer)
