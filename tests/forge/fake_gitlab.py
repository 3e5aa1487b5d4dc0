"""GitLab on loopback: parameters and answers as its documentation has them, and tied to a bare repository."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.forge.api_server import ApiServer, Asked, Reply
from tests.forge.gitlab_shapes import ANSWERS, PARAMETERS, REQUIRED, misfits
from tests.forge.remotes import git_in

__all__ = ["FakeGitLab"]

_PAGING = {"page", "per_page"}
_USERS = {"alice": 11, "bob": 12}


class FakeGitLab(ApiServer):
    """One project, ``group/sub/name``, whose branches are those of `remote`."""

    def __init__(self, remote: Path, *, token: str = "a-token", page_size: int = 100) -> None:
        super().__init__(self._reply)
        self.remote = remote
        self.token = token
        self.page_size = page_size
        self.requests: dict[int, dict[str, Any]] = {}
        self.notes: dict[int, list[dict[str, Any]]] = {}
        self._answers: dict[tuple[str, str], Callable[[Asked, dict[str, Any]], Reply]] = {
            ("GET", "/merge_requests"): self._list,
            ("POST", "/merge_requests"): self._open,
            ("PUT", "/merge_requests/#"): self._change,
            ("GET", "/merge_requests/#/notes"): lambda _, found: Reply(content=self.notes.get(found["iid"], [])),
            ("POST", "/merge_requests/#/notes"): self._note,
            ("GET", "/users"): self._users,
        }

    def environ(self) -> dict[str, str]:
        """What a job finds in its environment, and a token."""
        return {
            "GITLAB_CI": "true",
            "CI_SERVER_URL": self.origin,
            "CI_API_V4_URL": f"{self.origin}/api/v4",
            "CI_PROJECT_PATH": "group/sub/name",
            "CI_JOB_TOKEN": "a-job-token",
            "GITLAB_TOKEN": self.token,
        }

    def opened(self) -> dict[str, dict[str, Any]]:
        """Those from the project itself that are open, by branch."""
        own = [each for each in self.requests.values() if each["source_project_id"] == each["target_project_id"]]
        return {each["source_branch"]: each for each in own if each["state"] == "opened"}

    def add(self, branch: str, **fields: Any) -> dict[str, Any]:
        """A merge request, in the shape of the documentation."""
        iid = len(self.requests) + 1
        self.requests[iid] = {
            "id": 1000 + iid,
            "iid": iid,
            "project_id": 3,
            "title": "",
            "description": None,
            "state": "opened",
            "created_at": "2026-01-01T00:00:00.000Z",
            "updated_at": "2026-01-01T00:00:00.000Z",
            "target_branch": "main",
            "source_branch": branch,
            "author": self._user(1, "bot"),
            "source_project_id": 3,
            "target_project_id": 3,
            "labels": [],
            "draft": False,
            "work_in_progress": False,
            "squash": False,
            "allow_collaboration": False,
            "assignees": [],
            "reviewers": [],
            "upvotes": 0,
            "downvotes": 0,
            "user_notes_count": 0,
            "merge_status": "can_be_merged",
            "merged_at": None,
            "closed_at": None,
            "sha": "8" * 40,
            "merge_commit_sha": None,
            "references": {"short": f"!{iid}", "relative": f"!{iid}", "full": f"group/sub/name!{iid}"},
            "web_url": f"{self.origin}/group/sub/name/-/merge_requests/{iid}",
            **fields,
        }
        return self.requests[iid]

    def _user(self, number: int, name: str) -> dict[str, Any]:
        url = f"{self.origin}/{name}"
        return {"id": number, "username": name, "name": name, "state": "active", "avatar_url": None, "web_url": url}

    def _reply(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return Reply(status=401, content={"message": "401 Unauthorized"})
        if asked.path == "/api/v4/users":
            match = re.fullmatch(r"/api/v4(/users)", asked.raw_path)
        else:
            match = re.fullmatch(r"/api/v4/projects/group%2Fsub%2Fname(/.*)", asked.raw_path)
        if match is None:
            return Reply(status=404, content={"message": "404 Project Not Found"})
        path = re.sub(r"/\d+(?=/|$)", "/#", match[1])
        numbers = [int(digits) for digits in re.findall(r"/(\d+)(?=/|$)", match[1])]
        written = f"\n{(asked.content or {}).get('description') or (asked.content or {}).get('body') or ''}"
        assert re.search(r"\n\s*/\w", written) is None, "GitLab would take this for a quick action"
        call = (asked.method, path)
        given = asked.query if asked.method == "GET" else asked.content
        assert given.keys() >= REQUIRED.get(call, frozenset()), f"{asked.method} {path} lacks a parameter"
        for name, value in given.items():
            assert name in _PAGING or isinstance(value, PARAMETERS[call][name]), f"{name} of {asked.method} {path}"
        if numbers and numbers[0] not in self.requests:
            return Reply(status=404, content={"message": "404 Not found"})
        reply = self._answers[call](asked, self.requests[numbers[0]] if numbers else {})
        if reply.status < 300:
            found = list(misfits(reply.content, ANSWERS[call]))
            assert not found, found
        return reply

    def _users(self, asked: Asked, _found: dict[str, Any]) -> Reply:
        name = asked.query["username"]
        return Reply(content=[self._user(_USERS[name], name)] if name in _USERS else [])

    def _list(self, asked: Asked, _found: dict[str, Any]) -> Reply:
        query = asked.query
        assert query["state"] in {"opened", "closed", "merged", "all"}
        found = [each for each in self.requests.values() if query["state"] in {"all", each["state"]}]
        if "source_branch" in query:
            found = [each for each in found if each["source_branch"] == query["source_branch"]]
        size = min(int(query.get("per_page", "20")), self.page_size)
        page = int(query.get("page", "1"))
        following = "&".join(f"{name}={value}" for name, value in {**query, "page": str(page + 1)}.items())
        link = {"Link": f'<{self.origin}{asked.raw_path}?{following}>; rel="next"'} if page * size < len(found) else {}
        return Reply(content=found[(page - 1) * size : page * size], headers=link)

    def _open(self, asked: Asked, _found: dict[str, Any]) -> Reply:
        content = asked.content
        if content["source_branch"] in self.opened():
            message = ["Another open merge request already exists for this source branch: !1"]
            return Reply(status=409, content={"message": message})
        heads = git_in(self.remote, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split()
        if content["source_branch"] not in heads:
            return Reply(status=400, content={"message": {"source_branch": ["does not exist"]}})
        fields = {name: content[name] for name in ("title", "description", "target_branch")}
        found = self.add(content["source_branch"], **fields, draft=content["title"].startswith("Draft: "))
        return Reply(status=201, content=found)

    def _change(self, asked: Asked, found: dict[str, Any]) -> Reply:
        content = dict(asked.content)
        if content.pop("state_event", None) == "close":
            found["state"] = "closed"
        if labels := content.pop("add_labels", ""):
            found["labels"] = sorted({*found["labels"], *labels.split(",")})
        if ids := content.pop("reviewer_ids", []):
            names = {number: name for name, number in _USERS.items()}
            found["reviewers"] = [self._user(number, names[number]) for number in ids]
        found.update(content)
        return Reply(content=found)

    def _note(self, asked: Asked, found: dict[str, Any]) -> Reply:
        now = "2026-01-01T00:00:00.000Z"
        note = {
            "id": 1,
            "body": asked.content["body"],
            "author": self._user(1, "bot"),
            "created_at": now,
            "updated_at": now,
            "system": False,
            "noteable_id": found["id"],
            "noteable_type": "MergeRequest",
            "noteable_iid": found["iid"],
            "resolvable": False,
        }
        self.notes.setdefault(found["iid"], []).append(note)
        return Reply(status=201, content=note)
