"""Answers of forges that were got once are kept, in this run and in the cache.

A kept answer is taken as it is for an hour, and asked about after that with its entity tag (RFC 9110, 13.1.2), which
costs GitHub's limit nothing where a token is sent. Where the forge does not answer, what is kept has to do.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pinkeeper.errors import ForgeError
from pinkeeper.forge.answers import Answer
from pinkeeper.forge.api import Api
from pinkeeper.index.cache import Cache

__all__ = ["KeptAnswers"]

_KIND = "forge"
_FRESH_SECONDS = 3600.0
_HEADERS = frozenset({"etag", "link", "content-type"})


class _Entry(Struct, frozen=True, kw_only=True):
    """An answer, and when it was last known to be true, in POSIX seconds."""

    stored: float
    url: str
    headers: dict[str, str]
    body: bytes

    def answer(self) -> Answer:
        return Answer(url=self.url, status=int(HTTPStatus.OK), headers=self.headers, body=self.body)


class KeptAnswers:
    """A `Getter` that asks a forge only for what is not kept. Safe to use from several threads.

    cache: ``Cache(None)`` keeps answers for this run alone. now: POSIX seconds.
    """

    def __init__(self, api: Api, cache: Cache, *, now: Callable[[], float] = time.time) -> None:
        self.environ: Mapping[str, str] = api.environ
        self._api = api
        self._cache = cache
        self._now = now
        self._run: dict[str, Answer] = {}

    def get(
        self, url: str, doing: str, *, accept: str = "application/json", statuses: frozenset[int] = frozenset()
    ) -> Answer:
        """As `Getter.get`."""
        key = hashlib.sha256(f"{url}\n{accept}\n{self._api.has_token(url)}".encode()).hexdigest()
        known = self._run.get(key)
        if known is None:
            known = self._run[key] = self._asked(key, url, doing, accept, statuses)
        return known

    def _asked(self, key: str, url: str, doing: str, accept: str, statuses: frozenset[int]) -> Answer:
        entry = _decoded(self._cache.read(_KIND, key))
        if entry is not None and 0 <= self._now() - entry.stored < _FRESH_SECONDS:
            return entry.answer()
        etag = entry.headers.get("etag", "") if entry is not None else ""
        try:
            answer = self._api.get(url, doing, accept=accept, statuses=statuses, etag=etag)
        except ForgeError as error:
            if entry is None or error.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNAUTHORIZED}:
                raise
            return entry.answer()
        if answer.status == HTTPStatus.NOT_MODIFIED and entry is not None:
            self._keep(key, replace(entry, stored=self._now()))
            return entry.answer()
        if answer.status == HTTPStatus.OK:
            headers = {name: value for name, value in answer.headers.items() if name in _HEADERS}
            self._keep(key, _Entry(stored=self._now(), url=answer.url, headers=headers, body=answer.body))
        return answer

    def _keep(self, key: str, entry: _Entry) -> None:
        self._cache.write(_KIND, key, msgspec.msgpack.encode(entry))


def _decoded(payload: bytes | None) -> _Entry | None:
    if payload is None:
        return None
    try:
        return msgspec.msgpack.decode(payload, type=_Entry)
    except msgspec.MsgspecError:
        return None
