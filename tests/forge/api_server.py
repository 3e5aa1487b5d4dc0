"""A JSON API on loopback: what was asked is kept, answers come from a function, failures on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

__all__ = ["ApiServer", "Asked", "Reply"]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request. path: percent-decoded; content: its JSON, None where there was none. headers: lower-case names."""

    method: str
    path: str
    raw_path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: Any


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer. content: what becomes JSON; raw: bytes in its place."""

    status: int = 200
    content: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None


class ApiServer:
    """Serves `respond` until closed. asked: every request, in order. failures: what went wrong in here.

    before: called with each request; an answer that it gives is sent in place of the right one.
    """

    def __init__(self, respond: Callable[[Asked], Reply]) -> None:
        self.asked: list[Asked] = []
        self.failures: list[BaseException] = []
        self.before: Callable[[Asked], Reply | None] = lambda _asked: None
        self._respond = respond
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65_537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                body = self.rfile.read(int(self.headers.get("content-length") or "0"))
                reply = outer._answered(self.command, self.path, dict(self.headers.items()), body)
                sent = json.dumps(reply.content).encode() if reply.raw is None else reply.raw
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json; charset=utf-8", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:port``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        if error is None:
            assert self.failures == []

    def said(self) -> list[str]:
        """The requests so far, as ``METHOD path``."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    def changes(self) -> list[str]:
        """Those that were no mere questions."""
        return [line for line in self.said() if not line.startswith("GET ")]

    def _answered(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        with self._lock:
            try:
                parts = urlsplit(target)
                asked = Asked(
                    method=method,
                    path=unquote(parts.path),
                    raw_path=parts.path,
                    query=dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))),
                    headers={name.lower(): value for name, value in headers.items()},
                    content=json.loads(body) if body else None,
                )
                self.asked.append(asked)
                return self.before(asked) or self._respond(asked)
            except Exception as error:  # noqa: BLE001 - the test is told at its end
                self.failures.append(error)
                return Reply(status=599, content={"message": f"the fake failed: {error!r}"})
