"""Links to repositories and to files in them, as projects put them into their metadata."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

from pinkeeper.forge.address import origin_of, parse_remote
from pinkeeper.forge.place import ForgeKind, ForgePlace, api_of, kind_of_host
from pinkeeper.model.url import split_credentials

__all__ = ["FileLink", "file_link", "project_of"]

_LENGTH_LIMIT = 2000
_PUBLIC = frozenset({"github.com", "gitlab.com"})
_RAW_HOST = "raw.githubusercontent.com"
_PAGES = frozenset({"-", "blob", "raw", "blame", "tree", "commits", "issues", "releases", "tags", "wikis", "wiki"})
_FILE_PAGES = frozenset({"blob", "raw", "blame"})


class FileLink(Struct, frozen=True, kw_only=True):
    """A file. reference: a branch, tag or commit. url: of its bytes in the API. accept: what to ask for."""

    place: ForgePlace
    path: str
    reference: str
    url: str
    accept: str


def project_of(url: str, environ: Mapping[str, str]) -> ForgePlace | None:
    """The project that a URL leads into; None where it is on no forge that is known by its host or by the CI's own."""
    found = _split(url, environ)
    return None if found is None else found[0]


def file_link(url: str, environ: Mapping[str, str]) -> FileLink | None:
    """The file that a URL shows (``/blob/main/CHANGELOG.md`` and the like); None where it shows none."""
    found = _split(url, environ)
    if found is None:
        return None
    place, rest = found
    if rest[:1] == ["-"]:
        rest = rest[1:]
    if len(rest) < 3 or rest[0] not in _FILE_PAGES or ".." in rest:  # noqa: PLR2004 - what, where, which file
        return None
    reference, path = rest[1], "/".join(rest[2:])
    query = f"ref={quote(reference, safe='')}"
    if place.kind is ForgeKind.GITHUB:
        api = f"{place.api}/repos/{quote(place.project)}/contents/{quote(path)}?{query}"
        accept = "application/vnd.github.raw+json"
    else:
        file = quote(path, safe="")
        api = f"{place.api}/projects/{quote(place.project, safe='')}/repository/files/{file}/raw?{query}"
        accept = "*/*"
    return FileLink(place=place, path=path, reference=reference, url=api, accept=accept)


def _split(url: str, environ: Mapping[str, str]) -> tuple[ForgePlace, list[str]] | None:
    """The project, and the segments that follow it."""
    bare = split_credentials(url.strip().removeprefix("git+"))[0].partition("#")[0].partition("?")[0]
    if len(bare) > _LENGTH_LIMIT:
        return None
    if "://" not in bare or bare.startswith("ssh://"):
        remote = parse_remote(bare)
        return None if remote is None else _split(f"{remote.origin}/{'/'.join(remote.path)}", environ)
    try:
        parts = urlsplit(bare)
        host = parts.hostname or ""
    except ValueError:
        return None
    segments = [unquote(part) for part in parts.path.split("/") if part]
    if host == _RAW_HOST and len(segments) > 3:  # noqa: PLR2004 - owner, name, reference, file
        return _split(f"https://github.com/{'/'.join([*segments[:2], 'raw', *segments[2:]])}", environ)
    host = host.removeprefix("www.")
    kind, web, api = _forge(origin_of(f"{parts.scheme}://{parts.netloc}").replace("://www.", "://"), host, environ)
    length = 2 if kind is ForgeKind.GITHUB else next((n for n, part in enumerate(segments) if part in _PAGES), None)
    project, rest = segments[:length], segments[length:] if length is not None else []
    if kind is ForgeKind.OTHER or len(project) < 2 or any(not part.strip(".") for part in project):  # noqa: PLR2004
        return None
    project[-1] = project[-1].partition(".git@")[0].removesuffix(".git")
    return ForgePlace(kind=kind, web=web, api=api, project="/".join(project)), rest


def _forge(origin: str, host: str, environ: Mapping[str, str]) -> tuple[ForgeKind, str, str]:
    """What a host is. A link is a stranger's word: a host that is only called like a forge is none."""
    for kind, server, api in (
        (ForgeKind.GITHUB, "GITHUB_SERVER_URL", "GITHUB_API_URL"),
        (ForgeKind.GITLAB, "CI_SERVER_URL", "CI_API_V4_URL"),
    ):
        if environ.get(server) and environ.get(api) and origin_of(environ[server]) == origin:
            return kind, origin, environ[api].rstrip("/")
    kind = (kind_of_host(host) if host in _PUBLIC else None) or ForgeKind.OTHER
    web = f"https://{host}"  # a link with http leads to the same
    return kind, web, "" if kind is ForgeKind.OTHER else api_of(web, kind)
