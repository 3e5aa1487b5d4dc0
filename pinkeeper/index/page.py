"""One page of one index, from its bytes to releases."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urljoin

from packaging.utils import NormalizedName

from pinkeeper.errors import IndexPageError
from pinkeeper.index.filenames import wheel_tags
from pinkeeper.index.json_page import json_files, json_page
from pinkeeper.index.records import FileRecord, Page, PageRecord, Spelling
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.url import split_credentials

__all__ = ["ACCEPT", "Listing", "parse_page"]

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"
_WEB = ("https://", "http://")
_USERINFO = re.compile(
    rb"([a-zA-Z][a-zA-Z0-9+.-]*:\\?/\\?/)[^/?#\s'\"<>\\]*@"
)  # slashes perhaps as JSON may escape them
ACCEPT = f"{JSON_TYPE}, {HTML_TYPE};q=0.2, text/html;q=0.01"  # PEP 691, "Version + Format Selection"


def parse_page(body: bytes, *, content_type: str, url: str, name: NormalizedName) -> PageRecord:
    """Cut one project's page into releases. Raises IndexPageError where the bytes are not a page of that type.

    Some indexes repeat the credentials that they were asked with in the addresses of files. What is cut here is kept
    in the cache, so they are taken out first.
    """
    if b"@" in body:
        body = _USERINFO.sub(rb"\1", body)
    media_type, _, parameters = content_type.partition(";")
    match media_type.strip().lower():
        case "application/vnd.pypi.simple.v1+json":
            return json_page(body, url=url, name=name)
        case "application/vnd.pypi.simple.v1+html" | "text/html":
            from pinkeeper.index.html_page import html_page  # noqa: PLC0415 - most indexes speak JSON

            return html_page(_decoded(body, parameters), url=url, name=name)
        case other:
            raise IndexPageError(
                f"the index answered with {other[:60] or 'no content type'}, not with a simple page",
                where=url,
                remedy="check the index URL",
            )


def _decoded(body: bytes, parameters: str) -> str:
    charset = parameters.partition("charset=")[2].strip(" \"'").partition(";")[0] or "utf-8"
    try:
        return body.decode(charset, errors="replace")
    except (LookupError, ValueError):  # no such charset, or one that refuses, as undefined and idna do
        return body.decode("utf-8", errors="replace")


class Listing:
    """The releases of one project on one index; files are decoded when they are first looked at.

    versions: canonical texts, newest first. index: the index's URL without credentials.
    """

    def __init__(self, name: NormalizedName, page: Page, *, index: str, local: bool = False) -> None:
        self.name = name
        self.index = index
        self.versions: tuple[str, ...] = tuple(page.head.versions)
        self._base = page.head.base
        self._page = page
        self._places = dict(zip(self.versions, range(len(self.versions)), strict=True))
        self._read: dict[str, dict[str, FileRecord | str | DistributionFile]] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._local = local

    def filenames(self, version: str) -> tuple[str, ...]:
        """The names of the files of one of `versions`, sorted. Raises IndexPageError for broken entries."""
        known = self._names.get(version)
        if known is None:
            known = self._names[version] = tuple(sorted(self._entries(version)))
        return known

    def file(self, version: str, filename: str) -> DistributionFile:
        """One of the files of a release. Raises IndexPageError for a broken entry."""
        entries = self._entries(version)
        entry = entries[filename]
        if not isinstance(entry, DistributionFile):
            entry = entries[filename] = self._file(_html_file(entry) if isinstance(entry, str) else entry)
        return entry

    def files(self, version: str) -> tuple[DistributionFile, ...]:
        """All files of a release, sorted by name. Raises IndexPageError for broken entries."""
        return tuple(self.file(version, filename) for filename in self.filenames(version))

    def _entries(self, version: str) -> dict[str, FileRecord | str | DistributionFile]:
        """The files of a release by name, each read as far as anybody asked. Of two that share a name the first is."""
        known = self._read.get(version)
        if known is None:
            said = self._page.said(self._places[version])
            match self._page.head.spelling:
                case Spelling.JSON:
                    known = {record.filename: record for record in reversed(list(json_files(said, url=self._base)))}
                case Spelling.HTML:
                    from pinkeeper.index.html_page import html_filename  # noqa: PLC0415 - as above

                    known = {html_filename(anchor): anchor for anchor in reversed(said.decode().split("\n"))}
            self._read[version] = known
        return known

    def _file(self, record: FileRecord) -> DistributionFile:
        return DistributionFile(
            filename=record.filename,
            url=self._url(record),
            digests=_digests(record.digests),
            size=record.size,
            upload_time=_moment(record.upload_time),
            requires_python=record.requires_python,
            yanked=record.yanked,
            core_metadata=None if record.core_metadata is None else _digests(record.core_metadata),
            wheel_tags=wheel_tags(record.filename),
            local=self._local,
            provenance=None if record.provenance is None else self._provenance(record.provenance),
        )

    def _provenance(self, text: str) -> str | None:
        """Where the index says who published a file; None for an address that is none of the web's."""
        try:
            url = urljoin(self._base, text)
        except ValueError:
            return None
        return split_credentials(url)[0] if url.startswith(_WEB) else None

    def _url(self, record: FileRecord) -> str:
        if record.url.startswith(_WEB):
            return split_credentials(record.url)[0]
        try:
            url = urljoin(self._base, record.url)
        except ValueError:
            raise IndexPageError(
                f"the page gives {record.filename} an address that is none", where=self._base
            ) from None
        if url.startswith("file:") and self._base.startswith(_WEB):
            # What lies on this machine is not for an index to name: a device, say, or another's secret.
            raise IndexPageError(f"the page gives {record.filename} an address on this machine", where=self._base)
        return split_credentials(url)[0]


def _html_file(anchor: str) -> FileRecord:
    from pinkeeper.index.html_page import html_file  # noqa: PLC0415 - as above

    return html_file(anchor)


def _digests(texts: tuple[str, ...]) -> tuple[Digest, ...]:
    """The digests that can be read; a page may carry fragments that are none (``#egg=name``)."""
    digests = []
    for text in texts:
        try:
            digests.append(Digest.parse(text))
        except ValueError:
            continue
    return tuple(sorted(digests))


def _moment(text: str | None) -> datetime | None:
    """An RFC 3339 time in UTC; None where there is none or it cannot be read, which counts as not given."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
