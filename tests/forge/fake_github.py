"""GitHub on loopback, as far as pull requests need it: strict about what it is sent, and tied to a bare repository."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.forge.api_server import ApiServer, Asked, Reply
from tests.forge.remotes import git_in

__all__ = ["FakeGitHub"]

_SHAPES = {
    ("GET", "/pulls"): {"state", "head", "base", "sort", "direction", "per_page", "page"},
    ("POST", "/pulls"): {"title", "head", "head_repo", "base", "body", "maintainer_can_modify", "draft", "issue"},
    ("PATCH", "/pulls/#"): {"title", "body", "state", "base", "maintainer_can_modify"},
    ("POST", "/issues/#/labels"): {"labels"},
    ("POST", "/pulls/#/requested_reviewers"): {"reviewers", "team_reviewers"},
    ("GET", "/issues/#/comments"): {"since", "per_page", "page"},
    ("GET", "/releases"): {"per_page", "page"},
    ("POST", "/issues/#/comments"): {"body"},
}


class FakeGitHub(ApiServer):
    """One repository, ``owner/name``, whose branches are those of `remote`.

    templates: what answers look like beyond the fields that matter, by name: ``pull-request``, ``pull-request-simple``,
    ``issue-comment``, ``label``. page_size: at most so many items a page.
    """

    def __init__(
        self, remote: Path, *, token: str = "a-token", templates: Mapping[str, Any] | None = None, page_size: int = 100
    ) -> None:
        super().__init__(self._reply)
        self.remote = remote
        self.token = token
        self.pulls: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, list[str]] = {}
        self.releases: list[dict[str, Any]] = []
        self.people = {"alice", "bob"}
        self.has_drafts = True
        self.page_size = page_size
        self._templates = templates or {}
        self._answers: dict[tuple[str, str], Callable[[Asked, dict[str, Any]], Reply]] = {
            ("GET", "/pulls"): self._list,
            ("POST", "/pulls"): lambda asked, _: self.open_pull(asked.content),
            ("PATCH", "/pulls/#"): self._change,
            ("POST", "/issues/#/labels"): self._label,
            ("POST", "/pulls/#/requested_reviewers"): self._ask,
            ("GET", "/issues/#/comments"): self._said,
            ("POST", "/issues/#/comments"): self._comment,
            ("GET", "/releases"): lambda *_: Reply(content=[self._overlaid("release", each) for each in self.releases]),
        }

    def environ(self) -> dict[str, str]:
        """What a run in Actions finds in its environment."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": self.origin,
            "GITHUB_API_URL": self.origin,
            "GITHUB_REPOSITORY": "owner/name",
            "GITHUB_TOKEN": self.token,
        }

    def open_pulls(self) -> dict[str, dict[str, Any]]:
        """Those from the repository itself, by branch."""
        self._close_vanished()
        own = [pull for pull in self.pulls.values() if pull["repo"] == "owner/name"]
        return {pull["head"]: pull for pull in own if pull["state"] == "open"}

    def add_pull(self, branch: str, **fields: Any) -> dict[str, Any]:
        """One that somebody opened."""
        number = len(self.pulls) + 1
        self.pulls[number] = {
            "number": number,
            "title": "",
            "body": None,
            "head": branch,
            "base": "main",
            "state": "open",
            "draft": False,
            "merged_at": None,
            "labels": [],
            "reviewers": [],
            "repo": "owner/name",
            **fields,
        }
        return self.pulls[number]

    def _reply(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return Reply(status=401, content=_problem("Bad credentials"))
        version = asked.headers.get("x-github-api-version")
        assert version == "2022-11-28"
        assert asked.headers["accept"] == "application/vnd.github+json"
        match = re.fullmatch(r"/repos/owner/name(/.*)", asked.path)
        if match is None:
            return Reply(status=404, content=_problem("Not Found"))
        self._close_vanished()
        path = re.sub(r"/\d+(?=/|$)", "/#", match[1])
        numbers = [int(digits) for digits in re.findall(r"/(\d+)(?=/|$)", match[1])]
        given = asked.query if asked.method == "GET" else asked.content
        unknown = set(given) - _SHAPES[asked.method, path]
        assert not unknown, f"{asked.method} {path} knows no {unknown}"
        if numbers and numbers[0] not in self.pulls:
            return Reply(status=404, content=_problem("Not Found"))
        return self._answers[asked.method, path](asked, self.pulls[numbers[0]] if numbers else {})

    def _label(self, asked: Asked, pull: dict[str, Any]) -> Reply:
        pull["labels"] = sorted({*pull["labels"], *asked.content["labels"]})
        return Reply(content=[self._overlaid("label", {"name": name}) for name in pull["labels"]])

    def _ask(self, asked: Asked, pull: dict[str, Any]) -> Reply:
        if unknown := set(asked.content["reviewers"]) - self.people:
            message = f"Reviews may only be requested from collaborators. {sorted(unknown)} is none."
            return Reply(status=422, content=_problem(message))
        pull["reviewers"] += [*asked.content["reviewers"], *asked.content["team_reviewers"]]
        return Reply(status=201, content=self._shown(pull, "pull-request-simple"))

    def _said(self, asked: Asked, pull: dict[str, Any]) -> Reply:
        del asked
        said = self.comments.get(pull["number"], [])
        return Reply(content=[self._overlaid("issue-comment", {"body": text}) for text in said])

    def _comment(self, asked: Asked, pull: dict[str, Any]) -> Reply:
        self.comments.setdefault(pull["number"], []).append(asked.content["body"])
        return Reply(status=201, content=self._overlaid("issue-comment", {"body": asked.content["body"]}))

    def _list(self, asked: Asked, _pull: dict[str, Any]) -> Reply:
        query = asked.query
        state = query.get("state", "open")
        found = [pull for pull in self.pulls.values() if state in {"all", pull["state"]}]
        if "head" in query:
            found = [pull for pull in found if f"owner:{pull['head']}" == query["head"]]
        found.sort(key=lambda pull: pull["number"], reverse=True)
        size = min(int(query.get("per_page", "30")), self.page_size)
        page = int(query.get("page", "1"))
        shown = [self._shown(pull, "pull-request-simple") for pull in found[(page - 1) * size : page * size]]
        following = "&".join(f"{name}={value}" for name, value in {**query, "page": str(page + 1)}.items())
        link = {"Link": f'<{self.origin}{asked.raw_path}?{following}>; rel="next"'} if page * size < len(found) else {}
        return Reply(content=shown, headers=link)

    def open_pull(self, content: Any) -> Reply:
        """Open one, or say why not."""
        head, base = content["head"], content["base"]
        if content.get("draft") and not self.has_drafts:
            return Reply(status=422, content=_problem("Draft pull requests are not supported in this repository."))
        if head in self.open_pulls():
            message = f"A pull request already exists for owner:{head}."
            return Reply(status=422, content=_problem("Validation Failed", message))
        if self._commit(head) is None or self._commit(head) == self._commit(base):
            return Reply(status=422, content=_problem("Validation Failed", f"No commits between {base} and {head}"))
        if len(content["body"]) > 65_536:
            return Reply(status=422, content=_problem("Validation Failed", "body is too long"))
        fields = {"title": content["title"], "body": content["body"], "base": base}
        pull = self.add_pull(head, **fields, draft=bool(content.get("draft")))
        return Reply(status=201, content=self._shown(pull, "pull-request"))

    def _change(self, asked: Asked, pull: dict[str, Any]) -> Reply:
        content = asked.content
        if len(content.get("body", "")) > 65_536:
            return Reply(status=422, content=_problem("Validation Failed", "body is too long"))
        pull.update(content)
        return Reply(content=self._shown(pull, "pull-request"))

    def _close_vanished(self) -> None:
        for pull in self.pulls.values():
            if pull["state"] == "open" and pull["repo"] == "owner/name" and self._commit(pull["head"]) is None:
                pull["state"] = "closed"

    def _commit(self, branch: str) -> str | None:
        done = git_in(self.remote, "rev-parse", "--verify", "-q", f"refs/heads/{branch}", check=False)
        return done.strip() or None

    def _shown(self, pull: Mapping[str, Any], template: str) -> Any:
        about = {
            "number": pull["number"],
            "title": pull["title"],
            "body": pull["body"],
            "state": pull["state"],
            "draft": pull["draft"],
            "merged_at": pull["merged_at"],
            "html_url": f"{self.origin}/owner/name/pull/{pull['number']}",
            "head": {"ref": pull["head"], "repo": {"full_name": pull["repo"]}},
            "base": {"ref": pull["base"]},
        }
        return self._overlaid(template, about)

    def _overlaid(self, template: str, about: Mapping[str, Any]) -> Any:
        return _merged(copy.deepcopy(self._templates.get(template, {})), about)


def _merged(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, Mapping):
        return {**below, **{name: _merged(below.get(name), value) for name, value in above.items()}}
    return above


def _problem(message: str, *errors: str) -> dict[str, Any]:
    found = [{"resource": "PullRequest", "code": "custom", "message": text} for text in errors]
    about = {"message": message, "documentation_url": "https://forge.example/rest"}
    return {**about, "errors": found} if found else about
