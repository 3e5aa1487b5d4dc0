"""The HTTP client of the index: connections, retries, limits, and no secret in any word it says."""

from __future__ import annotations

import hashlib
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar
from urllib.parse import SplitResult, unquote, urljoin, urlsplit
from weakref import WeakSet

from msgspec import Struct

from pinkeeper.errors import ConfigurationError, HashMismatchError, IndexPageError, InputError, NetworkError
from pinkeeper.index.authentication import Authenticator
from pinkeeper.index.failures import failure_of, failure_of_status, retry_after
from pinkeeper.index.retries import next_pause
from pinkeeper.model.digest import Digest
from pinkeeper.model.url import IndexURL, path_of_file_url, split_credentials

if TYPE_CHECKING:
    import ssl
    from socket import socket

    import httpx

    from pinkeeper.index.addresses import Addresses

__all__ = ["Client", "ClientOptions", "Response"]

_CONNECT_SECONDS = 10.0
_MAX_REDIRECTS = 10
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PACKINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
_PORTS = {"http": 80, "https": 443}
_CHUNK = 2**20
_SHORT = 2**16

_T = TypeVar("_T")


class Response(Struct, frozen=True, kw_only=True):
    """A whole answer. url: after redirects, without credentials. headers: lower-case names."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class ClientOptions(Struct, frozen=True, kw_only=True):
    """How to reach hosts. timeout: seconds without a byte. retries: tries after the first one.

    credentials: indexes that may carry some. trusted_hosts: ``host`` or ``host:port`` that may speak plain HTTP or show
    any certificate. ca_bundle: a PEM file or a folder of hashed ones; client_cert: a PEM file with an open key.
    netrc: the file to read, None for none.
    """

    credentials: tuple[IndexURL, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    ca_bundle: str | None = None
    client_cert: str | None = None
    netrc: Path | None = None
    use_keyring: bool = True
    timeout: float = 30.0
    retries: int = 3
    user_agent: str = "pinkeeper"


class Client:
    """Gets bytes over HTTP, or from ``file:`` addresses. Safe to use from several threads.

    requests, bytes_read: answers and the bytes of their bodies that came over the network so far. The connections, and
    httpx itself, come with the first request: a run that finds everything in the cache pays for neither. Proxies are
    those of the environment, as httpx reads it.

    sleep: waits between tries, by default until `close` at most. now: POSIX seconds. log: takes a line for each answer.
    """

    def __init__(
        self,
        options: ClientOptions,
        *,
        sleep: Callable[[float], object] | None = None,
        now: Callable[[], float] = time.time,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self._options = options
        self._closed = threading.Event()
        self._sleep = sleep or self._closed.wait
        self._now = now
        self._log = log
        self._authenticator = Authenticator(
            options.credentials, netrc=options.netrc, use_keyring=options.use_keyring, log=log
        )
        self._trusted = frozenset(host.lower() for host in options.trusted_hosts)
        self._lock = threading.Lock()
        self._pools: dict[tuple[str, int], httpx.Client] = {}
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._addresses: Addresses | None = None
        self._sockets: WeakSet[socket] = WeakSet()
        self.requests = 0
        self.bytes_read = 0

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int,
        accept_statuses: frozenset[int] = frozenset({HTTPStatus.OK}),
    ) -> Response:
        """Get a whole answer of at most `max_bytes` unpacked bytes.

        Raises NetworkError for any status but the accepted ones and for what stays broken after all tries,
        IndexPageError for an answer that is too long, InputError and ConfigurationError for certificates, a netrc file
        or proxies that cannot be used.
        """
        if url.startswith("file:"):
            return self._read_file(url, max_bytes=max_bytes, accept_statuses=accept_statuses)
        sent = {"accept-encoding": "gzip", **(headers or {})}

        def take(response: httpx.Response, final: str) -> Response:
            # A part that was asked for as it lies on the server is no packed stream, whatever the server calls it.
            is_raw = sent["accept-encoding"] == "identity"
            body = b"".join(_chunks(response, final, max_bytes=max_bytes, is_raw=is_raw))
            return Response(url=final, status=response.status_code, headers=dict(response.headers), body=body)

        return self._persistently(url, sent, accept_statuses, take)

    def download(self, url: str, *, to: BinaryIO, digests: tuple[Digest, ...], max_bytes: int) -> str:
        """Write a file's bytes to `to`, from where it stands; give their SHA-256 in hexadecimal.

        Raises HashMismatchError where a digest does not fit, what `get` raises, and what writing to `to` raises.
        """
        if url.startswith("file:"):
            with _opened(url, max_bytes=max_bytes) as content:
                return _stored(_pieces(content, url, max_bytes=max_bytes), to=to, digests=digests, url=url)
        start = to.tell()

        def take(response: httpx.Response, final: str) -> str:
            to.seek(start)
            to.truncate()
            # Bytes are hashed as they lie on the server; some servers call the packing of an sdist their own.
            chunks = _chunks(response, final, max_bytes=max_bytes, is_raw=True)
            return _stored(chunks, to=to, digests=digests, url=final)

        return self._persistently(url, {"accept-encoding": "identity"}, frozenset({HTTPStatus.OK}), take)

    def close(self) -> None:
        """End all connections; requests that other threads have under way fail at once."""
        self._closed.set()
        with self._lock:
            pools, self._pools = self._pools, {}
            sockets = list(self._sockets)
        for connection in sockets:
            _end(connection)  # a thread that waits for bytes would not notice that its socket is closed
        for pool in pools.values():
            pool.close()

    def _persistently(
        self,
        url: str,
        headers: Mapping[str, str],
        accept_statuses: frozenset[int],
        take: Callable[[httpx.Response, str], _T],
    ) -> _T:
        """Ask until there is an answer, or no hope."""
        from pinkeeper.index.http_library import httpx  # noqa: PLC0415 - a run that needs no network does without

        start = _without_fragment(split_credentials(url)[0])
        for attempt in count(1):
            hops = [start]
            asked_wait, was_reached = None, True
            try:
                with self._answer(hops, headers) as response:
                    if response.status_code in accept_statuses:
                        return take(response, hops[-1])
                    failure = failure_of_status(response.status_code)
                    asked_wait = retry_after(response.headers.get("retry-after"), now=self._now())
                    _finish(response)
            except (httpx.TransportError, httpx.DecodingError) as error:
                failure = failure_of(error, host=urlsplit(hops[-1]).netloc)
                was_reached = not isinstance(error, httpx.ConnectError)
            self._check_open(hops[-1])
            pause = next_pause(
                failure,
                url=hops[-1],
                attempt=attempt,
                retries=self._options.retries,
                asked_wait=asked_wait,
                was_reached=was_reached,
            )
            self._tell(f"{hops[-1]}: {failure.what}; trying again in {pause:g} s")
            self._sleep(pause)
        raise AssertionError("the loop ends by returning or raising")

    @contextmanager
    def _answer(self, hops: list[str], headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """One answer to the last address of `hops`, where redirects are added, with credentials where there are any."""
        while True:
            url = hops[-1]
            authorization = self._authenticator.header(url)
            with self._exchange(url, headers, authorization) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    if len(hops) > _MAX_REDIRECTS:
                        raise NetworkError(f"more than {_MAX_REDIRECTS} redirects", url=hops[0])
                    hops.append(self._redirected(url, response.headers["location"]))
                    _finish(response)
                    continue
                if response.status_code == HTTPStatus.UNAUTHORIZED and self._authenticator.ask_keyring(
                    url, sent=authorization
                ):
                    _finish(response)
                    continue
                yield response
                return

    @contextmanager
    def _exchange(self, url: str, headers: Mapping[str, str], authorization: str | None) -> Iterator[httpx.Response]:
        """One request and the beginning of its answer."""
        from pinkeeper.index.http_library import httpx  # noqa: PLC0415

        sent = {**headers, "user-agent": self._options.user_agent}
        if authorization is not None:
            sent["authorization"] = authorization
        pool = self._pool(url)
        try:
            request = pool.build_request("GET", url, headers=sent, extensions={"trace": self._watch})
            response = pool.send(request, stream=True)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise NetworkError(f"the address cannot be used: {error}", url=url) from error
        except RuntimeError as error:
            self._check_open(url, error)  # closed between the two lines above
            raise
        with self._lock:
            self.requests += 1
        self._tell(f"GET {url} -> {response.status_code}")
        try:
            yield response
        finally:
            response.close()
            with self._lock:
                self.bytes_read += response.num_bytes_downloaded

    def _redirected(self, url: str, location: str) -> str:
        try:
            target = split_credentials(urljoin(url, location))[0].partition("#")[0]
            parts = urlsplit(target)
        except ValueError:
            raise NetworkError("it redirects to something that is no address", url=url) from None
        if parts.scheme not in _PORTS:
            raise NetworkError(f"it redirects to an address of the kind {parts.scheme}:", url=url)
        if urlsplit(url).scheme == "https" and parts.scheme != "https" and not self._is_trusted(_checked(target)):
            raise NetworkError(
                "it redirects from HTTPS to an address that is not secure",
                url=target,
                remedy=f"--trusted-host {parts.netloc}, if you know why",
            )
        return target

    def _pool(self, url: str) -> httpx.Client:
        """The connections of this thread for an address. Certificates are loaded with the first HTTPS one.

        A pool that many threads share looks through all of its connections, under a lock, twice for each request.
        """
        parts = _checked(url)
        is_trusted = self._is_trusted(parts)
        if parts.scheme == "http":
            if not is_trusted and parts.hostname not in _LOOPBACK:
                raise NetworkError(
                    "plain HTTP lets anybody on the way change hashes and all",
                    url=url,
                    remedy=f"use https, or --trusted-host {parts.netloc}",
                )
            kind = "plain"
        else:
            kind = "unverified" if is_trusted else "verified"
        self._check_open(url)
        key = (kind, threading.get_ident())
        pool = self._pools.get(key)
        if pool is None:
            pool = self._new_pool(kind)
            with self._lock:
                self._pools[key] = pool
            self._check_open(url)
        return pool

    def _new_pool(self, kind: str) -> httpx.Client:
        from pinkeeper.index.addresses import Addresses, share_lookups  # noqa: PLC0415
        from pinkeeper.index.http_library import httpx  # noqa: PLC0415

        options = self._options
        verify = False if kind == "plain" else self._shared_tls_context(kind)
        with self._lock:
            addresses = self._addresses = self._addresses or Addresses()
        try:
            client = httpx.Client(
                verify=verify,
                follow_redirects=False,
                timeout=httpx.Timeout(options.timeout, connect=_CONNECT_SECONDS, pool=None),
            )
        except (httpx.InvalidURL, ValueError):
            # The text of these errors may hold a part of the proxy's password.
            raise ConfigurationError(
                "the proxy settings cannot be used",
                where="environment",
                remedy="check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY",
            ) from None
        except ImportError:
            raise ConfigurationError(
                "a SOCKS proxy needs one more package", where="environment", remedy="pip install 'httpx[socks]'"
            ) from None
        share_lookups(client, addresses)
        return client

    def _shared_tls_context(self, kind: str) -> ssl.SSLContext:
        with self._lock:
            context = self._contexts.get(kind)
            if context is None:
                context = self._contexts[kind] = self._tls_context(is_verified=kind == "verified")
        return context

    def _tls_context(self, *, is_verified: bool) -> ssl.SSLContext:
        import ssl  # noqa: PLC0415 - a run without HTTPS needs none

        from pinkeeper.index.http_library import httpx  # noqa: PLC0415

        bundle, certificate = self._options.ca_bundle, self._options.client_cert
        where = "SSL_CERT_FILE"
        try:
            if not is_verified:
                context = httpx.create_ssl_context(verify=False)
            elif bundle is None:
                context = httpx.create_ssl_context()
            else:
                where = bundle
                is_folder = Path(bundle).is_dir()
                context = ssl.create_default_context(
                    cafile=None if is_folder else bundle, capath=bundle if is_folder else None
                )
            if certificate is not None:
                where = certificate
                context.load_cert_chain(certificate, password=_no_password)
        except OSError as error:  # among them ssl.SSLError
            reason = "not a PEM file of the kind it should be" if isinstance(error, ssl.SSLError) else error.strerror
            raise InputError(f"the certificates cannot be read: {reason}", where=where) from error
        return context

    def _is_trusted(self, parts: SplitResult) -> bool:
        host = parts.hostname or ""
        spelled = f"[{host}]" if ":" in host else host
        return not self._trusted.isdisjoint({host, spelled, f"{spelled}:{parts.port or _PORTS[parts.scheme]}"})

    def _watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Keep each connection's socket in mind, for `close`; called by the transport (httpx's trace extension)."""
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        connection = info["return_value"].get_extra_info("socket")
        with self._lock:
            self._sockets.add(connection)
        if self._closed.is_set():
            _end(connection)

    def _check_open(self, url: str, cause: Exception | None = None) -> None:
        if self._closed.is_set():
            raise NetworkError("given up, for the run ends", url=url) from cause

    def _read_file(self, url: str, *, max_bytes: int, accept_statuses: frozenset[int]) -> Response:
        try:
            with _opened(url, max_bytes=max_bytes) as content:
                body = b"".join(_pieces(content, url, max_bytes=max_bytes))
        except NetworkError as error:
            if error.status not in accept_statuses:
                raise
            return Response(url=url, status=HTTPStatus.NOT_FOUND, headers={}, body=b"")
        kind = "application/vnd.pypi.simple.v1+json" if urlsplit(url).path.endswith(".json") else "text/html"
        return Response(url=url, status=HTTPStatus.OK, headers={"content-type": kind}, body=body)

    def _tell(self, message: str) -> None:
        if self._log is not None:
            self._log(message)


