"""Any other forge: the branch is pushed, and the text for people is written to a file."""

from __future__ import annotations

from pathlib import Path

from pinkeeper.errors import OutputError
from pinkeeper.forge.forge import OpenRequest
from pinkeeper.model.change_request import ChangeRequest

__all__ = ["OtherForge"]


class OtherForge:
    """A place for branches. directory: where the texts go, one file a request, named by its id."""

    name = "this forge"
    body_limit = 2**24
    shows_requests = False

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def open_requests(self, prefix: str) -> tuple[OpenRequest, ...]:
        """None that could be known."""
        del prefix
        return ()

    def closed_requests(self, branch: str) -> tuple[OpenRequest, ...]:
        """None that could be known."""
        del branch
        return ()

    def open(self, request: ChangeRequest, *, base: str, body: str) -> tuple[OpenRequest, str]:
        """Write the text, whole or not at all, under its title. Raises OutputError."""
        path = self._directory / f"{request.id}.md"
        text = f"# {request.title}\n\n{body}"
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.new")
            temporary.write_text(text, encoding="utf-8", newline="\n")
            temporary.replace(path)
        except OSError as error:
            raise OutputError(f"the text cannot be written: {error.strerror}", where=str(path)) from error
        found = OpenRequest(number=0, branch=request.branch, base=base, title=request.title, body=body, url="")
        return found, f"its text is in {path.as_posix()}"

    def ask(self, found: OpenRequest, request: ChangeRequest) -> str:
        """Nobody can be asked."""
        del found, request
        return ""

    def update(self, found: OpenRequest, *, title: str, body: str, base: str) -> None:
        """Nothing is there that could be updated."""

    def supersede(self, found: OpenRequest, *, word: str, body: str) -> None:
        """Nothing is there that could be closed."""
