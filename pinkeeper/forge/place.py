"""Which forge a repository is on, and where its API answers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from msgspec import Struct

from pinkeeper.errors import ConfigurationError
from pinkeeper.forge.address import RepositoryAddress, origin_of, parse_remote

__all__ = ["ForgeKind", "ForgePlace", "api_of", "find_place", "kind_of_host"]

_GITHUB = "https://github.com"
_GITLAB = "https://gitlab.com"


class ForgeKind(StrEnum):
    """What a forge is spoken to as."""

    GITHUB = "github"
    GITLAB = "gitlab"
    OTHER = "other"


class ForgePlace(Struct, frozen=True, kw_only=True):
    """One project on one forge. web, api: URLs without a final slash, empty for `ForgeKind.OTHER`.

    project: ``owner/name``, or with more groups on GitLab.
    """

    kind: ForgeKind
    web: str = ""
    api: str = ""
    project: str = ""


def find_place(
    remote_url: str, environ: Mapping[str, str], *, kind: ForgeKind | None = None, url: str = "", project: str = ""
) -> ForgePlace:
    """Decide on the forge: what is set (`kind`, `url`, `project`), else the CI's environment, else the remote's host.

    url: of the forge's pages (``https://github.corp.example``) or of its API. Raises ConfigurationError where a forge
    is known and the project on it is not.
    """
    remote = parse_remote(remote_url)
    found = kind or _kind_of_environment(remote, environ) or (kind_of_host(remote.host) if remote else None)
    match found:
        case ForgeKind.GITHUB:
            names = ("GITHUB_SERVER_URL", "GITHUB_API_URL", "GITHUB_REPOSITORY")
            default = _GITHUB
        case ForgeKind.GITLAB:
            names = ("CI_SERVER_URL", "CI_API_V4_URL", "CI_PROJECT_PATH")
            default = _GITLAB
        case _:
            return ForgePlace(kind=ForgeKind.OTHER)
    web, api, told_project = (environ.get(name, "").strip().rstrip("/") for name in names)
    if url:
        _check_url(url)
        web, api = _web_and_api(url.rstrip("/"), found)
    elif not web or not api or (remote is not None and remote.origin != origin_of(web)):
        web = remote.origin if remote is not None else default
        api = api_of(web, found)
    _check_url(api)
    path = project.strip("/") or _project_below(web, remote, is_set=bool(url)) or told_project
    if path.count("/") < 1:
        raise ConfigurationError(
            f"the project on {web} is not known: the remote's address does not say it",
            where="forge",
            remedy="set the forge's project, such as owner/name",
        )
    return ForgePlace(kind=found, web=web, api=api, project=path)


def kind_of_host(host: str) -> ForgeKind | None:
    """What a host's name says: the public ones, GitHub's tenants, and hosts that are called gitlab or github."""
    if host in {"github.com", "www.github.com"} or host.endswith(".ghe.com"):
        return ForgeKind.GITHUB
    if host == "gitlab.com":
        return ForgeKind.GITLAB
    first = host.partition(".")[0]
    return {"github": ForgeKind.GITHUB, "gitlab": ForgeKind.GITLAB}.get(first)


def api_of(web: str, kind: ForgeKind) -> str:
    """Where a forge's API answers, by the address of its pages."""
    origin = origin_of(web)
    host = urlsplit(origin).hostname or ""
    if kind is ForgeKind.GITLAB:
        return f"{web}/api/v4"
    if origin == _GITHUB:
        return "https://api.github.com"
    if host.endswith(".ghe.com"):
        return f"https://api.{host}"
    return f"{web}/api/v3"


def _web_and_api(url: str, kind: ForgeKind) -> tuple[str, str]:
    for ending in ("/api/v3", "/api/v4"):
        if url.endswith(ending):
            return url.removesuffix(ending), url
    if kind is ForgeKind.GITHUB and origin_of(url) == "https://api.github.com":
        return _GITHUB, url
    return url, api_of(url, kind)


def _kind_of_environment(remote: RepositoryAddress | None, environ: Mapping[str, str]) -> ForgeKind | None:
    """The forge whose CI this is; a remote on another public forge is stronger."""
    if environ.get("GITEA_ACTIONS") or environ.get("FORGEJO_ACTIONS"):
        found = ForgeKind.OTHER  # they set GitHub's variables too, and do not speak its API
    elif environ.get("GITHUB_ACTIONS") == "true":
        found = ForgeKind.GITHUB
    elif environ.get("GITLAB_CI") == "true":
        found = ForgeKind.GITLAB
    else:
        return None
    known = kind_of_host(remote.host) if remote is not None else None
    return found if known is None else known


def _project_below(web: str, remote: RepositoryAddress | None, *, is_set: bool) -> str:
    """The remote's path, without the folder in which a forge may live on its host.

    is_set: the forge's address is, and the remote may name its host in another way, as ssh's configuration allows.
    """
    if remote is None or (urlsplit(web).hostname != remote.host and not is_set):
        return ""
    folder = [part for part in urlsplit(web).path.split("/") if part]
    path = list(remote.path)
    return "/".join(path[len(folder) :] if path[: len(folder)] == folder else path)


def _check_url(api: str) -> None:
    """Raise ConfigurationError for an address to which a token must not go."""
    try:
        parts = urlsplit(api)
        is_usable = bool(parts.hostname) and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:
        is_usable = False
    is_loopback = is_usable and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not is_usable or (parts.scheme != "https" and not (parts.scheme == "http" and is_loopback)):
        raise ConfigurationError(
            "the forge's address cannot be used: it must be an https URL without credentials",
            where="forge",
            remedy="set the forge's URL, such as https://github.corp.example",
        )
