"""Where advisories are read from: a file, a folder of files, or a zip archive of them, in the OSV format."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from packaging.utils import NormalizedName

from pinkeeper.errors import InputError
from pinkeeper.updates.advisories import AdvisoryBook, book_of
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["read_advisories"]

_MOST_RECORDS = 1_000_000
_MOST_BYTES = 2**23  # of one record
_MOST_IN_ALL = 2**32
_WHERE = "--advisories"
_UNREADABLE = (
    *(OSError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError),
    *(zlib.error, lzma.LZMAError),
)


def read_advisories(place: str, names: frozenset[NormalizedName], surroundings: Surroundings) -> AdvisoryBook:
    """What is known against some packages. Raises InputError, with the place, for what is no record."""
    path = surroundings.directory / place
    found: dict[NormalizedName, list[AdvisoryBook]] = {}
    mentions = [name.encode() for name in sorted(names)]
    for where, content in _texts(path, place):
        # Most records of a dump are about other packages: a look at the bytes is ten times as fast as reading them.
        lowered = content.lower().replace(b"_", b"-").replace(b".", b"-")
        if not any(name in lowered for name in mentions):
            continue
        try:
            book = book_of(content, names)
        except ValueError as error:
            raise InputError(f"not a record in the OSV format: {error}", where=where) from error
        for name, entries in book.entries.items():
            found.setdefault(name, []).append(AdvisoryBook(entries={name: entries}))
    whole = AdvisoryBook()
    for books in found.values():
        for book in books:
            whole = whole.merged(book)
    return whole


def _texts(path: Path, place: str) -> Iterator[tuple[str, bytes]]:
    """Each record's text with where it stands. Raises InputError."""
    try:
        if path.is_dir():
            for number, file in enumerate(sorted(path.rglob("*.json"))):
                _check_number(number, place)
                yield f"{place}/{file.relative_to(path).as_posix()}", _bounded(file.read_bytes(), str(file.name))
        elif zipfile.is_zipfile(path):
            yield from _members(path, place)
        else:
            yield place, path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(
            "there is no such file", where=f"{_WHERE} {place}", remedy="name a file, a folder or a zip archive"
        ) from error
    except _UNREADABLE as error:
        raise InputError(f"it cannot be read: {error}", where=f"{_WHERE} {place}") from error


def _members(path: Path, place: str) -> Iterator[tuple[str, bytes]]:
    left = _MOST_IN_ALL
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        for number, member in enumerate(archive.infolist()):
            _check_number(number, place)
            if not member.filename.endswith(".json"):
                continue
            with archive.open(member) as file:
                content = _bounded(file.read(_MOST_BYTES + 1), member.filename)
            left -= len(content)
            if left < 0:
                raise InputError(f"it has more than {_MOST_IN_ALL:,} bytes", where=f"{_WHERE} {place}")
            yield f"{place}/{member.filename}", content


def _check_number(number: int, place: str) -> None:
    if number >= _MOST_RECORDS:
        raise InputError(f"it has more than {_MOST_RECORDS:,} records", where=f"{_WHERE} {place}")


def _bounded(content: bytes, name: str) -> bytes:
    if len(content) > _MOST_BYTES:
        raise InputError(f"a record has more than {_MOST_BYTES:,} bytes", where=f"{_WHERE}: {name}")
    return content
