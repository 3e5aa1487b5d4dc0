"""The wire: HTTP/1.1 with keep-alive on loopback, a thread a connection, and failures on demand."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, assert_never
from urllib.parse import urlsplit

from tests.support.exchange import RecordedRequest, Request, Response
from tests.support.faults import Announce, Answer, Break, Faults, Flood, Hang, Truncate

__all__ = ["WireServer"]

_PIECE = b" " * 65_536
_ANNOUNCED_PIECES = 16
_POLL_SECONDS = 0.01
_JOIN_SECONDS = 5.0


class WireServer(ThreadingHTTPServer):
    """Serves `respond` until closed.

    failures: what went wrong in here, broken connections left out. tls: None for plain HTTP.
    """

    daemon_threads = True
    request_queue_size = 128  # the default of 5 makes concurrent clients wait a second for a second SYN

    def __init__(
        self,
        respond: Callable[[Request], Response],
        *,
        faults: Faults,
        latency: Callable[[], float],
        tls: ssl.SSLContext | None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond = respond
        self.faults = faults
        self.latency = latency
        self.recorded: list[RecordedRequest] = []
        self.failures: list[BaseException] = []
        self.closing = threading.Event()
        self._tls = tls
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._workers: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        self._acceptor.start()

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:port``."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        """End: stop listening, end all connections and wait for their threads. May be called again."""
        if self.closing.is_set():
            return
        self.closing.set()
        self.shutdown()
        self._acceptor.join()
        self.server_close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            _end(connection)
        for thread in self._workers:
            thread.join(_JOIN_SECONDS)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept; a TLS handshake comes with the first read, in the connection's own thread."""
        connection, address = super().get_request()
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._connections.add(connection)
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start the thread of a connection, and keep it in mind: `close` waits for daemon threads too."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._workers.append(thread)
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """End a connection."""
        with self._lock:
            self._connections.discard(request)
        _end(request)
        request.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Remember what went wrong, unless a client only went away or did not like our certificate."""
        del request, client_address
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.failures.append(error)


class _Handler(BaseHTTPRequestHandler):
    server: WireServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        """Read and answer one request, whatever its method."""
        line = self.rfile.readline(65_537)
        self.raw_requestline = line
        if not line or not self.parse_request():
            self.close_connection = True
            return
        request = Request(
            method=self.command,
            path=urlsplit(self.path).path,  # a proxy is asked with the whole URL
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        self.rfile.read(int(request.headers.get("content-length", "0")))
        self.server.closing.wait(self.server.latency())
        effect = self.server.faults.take(request.path)
        if isinstance(effect, Hang):
            self.server.closing.wait(effect.seconds)
            effect = None
        if self.server.closing.is_set():
            self._record(request, None)
            self._hang_up()
        else:
            self._answer(request, effect)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""

    def _answer(self, request: Request, effect: Answer | Truncate | Break | Announce | Flood | None) -> None:
        match effect:
            case None:
                self._send(request, self.server.respond(request))
            case Answer(response):
                self._send(request, response)
            case Truncate(keep):
                whole = self.server.respond(request)
                cut = whole.body[: len(whole.body) // 2 if keep is None else keep]
                self._send(request, Response(status=whole.status, headers=whole.headers, body=cut))
            case Break():
                whole = self.server.respond(request)
                self._begin(request, whole, {"Content-Length": str(len(whole.body))})
                self.wfile.write(whole.body[: len(whole.body) // 2])
                self._hang_up()
            case Announce(length):
                self._begin(request, self.server.respond(request), {"Content-Length": str(length)})
                for _ in range(_ANNOUNCED_PIECES):
                    self.wfile.write(_PIECE)
                self._hang_up()
            case Flood(size):
                self._flood(request, size)
            case _:
                assert_never(effect)

    def _send(self, request: Request, response: Response) -> None:
        framing = {} if response.status == HTTPStatus.NOT_MODIFIED else {"Content-Length": str(len(response.body))}
        self._begin(request, response, framing, body=b"" if request.method == "HEAD" else response.body)

    def _begin(self, request: Request, response: Response, framing: dict[str, str], *, body: bytes = b"") -> None:
        """Send status line, headers and perhaps the body, all at once."""
        self._record(request, response.status)
        try:
            reason = HTTPStatus(response.status).phrase
        except ValueError:
            reason = ""
        headers = {**response.headers, **framing, "Date": self.date_time_string()}
        lines = [f"HTTP/1.1 {int(response.status)} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
        self.wfile.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1") + body)

    def _flood(self, request: Request, size: int) -> None:
        self._begin(request, self.server.respond(request), {"Transfer-Encoding": "chunked"})
        sent = 0
        while sent < size and not self.server.closing.is_set():
            piece = _PIECE[: size - sent]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            sent += len(piece)
        self.wfile.write(b"0\r\n\r\n")

    def _record(self, request: Request, status: int | None) -> None:
        """Note the request before its answer goes out, so that a client which has the answer finds it noted."""
        self.server.recorded.append(
            RecordedRequest(
                method=request.method,
                path=request.path,
                headers=request.headers,
                status=None if status is None else int(status),
            )
        )

    def _hang_up(self) -> None:
        self.close_connection = True
        _end(self.connection)


def _end(connection: socket.socket) -> None:
    """Shut a connection down below its TLS layer, which another thread may be using."""
    with contextlib.suppress(OSError):  # it may have ended already
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
