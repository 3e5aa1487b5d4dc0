"""What forges say about releases: their own release pages, and changelogs that metadata links to.

Both are words of whoever may write to the repository now, not of the files that the lock pins; `ReleaseNotes.source`
names the place. Nothing here fails a run: what was asked in vain comes back as a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ForgeError, RateLimitError
from pinkeeper.forge.answers import moment
from pinkeeper.forge.api import Getter, next_page
from pinkeeper.forge.fields import text_in
from pinkeeper.forge.links import file_link, project_of
from pinkeeper.forge.place import ForgeKind, ForgePlace
from pinkeeper.forge.tags import version_of_tag
from pinkeeper.model.comparison import NoteSection, ReleaseNotes
from pinkeeper.review.changelog.notes import SECTION_LIMIT, TOTAL_LIMIT
from pinkeeper.review.changelog.source import READ_LIMIT, NoteSource

__all__ = ["changelog_file", "releases_between"]

_PAGE = 100
_MOST_PAGES = 3
_ENDINGS = {"md": "markdown", "markdown": "markdown", "mdx": "markdown", "rst": "rst"}


def releases_between(
    repository_url: str, old: Version | None, new: Version, name: NormalizedName, *, api: Getter
) -> ReleaseNotes | None:
    """The notes of a forge's releases after `old` up to `new`, the newest first; of `new` alone where old is None.

    repository_url: any that leads into a repository. name: where a repository has releases of many projects, those
    whose tags name this one. None: the URL is on no forge that we speak to. Without sections, `remark` says why.
    """
    place = project_of(repository_url, api.environ)
    if place is None:
        return None
    shown = f"{place.web.partition('://')[2]}/{place.project}"
    found: dict[bool, dict[Version, str]] = {False: {}, True: {}}
    seen = 0
    is_whole = False
    try:
        for page, is_last in _pages(place, shown, api):
            seen += len(page)
            is_whole = is_last
            versions = _take(page, name, found)
            if any(old is not None and version <= old for version in versions) and new in {*found[True], *found[False]}:
                is_whole = True
                break
    except ForgeError as error:
        return ReleaseNotes(remark=_failed(f"the releases of {shown}", error))
    texts = found[True] or found[False]
    wanted = sorted((each for each in texts if _is_wanted(each, old, new) and texts[each].strip()), reverse=True)
    limit = "" if is_whole else f"only the newest {seen} releases were looked at"
    if not wanted:
        range_ = f"for {new}" if old is None else f"after {old} up to {new}"
        why = f"{shown} has no release with notes {range_}" if seen else f"{shown} has no releases"
        return ReleaseNotes(remark="; ".join(part for part in (why, limit) if part))
    missing = "" if wanted[0] == new else f"there is no section for {new}"
    sections, cut = _within_limits([(version, texts[version]) for version in wanted])
    return ReleaseNotes(
        source=f"releases of {shown}",
        markup="markdown",
        sections=sections,
        cut=cut,
        remark="; ".join(part for part in (missing, limit) if part),
    )


def changelog_file(url: str, *, api: Getter) -> NoteSource | str | None:
    """The file behind a link such as ``https://github.com/x/y/blob/main/CHANGELOG.md``, through the forge's API.

    None: the link is to no file on a forge that we speak to. A text: asked in vain, and why.
    """
    link = file_link(url, api.environ)
    if link is None:
        return None
    shown = f"{link.path} of {link.place.web.partition('://')[2]}/{link.place.project} at {link.reference}"
    try:
        body = api.get(link.url, f"read {shown}", accept=link.accept).body
    except ForgeError as error:
        return _failed(shown, error)
    return NoteSource(
        name=shown,
        place=shown,
        text=body[:READ_LIMIT].decode("utf-8-sig", "replace"),
        markup=_ENDINGS.get(link.path.rpartition(".")[2].lower(), "plain"),
        left_out=max(len(body) - READ_LIMIT, 0),
    )


def _pages(place: ForgePlace, shown: str, api: Getter) -> Iterator[tuple[list[Any], bool]]:
    """Pages of releases, the newest first, each with whether it is the last that there is."""
    if place.kind is ForgeKind.GITHUB:
        url: str | None = f"{place.api}/repos/{quote(place.project)}/releases?per_page={_PAGE}"
        accept = "application/vnd.github+json"
    else:
        url = f"{place.api}/projects/{quote(place.project, safe='')}/releases?per_page={_PAGE}"
        accept = "application/json"
    for _ in range(_MOST_PAGES):
        if url is None:
            return
        answer = api.get(url, f"list the releases of {shown}", accept=accept)
        items = answer.json()
        url = next_page(answer)
        yield (items if isinstance(items, list) else []), url is None


def _take(page: Sequence[Any], name: NormalizedName, found: dict[bool, dict[Version, str]]) -> list[Version]:
    """Sort releases by whether their tags name the project; give the versions that they are of."""
    versions = []
    for item in page:
        if not isinstance(item, dict) or item.get("draft") is True or item.get("upcoming_release") is True:
            continue
        read = version_of_tag(text_in(item, "tag_name"), name)
        if read is not None:
            version, is_named = read
            text = text_in(item, "body") or text_in(item, "description")
            found[is_named].setdefault(version, text.replace("\r\n", "\n").strip("\n"))
            versions.append(version)
    return versions


def _is_wanted(version: Version, old: Version | None, new: Version) -> bool:
    return version == new if old is None else old < version <= new


def _within_limits(texts: Sequence[tuple[Version, str]]) -> tuple[tuple[NoteSection, ...], int]:
    """Sections within the limits that all notes have; what goes over them is counted, and marked in the text."""
    kept = []
    cut, room = 0, TOTAL_LIMIT
    for version, text in texts:
        limit = min(SECTION_LIMIT, room)
        shown = text
        if len(text) > limit:
            end = text.rfind("\n", 0, limit)
            shown = text[: end if end > limit // 2 else limit].rstrip()
            rest = len(text) - len(shown)
            cut += rest
            shown += f"\n\n[{rest} more characters]" if shown else f"[{rest} characters]"
        room = max(room - len(shown), 0)
        kept.append(NoteSection(version=str(version), text=shown))
    return tuple(kept), cut


def _failed(what: str, error: ForgeError) -> str:
    if isinstance(error, RateLimitError):
        until = "" if error.until is None else f" until {moment(error.until)}"
        return f"{what} could not be read: the forge's rate limit is used up{until}; a token has a limit of its own"
    if error.status is not None:
        return f"{what} could not be read: the forge answered {error.status}"
    return f"{what} could not be read: {error.what.partition(': ')[2] or error.what}"
