"""Simple repository pages in JSON (PEP 691, 592, 658, 700, 714)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pinkeeper.errors import IndexPageError
from pinkeeper.index.records import FileRecord

__all__ = ["json_files"]


class _Meta(msgspec.Struct, frozen=True):
    api_version: str = msgspec.field(name="api-version")


class _File(msgspec.Struct, frozen=True, gc=False):
    filename: str
    url: str
    hashes: dict[str, str]
    requires_python: str | None = msgspec.field(name="requires-python", default=None)
    yanked: bool | str = False
    core_metadata: bool | dict[str, str] | None = msgspec.field(name="core-metadata", default=None)
    legacy_metadata: bool | dict[str, str] | None = msgspec.field(name="data-dist-info-metadata", default=None)
    dist_info_metadata: bool | dict[str, str] | None = msgspec.field(name="dist-info-metadata", default=None)
    size: int | None = None
    upload_time: str | None = msgspec.field(name="upload-time", default=None)


class _Page(msgspec.Struct, frozen=True):
    meta: _Meta
    files: list[_File]


_DECODER = msgspec.json.Decoder(_Page)


def json_files(body: bytes, *, url: str) -> Iterator[FileRecord]:
    """Give the files of a page in order. Raises IndexPageError for anything that is not PEP 691."""
    try:
        page = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise IndexPageError(
            f"the answer is not a JSON page of a simple repository: {error}",
            where=url,
            remedy="try again; if it stays so, ask the index's owner",
        ) from error
    if page.meta.api_version.partition(".")[0] != "1":
        raise IndexPageError(
            f"the index speaks version {page.meta.api_version[:20]} of the simple API; 1.x is understood", where=url
        )
    return map(_record, page.files)


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
    """PEP 714: ``core-metadata`` first, the older key only where that is absent."""
    value = file.core_metadata
    if value is None:
        value = file.dist_info_metadata if file.dist_info_metadata is not None else file.legacy_metadata
    if isinstance(value, dict):
        return tuple([f"{algorithm}:{hexadecimal}" for algorithm, hexadecimal in value.items()])
    return () if value else None
