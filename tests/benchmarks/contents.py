"""What the served index answers: paths to bodies with the headers of a large public index."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name

from tests.benchmarks.page_bodies import html_page, json_page, made_up_digest, releases_page
from tests.benchmarks.recordings import MissingError, Recordings, path_of
from tests.benchmarks.upstream import Upstream
from tests.support.recorded_page import ListedFile

__all__ = ["Answer", "Contents"]

_PROJECT = re.compile(r"/simple/([^/]+)/?\Z")
_RELEASES = re.compile(r"/(?:pypi/)?([^/]+)/json\Z")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")
_JSON = "application/vnd.pypi.simple.v1+json"
_GZIP_LEVEL = 6
_FOREVER = "max-age=365000000, immutable, public"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response; its length is told by the server."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class _Body:
    content: bytes
    content_type: str
    etag: str
    encoding: str | None = None
    vary: str | None = None

    def answer(self, headers: Mapping[str, str], *, cache_control: str) -> Answer:
        """The whole of it, a part (RFC 9110, section 14), or that it is unchanged (section 13)."""
        said = {"Cache-Control": cache_control, "ETag": self.etag}
        if self.vary:
            said["Vary"] = self.vary
        if self.etag in headers.get("if-none-match", ""):
            return Answer(status=304, headers=said)
        said |= {"Content-Type": self.content_type, "Accept-Ranges": "bytes"}
        if self.encoding:
            said["Content-Encoding"] = self.encoding
        wanted = _RANGE.match(headers.get("range", ""))
        if wanted is None or not any(wanted.groups()):
            return Answer(status=200, headers=said, body=self.content)
        size = len(self.content)
        start = int(wanted[1]) if wanted[1] else max(0, size - int(wanted[2]))
        end = min(size, int(wanted[2]) + 1) if wanted[1] and wanted[2] else size
        said["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        return Answer(status=206, headers=said, body=self.content[start:end])


class Contents:
    """Everything under an origin, as far as it is recorded; `record` adds what is not.

    recording: whether pages announce metadata that are not recorded yet.
    """

    def __init__(self, recordings: Recordings, *, origin: str, upstream: Upstream | None) -> None:
        self.recording = False
        self._recordings = recordings
        self._origin = origin
        self._upstream = upstream
        self._listed: dict[str, list[ListedFile] | None] = {}
        self._files: dict[str, tuple[str, ListedFile]] = {}
        self._pages: dict[str, dict[tuple[str, bool, bool], _Body]] = {}
        self._bodies: dict[str, _Body | None] = {}

    def answer(self, path: str, headers: Mapping[str, str], *, max_age: int) -> Answer:
        """Answer a GET. max_age: seconds that pages stay fresh. Raises MissingError."""
        if found := _PROJECT.match(path):
            name = canonicalize_name(found[1])
            if path != f"/simple/{name}/":
                return Answer(status=301, headers={"Location": f"/simple/{name}/"})
            kind = "json" if _JSON in headers.get("accept", "") else "html"
        elif found := _RELEASES.match(path):
            name, kind = canonicalize_name(found[1]), "releases"
        else:
            body = self._file(path)
            return Answer(status=404) if body is None else body.answer(headers, cache_control=_FOREVER)
        body = self._page(name, kind, gzipped="gzip" in headers.get("accept-encoding", ""))
        return Answer(status=404) if body is None else body.answer(headers, cache_control=f"max-age={max_age}, public")

    def record(self, path: str) -> None:
        """Read what a path stands for from the recorded index. Raises its errors, ValueError for other paths."""
        upstream = self._upstream
        if upstream is None:
            raise ValueError("there is no index to record")
        found = _PROJECT.match(path) or _RELEASES.match(path)
        if found:
            project = canonicalize_name(found[1])
            self._take(project, self._recordings.page(project, fetch=lambda: upstream.page(project)))
            return
        if path.removesuffix(".metadata") not in self._files:
            raise ValueError("no page that was served lists it")
        name, file = self._files[path.removesuffix(".metadata")]
        if path.endswith(".metadata"):
            self._recordings.metadata(path_of(file), fetch=lambda: upstream.metadata(file))
            self._pages.pop(name, None)  # the page can now tell the digest
        else:
            self._recordings.file(path, fetch=lambda: upstream.file(file))

    def _take(self, name: str, files: list[ListedFile] | None) -> None:
        self._listed[name] = files
        self._files |= {path_of(file): (name, file) for file in files or ()}

    def _page(self, name: str, kind: str, *, gzipped: bool) -> _Body | None:
        key = (kind, gzipped, self.recording)
        page = self._pages.setdefault(name, {}).get(key)
        if page is not None:
            return page
        if name not in self._listed:
            self._take(name, self._recordings.page(name, fetch=None))
        files = self._listed[name]
        if files is None:
            return None
        match kind:
            case "json":
                content = json_page(name, files, origin=self._origin, digest_of=self._digest_of)
                content_type = _JSON
            case "html":
                content = html_page(name, files, origin=self._origin, digest_of=self._digest_of)
                content_type = "text/html; charset=utf-8"
            case _:
                content, content_type = releases_page(name, files, origin=self._origin), "application/json"
        page = _Body(
            content=gzip.compress(content, _GZIP_LEVEL, mtime=0) if gzipped else content,
            content_type=content_type,
            etag=_etag(content),
            encoding="gzip" if gzipped else None,
            vary="Accept, Accept-Encoding",
        )
        self._pages[name][key] = page
        return page

    def _digest_of(self, file: ListedFile) -> str | bool:
        """What a page tells of the metadata of a wheel."""
        try:
            return self._recordings.metadata_digest(path_of(file)) or False
        except MissingError:
            return self.recording or made_up_digest(file)

    def _file(self, path: str) -> _Body | None:
        if path not in self._bodies:
            if path.endswith(".metadata"):
                content = self._recordings.metadata(path.removesuffix(".metadata"), fetch=None)
            else:
                content = self._recordings.file(path, fetch=None)
            self._bodies[path] = (
                None
                if content is None
                else _Body(content=content, content_type="application/octet-stream", etag=_etag(content))
            )
        return self._bodies[path]


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'
