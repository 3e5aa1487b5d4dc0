"""The locks of a proposal, put in the places of those that stand."""

from __future__ import annotations

from pinkeeper.errors import OutputError
from pinkeeper.model.proposal import Proposal
from pinkeeper.workflows.surroundings import Surroundings
from pinkeeper.workflows.write_together import write_together

__all__ = ["write_proposal"]


def write_proposal(proposal: Proposal, surroundings: Surroundings) -> None:
    """Write all files of a proposal, or none. Raises OutputError, where a lock is not what it was made from too."""
    for file in proposal.files:
        standing = surroundings.sha256(file.path)
        if standing != file.old_sha256:
            raise OutputError(
                "the lock was changed since this run read it",
                where=file.path,
                remedy="run pinkeeper update again; nothing was written",
            )
    write_together({file.path: file.text for file in proposal.files}, surroundings.directory)
