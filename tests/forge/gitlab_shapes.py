"""What GitLab's documentation of its REST API, version 4, gives as parameters and answers of the calls made here.

Recorded by hand from the tables and examples of "Merge requests API", "Notes API" and "Users API": names, types, and
what may be null. A type is a Python one; a list has the shape of its elements; a table that of its fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["ANSWERS", "PARAMETERS", "REQUIRED", "misfits"]

_NULL = type(None)

PARAMETERS: Mapping[tuple[str, str], Mapping[str, type]] = {
    ("GET", "/merge_requests"): {
        **dict.fromkeys(("state", "order_by", "sort", "milestone", "view", "labels", "scope"), str),
        **dict.fromkeys(("source_branch", "target_branch", "search", "in", "wip", "author_username"), str),
    },
    ("POST", "/merge_requests"): {
        **dict.fromkeys(("source_branch", "target_branch", "title", "description", "labels"), str),
        **dict.fromkeys(("assignee_id", "target_project_id", "milestone_id"), int),
        **dict.fromkeys(("assignee_ids", "reviewer_ids"), list),
        **dict.fromkeys(("remove_source_branch", "allow_collaboration", "squash"), bool),
    },
    ("PUT", "/merge_requests/#"): {
        **dict.fromkeys(("target_branch", "title", "labels", "add_labels", "remove_labels", "description"), str),
        "state_event": str,
        **dict.fromkeys(("assignee_id", "milestone_id"), int),
        **dict.fromkeys(("assignee_ids", "reviewer_ids"), list),
        **dict.fromkeys(("remove_source_branch", "squash", "discussion_locked", "allow_collaboration"), bool),
    },
    ("GET", "/merge_requests/#/notes"): {"order_by": str, "sort": str},
    ("POST", "/merge_requests/#/notes"): {"body": str, "created_at": str},
    ("GET", "/users"): {"username": str},
}
"""By method and path, numbers in it as ``#``; those of pages apart."""

REQUIRED: Mapping[tuple[str, str], frozenset[str]] = {
    ("POST", "/merge_requests"): frozenset({"source_branch", "target_branch", "title"}),
    ("POST", "/merge_requests/#/notes"): frozenset({"body"}),
}

_USER = {
    "id": int,
    **dict.fromkeys(("name", "username", "state", "web_url"), str),
    "avatar_url": (str, _NULL),
}
_MERGE_REQUEST = {
    **dict.fromkeys(("id", "iid", "project_id", "source_project_id", "target_project_id"), int),
    **dict.fromkeys(("upvotes", "downvotes", "user_notes_count"), int),
    **dict.fromkeys(("title", "state", "created_at", "updated_at", "target_branch", "source_branch"), str),
    **dict.fromkeys(("merge_status", "sha", "web_url"), str),
    "description": (str, _NULL),
    "author": _USER,
    "assignees": [_USER],
    "reviewers": [_USER],
    "labels": [str],
    **dict.fromkeys(("draft", "work_in_progress", "squash", "allow_collaboration"), bool),
    "references": {"short": str, "relative": str, "full": str},
    **dict.fromkeys(("merged_at", "closed_at", "merge_commit_sha"), (str, _NULL)),
}
_NOTE = {
    **dict.fromkeys(("id", "noteable_id", "noteable_iid"), int),
    **dict.fromkeys(("body", "created_at", "updated_at", "noteable_type"), str),
    "author": {"id": int, **dict.fromkeys(("username", "name", "state"), str)},
    **dict.fromkeys(("system", "resolvable"), bool),
}

ANSWERS: Mapping[tuple[str, str], Any] = {
    ("GET", "/merge_requests"): [_MERGE_REQUEST],
    ("POST", "/merge_requests"): _MERGE_REQUEST,
    ("PUT", "/merge_requests/#"): _MERGE_REQUEST,
    ("GET", "/merge_requests/#/notes"): [_NOTE],
    ("POST", "/merge_requests/#/notes"): _NOTE,
    ("GET", "/users"): [_USER],
}
"""What is answered with a status of success."""

_STATES = frozenset({"opened", "closed", "locked", "merged"})


def misfits(value: Any, shape: Any, *, at: str = "answer") -> Iterator[str]:
    """Where a value is not of a shape; fields beyond it are GitLab's own affair."""
    match shape:
        case dict():
            if not isinstance(value, dict):
                yield f"{at} is no table"
                return
            for name, inner in shape.items():
                if name in value:
                    yield from misfits(value[name], inner, at=f"{at}.{name}")
                else:
                    yield f"{at}.{name} is missing"
            if "iid" in shape and value.get("state") not in _STATES:
                yield f"{at}.state is {value.get('state')!r}"
        case [inner]:
            if not isinstance(value, list):
                yield f"{at} is no list"
                return
            for place, each in enumerate(value):
                yield from misfits(each, inner, at=f"{at}[{place}]")
        case _:
            if not isinstance(value, shape) or (isinstance(value, bool) and shape is int):
                yield f"{at} is {value!r}"
