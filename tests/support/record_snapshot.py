"""Record a snapshot of the packages of a lock. Run by hand::

    python -m tests.support.record_snapshot --packages-from requirements.txt -o testdata/snapshots/NAME

For each pinned package a few releases before its pin are kept and all after it, for a resolver must give up the same
ones again, and of these the sdists and the wheels that CPython 3.12 on Linux (x86-64, glibc) could install. The pins go
to NAME.pins.txt beside the folder. No host name is written.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
from packaging import tags
from packaging.metadata import parse_email
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from tests.support.catalogue import split_filename
from tests.support.recorded_page import ACCEPT, ListedFile, listed_files
from tests.support.snapshot import FileFacts, MetadataFacts, ProjectFacts, ReleaseFacts, write_project

__all__ = ["main", "read_pins"]

_PYTHON = (3, 12)
_GLIBC_MINORS = range(40, 4, -1)
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*==\s*([^\s;\\]+)", re.MULTILINE)
_METADATA_PATH = re.compile(r"[^/]+\.dist-info/METADATA\Z")
_PKG_INFO_PATH = re.compile(r"[^/]+/PKG-INFO\Z")
_TAIL_BYTES = 128 * 1024
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)\Z")
_CONNECTIONS = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Record; give the exit status."""
    parser = argparse.ArgumentParser(prog="record_snapshot", description=__doc__, allow_abbrev=False)
    parser.add_argument("--packages-from", type=Path, required=True, metavar="LOCK", help="a pinned requirements.txt")
    parser.add_argument("--index-url", help="the simple repository to read (default: pip's own)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the snapshot's folder")
    parser.add_argument("--older", type=int, default=2, metavar="N", help="releases to keep before the pin")
    parser.add_argument("--newer", type=int, metavar="N", help="releases to keep after the pin (default: all)")
    options = parser.parse_args(arguments)
    pins = read_pins(options.packages_from.read_text(encoding="utf-8"))
    options.output.mkdir(parents=True, exist_ok=True)
    with httpx.Client(follow_redirects=True, timeout=60) as client, ThreadPoolExecutor(_CONNECTIONS) as pool:
        recorder = _Recorder(
            client=client,
            index_url=(options.index_url or _default_index_url()).rstrip("/"),
            older=options.older,
            newer=options.newer,
        )
        for project in pool.map(recorder.project, pins, pins.values()):
            write_project(options.output, project)
            for version, release in project.releases.items():
                if release.metadata is None:
                    sys.stderr.write(f"{project.name} {version}: no static metadata\n")
    listed = "".join(f"{name}=={version}\n" for name, version in pins.items())
    options.output.with_name(f"{options.output.name}.pins.txt").write_text(listed, encoding="utf-8", newline="\n")
    return 0


def read_pins(text: str) -> dict[str, Version]:
    """The pins of a requirements file by normalized name, sorted."""
    return dict(sorted((canonicalize_name(name), Version(version)) for name, version in _PIN.findall(text)))


def _default_index_url() -> str:
    from pip._internal.models.index import PyPI  # noqa: PLC0415 - only where no index is named

    return PyPI.simple_url


