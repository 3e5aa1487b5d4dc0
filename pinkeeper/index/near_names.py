"""Names like one that nobody lists, where an index is small enough to give all of its names."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
from packaging.utils import NormalizedName, canonicalize_name

from pinkeeper.errors import PinkeeperError
from pinkeeper.index.repository import Repository

__all__ = ["near_names"]

_ANCHOR_TEXT = re.compile(r"<a\s[^>]*>\s*([^<>]+?)\s*</a>", re.IGNORECASE)
_SHOWN = 3


class _Project(msgspec.Struct, frozen=True):
    name: str


class _Projects(msgspec.Struct, frozen=True):
    projects: list[_Project]


def near_names(name: NormalizedName, indexes: Iterable[Repository]) -> tuple[str, ...]:
    """Up to three listed names that a person may have meant, best first (PEP 503 and 691, project list).

    An index that does not give its list, or a list of many megabytes, is passed over: this only adds to an error.
    """
    import difflib  # noqa: PLC0415 - only on the way to an error

    names: set[str] = set()
    for index in indexes:
        try:
            answer = index.project_list()
        except PinkeeperError:
            continue
        if answer is None:
            continue
        if "json" in answer.headers.get("content-type", ""):
            try:
                listed = [project.name for project in msgspec.json.decode(answer.body, type=_Projects).projects]
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
        else:
            listed = _ANCHOR_TEXT.findall(answer.body.decode("utf-8", errors="replace"))
        names.update(canonicalize_name(text) for text in listed)
    return tuple(difflib.get_close_matches(name, sorted(names), n=_SHOWN, cutoff=0.75))
