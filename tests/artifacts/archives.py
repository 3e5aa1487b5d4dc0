"""Small wheels and sdists, good and bad, made in memory for these tests."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping

METADATA = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nRequires-Dist: other>=2\n\nLong description\n"
WHEEL = "demo-1.0-py3-none-any.whl"
SDIST = "demo-1.0.tar.gz"

_EPOCH = (2020, 1, 1, 0, 0, 0)


def zip_of(
    members: Mapping[str, bytes] | list[tuple[str, bytes]], *, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items() if isinstance(members, Mapping) else members:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = method
            archive.writestr(info, content)
        archive.comment = comment
    return buffer.getvalue()


def wheel_of(metadata: bytes = METADATA, *, folder: str = "demo-1.0.dist-info", **others: bytes) -> bytes:
    members = {"demo/__init__.py": b"", **others, f"{folder}/METADATA": metadata, f"{folder}/RECORD": b""}
    return zip_of(members)


def tar_of(members: Mapping[str, bytes | tarfile.TarInfo] | list[tuple[str, bytes]], *, mode: str = "w:gz") -> bytes:
    """Members are contents, or `TarInfo` for links and devices."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items() if isinstance(members, Mapping) else members:
            if isinstance(content, tarfile.TarInfo):
                content.name = name
                archive.addfile(content)
                continue
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def link_to(target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo("link")
    info.type = kind
    info.linkname = target
    return info