@dataclass(frozen=True, kw_only=True)
class _Recorder:
    client: httpx.Client
    index_url: str
    older: int
    newer: int | None

    def project(self, name: str, pin: Version) -> ProjectFacts:
        """Read a project's page, and the metadata of the releases that are kept."""
        response = self.client.get(f"{self.index_url}/{name}/", headers={"Accept": ACCEPT})
        response.raise_for_status()
        listed = listed_files(
            response.content, url=str(response.url), content_type=response.headers.get("content-type", "")
        )
        by_version = _by_version(listed)
        if pin not in by_version:
            raise SystemExit(f"the index does not list {name} {pin}")
        releases = {}
        for version in _around(pin, by_version, older=self.older, newer=self.newer):
            files = by_version[version]
            releases[str(version)] = ReleaseFacts(
                metadata=self._metadata(files), files=tuple(_facts(file) for file in files)
            )
        return ProjectFacts(name=name, releases=releases)

    def _metadata(self, files: Sequence[ListedFile]) -> MetadataFacts | None:
        wheels = [file for file in files if file.filename.endswith(".whl")]
        if wheels:
            content: bytes | None = self._wheel_metadata(min(wheels, key=lambda file: (file.size or 0, file.filename)))
        else:
            content = _pkg_info(self._get(files[0].url), files[0].filename)
        if content is None:
            return None
        fields, _ = parse_email(content)
        if not wheels and (
            Version(fields.get("metadata_version", "1.0")) < Version("2.2")
            or {"requires-dist", "provides-extra"} & {field.lower() for field in fields.get("dynamic", [])}
        ):
            return None  # PEP 643: what a wheel built from it requires is not settled
        facts = MetadataFacts(
            requires_python=fields.get("requires_python"),
            requires_dist=tuple(fields.get("requires_dist", [])),
            provides_extra=tuple(fields.get("provides_extra", [])),
        )
        if any("://" in requirement for requirement in facts.requires_dist):
            raise SystemExit(f"{files[0].filename}: a requirement has a URL, and a snapshot may name no host")
        return facts

    def _wheel_metadata(self, wheel: ListedFile) -> bytes:
        if wheel.has_metadata:
            response = self.client.get(f"{wheel.url}.metadata")
            if response.is_success:
                return response.content
        response = self.client.get(wheel.url, headers={"Range": f"bytes=-{_TAIL_BYTES}", "Accept-Encoding": "identity"})
        match = _CONTENT_RANGE.match(response.headers.get("content-range", ""))
        if response.status_code == httpx.codes.PARTIAL_CONTENT and match:
            try:
                return _member(_Tail(response.content, start=int(match[1]), size=int(match[2])))
            except _NotInTailError:
                pass  # a large wheel with METADATA in its front; rare enough to take it whole
        elif response.status_code == httpx.codes.OK:
            return _member(io.BytesIO(response.content))
        return _member(io.BytesIO(self._get(wheel.url)))

    def _get(self, url: str) -> bytes:
        response = self.client.get(url)
        response.raise_for_status()
        return response.content


class _NotInTailError(Exception):
    """A part of a file was read that was not fetched."""


class _Tail(io.BytesIO):
    """A file of `size` bytes of which only the end is here."""

    def __init__(self, tail: bytes, *, start: int, size: int) -> None:
        super().__init__(tail)
        assert start + len(tail) == size
        self._start = start

    def tell(self) -> int:
        return self._start + super().tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence == io.SEEK_SET:
            offset -= self._start
            if offset < 0:
                raise _NotInTailError
        return self._start + super().seek(offset, whence)


def _member(file: io.BytesIO) -> bytes:
    with zipfile.ZipFile(file) as wheel:
        return wheel.read(next(path for path in wheel.namelist() if _METADATA_PATH.match(path)))


def _pkg_info(content: bytes, filename: str) -> bytes | None:
    if filename.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as sdist:
            path = next(filter(_PKG_INFO_PATH.match, sdist.namelist()), None)
            return None if path is None else sdist.read(path)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        path = next(filter(_PKG_INFO_PATH.match, archive.getnames()), None)
        member = None if path is None else archive.extractfile(path)
        return None if member is None else member.read()


def _by_version(listed: Iterable[ListedFile]) -> dict[Version, list[ListedFile]]:
    """Files that a snapshot keeps; names that no installer could read are left out, as installers do."""
    installable = _installable_tags()
    kept: dict[Version, list[ListedFile]] = {}
    for file in listed:
        try:
            _, version, kind = split_filename(file.filename)
        except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
            continue
        if file.sha256 is None:
            raise SystemExit(f"the index gives no SHA-256 for {file.filename}")
        if kind == "wheel" and installable.isdisjoint(parse_wheel_filename(file.filename)[3]):
            continue
        kept.setdefault(Version(version), []).append(file)
    return kept


def _installable_tags() -> frozenset[tags.Tag]:
    manylinux = [f"manylinux_2_{minor}_x86_64" for minor in _GLIBC_MINORS]
    platforms = [*manylinux, "manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"]
    return frozenset(
        [
            *tags.cpython_tags(_PYTHON, platforms=platforms),
            *tags.compatible_tags(_PYTHON, interpreter="cp312", platforms=platforms),
        ]
    )


def _around(pin: Version, versions: Iterable[Version], *, older: int, newer: int | None) -> list[Version]:
    """The pin and its neighbours, oldest first; pre-releases only beside a pin that is one."""
    ordered = sorted(
        version for version in versions if version == pin or pin.is_prerelease or not version.is_prerelease
    )
    at = ordered.index(pin)
    return ordered[max(0, at - older) : None if newer is None else at + 1 + newer]


def _facts(file: ListedFile) -> FileFacts:
    assert file.sha256 is not None
    return FileFacts(
        filename=file.filename,
        sha256=file.sha256,
        size=file.size,
        upload_time=file.upload_time,
        requires_python=file.requires_python,
        yanked=file.yanked,
    )


if __name__ == "__main__":
    sys.exit(main())
