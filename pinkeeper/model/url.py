"""URLs without their secrets.

Credentials enter the program in URLs, netrc files, the environment and a keyring. They are taken off at the edge and
kept in `Credentials`, whose text never shows them; everything else handles the bare URL.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from msgspec import Struct

__all__ = ["Credentials", "IndexURL", "canonical_url", "path_of_file_url", "redact", "split_credentials"]

_USERINFO = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*://)[^/?#\s'\"<>]*@")


class Credentials(Struct, frozen=True, kw_only=True):
    """A user name and a password that repr() and str() do not show."""

    username: str
    password: str = ""

    def __repr__(self) -> str:
        return "Credentials(...)"


class IndexURL(Struct, frozen=True, kw_only=True):
    """The root of a simple repository (PEP 503), without a final slash, or another place; without credentials.

    name: what the user calls it in ``--index NAME=URL``, None otherwise.
    """

    url: str
    credentials: Credentials | None = None
    name: str | None = None

    def __str__(self) -> str:
        return self.url

    @classmethod
    def parse(cls, text: str, *, name: str | None = None) -> IndexURL:
        """Take the credentials off a URL as a user writes it; a bare path stays as it is. Never raises."""
        url, credentials = split_credentials(text.strip())
        return cls(url=url.rstrip("/"), credentials=credentials, name=name)

    @classmethod
    def parse_location(cls, text: str) -> IndexURL:
        """The same for ``--find-links``: a page or a folder, whose final slash means something. Never raises."""
        url, credentials = split_credentials(text.strip())
        return cls(url=url, credentials=credentials)


def split_credentials(url: str) -> tuple[str, Credentials | None]:
    """Part ``https://user:secret@host/x`` into ``https://host/x`` and its credentials (percent-decoded)."""
    match = _USERINFO.match(url)
    if match is None:
        return url, None
    username, _, password = url[match.end(1) : match.end() - 1].partition(":")
    bare = url[: match.end(1)] + url[match.end() :]
    return bare, Credentials(username=unquote(username), password=unquote(password))


def redact(text: str) -> str:
    """Take the user information off every URL inside a text, for messages and logs."""
    return _USERINFO.sub(r"\1", text)


def canonical_url(url: str) -> str:
    """A URL without credentials and without what only says what it is (``#egg``, ``#sha256``), to be compared."""
    bare, _, fragment = split_credentials(url)[0].partition("#")
    folder = [part for part in fragment.split("&") if part.startswith("subdirectory=")]
    return "#".join([bare, *folder[:1]])


def path_of_file_url(url: str) -> str:
    """The path that a ``file:`` URL names on this system (RFC 8089)."""
    from urllib.request import url2pathname  # noqa: PLC0415 - imports a whole HTTP client

    return url2pathname(urlsplit(url).path)
