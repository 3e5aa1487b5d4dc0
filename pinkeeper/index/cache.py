"""Entries on disk that several processes share.

An entry is a file: eight bytes of check (a format mark and the CRC-32 of what follows), then the payload. It is
written beside its place and moved there, so that a reader sees the old entry, the new one or none. An entry that
fails its check is dropped and counts as absent. A cache that cannot be written is told once and then left alone: a
lock does not fail because it could not be remembered.
"""

from __future__ import annotations

import contextlib
import os
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pinkeeper.errors import CacheError

if TYPE_CHECKING:
    from pinkeeper.index.entry_parts import Parts

__all__ = ["Cache", "CacheUsage"]

# Raised whenever the meaning of any entry changes; older layouts are left to `clear`.
_LAYOUT = "v1"
_MARK = b"pkc1"


class CacheUsage(NamedTuple):
    """What a cache holds: number of entries and their size in bytes."""

    entries: int
    size: int


class Cache:
    """A directory of entries, each under a kind and a key.

    directory: None turns the cache off: nothing is found and nothing is kept. Keys are file names in the making and
    must be made of letters, digits, ``-``, ``_`` and ``.`` (digests and normalized names are).
    """

    def __init__(self, directory: Path | None, *, log: Callable[[str], None] | None = None) -> None:
        self.directory = directory
        self._root = None if directory is None else directory / _LAYOUT
        self._log = log
        self._writable = directory is not None
        self._writing = threading.Condition()
        self._under_way = 0

    def read(self, kind: str, key: str) -> bytes | None:
        """The payload of an entry; None where there is none or it is damaged."""
        if self._root is None:
            return None
        path = f"{self._root}/{kind}/{key}"
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a path object costs more than the read
                content = file.readall()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._tell(f"the cache entry {path} cannot be read ({error.strerror}); it is fetched again")
            return None
        payload = content[8:]
        if content[:4] != _MARK or content[4:8] != zlib.crc32(payload).to_bytes(4, "big"):
            self.drop(kind, key)
            return None
        return payload

    def read_parts(self, kind: str, key: str) -> Parts | None:
        """An entry in parts; None where there is none or it is damaged, as far as that shows before a part is read."""
        from pinkeeper.index.entry_parts import opened  # noqa: PLC0415 - a run with nothing to do reads none

        if self._root is None:
            return None
        path = f"{self._root}/{kind}/{key}"
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
                parts = opened(file, path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._tell(f"the cache entry {path} cannot be read ({error.strerror}); it is fetched again")
            return None
        if parts is None:
            self.drop(kind, key)
        return parts

    def write_parts(self, kind: str, key: str, head: bytes, parts: Sequence[bytes]) -> None:
        """Keep an entry in parts, whole or not at all."""
        from pinkeeper.index.entry_parts import spelled  # noqa: PLC0415 - as above

        self._put(kind, key, spelled(head, parts))

    def write(self, kind: str, key: str, payload: bytes) -> None:
        """Keep an entry, whole or not at all."""
        self._put(kind, key, (_MARK, zlib.crc32(payload).to_bytes(4, "big"), payload))

    def _put(self, kind: str, key: str, content: Sequence[bytes]) -> None:
        if self._root is None:
            return
        import tempfile  # noqa: PLC0415 - a run that finds everything fresh writes nothing

        with self._writing:
            if not self._writable:
                return
            self._under_way += 1
        try:
            directory = self._root / kind
            try:
                handle, temporary = tempfile.mkstemp(dir=directory, prefix=".new-")
            except FileNotFoundError:
                self._create(directory)
                handle, temporary = tempfile.mkstemp(dir=directory, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.writelines(content)
                os.replace(temporary, directory / key)  # noqa: PTH105 - as above
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108
                raise
        except OSError as error:
            with self._writing:
                is_news, self._writable = self._writable, False
            if is_news:
                self._tell(
                    f"the cache {self.directory} cannot be written ({error.strerror}); nothing more is kept in it"
                )
        finally:
            with self._writing:
                self._under_way -= 1
                self._writing.notify_all()

    def folder(self, kind: str) -> Path | None:
        """A folder for files that are kept as they are; None where there is no cache that can be written to."""
        if self._root is None or not self._writable:
            return None
        directory = self._root / kind
        try:
            if not directory.is_dir():
                self._create(directory)
        except OSError:
            return None
        return directory

    def close(self) -> None:
        """Let writes that are under way end, and begin none: threads that fetch may be cut off at any moment after."""
        with self._writing:
            self._writable = False
            self._writing.wait_for(lambda: self._under_way == 0)

    def drop(self, kind: str, key: str) -> None:
        """Forget an entry."""
        if self._root is not None:
            with contextlib.suppress(OSError):
                (self._root / kind / key).unlink()

    def usage(self) -> CacheUsage:
        """Count what lies in the cache."""
        entries = size = 0
        for path in self._files():
            with contextlib.suppress(OSError):
                size += path.stat().st_size
                entries += 1
        return CacheUsage(entries=entries, size=size)

    def clear(self) -> CacheUsage:
        """Remove every entry of every layout; say what was removed. Raises CacheError where that is refused."""
        import shutil  # noqa: PLC0415 - only here

        usage = self.usage()
        if self.directory is None or not self.directory.exists():
            return usage
        if not (self.directory / "CACHEDIR.TAG").exists():
            raise CacheError(
                "the directory does not look like a pinkeeper cache (it has no CACHEDIR.TAG); nothing was removed",
                where=str(self.directory),
            )
        try:
            for path in self.directory.iterdir():
                if path.is_dir() and path.name.startswith("v") and path.name[1:].isdecimal():
                    shutil.rmtree(path)
        except OSError as error:
            raise CacheError(
                f"the cache cannot be cleared: {error.strerror}", where=str(error.filename or self.directory)
            ) from error
        return usage

    def _files(self) -> Iterator[Path]:
        if self.directory is None or not self.directory.is_dir():
            return
        for path in self.directory.rglob("*"):
            if path.is_file() and path.parent != self.directory:
                yield path

    def _create(self, directory: Path) -> None:
        assert self.directory is not None
        directory.mkdir(parents=True, exist_ok=True)
        tag = self.directory / "CACHEDIR.TAG"
        if not tag.exists():
            # The signature that the Cache Directory Tagging Specification prescribes, so that backups pass it over.
            tag.write_text("Signature: 8a477f597d28d172789f06886806bc55\n# Made by pinkeeper.\n", encoding="ascii")

    def _tell(self, message: str) -> None:
        if self._log is not None:
            self._log(message)
