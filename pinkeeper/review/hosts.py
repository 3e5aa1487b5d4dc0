"""Hosts and addresses in the texts of code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from msgspec import Struct

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.summary import Literal, LiteralKind

__all__ = ["Endpoint", "endpoints_in", "hosts_in"]

_PLACE = lazy_pattern(r"[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.IGNORECASE)
_KINDS = frozenset({LiteralKind.URL, LiteralKind.HOST, LiteralKind.ADDRESS})
_UNKNOWN_PARTS = frozenset("{}%$<>*\u2026")  # of formats and templates, and what stands for them


class Endpoint(Struct, frozen=True):
    """Somewhere to connect to. host: lower case. port: None where the text does not say. text: as it stands."""

    host: str
    port: int | None
    text: str


def endpoints_in(literal: Literal) -> Iterator[Endpoint]:
    """What a text names; nothing where the host is put together from something that is not known."""
    if literal.kind not in _KINDS:
        return
    texts = _PLACE.findall(literal.value) if literal.kind is LiteralKind.URL else [f"//{literal.value.strip()}"]
    for text in texts or [literal.value]:
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:
            continue
        if host and not _UNKNOWN_PARTS.intersection(host):
            yield Endpoint(host.rstrip("."), port, text)


def hosts_in(literal: Literal) -> tuple[str, ...]:
    """The hosts that a text names."""
    return tuple(dict.fromkeys(endpoint.host for endpoint in endpoints_in(literal)))
