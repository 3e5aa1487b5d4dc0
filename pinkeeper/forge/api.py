"""HTTP to the API of a forge: tokens for their own hosts only, bounded answers, bounded waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import Struct

from pinkeeper import __version__
from pinkeeper.errors import ForgeError, RateLimitError
from pinkeeper.forge.address import origin_of
from pinkeeper.forge.answers import Answer, asked_wait, moment, refusal
from pinkeeper.forge.place import ForgePlace
from pinkeeper.forge.tokens import Token, tokens_of

if TYPE_CHECKING:
    import httpx

__all__ = ["Api", "ApiOptions", "Getter", "next_page"]

_CONNECT_SECONDS = 10.0
_FIRST_PAUSE = 0.5
_MOST_BYTES = 32 * 2**20
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SAME_METHOD = frozenset({307, 308})
_PASSING = frozenset({408, 500, 502, 503, 504})
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_REDACTED = b"[token]"


class Getter(Protocol):
    """Reads from the API of a forge."""

    environ: Mapping[str, str]

    def get(
        self, url: str, doing: str, *, accept: str = "application/json", statuses: frozenset[int] = frozenset()
    ) -> Answer:
        """Get a whole answer: one of success, or of the other `statuses`. doing: such as ``list the releases of x``.

        Raises ForgeError.
        """
        ...


class _Question(Struct, frozen=True, kw_only=True):
    """One thing to ask. doing: what for. statuses: those that are answers beside success. etag: of what is known.

    is_repeatable: whether it does no harm where it arrives twice.
    """

    method: str
    url: str
    doing: str
    body: bytes | None = None
    accept: str
    statuses: frozenset[int]
    is_repeatable: bool = True
    etag: str = ""


class ApiOptions(Struct, frozen=True, kw_only=True):
    """environ: tokens, and the forge of a CI, are in it. place: where change requests go, if anywhere.

    timeout: seconds without a byte. retries: tries after the first one. patience: seconds to wait for rate limits, in
    all; 0 where an answer is not worth waiting for.
    """

    environ: Mapping[str, str]
    place: ForgePlace | None = None
    timeout: float = 30.0
    retries: int = 3
    patience: float = 120.0


class Api:
    """Asks forges, and tells them. Safe to use from several threads; opens nothing before the first request.

    sleep: waits. now: POSIX seconds. log: takes a line for each answer, without secrets.
    """

    def __init__(
        self,
        options: ApiOptions,
        *,
        sleep: Callable[[float], object] = time.sleep,
        now: Callable[[], float] = time.time,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.environ = options.environ
        self._options = options
        self._sleep = sleep
        self._now = now
        self._log = log
        self._tokens = tokens_of(options.environ, place=options.place)
        self._patience = options.patience
        self._limited: dict[str, float] = {}  # until when an origin answers nothing
        self._lock = threading.Lock()
        self._clients: dict[str, httpx.Client] = {}  # by scheme

    def token(self, url: str) -> Token | None:
        """The token for the host of a URL."""
        return self._tokens.get(origin_of(url))

    def has_token(self, url: str) -> bool:
        """Whether there is a token for the host of a URL."""
        return origin_of(url) in self._tokens

    def get(
        self,
        url: str,
        doing: str,
        *,
        accept: str = "application/json",
        statuses: frozenset[int] = frozenset(),
        etag: str = "",
    ) -> Answer:
        """As `Getter.get`. etag: of an answer that is known; 304 is an answer then."""
        wanted = statuses | {int(HTTPStatus.NOT_MODIFIED)} if etag else statuses
        return self._ask(_Question(method="GET", url=url, doing=doing, accept=accept, statuses=wanted, etag=etag))

    def send(
        self,
        method: str,
        url: str,
        content: object,
        doing: str,
        *,
        accept: str = "application/json",
        is_repeatable: bool = True,
        statuses: frozenset[int] = frozenset(),
    ) -> Answer:
        """POST, PATCH, PUT or DELETE something as JSON; give the answer. Raises ForgeError.

        is_repeatable: whether it does no harm where it arrives twice. Otherwise it is sent again only where it surely
        did not arrive.
        """
        return self._ask(
            _Question(
                method=method,
                url=url,
                doing=doing,
                body=msgspec.json.encode(content),
                accept=accept,
                statuses=statuses,
                is_repeatable=is_repeatable,
            )
        )

    def pages(self, url: str, doing: str, *, most: int, accept: str = "application/json") -> Iterator[Any]:
        """The items of a list that comes in pages (``Link: <...>; rel="next"``, RFC 8288), at most `most` pages.

        Raises ForgeError for what is no list, and where there are more pages.
        """
        asked: set[str] = set()
        following: str | None = url
        while following is not None:
            if following in asked or len(asked) >= most:
                raise ForgeError(f"cannot {doing}: the list has more than {most} pages", url=url.partition("?")[0])
            asked.add(following)
            answer = self.get(following, doing, accept=accept)
            items = answer.json()
            if not isinstance(items, list):
                raise ForgeError(f"cannot {doing}: the answer is no list", url=url.partition("?")[0])
            yield from items
            following = next_page(answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all connections."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()

    def _ask(self, question: _Question) -> Answer:
        """Ask until there is an answer, or no hope."""
        from pinkeeper.index.failures import failure_of  # noqa: PLC0415 - with the network
        from pinkeeper.index.http_library import httpx  # noqa: PLC0415

        url, doing = question.url, question.doing
        for attempt in count(1):
            self._check_limit(url, doing)
            try:
                answer = self._answer(question)
            except (httpx.InvalidURL, ValueError) as error:  # the latter from parsing an address
                raise ForgeError(f"cannot {doing}: the address cannot be used", url=_shown(url)) from error
            except (httpx.TransportError, httpx.DecodingError) as error:
                failure = failure_of(error, host=urlsplit(url).netloc)
                is_unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
                if failure.hopeless or attempt > self._options.retries or not (question.is_repeatable or is_unsent):
                    what = f"cannot {doing}: {failure.what}"
                    remedy = "check the network, proxies and certificates (SSL_CERT_FILE), and run again"
                    raise ForgeError(what, url=_shown(url), remedy=remedy) from error
                self._pause(_FIRST_PAUSE * 2.0 ** (attempt - 1), url, failure.what)
                continue
            if 200 <= answer.status < 300 or answer.status in question.statuses:  # noqa: PLR2004 - RFC 9110, 15.3
                return answer
            wait = asked_wait(answer, now=self._now())
            if wait is not None:
                self._wait_for_limit(answer, doing, wait)
            elif answer.status in _PASSING and question.is_repeatable and attempt <= self._options.retries:
                self._pause(_FIRST_PAUSE * 2.0 ** (attempt - 1), url, f"it answered {answer.status}")
            else:
                raise refusal(self._without_token(answer), doing, has_token=self.has_token(url))
        raise AssertionError("the loop ends by returning or raising")

    def _answer(self, question: _Question) -> Answer:
        """One answer, after redirects on the same host; a moved repository redirects."""
        url, doing = question.url, question.doing
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._exchange(question, url)
            location = answer.headers.get("location")
            is_followed = question.method == "GET" or answer.status in _SAME_METHOD
            if answer.status not in _REDIRECTS or location is None or not is_followed:
                return answer
            target = urljoin(url, location).partition("#")[0]
            if origin_of(target) != origin_of(question.url) or "@" in urlsplit(target).netloc:
                raise ForgeError(
                    f"cannot {doing}: it redirects to another host, where nothing is sent",
                    url=_shown(url),
                    status=answer.status,
                    details=(f"to {_shown(origin_of(target))}",),
                    remedy="set the forge's URL to where it really is",
                )
            url = target
        raise ForgeError(f"cannot {doing}: more than {_MOST_REDIRECTS} redirects", url=_shown(url))

    def _exchange(self, question: _Question, url: str) -> Answer:
        doing = question.doing
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise ForgeError(f"cannot {doing}: only https addresses are asked", url=_shown(url))
        headers = {"accept": question.accept, "user-agent": f"pinkeeper/{__version__}"}
        if "github" in question.accept:
            headers["x-github-api-version"] = "2022-11-28"
        if question.etag:
            headers["if-none-match"] = question.etag
        if question.body is not None:
            headers["content-type"] = "application/json"
        if (token := self._tokens.get(origin_of(url))) is not None:
            headers["authorization"] = f"Bearer {token.secret}"
        client = self._opened(parts.scheme)
        with client.stream(question.method, url, headers=headers, content=question.body) as response:
            taken = bytearray()
            for chunk in response.iter_bytes(2**16):
                taken += chunk
                if len(taken) > _MOST_BYTES:
                    raise ForgeError(
                        f"cannot {doing}: the answer is longer than {_MOST_BYTES:,} bytes", url=_shown(url)
                    )
            answer = Answer(
                url=url,
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                body=bytes(taken),
            )
        if self._log is not None:
            self._log(f"{question.method} {_shown(url)} -> {answer.status}")
        return answer

    def _opened(self, scheme: str) -> httpx.Client:
        """The connections for ``https``, or for ``http``, which needs no certificates loaded."""
        from pinkeeper.index.http_library import httpx  # noqa: PLC0415 - a run without a forge does without

        with self._lock:
            if scheme not in self._clients:
                self._clients[scheme] = httpx.Client(
                    verify=scheme == "https",
                    follow_redirects=False,
                    timeout=httpx.Timeout(self._options.timeout, connect=_CONNECT_SECONDS),
                )
            return self._clients[scheme]

    def _check_limit(self, url: str, doing: str) -> None:
        """Raise RateLimitError where it is known that nothing would be answered."""
        until = self._limited.get(origin_of(url), 0.0)
        if until > self._now():
            raise _limit_error(doing, url, None, until)

    def _wait_for_limit(self, answer: Answer, doing: str, wait: float) -> None:
        until = self._now() + wait
        with self._lock:
            can_wait = wait <= self._patience
            if can_wait:
                self._patience -= max(
                    wait, 1.0
                )  # a forge that asks for no time, again and again, is not asked for ever
            else:
                self._limited[origin_of(answer.url)] = until
        if not can_wait:
            raise _limit_error(doing, answer.url, answer.status, until)
        self._pause(wait, answer.url, "a rate limit")

    def _pause(self, seconds: float, url: str, why: str) -> None:
        if self._log is not None:
            self._log(f"{_shown(url)}: {why}; trying again in {seconds:g} s")
        self._sleep(seconds)

    def _without_token(self, answer: Answer) -> Answer:
        """An answer whose body does not repeat the token that was sent."""
        token = self._tokens.get(origin_of(answer.url))
        if token is None:
            return answer
        return msgspec.structs.replace(answer, body=answer.body.replace(token.secret.encode(), _REDACTED))


def next_page(answer: Answer) -> str | None:
    """Where a list goes on, on the same host; None at its end."""
    for part in answer.headers.get("link", "")[:8192].split(","):
        target, *parameters = part.split(";")
        if any(each.strip().replace('"', "") == "rel=next" for each in parameters):
            with suppress(ValueError):
                url = urljoin(answer.url, target.strip().strip("<>"))
                if origin_of(url) == origin_of(answer.url):
                    return url
    return None


def _limit_error(doing: str, url: str, status: int | None, until: float) -> RateLimitError:
    return RateLimitError(
        f"cannot {doing}: the forge's rate limit is used up until {moment(until)}",
        url=_shown(url),
        status=status,
        until=until,
        remedy=f"run again after {moment(until)}"
        + ("" if status == HTTPStatus.TOO_MANY_REQUESTS else ", or set a token, which has a limit of its own"),
    )


def _shown(url: str) -> str:
    from pinkeeper.model.url import redact  # noqa: PLC0415 - with the network

    return redact(url.partition("?")[0])
