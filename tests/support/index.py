"""A real HTTP index on loopback, for tests to fill, watch and break."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from tests.support.behaviour import Behaviour
from tests.support.catalogue import Catalogue, StoredFile, split_filename
from tests.support.certificates import Authority
from tests.support.distributions import Built, make_sdist, make_wheel
from tests.support.exchange import RecordedRequest, Response
from tests.support.faults import Announce, Answer, Break, Effect, Faults, Flood, Hang, Truncate
from tests.support.responder import Responder
from tests.support.server import WireServer

__all__ = ["AS_BUILT", "LONG_AGO", "LoopbackIndex"]

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
"""The upload time of what tests give no other: older than any cooldown."""

AS_BUILT = "as built"
"""The Requires-Python that the distribution's own metadata says."""


class LoopbackIndex:
    """A simple repository at `url`, in use as a context manager or until `close`.

    behaviour: its manners, to be changed at any time; keywords set fields of a new one. tls: serve HTTPS under the
    authority in `ca_file`; wants_client_certificate: and only to those who show `client_certificate_file`.
    """

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        *,
        tls: bool = False,
        wants_client_certificate: bool = False,
        **manners: Any,
    ) -> None:
        if behaviour is not None and manners:
            raise TypeError("give a behaviour or its fields, not both")
        self.behaviour = behaviour or Behaviour(**manners)
        self.catalogue = Catalogue()
        self.ca_file: Path | None = None
        self.client_certificate_file: Path | None = None
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        context = None
        if tls:
            self._directory = tempfile.TemporaryDirectory(prefix="loopback-index-")
            authority = Authority(Path(self._directory.name))
            context = authority.server_context(wants_client_certificate=wants_client_certificate)
            self.ca_file = authority.certificate
            if wants_client_certificate:
                self.client_certificate_file = authority.issue("client")
        self._faults = Faults()
        responder = Responder(self.catalogue, self.behaviour)
        self._server = WireServer(
            lambda request: responder.respond(request, origin=self.origin),
            faults=self._faults,
            latency=lambda: self.behaviour.latency,
            tls=context,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if kind is None and self._server.failures:
            raise ExceptionGroup(
                "the loopback index failed", [e for e in self._server.failures if isinstance(e, Exception)]
            )

    def close(self) -> None:
        """End; connecting is refused from now on. May be called again."""
        self._server.close()
        if self._directory is not None:
            self._directory.cleanup()

    # Where it is

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:port``."""
        return self._server.origin

    @property
    def url(self) -> str:
        """The root of the simple repository, without a final slash."""
        return f"{self.origin}/simple"

    @property
    def links_url(self) -> str:
        """A page with every file, for ``--find-links``."""
        return f"{self.origin}/links/"

    def url_as(self, user: str, password: str) -> str:
        """`url` with credentials in it."""
        return self.url.replace("://", f"://{quote(user, safe='')}:{quote(password, safe='')}@", 1)

    # What it holds

    def add(
        self,
        built: Built,
        *,
        upload_time: datetime | None = LONG_AGO,
        yanked: str | bool | None = False,
        requires_python: str | None = AS_BUILT,
        core_metadata: bool | None = None,
        metadata: bytes | None = None,
        hash_algorithm: str = "sha256",
        wrong_hash: bool = False,
        no_hash: bool = False,
        provenance: bytes | None = None,
    ) -> StoredFile:
        """List a distribution file.

        upload_time: None where the index should not know it. yanked: True or a reason. requires_python: what the page
        says. core_metadata: whether PEP 658 metadata is advertised and served; None means for wheels only, as is the
        custom. metadata: serve this as core metadata instead of what the file holds.
        """
        name, version, kind = split_filename(built.filename)
        if core_metadata is None:
            core_metadata = kind == "wheel"
        digest = hashlib.new(hash_algorithm, built.content + b"something else" * wrong_hash).hexdigest()
        file = StoredFile(
            project=name,
            version=version,
            filename=built.filename,
            content=built.content,
            hashes={} if no_hash else {hash_algorithm: digest},
            size=len(built.content),
            upload_time=upload_time,
            requires_python=built.requires_python if requires_python == AS_BUILT else requires_python,
            yanked=yanked if isinstance(yanked, str) else "" if yanked else None,
            metadata=(metadata or built.metadata) if core_metadata else None,
            provenance=provenance,
        )
        self.catalogue.add(file)
        return file

    def add_release(
        self,
        name: str,
        version: str,
        *,
        requires: Sequence[str] = (),
        requires_python: str | None = None,
        extras: Sequence[str] = (),
        tags: Sequence[str] = ("py3-none-any",),
        sdist: bool = False,
        files: Mapping[str, bytes | str] | None = None,
        **listing: Any,
    ) -> list[StoredFile]:
        """Build and list a wheel for each tag, and an sdist if asked for. listing: as `add` takes it."""
        facts: dict[str, Any] = {
            "requires": requires, "requires_python": requires_python, "extras": extras, "files": files
        }  # fmt: skip
        built = [make_wheel(name, version, tag=tag, **facts) for tag in tags]
        if sdist:
            built.append(make_sdist(name, version, **facts))
        return [self.add(one, **listing) for one in built]

    def add_project(self, name: str) -> None:
        """List a project, if only with an empty page."""
        self.catalogue.add_project(name)

    def remove(self, filename: str) -> None:
        """Take a file off the index. Raises KeyError."""
        self.catalogue.remove(filename)

    # What was asked of it

    @property
    def requests(self) -> list[RecordedRequest]:
        """All requests since the start or the last `clear`, in the order of their answers."""
        return list(self._server.recorded)

    def clear(self) -> None:
        """Forget the requests so far."""
        self._server.recorded.clear()

    def count(self, path_part: str, *, method: str | None = None) -> int:
        """How many requests had this in their path."""
        return sum(
            path_part in request.path and method in {None, request.method} for request in list(self._server.recorded)
        )

    # How it fails. path_regex is searched for in the path; times: how often, None for always.

    def fail(
        self,
        path_regex: str,
        status: int = 503,
        *,
        times: int | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> None:
        """Answer with a failure."""
        self._set(path_regex, Answer(Response(status=status, headers=headers or {}, body=body)), times)

    def garbage(
        self,
        path_regex: str,
        body: bytes,
        content_type: str = "text/html",
        *,
        times: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer 200 with this body."""
        answer = Response(status=200, headers={"Content-Type": content_type, **(headers or {})}, body=body)
        self._set(path_regex, Answer(answer), times)

    def redirect(self, path_regex: str, to: str, *, status: int = 302, times: int | None = None) -> None:
        r"""Send the client elsewhere; ``\1`` and the like in `to` are groups of the pattern."""
        self._set(path_regex, Answer(Response(status=status, headers={"Location": to})), times)

    def break_connection(self, path_regex: str, *, times: int | None = None) -> None:
        """End the connection in the middle of the right body."""
        self._set(path_regex, Break(), times)

    def truncate(self, path_regex: str, *, keep: int | None = None, times: int | None = None) -> None:
        """Send only a part of the body, half of it where `keep` is None, as if it were all."""
        self._set(path_regex, Truncate(keep), times)

    def announce(self, path_regex: str, *, length: int = 2 * 2**30, times: int | None = None) -> None:
        """Announce a huge body; send a little of it and end the connection."""
        self._set(path_regex, Announce(length), times)

    def flood(self, path_regex: str, *, size: int, times: int | None = None) -> None:
        """Send a huge body without announcing it."""
        self._set(path_regex, Flood(size), times)

    def hang(self, path_regex: str, seconds: float, *, times: int | None = None) -> None:
        """Say nothing for a while before the right answer."""
        self._set(path_regex, Hang(seconds), times)

    def mend(self) -> None:
        """Take all faults away."""
        self._faults.clear()

    def _set(self, path_regex: str, effect: Effect, times: int | None) -> None:
        self._faults.add(path_regex, effect, times=times)
