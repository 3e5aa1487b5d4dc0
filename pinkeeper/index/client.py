"""The HTTP client of the index: one pool of connections, retries, limits, and no secret in any word it says."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar
from urllib.parse import unquote, urljoin, urlsplit

from pinkeeper.errors import HashMismatchError, IndexPageError, NetworkError
from pinkeeper.index.authentication import Authenticator
from pinkeeper.index.failures import Failure, failure_of, failure_of_status, retry_after
from pinkeeper.model.digest import Digest
from pinkeeper.model.url import IndexURL, path_of_file_url, split_credentials

if TYPE_CHECKING:
    import ssl

    import httpx

__all__ = ["Client", "ClientOptions", "Response"]

_CONNECT_SECONDS = 10.0
_MAX_REDIRECTS = 10
_FIRST_DELAY = 0.25
_LONGEST_DELAY = 60.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CHUNK = 2**20

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A whole answer. url: after redirects, without credentials. headers: lower-case names."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """How to reach hosts. timeout: seconds without a byte. retries: tries after the first one.

    credentials: indexes that may carry some. trusted_hosts: ``host`` or ``host:port`` that may speak plain HTTP or show
    any certificate. ca_bundle, client_cert: PEM files. netrc: the file to read, None for none.
    """

    credentials: tuple[IndexURL, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    ca_bundle: str | None = None
    client_cert: str | None = None
    netrc: Path | None = None
    use_keyring: bool = True
    timeout: float = 30.0
    retries: int = 3
    max_connections: int = 24
    user_agent: str = "pinkeeper"


class Client:
    """Gets bytes over HTTP, or from ``file:`` addresses. Safe to use from several threads.

    requests, bytes_read: what went over the network so far. The connections, and httpx itself, come with the first
    request: a run that finds everything in the cache pays for neither.
    """

    def __init__(
        self,
        options: ClientOptions,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self._options = options
        self._sleep = sleep
        self._now = now
        self._log = log
        self._authenticator = Authenticator(
            options.credentials, netrc=options.netrc, use_keyring=options.use_keyring, log=log
        )
        self._lock = threading.Lock()
        self._pools: dict[str, httpx.Client] = {}
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
        """Get a whole answer of at most `max_bytes` decoded bytes.

        Raises NetworkError for any status but the accepted ones and for what stays broken after all tries,
        IndexPageError for an answer that is too long.
        """
        if url.startswith("file:"):
            return self._read_file(url, max_bytes=max_bytes, accept_statuses=accept_statuses)

        def take(response: httpx.Response, final: str) -> Response:
            body = b"".join(self._chunks(response, final, max_bytes=max_bytes))
            return Response(url=final, status=response.status_code, headers=dict(response.headers), body=body)

        return self._persistently(url, headers or {}, accept_statuses, take)

    def download(self, url: str, *, to: BinaryIO, digests: tuple[Digest, ...], max_bytes: int) -> str:
        """Write a file's bytes to `to`; give their SHA-256 in hexadecimal.

        Raises HashMismatchError where a digest does not fit, and what `get` raises.
        """
        start = to.tell()

        def take(response: httpx.Response, final: str) -> str:
            to.seek(start)
            to.truncate()
            running = {name: hashlib.new(name) for name in {"sha256", *(digest.algorithm for digest in digests)}}
            for chunk in self._chunks(response, final, max_bytes=max_bytes):
                to.write(chunk)
                for hashing in running.values():
                    hashing.update(chunk)
            for digest in digests:
                actual = running[digest.algorithm].hexdigest()
                if actual != digest.value:
                    raise HashMismatchError(
                        _filename(url), expected=str(digest), actual=f"{digest.algorithm}:{actual}", where=final
                    )
            return running["sha256"].hexdigest()

        # Bytes are hashed as they lie on the server, so no transport may pack them (RFC 9110, 8.4).
        return self._persistently(url, {"accept-encoding": "identity"}, frozenset({HTTPStatus.OK}), take)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            pools, self._pools = self._pools, {}
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

        delay = _FIRST_DELAY
        for attempt in range(1, self._options.retries + 2):
            asked = split_credentials(url)[0]
            wait: float | None = None
            try:
                with self._answer(url, headers) as (response, asked):
                    if response.status_code in accept_statuses:
                        return take(response, asked)
                    failure = failure_of_status(response.status_code)
                    wait = retry_after(response.headers.get("retry-after"), now=self._now())
            except (httpx.TransportError, httpx.DecodingError) as error:
                failure = failure_of(error, host=urlsplit(asked).netloc)
            except (httpx.InvalidURL, ValueError) as error:
                failure = Failure(what=f"the address cannot be used: {error}", hopeless=True)
            if wait is not None and wait > _LONGEST_DELAY:
                failure = Failure(what=f"{failure.what}, and asks to wait {wait:.0f} s", hopeless=True)
            if failure.hopeless or attempt > self._options.retries:
                tries = "" if attempt == 1 else f" ({attempt} tries)"
                raise NetworkError(f"{failure.what}{tries}", url=asked, status=failure.status, remedy=failure.remedy)
            pause = delay if wait is None else wait
            self._tell(f"{asked}: {failure.what}; trying again in {pause:g} s")
            self._sleep(pause)
            delay *= 2
        raise AssertionError("the loop ends by returning or raising")

    @contextmanager
    def _answer(self, url: str, headers: Mapping[str, str]) -> Iterator[tuple[httpx.Response, str]]:
        """One answer, after redirects and, where asked for, credentials; with the address it came from."""
        asked_keyring = False
        current = split_credentials(url)[0]
        for _ in range(_MAX_REDIRECTS + 1):
            sent = {**headers, "user-agent": self._options.user_agent}
            if (authorization := self._authenticator.header(current)) is not None:
                sent["authorization"] = authorization
            with self._pool(current).stream("GET", current, headers=sent) as response:
                with self._lock:
                    self.requests += 1
                self._tell(f"GET {current} -> {response.status_code}")
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    current = self._redirected(current, response.headers["location"])
                    continue
                if response.status_code == HTTPStatus.UNAUTHORIZED and not asked_keyring:
                    asked_keyring = True
                    if self._authenticator.ask_keyring(current):
                        continue
                yield response, current
                return
        raise NetworkError(f"more than {_MAX_REDIRECTS} redirects", url=split_credentials(url)[0])

    def _redirected(self, url: str, location: str) -> str:
        target = split_credentials(urljoin(url, location))[0].partition("#")[0]
        if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https" and not self._is_trusted(target):
            raise NetworkError(
                "it redirects from HTTPS to an address that is not secure",
                url=target,
                remedy=f"--trusted-host {urlsplit(target).netloc}, if you know why",
            )
        return target

    def _chunks(self, response: httpx.Response, url: str, *, max_bytes: int) -> Iterator[bytes]:
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > max_bytes:
            raise _too_long(url, f"announces {int(announced):,} bytes", max_bytes)
        taken = 0
        for chunk in response.iter_bytes():
            taken += len(chunk)
            if taken > max_bytes:
                raise _too_long(url, "goes on", max_bytes)
            yield chunk
        with self._lock:
            self.bytes_read += response.num_bytes_downloaded

    def _pool(self, url: str) -> httpx.Client:
        """The connections for an address. Certificates are loaded with the first HTTPS one."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"}:
            raise NetworkError("only http, https and file addresses are read", url=url)
        trusted = self._is_trusted(url)
        if parts.scheme == "http" and not trusted and parts.hostname not in _LOOPBACK:
            raise NetworkError(
                "plain HTTP lets anybody on the way change hashes and all",
                url=url,
                remedy=f"use https, or --trusted-host {parts.netloc}",
            )
        verified = parts.scheme == "https" and not trusted
        key = "verified" if verified else "unverified"
        with self._lock:
            pool = self._pools.get(key)
            if pool is None:
                pool = self._pools[key] = self._new_pool(verified=verified)
        return pool

    def _new_pool(self, *, verified: bool) -> httpx.Client:
        from pinkeeper.index.http_library import httpx  # noqa: PLC0415 - a run that needs no network does without

        options = self._options
        return httpx.Client(
            verify=self._tls_context() if verified else False,
            follow_redirects=False,
            timeout=httpx.Timeout(options.timeout, connect=_CONNECT_SECONDS, pool=None),
            limits=httpx.Limits(
                max_connections=options.max_connections, max_keepalive_connections=options.max_connections
            ),
        )

    def _tls_context(self) -> ssl.SSLContext:
        import ssl  # noqa: PLC0415

        from pinkeeper.index.http_library import httpx  # noqa: PLC0415

        options = self._options
        try:
            if options.ca_bundle is None:
                context = httpx.create_ssl_context()
            else:
                context = ssl.create_default_context(cafile=options.ca_bundle)
            if options.client_cert is not None:
                context.load_cert_chain(options.client_cert)
        except (OSError, ssl.SSLError) as error:
            shown = options.client_cert or options.ca_bundle or "the certificate bundle"
            raise NetworkError(f"the certificates cannot be read: {error}", url=shown) from error
        return context

    def _is_trusted(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.netloc in self._options.trusted_hosts or parts.hostname in self._options.trusted_hosts

    def _read_file(self, url: str, *, max_bytes: int, accept_statuses: frozenset[int]) -> Response:
        path = Path(path_of_file_url(url))
        try:
            if path.stat().st_size > max_bytes:
                raise _too_long(url, f"has {path.stat().st_size:,} bytes", max_bytes)
            body = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            if HTTPStatus.NOT_FOUND in accept_statuses:
                return Response(url=url, status=HTTPStatus.NOT_FOUND, headers={}, body=b"")
            raise NetworkError("there is no such file", url=url, status=HTTPStatus.NOT_FOUND) from None
        except OSError as error:
            raise NetworkError(f"the file cannot be read: {error.strerror}", url=url) from error
        kind = "application/vnd.pypi.simple.v1+json" if path.suffix == ".json" else "text/html"
        return Response(url=url, status=HTTPStatus.OK, headers={"content-type": kind}, body=body)

    def _tell(self, message: str) -> None:
        if self._log is not None:
            self._log(message)


def _too_long(url: str, how: str, max_bytes: int) -> IndexPageError:
    return IndexPageError(f"the answer {how}; more than {max_bytes:,} bytes are not taken", where=url)


def _filename(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2])
