"""GitLab, in the cloud or self-managed: merge requests through its REST API, version 4."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from pinkeeper.errors import ForgeError
from pinkeeper.forge.answers import refusal
from pinkeeper.forge.api import Api
from pinkeeper.forge.fields import number_in, text_in
from pinkeeper.forge.forge import OpenRequest
from pinkeeper.forge.marker import same_text
from pinkeeper.forge.place import ForgePlace
from pinkeeper.model.change_request import ChangeRequest

__all__ = ["GitLab"]

_MOST_PAGES = 30
_DRAFT = re.compile(r"(?:draft:|\[draft\]|\(draft\))\s*", re.IGNORECASE)
_TAKEN = frozenset({int(HTTPStatus.CONFLICT), int(HTTPStatus.BAD_REQUEST), int(HTTPStatus.UNPROCESSABLE_ENTITY)})


class GitLab:
    """One project."""

    name = "GitLab"
    body_limit = 1_048_576
    shows_requests = True

    def __init__(self, api: Api, place: ForgePlace) -> None:
        self._api = api
        self._root = place.api
        self._url = f"{place.api}/projects/{quote(place.project, safe='')}"

    def open_requests(self, prefix: str) -> tuple[OpenRequest, ...]:
        """As `Forge.open_requests`."""
        found = self._list("list the open merge requests", _MOST_PAGES, state="opened", per_page="100")
        return tuple(sorted((each for each in found if each.branch.startswith(prefix)), key=lambda each: each.branch))

    def closed_requests(self, branch: str) -> tuple[OpenRequest, ...]:
        """As `Forge.closed_requests`. GitLab has a state of its own for merged ones."""
        query = {"state": "closed", "source_branch": branch, "order_by": "updated_at", "sort": "desc"}
        url = f"{self._url}/merge_requests?{urlencode({**query, 'per_page': '100'})}"
        items = self._api.get(url, f"list the closed merge requests of {branch}").json()
        read = (_read(item) for item in items) if isinstance(items, list) else ()
        return tuple(each for each in read if each is not None and each.branch == branch)

    def open(self, request: ChangeRequest, *, base: str, body: str) -> tuple[OpenRequest, str]:
        """As `Forge.open`."""
        doing = f"open a merge request for {request.branch}"
        url = f"{self._url}/merge_requests"
        content = {
            "source_branch": request.branch,
            "target_branch": base,
            "title": f"Draft: {request.title}" if request.is_draft else request.title,
            "description": body,
            "remove_source_branch": True,
        }
        answer = self._api.send("POST", url, content, doing, statuses=_TAKEN)
        if answer.status in _TAKEN:
            standing = [each for each in self.open_requests(request.branch) if each.branch == request.branch]
            if standing:
                return standing[0], ""
            raise refusal(answer, doing, has_token=True)
        opened = _read(answer.json())
        if opened is None:
            raise ForgeError(f"cannot {doing}: the answer is no merge request", url=url)
        return opened, ""

    def ask(self, found: OpenRequest, request: ChangeRequest) -> str:
        """As `Forge.ask`. Reviewers are looked up by their user names; one who is not known is told."""
        changes: dict[str, object] = {}
        missing = []
        if request.labels:
            changes["add_labels"] = ",".join(request.labels)
        ids = []
        for name in request.reviewers:
            number = self._user(name.lstrip("@"))
            if number is None:
                missing.append(f"there is no user {name}")
            else:
                ids.append(number)
        if ids:
            changes["reviewer_ids"] = ids
        if changes:
            self._put(found, changes, f"ask for reviews of merge request {found.number}")
        return "; ".join(missing)

    def update(self, found: OpenRequest, *, title: str, body: str, base: str) -> None:
        """As `Forge.update`. A draft stays one, and what a person made ready stays ready."""
        changes: dict[str, object] = {}
        if found.title != title:
            changes["title"] = found.draft_mark + title
        if not same_text(found.body, body):
            changes["description"] = body
        if found.base != base:
            changes["target_branch"] = base
        if changes:
            self._put(found, changes, f"update merge request {found.number}")

    def supersede(self, found: OpenRequest, *, word: str, body: str) -> None:
        """As `Forge.supersede`."""
        doing = f"close merge request {found.number}"
        notes = f"{self._url}/merge_requests/{found.number}/notes"
        said = self._api.pages(f"{notes}?per_page=100", doing, most=_MOST_PAGES)
        if not any(isinstance(each, dict) and same_text(text_in(each, "body"), word) for each in said):
            self._api.send("POST", notes, {"body": word}, doing, is_repeatable=False)
        self._put(found, {"state_event": "close", "description": body}, doing)

    def _put(self, found: OpenRequest, changes: dict[str, object], doing: str) -> None:
        self._api.send("PUT", f"{self._url}/merge_requests/{found.number}", changes, doing)

    def _user(self, name: str) -> int | None:
        found = self._api.get(f"{self._root}/users?{urlencode({'username': name})}", f"look up the user {name}").json()
        match found:
            case [{"id": int(number)}]:
                return number
            case _:
                return None

    def _list(self, doing: str, most: int, **query: str) -> list[OpenRequest]:
        items = self._api.pages(f"{self._url}/merge_requests?{urlencode(query)}", doing, most=most)
        read = (_read(item) for item in items)
        return [each for each in read if each is not None]


def _read(item: Any) -> OpenRequest | None:
    """A merge request from a branch of the project itself; None for one from a fork."""
    match item:
        case {"iid": _, "source_branch": str(branch), "source_project_id": source, "target_project_id": target}:
            if source != target:
                return None
        case _:
            return None
    title = text_in(item, "title")
    mark = match[0] if (match := _DRAFT.match(title)) is not None else ""
    return OpenRequest(
        number=number_in(item, "iid"),
        branch=branch,
        base=text_in(item, "target_branch"),
        title=title.removeprefix(mark),
        body=text_in(item, "description"),
        url=text_in(item, "web_url"),
        draft_mark=mark,
    )
