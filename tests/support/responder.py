"""What a well-behaved simple repository answers to a request; no sockets here."""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import unquote

from packaging.utils import canonicalize_name

from tests.support.behaviour import Behaviour
from tests.support.catalogue import Catalogue
from tests.support.exchange import Request, Response
from tests.support.pages import (
    HTML_TYPE,
    JSON_TYPE,
    PROVENANCE_TYPE,
    TEXT_HTML,
    links_html,
    project_html,
    project_json,
    root_html,
    root_json,
)

__all__ = ["Responder"]

_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")
_PROJECT_PATH = re.compile(r"/simple/([^/]+)(/?)\Z")
_FILE_PATH = re.compile(r"/files/([^/]+)/([^/]+)\Z")
_METADATA_SUFFIX = ".metadata"
_PROVENANCE_SUFFIX = ".provenance"
_ALIASES = {
    "application/vnd.pypi.simple.latest+json": JSON_TYPE,
    "application/vnd.pypi.simple.latest+html": HTML_TYPE,
}


class Responder:
    """Answers from a catalogue, in the manners of a behaviour."""

    def __init__(self, catalogue: Catalogue, behaviour: Behaviour) -> None:
        self.catalogue = catalogue
        self.behaviour = behaviour

    def respond(self, request: Request, *, origin: str) -> Response:
        """Answer. origin: ``http://host:port``, for absolute URLs in pages. The body is there for HEAD too."""
        if request.method not in {"GET", "HEAD"}:
            return Response(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        if not self._is_allowed(request):
            return Response(
                status=HTTPStatus.UNAUTHORIZED,
                headers={"WWW-Authenticate": 'Basic realm="loopback"'},
                body=b"who are you?\n",
            )
        match request.path:
            case "/simple":
                return _moved("/simple/")
            case "/simple/":
                return self._root(request)
            case "/links":
                return _moved("/links/")
            case "/links/":
                body = links_html(self.catalogue.all_files(), self.behaviour, origin=origin)
                return self._page(request, body, f"{TEXT_HTML}; charset=utf-8")
        if match := _PROJECT_PATH.match(request.path):
            return self._project(request, unquote(match[1]), is_folder=bool(match[2]), origin=origin)
        if match := _FILE_PATH.match(request.path):
            return self._file(request, unquote(match[1]), unquote(match[2]))
        return _absent()

    def _is_allowed(self, request: Request) -> bool:
        if self.behaviour.requires_auth is None:
            return True
        if request.path.startswith("/files/") and not self.behaviour.files_require_auth:
            return True
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        return scheme.lower() == "basic" and given == ":".join(self.behaviour.requires_auth)

    def _root(self, request: Request) -> Response:
        content_type = self._negotiate(request)
        if content_type is None:
            return Response(status=HTTPStatus.NOT_ACCEPTABLE)
        render = root_json if content_type == JSON_TYPE else root_html
        return self._page(request, render(self.catalogue.names(), self.behaviour), content_type)

    def _project(self, request: Request, name: str, *, is_folder: bool, origin: str) -> Response:
        normalized = canonicalize_name(name)
        files = self.catalogue.files(normalized)
        if files is None:
            return _absent()
        if name != normalized or not is_folder:
            return _moved(f"/simple/{normalized}/")
        content_type = self._negotiate(request)
        if content_type is None:
            return Response(status=HTTPStatus.NOT_ACCEPTABLE)
        render = project_json if content_type == JSON_TYPE else project_html
        return self._page(request, render(normalized, files, self.behaviour, origin=origin), content_type)

    def _file(self, request: Request, project: str, filename: str) -> Response:
        cache_control = self.behaviour.file_cache_control
        file = self.catalogue.find(project, filename)
        if file is not None and file.content is not None:
            headers = {"Content-Type": "application/octet-stream", **_optional("Cache-Control", cache_control)}
            if self.behaviour.etag:
                headers["ETag"] = _etag(file.content)
            return self._part(request, Response(status=HTTPStatus.OK, headers=headers, body=file.content))
        described = self.catalogue.find(project, filename.removesuffix(_METADATA_SUFFIX))
        if file is None and described is not None and described.metadata is not None and self.behaviour.core_metadata:
            return self._entity(request, described.metadata, "application/octet-stream", cache_control)
        attested = self.catalogue.find(project, filename.removesuffix(_PROVENANCE_SUFFIX))
        if file is None and attested is not None and attested.provenance:
            return self._entity(request, attested.provenance, PROVENANCE_TYPE, cache_control)
        return _absent()

    def _page(self, request: Request, body: bytes, content_type: str) -> Response:
        return self._entity(request, body, content_type, self.behaviour.cache_control, vary="Accept, Accept-Encoding")

    def _entity(
        self,
        request: Request,
        body: bytes,
        content_type: str,
        cache_control: str | None,
        *,
        vary: str = "Accept-Encoding",
    ) -> Response:
        """Compress what may be, and answer 304 where the client has it already (RFC 9110, 13.1.2)."""
        headers = {"Vary": vary, **_optional("Cache-Control", cache_control)}
        if self.behaviour.gzip and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        if self.behaviour.etag:
            headers["ETag"] = _etag(body)
            if _is_listed(headers["ETag"], request.headers.get("if-none-match", "")):
                headers.pop("Content-Encoding", None)
                return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(status=HTTPStatus.OK, headers={"Content-Type": content_type, **headers}, body=body)

    def _part(self, request: Request, whole: Response) -> Response:
        """A single range of a file (RFC 9110, section 14); several at once are answered with the whole, as one may."""
        if self.behaviour.ranges == "none":
            return whole
        whole = Response(status=whole.status, headers={**whole.headers, "Accept-Ranges": "bytes"}, body=whole.body)
        match = _RANGE.match(request.headers.get("range", ""))
        if match is None or match[1] == match[2] == "":
            return whole
        condition = request.headers.get("if-range")
        if condition is not None and condition != whole.headers.get("ETag"):
            return whole
        size = len(whole.body)
        if match[1]:
            start, end = int(match[1]), min(int(match[2]), size - 1) if match[2] else size - 1
        elif self.behaviour.ranges == "no-suffix":
            return Response(status=self.behaviour.suffix_status, headers={"Content-Range": f"bytes */{size}"})
        else:
            start, end = max(0, size - int(match[2])), size - 1
        if start > end:
            return Response(
                status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers={"Content-Range": f"bytes */{size}"}
            )
        return Response(
            status=HTTPStatus.PARTIAL_CONTENT,
            headers={**whole.headers, "Content-Range": f"bytes {start}-{end}/{size}"},
            body=whole.body[start : end + 1],
        )

    def _negotiate(self, request: Request) -> str | None:
        """The content type of a page (PEP 691, "Version + Format Selection"), None where none is acceptable."""
        is_json = self.behaviour.style == "json"
        if self.behaviour.ignores_accept:
            return JSON_TYPE if is_json else f"{TEXT_HTML}; charset=utf-8"
        offers = [JSON_TYPE, HTML_TYPE, TEXT_HTML] if is_json else [HTML_TYPE, TEXT_HTML]
        accepted = _qualities(request.headers.get("accept", "*/*"))
        named = [(accepted[offer], -rank, offer) for rank, offer in enumerate(offers) if accepted.get(offer)]
        if named:
            return max(named)[2]
        return TEXT_HTML if accepted.get("*/*") or accepted.get("text/*") else None


def _qualities(accept: str) -> Mapping[str, float]:
    """Media ranges with their weights (RFC 9110, 12.5.1); a weight of 0 refuses."""
    qualities: dict[str, float] = {}
    for part in accept.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((value for name, _, value in (p.partition("=") for p in parameters) if name == "q"), "1")
        qualities[_ALIASES.get(media_range, media_range)] = float(weight)
    return qualities


def _is_listed(etag: str, if_none_match: str) -> bool:
    candidates: Sequence[str] = [candidate.strip() for candidate in if_none_match.split(",")]
    return "*" in candidates or etag in [candidate.removeprefix("W/") for candidate in candidates]


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _optional(name: str, value: str | None) -> dict[str, str]:
    return {} if value is None else {name: value}


def _moved(location: str) -> Response:
    return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers={"Location": location})


def _absent() -> Response:
    return Response(status=HTTPStatus.NOT_FOUND, headers={"Content-Type": "text/plain"}, body=b"not here\n")
