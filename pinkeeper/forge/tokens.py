"""Tokens: from the environment alone, each for the host that it was made for.

A repository's own settings may name a forge. They cannot have a token sent there: what Actions, GitLab CI or a user's
profile put into the environment belongs to the host that the same environment names, else to the public one.
``PINKEEPER_FORGE_TOKEN`` is for whatever forge the change requests go to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pinkeeper.errors import ConfigurationError
from pinkeeper.forge.address import origin_of
from pinkeeper.forge.place import ForgeKind, ForgePlace

__all__ = ["Token", "missing_token", "tokens_of"]

_USABLE = re.compile(r"[!-~]{1,4096}")


class Token:
    """A secret that repr() and str() do not show."""

    __slots__ = ("secret",)

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __repr__(self) -> str:
        return "Token(...)"


def tokens_of(environ: Mapping[str, str], *, place: ForgePlace | None = None) -> dict[str, Token]:
    """The tokens there are, by the origin (``scheme://host[:port]``) of the API that each is for.

    place: where change requests go. Raises ConfigurationError for a token that cannot be one; it is not shown.
    """
    found: dict[str, Token] = {}
    chosen = "" if place is None else origin_of(place.api)

    def add(origin: str, *names: str) -> None:
        token = _first(environ, names)
        if origin and token is not None:
            found.setdefault(origin, token)

    add(chosen, "PINKEEPER_FORGE_TOKEN")
    add(origin_of(environ.get("GITHUB_API_URL") or "https://api.github.com"), "GH_TOKEN", "GITHUB_TOKEN")
    if host := environ.get("GH_HOST"):
        add(origin_of(f"https://{host}"), "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
    gitlab = environ.get("CI_API_V4_URL") or environ.get("GITLAB_HOST") or "https://gitlab.com"
    add(origin_of(gitlab if "://" in gitlab else f"https://{gitlab}"), "GITLAB_TOKEN")
    return found


def missing_token(place: ForgePlace, environ: Mapping[str, str]) -> ConfigurationError:
    """The error for a forge that cannot be asked for want of a token: which variable would do."""
    details: tuple[str, ...] = ()
    if place.kind is ForgeKind.GITHUB:
        names = "GITHUB_TOKEN" if origin_of(place.api) == "https://api.github.com" else "PINKEEPER_FORGE_TOKEN"
        may = "a fine-grained token for this repository: contents and pull requests, read and write"
    else:
        names = "GITLAB_TOKEN" if origin_of(place.api) == "https://gitlab.com" else "PINKEEPER_FORGE_TOKEN"
        may = "a project access token: role Developer, scopes api and write_repository"
        if environ.get("CI_JOB_TOKEN"):
            details = ("the job's own CI_JOB_TOKEN can neither open merge requests nor, mostly, push",)
    return ConfigurationError(
        f"there is no token for {origin_of(place.api)}",
        where="environment",
        details=details,
        remedy=f"set {names} to {may}",
    )


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> Token | None:
    for name in names:
        secret = environ.get(name, "").strip()
        if not secret:
            continue
        if not _USABLE.fullmatch(secret):
            raise ConfigurationError("the token cannot be one: it has spaces or odd characters", where=name)
        return Token(secret)
    return None
