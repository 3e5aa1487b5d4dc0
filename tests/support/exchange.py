"""One request to the loopback index and one answer of it, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["RecordedRequest", "Request", "Response"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client asked for. path: percent-decoded by nobody, without host and query. headers: lower-case names."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class RecordedRequest(Request):
    """A request, and the status of its answer; None where the connection ended before there was one."""

    status: int | None


@dataclass(frozen=True, kw_only=True)
class Response:
    """What is answered; Content-Length is not among the headers, the server adds it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