def _checked(url: str) -> SplitResult:
    """The parts of an address without credentials. Raises NetworkError for what is none, showing no secret in it."""
    shown = url.rpartition("@")[2]
    try:
        parts = urlsplit(url)
        is_usable = "@" not in parts.netloc and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise NetworkError(
            "the address cannot be used: its host or port is none",
            url=shown,
            remedy=None if shown == url else "percent-encode all but letters and digits in the user name and password",
        )
    if parts.scheme not in _PORTS:
        raise NetworkError("only http, https and file addresses are read", url=shown)
    if not parts.hostname:
        raise NetworkError("the address has no host", url=url)
    return parts


def _without_fragment(url: str) -> str:
    _checked(url)  # first: the sharp of a raw password would cut off what shows that it is one
    return url.partition("#")[0]


def _chunks(response: httpx.Response, url: str, *, max_bytes: int, is_raw: bool) -> Iterator[bytes]:
    """The body, unpacked unless `is_raw`. Raises IndexPageError where it is too long or oddly packed."""
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise _too_long(url, f"announces {int(announced):,} bytes", max_bytes)
    packing = response.headers.get("content-encoding", "").strip().lower()
    if not is_raw and packing not in _PACKINGS:
        # Not asked for; and packed twice, a few bytes fill the memory before they can be counted.
        raise IndexPageError(f"the answer is packed as {packing[:60]}, which was not asked for", where=url)
    if is_raw or packing in {"", "identity"}:
        yield from _within(response.iter_raw(), url, max_bytes)
    else:
        packed = b"".join(_within(response.iter_raw(), url, max_bytes))
        yield _unpacked(packed, packing, url, max_bytes=max_bytes)


