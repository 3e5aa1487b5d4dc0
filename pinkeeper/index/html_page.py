"""Simple repository pages in HTML (PEP 503, 592, 629, 658, 714).

The anchors of every index in use are plain: quoted attributes, text without tags. One pattern reads those at a
hundred megabytes a second. A page with anything else goes to the standard library's parser, whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import unquote, urljoin

from pinkeeper.errors import IndexPageError
from pinkeeper.index.records import FileRecord

__all__ = ["html_files"]

_PLAIN_ANCHOR = re.compile(r'<a((?:\s+[a-z-]+="[^"<>]*")+)\s*>([^<>]*)</a>')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_ANCHOR_START = re.compile(r"<a[\s>]", re.IGNORECASE)
_HEAD_OR_COMMENT = re.compile(r"<!--|<base[\s>]", re.IGNORECASE)
_API_VERSION = re.compile(r'<meta\s+name="pypi:repository-version"\s+content="([0-9]+)\.[0-9]+"', re.IGNORECASE)


def html_files(text: str, *, url: str) -> tuple[str, Iterator[FileRecord]]:
    """Give the base URL of a page and its files in order. Raises IndexPageError for what is not a simple page."""
    if (version := _API_VERSION.search(text)) and version[1] != "1":
        raise IndexPageError(f"the index speaks version {version[1]} of the simple API; 1 is understood", where=url)
    starts = sum(1 for _ in _ANCHOR_START.finditer(text))
    plain = [] if _HEAD_OR_COMMENT.search(text) else _PLAIN_ANCHOR.findall(text)
    if len(plain) == starts and starts:
        return url, (_record(dict(_ATTRIBUTE.findall(attributes)), name) for attributes, name in plain)
    return _parsed_at_length(text, url=url)


def _record(attributes: Mapping[str, str], text: str) -> FileRecord:
    """One anchor; attribute values and text are still escaped."""
    href = _unescaped(attributes.get("href", ""))
    location, _, fragment = href.partition("#")
    metadata = attributes.get("data-core-metadata", attributes.get("data-dist-info-metadata"))
    requires_python = attributes.get("data-requires-python")
    yanked = attributes.get("data-yanked")
    return FileRecord(
        # The address says what will be fetched; the text is only a label, though PEP 503 wants them equal.
        unquote(location.partition("?")[0].rpartition("/")[2]) or _unescaped(text).strip(),
        location,
        (fragment.replace("=", ":", 1),) if "=" in fragment else (),
        _unescaped(requires_python) if requires_python else None,
        None if yanked is None else _unescaped(yanked),
        _core_metadata(metadata),
        None,
        attributes.get("data-upload-time"),  # no standard has it; mirrors that keep times in HTML spell it so
    )


def _unescaped(text: str) -> str:
    return unescape(text) if "&" in text else text


def _core_metadata(value: str | None) -> tuple[str, ...] | None:
    """PEP 658: ``true``, or ``<hashname>=<hashvalue>``; anything else counts as absent."""
    if value is None:
        return None
    if "=" in value:
        return (value.replace("=", ":", 1),)
    return () if value.strip().lower() == "true" else None


def _parsed_at_length(text: str, *, url: str) -> tuple[str, Iterator[FileRecord]]:
    from pinkeeper.index.html_anchors import AnchorReader  # noqa: PLC0415 - rarely needed

    reader = AnchorReader()
    reader.feed(text)
    reader.close()
    if not reader.is_html and text.strip():
        raise IndexPageError(
            "the answer is not a page of a simple repository (no HTML in it)",
            where=url,
            remedy="check the index URL; it should end where project names begin, often with /simple",
        )
    # The parser has undone the escapes; _record undoes them again only where a literal "&" is left.
    files = (
        _record({key: value.replace("&", "&amp;") for key, value in attributes.items()}, label.replace("&", "&amp;"))
        for attributes, label in reader.anchors
    )
    return (urljoin(url, reader.base) if reader.base else url), files
