"""The lock that an update starts from, where no setting says how it is made."""

from __future__ import annotations

from pinkeeper.workflows.lock_inputs import gather_settings
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_problem import previous_lock
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["standing_command"]


def standing_command(options: LockOptions, surroundings: Surroundings) -> str | None:
    """The command in the header of the lock that stands; None where settings name locks, or no header says it.

    Raises InputError for a lock that cannot be read, ConfigurationError for settings.
    """
    settings = gather_settings(options, surroundings)
    if settings.locks and not options.outputs:
        return None
    lock = previous_lock(options.outputs or settings.outputs or ("requirements.txt",), surroundings)
    return None if lock is None else lock.command