def _within(chunks: Iterable[bytes], url: str, max_bytes: int) -> Iterator[bytes]:
    taken = 0
    for chunk in chunks:
        taken += len(chunk)
        if taken > max_bytes:
            raise _too_long(url, "goes on", max_bytes)
        yield chunk


def _unpacked(packed: bytes, packing: str, url: str, *, max_bytes: int) -> bytes:
    """A body in one go, which other threads need not wait for. Raises IndexPageError, and httpx.DecodingError."""
    import zlib  # noqa: PLC0415 - as all of the network

    from pinkeeper.index.http_library import httpx  # noqa: PLC0415

    kinds = (zlib.MAX_WBITS, -zlib.MAX_WBITS) if packing == "deflate" else (zlib.MAX_WBITS | 16,)  # RFC 9110, 8.4.1
    reason = "it ends too early"
    for kind in kinds:
        pieces: list[bytes] = []
        left, rest = max_bytes, packed
        try:
            while rest:  # a stream may have several members (RFC 1952, 2.2)
                unpacking = zlib.decompressobj(kind)
                pieces.append(unpacking.decompress(rest, left + 1))
                left -= len(pieces[-1])
                if left < 0:
                    raise _too_long(url, "goes on", max_bytes)
                if not unpacking.eof:
                    break
                rest = unpacking.unused_data
            else:
                return b"".join(pieces)
        except zlib.error as error:
            reason = str(error)
    raise httpx.DecodingError(f"it is not packed as it says: {reason}")


