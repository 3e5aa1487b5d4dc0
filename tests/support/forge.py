"""A forge and file host on loopback: git repositories that tell their references, archives, and plain files."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.support.exchange import RecordedRequest, Request, Response
from tests.support.faults import Faults
from tests.support.server import WireServer

__all__ = ["Forge"]


class Forge:
    """Serves `files`, each under its path; everything else is not found.

    password: of the user ``user``, where it wants one.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.password: str | None = None
        self._server = WireServer(self._respond, faults=Faults(), latency=lambda: 0.0, tls=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:port``."""
        return self._server.origin

    @property
    def requests(self) -> list[RecordedRequest]:
        """What was asked so far."""
        return list(self._server.recorded)

    def add_repository(self, path: str, refs: Mapping[str, str]) -> None:
        """A git repository, ``/owner/name``, whose references are at these objects, as git advertises them."""
        lines = [f"{commit} {name}" for name, commit in refs.items()]
        if lines:
            lines[0] += "\0multi_ack side-band-64k symref=HEAD:refs/heads/main agent=git/2"
        packets = [_packet("# service=git-upload-pack\n"), b"0000", *(_packet(f"{line}\n") for line in lines), b"0000"]
        self.files[f"{path}/info/refs"] = b"".join(packets)

    def _respond(self, request: Request) -> Response:
        if self.password is not None:
            wanted = base64.b64encode(f"user:{self.password}".encode()).decode()
            if request.headers.get("authorization") != f"Basic {wanted}":
                return Response(status=401)
        if (to := self.redirects.get(request.path)) is not None:
            return Response(status=302, headers={"Location": to})
        body = self.files.get(request.path)
        return Response(status=404) if body is None else Response(status=200, body=body)


def _packet(line: str) -> bytes:
    content = line.encode()
    return f"{len(content) + 4:04x}".encode() + content
