"""Wheels and sdists made in memory, the same bytes each time and on every machine.

Members are stored, not deflated, unless asked otherwise: what zlib makes of the same input differs between its
versions, and golden files hold hashes of what is made here.
"""

from __future__ import annotations

import base64
import hashlib
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from packaging.utils import canonicalize_name
from packaging.version import Version

__all__ = ["Built", "make_sdist", "make_wheel"]

_TIMESTAMP = 1_577_836_800  # 2020-01-01, in seconds for tar
_DATE_TIME = (2020, 1, 1, 0, 0, 0)  # the same, for zip
_MAX_STORED_BLOCK = 65_535  # RFC 1951, 3.2.4


@dataclass(frozen=True, kw_only=True)
class Built:
    """One distribution file.

    metadata: its METADATA or PKG-INFO, None where it has none. requires_python: as the metadata says it. Make one
    directly for an archive that no builder should be able to make.
    """

    filename: str
    content: bytes = field(repr=False)
    metadata: bytes | None = field(repr=False, default=None)
    requires_python: str | None = None

    @cached_property
    def sha256(self) -> str:
        """The digest of the whole file, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def make_wheel(
    name: str,
    version: str,
    *,
    requires: Sequence[str] = (),
    requires_python: str | None = None,
    extras: Sequence[str] = (),
    tag: str = "py3-none-any",
    files: Mapping[str, bytes | str] | None = None,
    metadata_version: str = "2.1",
    build: str | None = None,
    extra_metadata: Sequence[str] = (),
    compress: bool = False,
) -> Built:
    """Build a wheel (binary distribution format) with a right RECORD; its dist-info folder comes last.

    tag: a compressed tag triple such as ``cp311.cp312-abi3-any``. files: by path in the archive; without any there is
    a package of one ``__init__.py``. build: a build tag. extra_metadata: whole header lines.
    """
    stem = _stem(name, version)
    dist_info = f"{stem}.dist-info"
    metadata = _core_metadata(
        name,
        version,
        metadata_version=metadata_version,
        requires=requires,
        requires_python=requires_python,
        extras=extras,
        lines=extra_metadata,
    )
    payload = _payload(name, version, files)
    wheel = [
        "Wheel-Version: 1.0",
        "Generator: pinkeeper-tests",
        f"Root-Is-Purelib: {str(tag.endswith('-none-any')).lower()}",
        *(f"Tag: {single}" for single in _single_tags(tag)),
    ]
    if build is not None:
        wheel.append(f"Build: {build}")
    own = {f"{dist_info}/METADATA": metadata, f"{dist_info}/WHEEL": _text(wheel)}
    record_path = f"{dist_info}/RECORD"
    if clash := sorted({*own, record_path} & payload.keys()):
        raise ValueError(f"the builder writes these itself: {', '.join(clash)}")
    members = sorted(payload.items(), key=lambda item: (item[0].startswith(f"{dist_info}/"), item[0]))
    members += sorted(own.items())
    record = "".join(f"{path},sha256={_record_hash(content)},{len(content)}\n" for path, content in members)
    members.append((record_path, f"{record}{record_path},,\n".encode()))
    return Built(
        filename="-".join(part for part in (stem, build, tag) if part) + ".whl",
        content=_zip(members, compress=compress),
        metadata=metadata,
        requires_python=requires_python,
    )


def make_sdist(
    name: str,
    version: str,
    *,
    requires: Sequence[str] = (),
    requires_python: str | None = None,
    extras: Sequence[str] = (),
    metadata_version: str = "2.2",
    dynamic: Sequence[str] = (),
    files: Mapping[str, bytes | str] | None = None,
    pyproject: str | None = None,
    setup_py: str | None = None,
    setup_cfg: str | None = None,
    format: Literal["tar.gz", "zip"] = "tar.gz",  # noqa: A002 - what the field calls it
    with_pkg_info: bool = True,
    extra_metadata: Sequence[str] = (),
) -> Built:
    """Build a source distribution (PEP 625 name, PEP 643 metadata).

    dynamic: field names for ``Dynamic`` lines. files: by path under the archive's one folder; without any there is a
    package of one ``__init__.py``. The three project files are left out where they are None.
    """
    stem = _stem(name, version)
    metadata = None
    members = _payload(name, version, files)
    if with_pkg_info:
        metadata = members["PKG-INFO"] = _core_metadata(
            name,
            version,
            metadata_version=metadata_version,
            requires=requires,
            requires_python=requires_python,
            extras=extras,
            lines=[*(f"Dynamic: {field}" for field in dynamic), *extra_metadata],
        )
    for path, text in (("pyproject.toml", pyproject), ("setup.py", setup_py), ("setup.cfg", setup_cfg)):
        if text is not None:
            members[path] = text.encode()
    ordered = [(f"{stem}/{path}", content) for path, content in sorted(members.items())]
    return Built(
        filename=f"{stem}.{format}",
        content=_zip(ordered, compress=False) if format == "zip" else _stored_gzip(_tar(ordered)),
        metadata=metadata,
        requires_python=requires_python,
    )


def _stem(name: str, version: str) -> str:
    """``name-version`` escaped as PEP 427 and PEP 625 want it in file names."""
    return f"{canonicalize_name(name).replace('-', '_')}-{Version(version)}"


def _payload(name: str, version: str, files: Mapping[str, bytes | str] | None) -> dict[str, bytes]:
    if not files:
        files = {f"{canonicalize_name(name).replace('-', '_')}/__init__.py": f'__version__ = "{version}"\n'}
    return {path: content.encode() if isinstance(content, str) else content for path, content in files.items()}


def _core_metadata(
    name: str,
    version: str,
    *,
    metadata_version: str,
    requires: Sequence[str],
    requires_python: str | None,
    extras: Sequence[str],
    lines: Sequence[str],
) -> bytes:
    return _text(
        [
            f"Metadata-Version: {metadata_version}",
            f"Name: {name}",
            f"Version: {version}",
            *([f"Requires-Python: {requires_python}"] if requires_python is not None else ()),
            *(f"Requires-Dist: {requirement}" for requirement in requires),
            *(f"Provides-Extra: {extra}" for extra in extras),
            *lines,
        ]
    )


def _text(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _single_tags(tag: str) -> list[str]:
    """Spell out a compressed tag set, as WHEEL files do."""
    interpreters, abis, platforms = (part.split(".") for part in tag.split("-"))
    return [f"{interpreter}-{abi}-{platform}" for interpreter in interpreters for abi in abis for platform in platforms]


def _record_hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _zip(members: Iterable[tuple[str, bytes]], *, compress: bool) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in members:
            info = zipfile.ZipInfo(path, _DATE_TIME)
            info.create_system = 3  # Unix wherever the tests run; the mode below is Unix's
            info.external_attr = 0o100644 << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED)
    return buffer.getvalue()


def _tar(members: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, content in members:
            info = tarfile.TarInfo(path)
            info.size, info.mtime, info.mode = len(content), _TIMESTAMP, 0o644
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _stored_gzip(content: bytes) -> bytes:
    """A gzip member (RFC 1952) without a time, of stored blocks only; zlib has no part in its bytes."""
    blocks = [content[at : at + _MAX_STORED_BLOCK] for at in range(0, len(content), _MAX_STORED_BLOCK)] or [b""]
    parts = [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"]
    for number, block in enumerate(blocks, start=1):
        parts += [struct.pack("<BHH", number == len(blocks), len(block), len(block) ^ 0xFFFF), block]
    parts.append(struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF))
    return b"".join(parts)
