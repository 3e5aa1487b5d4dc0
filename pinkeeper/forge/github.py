"""GitHub, and GitHub Enterprise: pull requests through its REST API, version 2022-11-28."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from pinkeeper.errors import ForgeError
from pinkeeper.forge.answers import Answer, refusal
from pinkeeper.forge.api import Api
from pinkeeper.forge.fields import number_in, text_in
from pinkeeper.forge.forge import OpenRequest
from pinkeeper.forge.marker import same_text
from pinkeeper.forge.place import ForgePlace
from pinkeeper.model.change_request import ChangeRequest

__all__ = ["GitHub"]

_ACCEPT = "application/vnd.github+json"
_MOST_PAGES = 30
_UNPROCESSABLE = frozenset({int(HTTPStatus.UNPROCESSABLE_ENTITY)})


class GitHub:
    """One repository. Its issues' comments and labels are those of its pull requests too."""

    name = "GitHub"
    body_limit = 65_536
    shows_requests = True

    def __init__(self, api: Api, place: ForgePlace) -> None:
        owner, _, name = place.project.partition("/")
        self._owner = owner
        self._api = api
        self._url = f"{place.api}/repos/{quote(owner, safe='')}/{quote(name, safe='')}"
        self._full_name = place.project.lower()

    def open_requests(self, prefix: str) -> tuple[OpenRequest, ...]:
        """As `Forge.open_requests`."""
        found = self._list("list the open pull requests", state="open", per_page="100")
        return tuple(sorted((each for each in found if each.branch.startswith(prefix)), key=lambda each: each.branch))

    def closed_requests(self, branch: str) -> tuple[OpenRequest, ...]:
        """As `Forge.closed_requests`."""
        query = {"state": "closed", "head": f"{self._owner}:{branch}", "sort": "updated", "direction": "desc"}
        doing = f"list the closed pull requests of {branch}"
        answer = self._api.get(f"{self._url}/pulls?{urlencode({**query, 'per_page': '100'})}", doing, accept=_ACCEPT)
        items = answer.json()
        found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
        read = (self._read(item) for item in found if not item.get("merged_at"))
        return tuple(each for each in read if each is not None and each.branch == branch)

    def open(self, request: ChangeRequest, *, base: str, body: str) -> tuple[OpenRequest, str]:
        """As `Forge.open`. Some repositories have no drafts: it is opened without, then."""
        doing = f"open a pull request for {request.branch}"
        content = {"title": request.title, "head": request.branch, "base": base, "body": body}
        missing = ""
        answer = self._post("/pulls", {**content, "draft": request.is_draft}, doing)
        if answer.status in _UNPROCESSABLE and request.is_draft and b"draft" in answer.body.lower():
            missing = "this repository has no drafts"
            answer = self._post("/pulls", content, doing)
        if answer.status in _UNPROCESSABLE:
            standing = [each for each in self.open_requests(request.branch) if each.branch == request.branch]
            if standing:
                return standing[0], missing
            raise refusal(answer, doing, has_token=True)
        opened = self._read(answer.json())
        if opened is None:
            raise ForgeError(f"cannot {doing}: the answer is no pull request", url=f"{self._url}/pulls")
        return opened, missing

    def ask(self, found: OpenRequest, request: ChangeRequest) -> str:
        """As `Forge.ask`. A reviewer with a slash is a team: ``owner/team``."""
        missing = []
        if request.labels:
            doing = f"label pull request {found.number}"
            answer = self._post(f"/issues/{found.number}/labels", {"labels": list(request.labels)}, doing)
            if answer.status in _UNPROCESSABLE:
                missing.append(f"the labels {', '.join(request.labels)} were not taken")
        if request.reviewers:
            names = [name.lstrip("@") for name in request.reviewers]
            content = {
                "reviewers": [name for name in names if "/" not in name],
                "team_reviewers": [name.rpartition("/")[2] for name in names if "/" in name],
            }
            doing = f"ask for reviews of pull request {found.number}"
            answer = self._post(f"/pulls/{found.number}/requested_reviewers", content, doing)
            if answer.status in _UNPROCESSABLE:
                missing.append(f"{', '.join(names)} cannot be asked for a review here")
        return "; ".join(missing)

    def update(self, found: OpenRequest, *, title: str, body: str, base: str) -> None:
        """As `Forge.update`."""
        changes: dict[str, str] = {}
        if found.title != title:
            changes["title"] = title
        if not same_text(found.body, body):
            changes["body"] = body
        if found.base != base:
            changes["base"] = base
        if changes:
            self._change(found, changes, f"update pull request {found.number}")

    def supersede(self, found: OpenRequest, *, word: str, body: str) -> None:
        """As `Forge.supersede`."""
        doing = f"close pull request {found.number}"
        comments = f"{self._url}/issues/{found.number}/comments"
        said = self._api.pages(f"{comments}?per_page=100", doing, most=_MOST_PAGES, accept=_ACCEPT)
        if not any(isinstance(each, dict) and same_text(text_in(each, "body"), word) for each in said):
            self._api.send("POST", comments, {"body": word}, doing, accept=_ACCEPT, is_repeatable=False)
        self._change(found, {"state": "closed", "body": body}, doing)

    def _list(self, doing: str, **query: str) -> list[OpenRequest]:
        items = self._api.pages(f"{self._url}/pulls?{urlencode(query)}", doing, most=_MOST_PAGES, accept=_ACCEPT)
        read = (self._read(item) for item in items)
        return [each for each in read if each is not None]

    def _change(self, found: OpenRequest, changes: dict[str, str], doing: str) -> None:
        self._api.send("PATCH", f"{self._url}/pulls/{found.number}", changes, doing, accept=_ACCEPT)

    def _post(self, path: str, content: object, doing: str) -> Answer:
        """Send something that does no harm where it arrives twice; 422 is given back."""
        return self._api.send("POST", f"{self._url}{path}", content, doing, accept=_ACCEPT, statuses=_UNPROCESSABLE)

    def _read(self, item: Any) -> OpenRequest | None:
        """A pull request from a branch of the repository itself; None for one from a fork."""
        match item:
            case {"number": _, "head": {"ref": str(branch), "repo": {"full_name": str(full_name)}}, "base": dict(base)}:
                if full_name.lower() != self._full_name:
                    return None
            case _:
                return None
        return OpenRequest(
            number=number_in(item, "number"),
            branch=branch,
            base=text_in(base, "ref"),
            title=text_in(item, "title"),
            body=text_in(item, "body"),
            url=text_in(item, "html_url"),
        )
