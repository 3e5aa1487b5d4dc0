"""Simple repository pages in HTML (PEP 503, 592, 629, 658, 714).

The anchors of the indexes in use are plain: one after another, attributes in double quotes, no tags inside. Such a page
is cut at its anchors, and an anchor's attributes are read when its release is looked at. A page with anything else
goes through the standard library's parser first, which rewrites its anchors plainly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from urllib.parse import unquote, urljoin

from packaging.utils import NormalizedName, canonicalize_name

from pinkeeper.errors import IndexPageError
from pinkeeper.index.records import FileRecord, PageRecord, Spelling, group_releases

__all__ = ["html_anchors", "html_file", "html_filename", "html_page", "html_page_of"]

_START = '<a href="'
_ATTRIBUTE = re.compile(r'([a-zA-Z-]+)="([^"]*)"')
_ANCHOR_START = re.compile(r"<a[\s>]", re.IGNORECASE)
_UNUSUAL = re.compile(r"<!--|<base[\s>]", re.IGNORECASE)
_API_VERSION = re.compile(r'<meta\s+name="pypi:repository-version"\s+content="([0-9]+)\.[0-9]+"', re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_INTERACTIVE = re.compile(r"<(?:form|input|button|script|iframe|meta\s+http-equiv=.refresh)\b", re.IGNORECASE)
_CHECK_URL = "check the index URL; it should end where project names begin, often with /simple"


def html_page(text: str, *, url: str, name: NormalizedName) -> PageRecord:
    """Cut a project's page into releases.

    Raises IndexPageError for what is not a simple page: a log-in page or a portal's notice, which list no file either,
    do not say that a project has no releases.
    """
    base, anchors = html_anchors(text, url=url)
    page = html_page_of(anchors, base=base, name=name)
    if not page.head.versions and _is_something_else(text, name):
        raise IndexPageError(
            f"the answer is not a page of a simple repository (it lists no file of {name})",
            where=url,
            remedy=_CHECK_URL,
        )
    return page


def _is_something_else(text: str, name: NormalizedName) -> bool:
    """Whether a page without files was meant for a person: things to click and fill in, or words about other matters.

    An empty list of files has no words, or names the project in them, or says its version (PEP 629).
    """
    if _API_VERSION.search(text) is not None:
        return False
    if _INTERACTIVE.search(text) is not None:
        return True
    words = unescape(_TAG.sub(" ", text)).strip()
    return bool(words) and _ANCHOR_START.search(text) is None and name not in canonicalize_name(words)


def html_page_of(anchors: Iterable[str], *, base: str, name: NormalizedName) -> PageRecord:
    """Sort anchors into the releases of one project; those of others are passed over."""
    files = ((html_filename(anchor), anchor.encode()) for anchor in anchors)
    return group_releases(files, name=name, base=base, spelling=Spelling.HTML, separator=b"\n")


def html_anchors(text: str, *, url: str) -> tuple[str, Iterator[str]]:
    """Give the base URL of a page and the insides of its anchors, each ``URL" attribute="value"``, without newlines."""
    if (version := _API_VERSION.search(text)) and version[1] != "1":
        raise IndexPageError(f"the index speaks version {version[1]} of the simple API; 1 is understood", where=url)
    parts = text.split(_START)
    ends = [part.find(">", part.rfind('"', 0, part.find("</a>"))) for part in parts[1:]]
    starts = sum(1 for _ in _ANCHOR_START.finditer(text))
    if starts and len(ends) == starts and -1 not in ends and "='" not in text and not _UNUSUAL.search(text):
        insides = (part[:end] for part, end in zip(parts[1:], ends, strict=True))
        return url, (inside.replace("\n", " ") if "\n" in inside else inside for inside in insides)
    return _rewritten(text, url=url)


def html_file(anchor: str) -> FileRecord:
    """Read one anchor of a page."""
    href, _, rest = anchor.partition('"')
    attributes = {name.lower(): value for name, value in _ATTRIBUTE.findall(rest)}
    location, _, fragment = unescape(href).partition("#")
    requires_python = attributes.get("data-requires-python")
    yanked = attributes.get("data-yanked")
    return FileRecord(
        html_filename(anchor),
        location,
        (fragment.replace("=", ":", 1),) if "=" in fragment else (),
        unescape(requires_python) if requires_python else None,
        None if yanked is None else unescape(yanked),
        _core_metadata(attributes.get("data-core-metadata", attributes.get("data-dist-info-metadata"))),
        None,
        attributes.get("data-upload-time"),  # no standard has it; mirrors that keep times in HTML spell it so
        unescape(provenance) if (provenance := attributes.get("data-provenance")) else None,
    )


def html_filename(anchor: str) -> str:
    """The last part of the address: what will be fetched, whatever the anchor's text calls it."""
    location = anchor.partition('"')[0].partition("#")[0]
    if "&" in location:
        location = unescape(location).partition("#")[0]
    filename = location.partition("?")[0].rpartition("/")[2]
    return unquote(filename) if "%" in filename else filename


def _core_metadata(value: str | None) -> tuple[str, ...] | None:
    """PEP 658: ``true``, or ``<hashname>=<hashvalue>``; anything else counts as absent."""
    if value is None:
        return None
    if "=" in value:
        return (value.replace("=", ":", 1),)
    return () if value.strip().lower() == "true" else None


def _rewritten(text: str, *, url: str) -> tuple[str, Iterator[str]]:
    from pinkeeper.index.html_anchors import AnchorReader  # noqa: PLC0415 - rarely needed

    reader = AnchorReader()
    reader.feed(text)
    reader.close()
    if not reader.is_html and text.strip():
        raise IndexPageError(
            "the answer is not a page of a simple repository (no HTML in it)", where=url, remedy=_CHECK_URL
        )
    plain = (
        escape(attributes["href"])
        + '"'
        + "".join(f' {key}="{escape(value)}"' for key, value in attributes.items() if key != "href")
        for attributes in reader.anchors
    )
    try:
        base = urljoin(url, reader.base) if reader.base else url
    except ValueError:
        raise IndexPageError("the page has a base that is no address", where=url) from None
    return base, (inside.replace("\n", " ") for inside in plain)
