"""One simple repository (PEP 503, PEP 691): its pages, fetched or remembered."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

import msgspec
from msgspec import Struct
from packaging.utils import NormalizedName

from pinkeeper.errors import IndexPageError, NetworkError
from pinkeeper.index.cache import Cache
from pinkeeper.index.client import Client, Response
from pinkeeper.index.entry_parts import Parts
from pinkeeper.index.freshness import expires_at
from pinkeeper.index.page import ACCEPT, Listing, parse_page
from pinkeeper.index.records import Page, PageHead, PageRecord
from pinkeeper.model.url import IndexURL

__all__ = ["ABSENT", "Absent", "Repository"]

# The longest pages of public indexes are some 40 MB. One that announces or sends more is not taken.
MAX_PAGE_BYTES = 256 * 2**20
# Private indexes list some thousand names; the public ones, far more than an error message is worth.
_MAX_LIST_BYTES = 4 * 2**20


class _Head(msgspec.Struct, array_like=True, frozen=True):
    """What is remembered of an answer; the parsed page lies apart, under the digest of its bytes.

    url: after redirects. parsed: key of the parsed page, None where the index does not list the project. expires:
    POSIX time until which nothing need be asked.
    """

    url: str
    parsed: str | None
    etag: str | None
    last_modified: str | None
    expires: float


class Absent(Struct, frozen=True):
    """The index does not list the project."""


ABSENT = Absent()

_HEADS = msgspec.msgpack.Decoder(_Head)
_PAGE_HEADS = msgspec.msgpack.Decoder(PageHead)
_ENCODER = msgspec.msgpack.Encoder()
# Pages are cut one after another: threads that compute at the same time hold each other up, and the network with them.
_CUTTING = threading.Lock()
_ABSENT_STATUSES = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Repository:
    """Listings of one index. Safe to use from several threads."""

    def __init__(self, index: IndexURL, client: Client, cache: Cache, *, offline: bool = False) -> None:
        self.index = index
        self._client = client
        self._cache = cache
        self._offline = offline
        self._key = hashlib.sha256(index.url.encode()).hexdigest()[:16]

    def remembered(self, name: NormalizedName) -> Listing | Absent | None:
        """What the cache knows and may tell without asking the index; None where the index must be asked."""
        head = self._head(name)
        if head is None or not (self._offline or head.expires > time.time()):
            return None
        return self._listing(name, head)

    def fetch(self, name: NormalizedName) -> Listing | Absent:
        """Ask the index. Raises NetworkError and IndexPageError."""
        url = self._page_url(name)
        if self._offline:
            raise _not_kept(name, url)
        head = self._head(name)
        page = None if head is None else self._page(name, head)
        response = self._client.get(
            url,
            headers={"accept": ACCEPT} if head is None or page is None else {"accept": ACCEPT, **_conditions(head)},
            max_bytes=MAX_PAGE_BYTES,
            accept_statuses=frozenset({HTTPStatus.OK, HTTPStatus.NOT_MODIFIED, *_ABSENT_STATUSES}),
        )
        expires = expires_at(response.headers, now=time.time())
        if response.status == HTTPStatus.NOT_MODIFIED and head is not None and page is not None:
            self._remember(name, msgspec.structs.replace(head, expires=expires or 0.0), before=head)
            return Listing(name, page, index=self.index.url)
        if response.status in _ABSENT_STATUSES:
            if expires is not None:
                self._remember(name, _Head(url, None, None, None, expires), before=head)
            return ABSENT
        return self._taken(name, response, expires=expires, head=head, page=page)

    def _taken(
        self,
        name: NormalizedName,
        response: Response,
        *,
        expires: float | None,
        head: _Head | None,
        page: Page | None,
    ) -> Listing:
        """A page that was sent; parsed only where its bytes are new, kept where the index allows."""
        content_type = response.headers.get("content-type", "")
        with _CUTTING:
            parsed = _parsed_key(name, response.body, content_type=content_type, url=response.url)
            if head is None or head.parsed != parsed or page is None:
                record = parse_page(response.body, content_type=content_type, url=response.url, name=name)
                page = record
                if expires is not None:
                    self._cache.write_parts("parsed", parsed, _ENCODER.encode(record.head), record.releases)
                    page = self._kept(name, parsed) or record  # what lies on disk need not lie in memory
        if expires is not None:
            etag, last_modified = response.headers.get("etag"), response.headers.get("last-modified")
            self._remember(name, _Head(response.url, parsed, etag, last_modified, expires), before=head)
        return Listing(name, page, index=self.index.url)

    def project_list(self) -> Response | None:
        """The index's list of all projects, asked once; None offline. Raises NetworkError, also for a long list."""
        if self._offline:
            return None
        return self._client.get(f"{self.index.url}/", headers={"accept": ACCEPT}, max_bytes=_MAX_LIST_BYTES)

    def _page_url(self, name: NormalizedName) -> str:
        if self.index.url.startswith("file:"):
            return f"{self.index.url}/{name}/index.html"
        return f"{self.index.url}/{name}/"

    def _head(self, name: NormalizedName) -> _Head | None:
        payload = self._cache.read(f"pages/{self._key}", name)
        if payload is None:
            return None
        try:
            return _HEADS.decode(payload)
        except msgspec.DecodeError:
            self._cache.drop(f"pages/{self._key}", name)
            return None

    def _page(self, name: NormalizedName, head: _Head) -> Page | None:
        """The parsed page of a head; None where there is none, or it is damaged and was dropped."""
        return None if head.parsed is None else self._kept(name, head.parsed)

    def _kept(self, name: NormalizedName, parsed: str) -> Page | None:
        parts = self._cache.read_parts("parsed", parsed)
        if parts is None:
            return None
        try:
            head = _PAGE_HEADS.decode(parts.head)
        except msgspec.DecodeError:
            self._cache.drop("parsed", parsed)
            return None
        return _KeptPage(head, parts, instead=partial(self._instead, name, parsed))

    def _instead(self, name: NormalizedName, parsed: str) -> PageRecord:
        """The page once more from the index, where what was kept of it turns out to be damaged or gone."""
        self._cache.drop("parsed", parsed)
        url = self._page_url(name)
        if self._offline:
            raise _not_kept(name, url)
        response = self._client.get(url, headers={"accept": ACCEPT}, max_bytes=MAX_PAGE_BYTES)
        content_type = response.headers.get("content-type", "")
        return parse_page(response.body, content_type=content_type, url=response.url, name=name)

    def _listing(self, name: NormalizedName, head: _Head) -> Listing | Absent | None:
        if head.parsed is None:
            return ABSENT
        page = self._page(name, head)
        return None if page is None else Listing(name, page, index=self.index.url)

    def _remember(self, name: NormalizedName, head: _Head, *, before: _Head | None) -> None:
        if head == before:
            return
        # An answer that is stale at once carries the time at which it went stale; that alone is no news.
        if before is not None and msgspec.structs.replace(head, expires=before.expires) == before:
            now = time.time()
            if head.expires <= now and before.expires <= now:
                return
        self._cache.write(f"pages/{self._key}", name, _ENCODER.encode(head))
        if before is not None and before.parsed is not None and before.parsed != head.parsed:
            self._cache.drop("parsed", before.parsed)


