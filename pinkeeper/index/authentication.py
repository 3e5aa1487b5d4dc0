"""Who we say we are, and to whom alone we say it (RFC 7617).

Credentials belong to an origin (scheme, host, port): those in an index's URL, else those in a netrc file for the host,
else, once the host has answered 401, those in a keyring. Where an address came from, a page or a redirect, does not
matter: only its own origin decides what is sent there.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterable, Mapping
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from pinkeeper.errors import InputError
from pinkeeper.model.url import Credentials, IndexURL

__all__ = ["Authenticator"]

_DEFAULT_PORTS = {"http": 80, "https": 443}

_Netrc = Mapping[str, tuple[str | None, str | None, str | None]]  # login, account, password by host


class _Origin(Struct, frozen=True):
    """What a host is trusted as (RFC 6454)."""

    scheme: str
    host: str
    port: int | None


class Authenticator:
    """Gives the ``Authorization`` header for an address. Safe to use from several threads.

    indexes: those that the user named, with or without credentials. netrc: the file to read, None for none; its
    ``default`` entry counts only for hosts of `indexes`, so that no page and no redirect can lead it elsewhere.
    """

    def __init__(
        self,
        indexes: Iterable[IndexURL],
        *,
        netrc: Path | None,
        use_keyring: bool,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self._indexes = tuple((origin, index) for index in indexes if (origin := _origin(index.url)) is not None)
        self._hosts = frozenset(origin.host for origin, _ in self._indexes)
        self._netrc_path = netrc
        self._netrc: _Netrc | None = None
        self._netrc_lock = threading.Lock()
        self._use_keyring = use_keyring
        self._from_keyring: dict[_Origin, Credentials | None] = {}
        self._keyring_lock = threading.Lock()
        self._log = log

    def header(self, url: str) -> str | None:
        """The header's value; None where there are no credentials for the address. Raises InputError for the netrc."""
        origin = _origin(url)
        credentials = None if origin is None else self._credentials(origin, url)
        if credentials is None:
            return None
        pair = f"{credentials.username}:{credentials.password}".encode()
        return f"Basic {base64.b64encode(pair).decode('ascii')}"

    def ask_keyring(self, url: str, *, sent: str | None) -> bool:
        """Look for the credentials that an address demands, once for each origin.

        sent: the header that it refused. True where `header` now gives another: found here, or by another thread.
        """
        origin = _origin(url)
        if not self._use_keyring or origin is None:
            return False
        with self._keyring_lock:
            if origin not in self._from_keyring:
                self._from_keyring[origin] = self._look_up(origin, url)
        return self.header(url) != sent

    def _credentials(self, origin: _Origin, url: str) -> Credentials | None:
        if (found := self._from_keyring.get(origin)) is not None:
            return found
        nearest = _nearest(
            url, (index for at, index in self._indexes if at == origin and index.credentials is not None)
        )
        said = None if nearest is None else nearest.credentials
        if said is not None and said.password:
            return said
        noted = self._noted(origin.host)
        if said is None or (noted is not None and noted.username == said.username):
            return noted
        return said  # a lone user name, as tokens often are

    def _noted(self, host: str) -> Credentials | None:
        """What the netrc file says of a host."""
        if self._netrc_path is None:
            return None
        with self._netrc_lock:
            if self._netrc is None:
                self._netrc = _read_netrc(self._netrc_path)
        entry = self._netrc.get(host)
        if entry is None and host in self._hosts:
            entry = self._netrc.get("default")
        if entry is None:
            return None
        login, account, password = entry
        username = login or account or ""
        return Credentials(username=username, password=password or "") if username or password else None

    def _look_up(self, origin: _Origin, url: str) -> Credentials | None:
        """Ask the keyring under the index's URL as pip spells it, then as it is, then under the host."""
        index = _nearest(url, (index for at, index in self._indexes if at == origin))
        username = index.credentials.username if index is not None and index.credentials is not None else None
        services = [urlsplit(url).netloc]
        if index is not None:
            services = [f"{index.url}/", index.url, *services]
        try:
            import keyring  # noqa: PLC0415 - an extra, and slow

            for service in services:
                found = keyring.get_credential(service, username)
                if found is not None and found.username and found.password:
                    return Credentials(username=found.username, password=found.password)
        except ImportError:
            return None
        except Exception as error:  # noqa: BLE001 - backends raise whatever they like; asking is best effort
            # Its text is not shown: nobody knows what a backend puts there.
            if self._log is not None:
                self._log(f"the keyring failed for {services[-1]}: {type(error).__name__}")
        return None


def _read_netrc(path: Path) -> _Netrc:
    """Parse a netrc file. Raises InputError, whose text has no word of the file: any of them may be a password."""
    import netrc  # noqa: PLC0415 - only where there is such a file

    try:
        return netrc.netrc(str(path)).hosts
    except FileNotFoundError:
        return {}
    except netrc.NetrcParseError as error:
        place = path if error.lineno is None else f"{path}:{error.lineno}"
        raise InputError(
            "the netrc file cannot be parsed", where=str(place), remedy="write machine HOST login USER password SECRET"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError(f"the netrc file cannot be read: {reason}", where=str(path)) from None


def _nearest(url: str, indexes: Iterable[IndexURL]) -> IndexURL | None:
    """Of indexes at the origin of an address, the one that it lies under, else the one that it shares most with."""
    path = _segments(url)

    def kinship(index: IndexURL) -> tuple[bool, int, bool]:
        own = _segments(index.url)
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(own, path, strict=False)))
        return common == len(own), common, index.credentials is not None

    return max(indexes, key=kinship, default=None)


def _origin(url: str) -> _Origin | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.hostname is None:
        return None
    return _Origin(parts.scheme, parts.hostname, port or _DEFAULT_PORTS.get(parts.scheme))


def _segments(url: str) -> tuple[str, ...]:
    return tuple(filter(None, urlsplit(url).path.split("/")))
