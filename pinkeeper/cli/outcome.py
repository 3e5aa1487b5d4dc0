"""What a command's end comes to: an exit status, and what is said on stderr."""

from __future__ import annotations

from collections.abc import Callable

from pinkeeper.cli.printer import Printer
from pinkeeper.errors import CollectedError, NoSolutionError, NotLockedError, PinkeeperError, StaleLockError

__all__ = ["EXIT_DONE", "EXIT_FAILED", "EXIT_NO", "conclude"]

EXIT_DONE = 0
EXIT_NO = 1  # the answer is no: no solution, a stale lock, a package that is not in the lock
EXIT_FAILED = 2  # wrong use, bad input, or the world failed


def conclude(job: Callable[[], int | None], printer: Printer, *, as_json: bool = False) -> int:
    """Do a job; tell its failure, if any, and give the exit status: the job's own, or EXIT_DONE where it gives none."""
    try:
        status = job()
    except PinkeeperError as error:
        if as_json:
            from pinkeeper.reports.lock_json import error_json  # noqa: PLC0415

            printer.data(error_json(error))
        for problem in error.errors if isinstance(error, CollectedError) else (error,):
            printer.error(str(problem))
        return EXIT_NO if isinstance(error, NoSolutionError | NotLockedError | StaleLockError) else EXIT_FAILED
    except BrokenPipeError:
        raise
    except OSError as error:
        printer.error(f"{error.filename or 'the system'}: {error.strerror or error}")
        return EXIT_FAILED
    except Exception as error:  # noqa: BLE001 - the last line of defence: no traceback for a user
        place = _innermost_place(error)
        printer.error(
            f"pinkeeper met a defect of its own: {type(error).__name__}: {error}\n"
            f"  at {place}\n"
            "  remedy: please report it, with the command and the files it read; nothing was written"
        )
        if printer.verbosity > 1:
            import traceback  # noqa: PLC0415

            printer.log("".join(traceback.format_exception(error)))
        return EXIT_FAILED
    return EXIT_DONE if status is None else status


def _innermost_place(error: Exception) -> str:
    trace = error.__traceback__
    place = "an unknown place"
    while trace is not None:
        code = trace.tb_frame.f_code
        if "pinkeeper" in code.co_filename:
            place = f"{code.co_filename.rpartition('pinkeeper')[2].lstrip('/')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
