"""A remote, a forge and one who publishes, put together for a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pinkeeper.forge.api import Api, ApiOptions
from pinkeeper.forge.git import Git
from pinkeeper.forge.github import GitHub
from pinkeeper.forge.gitlab import GitLab
from pinkeeper.forge.place import ForgeKind, find_place
from pinkeeper.forge.publish import Publishing, publish
from pinkeeper.forge.repository import Repository
from pinkeeper.model.change_request import ChangeRequest, RequestOutcome

__all__ = ["published", "request_of", "states"]


def request_of(id_: str = "routine", text: str = "alpha==2.0\n", **fields: Any) -> ChangeRequest:
    """A change request for one lock."""
    return ChangeRequest(
        **{
            "id": id_,
            "branch": f"pinkeeper/{id_}",
            "title": f"Update {id_}",
            "body": f"What {id_} brings",
            "message": f"Update {id_}\n\nalpha 1.0 -> 2.0",
            "files": (("requirements.txt", text.encode()),),
            **fields,
        }
    )


def published(
    requests: Sequence[ChangeRequest],
    clone: Path,
    environ: Mapping[str, str],
    *,
    git: Git | None = None,
    **how: Any,
) -> tuple[RequestOutcome, ...]:
    """Publish from a clone to the forge that the environment names, without waiting."""
    place = find_place("/a/path", environ)
    with Api(ApiOptions(environ=environ, place=place), sleep=lambda _: None) as api:
        forge = GitLab(api, place) if place.kind is ForgeKind.GITLAB else GitHub(api, place)
        return publish(requests, git=Repository(git or Git(clone, environ)), forge=forge, how=Publishing(**how))


def states(outcomes: Sequence[Any]) -> dict[str, str]:
    """The state of each branch, without the prefix."""
    return {outcome.branch.removeprefix("pinkeeper/"): str(outcome.state) for outcome in outcomes}
