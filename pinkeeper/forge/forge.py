"""What a forge must be able to do: show change requests, open them, refresh them, and close what is superseded."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from pinkeeper.model.change_request import ChangeRequest

__all__ = ["Forge", "OpenRequest"]


class OpenRequest(Struct, frozen=True, kw_only=True):
    """A change request that is open now, or was closed. number: as people call it.

    branch: where its commits are, in the same project; base: where they are to go. title: without the mark of
    a draft, such as ``Draft: ``, which is in draft_mark.
    """

    number: int
    branch: str
    base: str
    title: str
    body: str
    url: str
    draft_mark: str = ""


class Forge(Protocol):
    """One project on one forge. Every method but `name`, `body_limit` and `shows_requests` may raise ForgeError.

    name: for people, as ``GitHub``. body_limit: characters. shows_requests: False where a branch is all that it gets.
    """

    name: str
    body_limit: int
    shows_requests: bool

    def open_requests(self, prefix: str) -> tuple[OpenRequest, ...]:
        """Those that are open, from branches of the project itself whose names begin so; by branch."""
        ...

    def closed_requests(self, branch: str) -> tuple[OpenRequest, ...]:
        """Those from a branch that were closed without being merged, the newest first; as many as a page has."""
        ...

    def open(self, request: ChangeRequest, *, base: str, body: str) -> tuple[OpenRequest, str]:
        """Open one, a draft where it is to be. One that is open already is given as it is.

        The second: what could not be had, in a sentence; empty where nothing was missing.
        """
        ...

    def ask(self, found: OpenRequest, request: ChangeRequest) -> str:
        """Add labels, and ask for reviews. What could not be had comes back in a sentence; empty where all was."""
        ...

    def update(self, found: OpenRequest, *, title: str, body: str, base: str) -> None:
        """Change what people read, and where it is to go."""
        ...

    def supersede(self, found: OpenRequest, *, word: str, body: str) -> None:
        """Comment `word`, once, however often this is called; then close it, with a new body."""
        ...
