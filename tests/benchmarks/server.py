"""``python -m tests.benchmarks.server FOLDER``: an index on loopback that answers from recordings, after a latency.

A process of its own, so that its work is not counted as a tool's. HTTP/1.1 with keep-alive; bodies and their gzip are
held in memory once asked for. Under ``/-/`` the benchmark says how the next run is answered and reads what the last
one took.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import resource
import sys
import tempfile
from collections import deque
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.benchmarks.contents import Answer, Contents
from tests.benchmarks.default_index import pip_index
from tests.benchmarks.recordings import MissingError, Recordings
from tests.benchmarks.upstream import Upstream
from tests.support.certificates import Authority

__all__ = ["Conduct", "Counters", "IndexServer", "main"]

_REASONS = {200: "OK", 206: "Partial Content", 301: "Moved Permanently", 304: "Not Modified", 404: "Not Found"}
_NO_BODY = frozenset({304})
_BACKLOG = 1024


@dataclass(kw_only=True)
class Conduct:
    """How requests are answered. latency: seconds before each answer. max_age: seconds that pages stay fresh."""

    latency: float = 0.0
    max_age: int = 600
    recording: bool = False


@dataclass(kw_only=True)
class Counters:
    """What was asked for.

    sent_bytes: of bodies, as sent. recorded: how many things were new. missed: paths that are not recorded.
    """

    requests: int
    pages: int
    metadata: int
    not_modified: int
    sent_bytes: int
    connections: int
    recorded: int
    missed: list[str]


class IndexServer:
    """What all connections share."""

    def __init__(self, recordings: Recordings, *, upstream: Upstream | None) -> None:
        self.conduct = Conduct()
        self.counters = _zero()
        self.contents: Contents | None = None
        self._recordings = recordings
        self._upstream = upstream

    def open(self, origin: str) -> None:
        """Begin to answer under an origin: scheme, host and port."""
        self.contents = Contents(self._recordings, origin=origin, upstream=self._upstream)

    def command(self, target: str) -> bytes:
        """Obey the benchmark: ``/-/begin?latency_ms=20&max_age=600&recording=0`` or ``/-/end``."""
        parts = urlsplit(target)
        said = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        assert self.contents is not None
        if parts.path == "/-/begin":
            recording = said.get("recording") == "1"
            self.contents.recording = recording
            self.conduct = Conduct(
                latency=float(said.get("latency_ms", "0")) / 1000,
                max_age=int(said.get("max_age", "600")),
                recording=recording,
            )
            self.counters = _zero()
            gc.collect()
            gc.freeze()
            return b"{}"
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return json.dumps({**self.counters.__dict__, "server_cpu": usage.ru_utime + usage.ru_stime}).encode()


class _Connection(asyncio.Protocol):
    """One client. Requests on it are answered in turn."""

    def __init__(self, server: IndexServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._waiting: deque[tuple[str, str, dict[str, str]]] = deque()
        self._busy = False
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.counters.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base class names it so
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head, self._received = self._received[:end], self._received[end + 4 :]
            first, *lines = head.decode("latin-1").split("\r\n")
            method, _, rest = first.partition(" ")
            headers = {}
            for line in lines:
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            self._waiting.append((method, rest.rpartition(" ")[0], headers))
        self._next()

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        self._busy = True
        method, target, headers = self._waiting.popleft()
        if target.startswith("/-/"):
            self._send(Answer(status=200, body=self._server.command(target)), method)
            return
        asyncio.get_running_loop().call_later(self._server.conduct.latency, self._answer, method, target, headers)

    def _answer(self, method: str, target: str, headers: Mapping[str, str]) -> None:
        path = target.partition("?")[0]
        counters = self._server.counters
        counters.requests += 1
        if path.endswith(".metadata"):
            counters.metadata += 1
        elif path.startswith("/simple/"):
            counters.pages += 1
        contents = self._server.contents
        assert contents is not None
        try:
            answer = contents.answer(path, headers, max_age=self._server.conduct.max_age)
        except MissingError:
            if self._server.conduct.recording:
                self._task = asyncio.create_task(self._record(method, path, headers))
                return
            counters.missed.append(path)
            answer = Answer(status=404)
        self._count(answer, method)
        self._send(answer, method)

    async def _record(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Answer with what is read from the recorded index now."""
        contents = self._server.contents
        assert contents is not None
        try:
            await asyncio.to_thread(contents.record, path)
            self._server.counters.recorded += 1
            answer = contents.answer(path, headers, max_age=self._server.conduct.max_age)
        except Exception as error:  # noqa: BLE001 - told; the tool meets a 404
            sys.stderr.write(f"cannot record {path}: {error!r}\n")
            self._server.counters.missed.append(path)
            answer = Answer(status=404)
        self._count(answer, method)
        self._send(answer, method)

    def _count(self, answer: Answer, method: str) -> None:
        counters = self._server.counters
        counters.not_modified += answer.status == 304
        counters.sent_bytes += 0 if method == "HEAD" else len(answer.body)

    def _send(self, answer: Answer, method: str) -> None:
        self._busy = False
        if self._transport is None:
            return  # the client went away
        lines = [f"HTTP/1.1 {answer.status} {_REASONS[answer.status]}"]
        if answer.status not in _NO_BODY:
            lines.append(f"Content-Length: {len(answer.body)}")
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if method == "HEAD" or answer.status in _NO_BODY or not answer.body:
            self._transport.write(head)
        else:
            self._transport.writelines((head, answer.body))
        self._next()


def _zero() -> Counters:
    return Counters(requests=0, pages=0, metadata=0, not_modified=0, sent_bytes=0, connections=0, recorded=0, missed=[])


async def _serve(server: IndexServer, authority: Authority | None) -> None:
    """Serve until standard input ends; standard output says where: the origin, and what certificate it is known by."""
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: _Connection(server),
        "127.0.0.1",
        0,
        backlog=_BACKLOG,
        ssl=authority.server_context(wants_client_certificate=False) if authority else None,
    )
    port = listening.sockets[0].getsockname()[1]
    origin = f"{'https' if authority else 'http'}://127.0.0.1:{port}"
    server.open(origin)
    sys.stdout.write(f"{origin} {authority.certificate if authority else ''}\n")
    sys.stdout.flush()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin, ended.set)
    await ended.wait()
    listening.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.server", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--upstream", metavar="URL", help="the index to record (default: pip's own)")
    parser.add_argument("--tls", action="store_true", help="serve HTTPS")
    options = parser.parse_args()
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream(options.upstream or pip_index()))
        authority = None
        if options.tls:
            authority = Authority(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-tls-"))))
        asyncio.run(_serve(IndexServer(Recordings(options.folder), upstream=upstream), authority))


if __name__ == "__main__":
    main()
