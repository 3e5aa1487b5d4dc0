"""The compact form in which index pages are kept, in memory and in the cache.

A page is decoded once into a `PageRecord`. The files of a release stay encoded until a resolution looks at that
release, so that a page of ten thousand files costs what its few candidates cost.
"""

from __future__ import annotations

import msgspec

__all__ = ["FileRecord", "PageRecord", "decode_files", "encode_files"]


class FileRecord(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One file as the page gives it.

    url: as written, still relative if the page has it so, without fragment. digests: ``algorithm:hex`` texts.
    upload_time: as written (RFC 3339). core_metadata: None where there is none, else its digests (perhaps empty).
    """

    filename: str
    url: str
    digests: tuple[str, ...] = ()
    requires_python: str | None = None
    yanked: str | None = None
    core_metadata: tuple[str, ...] | None = None
    size: int | None = None
    upload_time: str | None = None


class PageRecord(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One project's page.

    base: the URL that file URLs are relative to. versions: canonical texts, newest first. files: for each version the
    encoded list of its `FileRecord`. unreadable: how many files had names that say no release.
    """

    base: str
    versions: list[str]
    files: list[msgspec.Raw]
    unreadable: int


_FILES_ENCODER = msgspec.msgpack.Encoder()
_FILES_DECODER = msgspec.msgpack.Decoder(list[FileRecord])


def encode_files(files: list[FileRecord]) -> msgspec.Raw:
    """Encode the files of one release."""
    return msgspec.Raw(_FILES_ENCODER.encode(files))


def decode_files(raw: msgspec.Raw) -> list[FileRecord]:
    """Decode the files of one release."""
    return _FILES_DECODER.decode(raw)