def _finish(response: httpx.Response) -> None:
    """Read what is left of a short answer that nobody wants, so that its connection can be used again."""
    from pinkeeper.index.http_library import httpx  # noqa: PLC0415

    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length) <= _SHORT:
        with suppress(httpx.TransportError):  # the answer is known already; only the connection is lost
            for _ in response.iter_raw():
                pass


def _stored(chunks: Iterable[bytes], *, to: BinaryIO, digests: tuple[Digest, ...], url: str) -> str:
    """Write and hash a file; give its SHA-256. Raises HashMismatchError."""
    names = {"sha256", *(digest.algorithm for digest in digests)}
    running = {name: hashlib.new(name, usedforsecurity=name not in {"md5", "sha1"}) for name in names}
    for chunk in chunks:
        to.write(chunk)
        for hashing in running.values():
            hashing.update(chunk)
    for digest in digests:
        actual = Digest(digest.algorithm, running[digest.algorithm].hexdigest())
        if actual != digest:
            filename = unquote(urlsplit(url).path.rpartition("/")[2])
            raise HashMismatchError(filename, expected=str(digest), actual=str(actual), where=url)
    return running["sha256"].hexdigest()


@contextmanager
def _opened(url: str, *, max_bytes: int) -> Iterator[BinaryIO]:
    """A file by its ``file:`` address (RFC 8089). Raises NetworkError, with status 404 where there is none."""
    parts = urlsplit(url)
    if parts.netloc not in {"", "localhost"}:
        raise NetworkError("only files of this machine are read", url=url)
    try:
        path = Path(path_of_file_url(url))
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise NetworkError("it is not a file", url=url)
        if found.st_size > max_bytes:
            raise _too_long(url, f"has {found.st_size:,} bytes", max_bytes)
        content = path.open("rb")
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last for a path with a null character
        raise NetworkError("there is no such file", url=url, status=HTTPStatus.NOT_FOUND) from None
    except OSError as error:
        raise NetworkError(f"the file cannot be read: {error.strerror}", url=url) from error
    with content:
        yield content


def _pieces(content: BinaryIO, url: str, *, max_bytes: int) -> Iterator[bytes]:
    taken = 0
    while piece := content.read(_CHUNK):
        taken += len(piece)
        if taken > max_bytes:
            raise _too_long(url, "goes on", max_bytes)
        yield piece


def _end(connection: socket) -> None:
    """Shut a connection down, below its TLS layer, which another thread may be using."""
    from socket import SHUT_RDWR, socket  # noqa: PLC0415 - a run without network has none

    with suppress(OSError):  # it may have ended already
        socket.shutdown(connection, SHUT_RDWR)


def _no_password() -> str:
    """Keep OpenSSL from asking at the terminal, where nobody may sit."""
    return ""


def _too_long(url: str, how: str, max_bytes: int) -> IndexPageError:
    return IndexPageError(f"the answer {how}; more than {max_bytes:,} bytes are not taken", where=url)