class _KeptPage:
    """A page in the cache. Its releases are read when they are looked at."""

    def __init__(self, head: PageHead, parts: Parts, *, instead: Callable[[], Page]) -> None:
        self.head = head
        self._parts = parts
        self._fetch = instead
        self._fetched: Page | None = None

    def said(self, number: int) -> bytes:
        """What the page says of the files of one of the versions. Raises NetworkError and IndexPageError."""
        said = self._parts.part(number)
        if said is not None:
            return said
        if self._fetched is None:
            self._fetched = self._fetch()
        now = self._fetched.head
        if now.versions != self.head.versions or now.spelling != self.head.spelling:
            raise IndexPageError(
                "its page in the cache is damaged, and the index has another one by now",
                where=self.head.base,
                remedy="run the same command again",
            )
        return self._fetched.said(number)


def _not_kept(name: NormalizedName, url: str) -> NetworkError:
    return NetworkError(
        f"the page of {name} is not in the cache, and --offline forbids to ask for it",
        url=url,
        remedy="run once without --offline",
    )


def _conditions(head: _Head) -> dict[str, str]:
    """The validators of a remembered answer (RFC 9110, section 13.1)."""
    if head.etag:
        return {"if-none-match": head.etag}
    return {"if-modified-since": head.last_modified} if head.last_modified else {}


def _parsed_key(name: NormalizedName, body: bytes, *, content_type: str, url: str) -> str:
    """The bytes, and all else that parsing them depends on."""
    digest = hashlib.sha256(body)
    digest.update(f"\0{content_type}\0{url}".encode())
    return f"{name}-{digest.hexdigest()[:40]}"
