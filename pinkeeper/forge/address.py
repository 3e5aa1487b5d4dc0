"""Where a repository lives, read from the URL of a git remote or of a page of a forge."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from pinkeeper.model.url import split_credentials

__all__ = ["RepositoryAddress", "origin_of", "parse_remote"]

_LENGTH_LIMIT = 2000
_SCP = re.compile(r"(?:[^@/:\s]+@)?(\[[0-9a-fA-F:]+\]|[^@/:\s]{2,}):(?!//)(.+)", re.DOTALL)
_SEGMENT = re.compile(r"[\w.~+-]+")
_SSH_ALIASES = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}  # their ports 443
_SCHEMES = frozenset({"http", "https", "ssh", "git", "git+ssh", "git+https", "git+http", "ssh+git"})
_DEFAULT_PORTS = {"http": 80, "https": 443}


class RepositoryAddress(Struct, frozen=True, kw_only=True):
    """A repository on a host. origin: of its pages, without a final slash; path: its segments, without ``.git``."""

    origin: str
    path: tuple[str, ...]

    @property
    def host(self) -> str:
        """The host's name, without a port."""
        return urlsplit(self.origin).hostname or ""


def parse_remote(url: str) -> RepositoryAddress | None:
    """Read ``https://host/owner/name.git``, ``ssh://git@host:22/owner/name``, ``git@host:owner/name.git``.

    None for paths, and for all that cannot be a repository of a forge. Credentials are dropped.
    """
    bare = split_credentials(url.strip())[0].rstrip("/")
    if len(bare) > _LENGTH_LIMIT:
        return None
    if "://" not in bare:
        match = _SCP.fullmatch(bare)
        return None if match is None else _address("ssh", match[1].strip("[]"), None, match[2])
    try:
        parts = urlsplit(bare)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or not host:
        return None
    return _address(parts.scheme.removeprefix("git+").removesuffix("+git"), host, port, parts.path)


def origin_of(url: str) -> str:
    """``scheme://host[:port]`` of a URL, lower-case, without the port that goes without saying. Never raises."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    scheme = parts.scheme.lower()
    return f"{scheme}://{shown}" + ("" if port is None or port == _DEFAULT_PORTS.get(scheme) else f":{port}")


def _address(scheme: str, host: str, port: int | None, path: str) -> RepositoryAddress | None:
    segments = [unquote(segment) for segment in path.strip("/").split("/")]
    segments[-1] = segments[-1].removesuffix(".git")
    if len(segments) < 2 or not all(_SEGMENT.fullmatch(each) and each.strip(".") for each in segments):  # noqa: PLR2004 - owner, name
        return None
    host = _SSH_ALIASES.get(host.lower(), host.lower())
    shown = f"[{host}]" if ":" in host else host
    if scheme in _DEFAULT_PORTS:
        return RepositoryAddress(
            origin=origin_of(f"{scheme}://{shown}" + (f":{port}" if port else "")), path=tuple(segments)
        )
    return RepositoryAddress(origin=f"https://{shown}", path=tuple(segments))  # its pages have another port than ssh
