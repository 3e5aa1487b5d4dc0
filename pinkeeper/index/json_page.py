"""Simple repository pages in JSON (PEP 691, 592, 658, 700, 714, 740)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from packaging.utils import NormalizedName

from pinkeeper.errors import IndexPageError
from pinkeeper.index.records import FileRecord, PageRecord, Spelling, group_releases

__all__ = ["json_files", "json_page"]


class _Meta(msgspec.Struct, frozen=True):
    api_version: str = msgspec.field(name="api-version")


class _Page(msgspec.Struct, frozen=True):
    meta: _Meta
    files: list[msgspec.Raw]


class _Named(msgspec.Struct, frozen=True, gc=False):
    filename: str


class _Names(msgspec.Struct, frozen=True):
    files: list[_Named]


class _File(msgspec.Struct, frozen=True, gc=False):
    filename: str
    url: str
    hashes: dict[str, str]
    requires_python: str | None = msgspec.field(name="requires-python", default=None)
    yanked: bool | str = False
    core_metadata: bool | dict[str, str] | None = msgspec.field(name="core-metadata", default=None)
    dist_info_metadata: bool | dict[str, str] | None = msgspec.field(name="dist-info-metadata", default=None)
    legacy_metadata: bool | dict[str, str] | None = msgspec.field(name="data-dist-info-metadata", default=None)
    size: int | None = None
    upload_time: str | None = msgspec.field(name="upload-time", default=None)
    provenance: str | None = None


_PAGE = msgspec.json.Decoder(_Page)
_NAMES = msgspec.json.Decoder(_Names)
_FILES = msgspec.json.Decoder(list[_File])


def json_page(body: bytes, *, url: str, name: NormalizedName) -> PageRecord:
    """Cut a project's page into releases. Raises IndexPageError for anything that is not PEP 691."""
    try:
        page = _PAGE.decode(body)
        if page.meta.api_version.partition(".")[0] != "1":
            raise IndexPageError(
                f"the index speaks version {page.meta.api_version[:20]} of the simple API; 1.x is understood", where=url
            )
        names = [file.filename for file in _NAMES.decode(body).files]  # all at once: half of the time of one by one
        files = zip(names, page.files, strict=True)
        return group_releases(files, name=name, base=url, spelling=Spelling.JSON, separator=b",")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise IndexPageError(
            f"the answer is not a JSON page of a simple repository: {error}",
            where=url,
            remedy="try again; if it stays so, ask the index's owner",
        ) from error


def json_files(said: bytes, *, url: str) -> Iterator[FileRecord]:
    """Read the files of one release. Raises IndexPageError."""
    try:
        files = _FILES.decode(b"[%b]" % said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise IndexPageError(f"the page describes a file in an unknown way: {error}", where=url) from error
    return map(_record, files)


def _record(file: _File) -> FileRecord:
    return FileRecord(
        file.filename,
        file.url.partition("#")[0],
        tuple([f"{algorithm}:{value}" for algorithm, value in file.hashes.items()]),
        file.requires_python or None,
        _yanked(file.yanked),
        _core_metadata(file),
        file.size,
        file.upload_time,
        file.provenance,
    )


def _yanked(value: bool | str) -> str | None:  # noqa: FBT001 - the shape that PEP 592 gives it
    match value:
        case False:
            return None
        case True:
            return ""
        case reason:
            return reason


def _core_metadata(file: _File) -> tuple[str, ...] | None:
    """PEP 714: ``core-metadata`` first, an older key only where that is absent."""
    value = file.core_metadata
    if value is None:
        value = file.dist_info_metadata if file.dist_info_metadata is not None else file.legacy_metadata
    if isinstance(value, dict):
        return tuple([f"{algorithm}:{hexadecimal}" for algorithm, hexadecimal in value.items()])
    return () if value else None
