"""Finished archives made wrong: what no builder writes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable

__all__ = [
    "members_of",
    "record_line",
    "with_member",
    "with_record",
    "with_tar_member",
    "zipped",
]

_DATE_TIME = (2020, 1, 1, 0, 0, 0)
_LINK = 0o120777


def members_of(wheel: bytes) -> list[tuple[str, bytes]]:
    """Names and contents, in order."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def zipped(members: Iterable[tuple[str, bytes]], *, links: frozenset[str] = frozenset()) -> bytes:
    """A zip archive with whatever names are given, twice where they are given twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in members:
            info = zipfile.ZipInfo("x", _DATE_TIME)
            info.filename = path  # the constructor would tidy it
            info.create_system = 3
            info.external_attr = (_LINK if path in links else 0o100644) << 16
            archive.NameToInfo.pop(path, None)  # a name that is there twice is what is wanted
            archive.writestr(info, content)
    return buffer.getvalue()


def record_line(path: str, content: bytes) -> bytes:
    """What RECORD says of a member."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n".encode()


def with_member(path: str, content: bytes, *, recorded: bool, is_link: bool = False) -> Callable[[bytes], bytes]:
    """Add a member, perhaps a second one of its name, with or without a line in RECORD."""

    def remake(wheel: bytes) -> bytes:
        members = members_of(wheel)
        if recorded:
            members = [
                (name, record_line(path, content) + said if name.endswith(".dist-info/RECORD") else said)
                for name, said in members
            ]
        return zipped([*members, (path, content)], links=frozenset([path]) if is_link else frozenset())

    return remake


def with_record(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Change RECORD alone."""

    def remake(wheel: bytes) -> bytes:
        return zipped(
            (name, change(said) if name.endswith(".dist-info/RECORD") else said) for name, said in members_of(wheel)
        )

    return remake


def with_tar_member(info: tarfile.TarInfo, content: bytes = b"") -> Callable[[bytes], bytes]:
    """Add a member of any type to a ``.tar.gz``."""

    def remake(sdist: bytes) -> bytes:
        buffer = io.BytesIO(gzip.decompress(sdist))
        with tarfile.open(fileobj=buffer, mode="a") as archive:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        return gzip.compress(buffer.getvalue(), mtime=0)

    return remake
