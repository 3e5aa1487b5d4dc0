"""What a forge is asked to show: one branch with one commit, and the text beside it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

__all__ = ["ChangeRequest", "RequestOutcome", "RequestState"]


class ChangeRequest(Struct, frozen=True, kw_only=True):
    """A pull request (GitHub) or merge request (GitLab) as it should be.

    id: the proposal's, unique among those of one project; branch: made from it, the same in every run. title: one line.
    body: Markdown, within the forge's limit. message: of the one commit. files: (path with ``/`` relative to the
    repository's root, the new content), lock files and nothing else. labels, reviewers: as the forge names them.
    decision: what a person decides on, such as which packages move where; who closes it unmerged has refused it for as
    long as that stays the same. Empty: the content of the files.
    """

    id: str
    branch: str
    title: str
    body: str
    message: str
    files: tuple[tuple[str, bytes], ...]
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    is_draft: bool = False
    decision: str = ""


class RequestState(StrEnum):
    """What was done about a change request."""

    OPENED = "opened"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"  # superseded
    LEFT_ALONE = "left alone"  # a person has pushed to its branch
    REFUSED = "refused"  # a person closed the same proposal unmerged
    POSTPONED = "postponed"  # as many are open as the settings allow
    FAILED = "failed"
    PUSHED = "pushed"  # the branch is there; no forge that we speak to shows it
    WOULD = "would be"  # a dry run


class RequestOutcome(Struct, frozen=True, kw_only=True):
    """What became of one change request. url: where a person reads it, or empty. told: one sentence."""

    id: str
    branch: str
    state: RequestState
    url: str = ""
    told: str = ""
