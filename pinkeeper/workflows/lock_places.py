"""Where a lock may be written: not over what it is made from, and under no name that says another format."""

from __future__ import annotations

import os
from collections.abc import Iterable

from pinkeeper.errors import ConfigurationError
from pinkeeper.lockfile.lock_formats import is_pylock
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["check_places"]


def check_places(outputs: Iterable[str], inputs: Iterable[str], surroundings: Surroundings) -> None:
    """Raise ConfigurationError for an output that cannot be one.

    inputs: all files that were read for what is asked, included ones too. A lock in their place would be the end of
    what somebody wrote by hand.
    """
    read = {_real(path, surroundings): path for path in inputs if path != "-"}
    for output in outputs:
        if output == "-":
            continue
        if (path := read.get(_real(output, surroundings))) is not None:
            raise ConfigurationError(
                f"the lock would be written over {path}, which it is made from",
                where=output,
                remedy="name another output: -o FILE",
            )
        if output.endswith(".toml") and not is_pylock(output):
            raise ConfigurationError(
                "no lock has such a name: one in TOML is pylock.toml or pylock.NAME.toml (PEP 751), NAME without a dot",
                where=output,
                remedy="write -o pylock.toml or -o requirements.txt",
            )


def _real(path: str, surroundings: Surroundings) -> str:
    """The file itself: whatever links lead to it, and however its path is spelled."""
    return os.path.realpath(surroundings.directory / path)
