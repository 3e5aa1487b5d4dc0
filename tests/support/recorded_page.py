"""A project's page as an index gave it, read for `record_snapshot`.

Apart from the program's own reader on purpose: what a test is judged by should not come from what is tested.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

__all__ = ["ACCEPT", "ListedFile", "listed_files"]

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"


@dataclass(frozen=True, kw_only=True)
class ListedFile:
    """One file of a page. url: absolute. sha256: None where the page gives another hash or none."""

    filename: str
    url: str
    sha256: str | None
    size: int | None
    upload_time: datetime | None
    requires_python: str | None
    yanked: str | None
    has_metadata: bool


def listed_files(body: bytes, *, url: str, content_type: str) -> list[ListedFile]:
    """Read a page (PEP 503 or PEP 691) in its order. Raises ValueError or KeyError for what is neither."""
    if content_type.partition(";")[0].strip().endswith("+json"):
        return [_from_json(entry, url=url) for entry in json.loads(body)["files"]]
    reader = _Anchors()
    reader.feed(body.decode())
    reader.close()
    return [_from_anchor(anchor, url=url) for anchor in reader.anchors]


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.anchors.append({name: value or "" for name, value in attrs})


def _from_json(entry: Mapping[str, Any], *, url: str) -> ListedFile:
    yanked = entry.get("yanked", False)
    return ListedFile(
        filename=entry["filename"],
        url=urljoin(url, entry["url"]),
        sha256=entry["hashes"].get("sha256"),
        size=entry.get("size"),
        upload_time=_time(entry.get("upload-time")),
        requires_python=entry.get("requires-python"),
        yanked=yanked if isinstance(yanked, str) else "" if yanked else None,
        has_metadata=bool(entry.get("core-metadata") or entry.get("data-dist-info-metadata")),
    )


def _from_anchor(anchor: Mapping[str, str], *, url: str) -> ListedFile:
    location, fragment = urldefrag(urljoin(url, anchor["href"]))
    algorithm, _, digest = fragment.partition("=")
    return ListedFile(
        filename=unquote(location.rpartition("/")[2]),
        url=location,
        sha256=digest if algorithm == "sha256" else None,
        size=None,
        upload_time=_time(anchor.get("data-upload-time")),
        requires_python=anchor.get("data-requires-python") or None,
        yanked=anchor.get("data-yanked"),
        has_metadata="data-core-metadata" in anchor or "data-dist-info-metadata" in anchor,
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
