"""RFC 9111 for a private cache."""

from __future__ import annotations

import pytest

from pinkeeper.index.freshness import expires_at

NOW = 1_780_000_000.0


@pytest.mark.parametrize(
    ("headers", "lifetime"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": "public, max-age=600, must-revalidate"}, 600),
        ({"cache-control": 'Max-Age="600"'}, 600),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "700"}, 0),
        ({"cache-control": "max-age=600", "expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 600),
        ({"cache-control": "max-age=soon"}, 0),
        ({"cache-control": "no-cache"}, 0),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"expires": "Mon, 23 Nov 2026 12:10:00 GMT", "date": "Mon, 23 Nov 2026 12:00:00 GMT"}, 600),
        ({"expires": "Mon, 23 Nov 2026 12:00:00 GMT", "date": "Mon, 23 Nov 2026 12:10:00 GMT"}, 0),
        ({"expires": "0"}, 0),
        ({"last-modified": "Mon, 23 Nov 2020 12:00:00 GMT"}, 0),
    ],
)
def test_lifetime(headers, lifetime):
    assert expires_at(headers, now=NOW) == NOW + lifetime


@pytest.mark.parametrize("header", ["no-store", "private, no-store", "no-store, max-age=600"])
def test_what_may_not_be_stored(header):
    assert expires_at({"cache-control": header}, now=NOW) is None
