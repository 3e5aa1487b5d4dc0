"""Who we say we are, and to whom alone we say it (RFC 7617).

Credentials belong to an origin (scheme, host, port): those in an index's URL, else those in a netrc file for the host,
else, once the host has answered 401, those in a keyring.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from pinkeeper.errors import InputError
from pinkeeper.model.url import Credentials, IndexURL

__all__ = ["Authenticator"]

_DEFAULT_PORTS = {"http": 80, "https": 443}

_Origin = tuple[str, str, int]


class Authenticator:
    """Gives the ``Authorization`` header for an address. Safe to use from several threads."""

    def __init__(
        self,
        indexes: Iterable[IndexURL],
        *,
        netrc: Path | None,
        use_keyring: bool,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self._indexes = tuple(indexes)
        self._netrc_path = netrc
        self._netrc: Callable[[str], Credentials | None] | None = None
        self._use_keyring = use_keyring
        self._from_keyring: dict[_Origin, Credentials | None] = {}
        self._log = log
        self._lock = threading.Lock()

    def header(self, url: str) -> str | None:
        """The header's value; None where there are no credentials for the address. Raises InputError for the netrc."""
        credentials = self._credentials(url)
        if credentials is None:
            return None
        pair = f"{credentials.username}:{credentials.password}".encode()
        return f"Basic {base64.b64encode(pair).decode('ascii')}"

    def ask_keyring(self, url: str) -> bool:
        """Look for credentials that an address demands, once for each origin; True where there are new ones."""
        origin = _origin(url)
        if not self._use_keyring or origin is None:
            return False
        with self._lock:
            if origin in self._from_keyring:
                return False
            known = self._from_url(url)
            self._from_keyring[origin] = found = self._look_up(url, known.username if known else None)
        return found is not None

    def _credentials(self, url: str) -> Credentials | None:
        origin = _origin(url)
        if origin is None:
            return None
        return self._from_keyring.get(origin) or self._from_url(url) or self._from_netrc(origin[1])

    def _from_url(self, url: str) -> Credentials | None:
        """Of the indexes at this origin, the one whose path the address begins with most of."""
        origin = _origin(url)
        path = urlsplit(url).path
        fitting = [
            (path.startswith(urlsplit(index.url).path), len(urlsplit(index.url).path), index.credentials)
            for index in self._indexes
            if index.credentials is not None and _origin(index.url) == origin
        ]
        return max(fitting, key=lambda entry: entry[:2])[2] if fitting else None

    def _from_netrc(self, host: str) -> Credentials | None:
        with self._lock:
            if self._netrc is None:
                self._netrc = _netrc_reader(self._netrc_path)
        return self._netrc(host)

    def _look_up(self, url: str, username: str | None) -> Credentials | None:
        try:
            import keyring  # noqa: PLC0415 - an extra, and slow
        except ImportError:
            return None
        root = next((index.url for index in self._indexes if url.startswith(f"{index.url}/")), None)
        for service in filter(None, (root, urlsplit(url).netloc)):
            try:
                found = keyring.get_credential(service, username)
            except Exception as error:  # noqa: BLE001 - backends raise whatever they like; asking is best effort
                if self._log is not None:
                    self._log(f"the keyring failed for {service}: {type(error).__name__}")
                return None
            if found is not None and found.username and found.password:
                return Credentials(username=found.username, password=found.password)
        return None


def _netrc_reader(path: Path | None) -> Callable[[str], Credentials | None]:
    if path is None or not path.is_file():
        return lambda _host: None
    import netrc  # noqa: PLC0415 - only where there is such a file

    try:
        entries = netrc.netrc(str(path))
    except (netrc.NetrcParseError, OSError, UnicodeDecodeError) as error:
        what = error.msg if isinstance(error, netrc.NetrcParseError) else "it cannot be read"
        raise InputError(f"the netrc file is not valid: {what}", where=str(path)) from None

    def find(host: str) -> Credentials | None:
        entry = entries.authenticators(host)
        if entry is None:
            return None
        login, account, password = entry
        return Credentials(username=login or account or "", password=password or "")

    return find


def _origin(url: str) -> _Origin | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.hostname is None:
        return None
    return parts.scheme, parts.hostname, port or _DEFAULT_PORTS.get(parts.scheme, 0)
