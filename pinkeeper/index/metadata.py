"""The core metadata of a release, by the cheapest way that an index offers. No code of the package runs.

For a wheel: the metadata file beside it (PEP 658, PEP 714), else a range request into it, else all of it. For an
sdist: the file beside it where that may be trusted (PEP 643), else the sdist's static files. What was read is kept
under the hash of the distribution file, for ever: the bytes behind a hash do not change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import unquote

import msgspec
from packaging.utils import NormalizedName, parse_wheel_filename
from packaging.version import Version

from pinkeeper.errors import HashMismatchError, MetadataUnavailableError, NetworkError
from pinkeeper.index.cache import Cache
from pinkeeper.index.client import Client
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.metadata import CoreMetadata, MetadataSource, group_by_extra

if TYPE_CHECKING:
    from pinkeeper.artifacts.sdist import SdistFiles

__all__ = ["MetadataReader"]

_MAX_METADATA_BYTES = 16 * 2**20
_MAX_FILE_BYTES = 8 * 2**30
_IN_MEMORY_BYTES = 8 * 2**20


class _Record(msgspec.Struct, array_like=True, frozen=True):
    """`CoreMetadata` as the cache keeps it."""

    requires: tuple[str, ...]
    requires_by_extra: dict[str, tuple[str, ...]]
    requires_python: str | None
    provides_extras: tuple[str, ...]
    source: MetadataSource


_DECODER = msgspec.msgpack.Decoder(_Record)
_ENCODER = msgspec.msgpack.Encoder()


class MetadataReader:
    """Reads metadata and, where an index gives no hash, whole files. Safe to use from several threads.

    allow_build: packages whose sdists may be built, isolated, when nothing static says what they need.
    build_environment: what such a build sees of the environment.
    """

    def __init__(
        self,
        client: Client,
        cache: Cache,
        *,
        allow_build: frozenset[NormalizedName] = frozenset(),
        build_environment: Mapping[str, str] | None = None,
        offline: bool = False,
    ) -> None:
        self._client = client
        self._cache = cache
        self._allow_build = allow_build
        self._build_environment = build_environment or {}
        self._offline = offline
        self._tails: dict[NormalizedName, int] = {}

    def remembered(self, name: NormalizedName, file: DistributionFile) -> CoreMetadata | None:
        """The metadata of a file, where the cache has it and this run may use it: a build must be allowed now too."""
        if file.sha256 is None or _subdirectory(file):
            return None
        payload = self._cache.read(_shelf(file.sha256), file.sha256)
        if payload is None:
            return None
        try:
            record = _DECODER.decode(payload)
        except msgspec.DecodeError:
            self._cache.drop(_shelf(file.sha256), file.sha256)
            return None
        if record.source is MetadataSource.BUILD and name not in self._allow_build:
            return None
        return CoreMetadata(
            requires=record.requires,
            requires_by_extra={NormalizedName(extra): texts for extra, texts in record.requires_by_extra.items()},
            requires_python=record.requires_python,
            provides_extras=frozenset(NormalizedName(extra) for extra in record.provides_extras),
            source=record.source,
        )

    def fetch(self, name: NormalizedName, version: Version, file: DistributionFile) -> CoreMetadata:
        """Read the metadata of a file and keep it.

        Raises HashMismatchError, ArtifactError for a broken or lying archive, MetadataUnavailableError where code
        would have to run, NetworkError.
        """
        if self._offline and not file.url.startswith("file:"):
            raise NetworkError(
                f"the metadata of {file.filename} is not in the cache, and --offline forbids to fetch it",
                url=file.url,
                remedy="run once without --offline",
            )
        metadata = self._wheel(name, version, file) if file.is_wheel else self._sdist(name, version, file)
        if file.sha256 is not None:
            self._keep(file, file.sha256, metadata)
        return metadata

    def fetch_whole(
        self, name: NormalizedName, file: DistributionFile, *, version: Version | None
    ) -> tuple[Version, str, CoreMetadata]:
        """Read all of a file that no index vouches for: its version, its SHA-256 in hexadecimal, its metadata.

        version: where its name tells; else the file must say it. Raises as `fetch` does.
        """
        if self._offline and not file.url.startswith("file:"):
            raise NetworkError(
                f"{file.filename} is not known yet, and --offline forbids to fetch it",
                url=file.url,
                remedy="run once without --offline",
            )
        with _temporary() as whole:
            sha256 = self._whole(file, whole)
            if file.is_wheel:
                from pinkeeper.artifacts.wheel import wheel_metadata  # noqa: PLC0415

                version = parse_wheel_filename(file.filename)[1]
                content = wheel_metadata(whole, filename=file.filename)
                metadata = self._parsed(content, name, version, file, MetadataSource.WHEEL)
            else:
                from pinkeeper.artifacts.sdist import read_sdist_files  # noqa: PLC0415
                from pinkeeper.artifacts.static_version import static_version  # noqa: PLC0415

                files = read_sdist_files(whole, filename=file.filename, subdirectory=_subdirectory(file))
                version = version or static_version(files, subject=file.filename)
                if version is None:
                    raise MetadataUnavailableError(
                        f"{name}: the archive does not say its version, which a build would decide",
                        where=file.url,
                        remedy="ask for a release on an index, or for an archive with a static version",
                    )
                metadata = self._static(name, version, file, files, whole)
        self._keep(file, sha256, metadata)
        return version, sha256, metadata

    def sha256(self, file: DistributionFile) -> str:
        """The SHA-256 of a file whose index gives none, from its bytes. Raises HashMismatchError, NetworkError."""
        if file.sha256 is not None:
            return file.sha256
        with _temporary() as content:
            return self._whole(file, content)

    def _keep(self, file: DistributionFile, sha256: str, metadata: CoreMetadata) -> None:
        if _subdirectory(file):
            return  # the same bytes hold other projects too
        record = _Record(
            metadata.requires,
            {str(extra): texts for extra, texts in metadata.requires_by_extra.items()},
            metadata.requires_python,
            tuple(sorted(metadata.provides_extras)),
            metadata.source,
        )
        self._cache.write(_shelf(sha256), sha256, _ENCODER.encode(record))

    def _wheel(self, name: NormalizedName, version: Version, file: DistributionFile) -> CoreMetadata:
        from pinkeeper.artifacts.wheel import wheel_metadata  # noqa: PLC0415 - nothing of it is needed when cached
        from pinkeeper.index.ranges import RangeFile, RangesRefusedError, tail_for  # noqa: PLC0415

        beside = self._beside(file)
        if beside is not None:
            return self._parsed(beside, name, version, file, MetadataSource.INDEX)
        if not file.url.startswith("file:"):
            try:
                remote = RangeFile(self._client, file.url, size=file.size, tail=self._tails.get(name, 0))
                content = wheel_metadata(remote, filename=file.filename)  # type: ignore[arg-type] # a RawIOBase reads
            except RangesRefusedError:
                pass
            else:
                # The wheels of a project are alike: what one took three requests for, the next gets with the first.
                self._tails[name] = tail_for(remote.reach)
                return self._parsed(content, name, version, file, MetadataSource.WHEEL_RANGE)
        with _temporary() as whole:
            self._whole(file, whole)
            content = wheel_metadata(whole, filename=file.filename)
        return self._parsed(content, name, version, file, MetadataSource.WHEEL)

    def _sdist(self, name: NormalizedName, version: Version, file: DistributionFile) -> CoreMetadata:
        from pinkeeper.artifacts.core_metadata import parse_core_metadata  # noqa: PLC0415
        from pinkeeper.artifacts.sdist import read_sdist_files  # noqa: PLC0415
        from pinkeeper.artifacts.static_metadata import is_static  # noqa: PLC0415

        beside = self._beside(file)
        if beside is not None and is_static(
            parse_core_metadata(beside, subject=file.filename, source=MetadataSource.INDEX)
        ):
            return self._parsed(beside, name, version, file, MetadataSource.INDEX)
        with _temporary() as whole:
            self._whole(file, whole)
            files = read_sdist_files(whole, filename=file.filename, subdirectory=_subdirectory(file))
            return self._static(name, version, file, files, whole)

    def _static(
        self, name: NormalizedName, version: Version, file: DistributionFile, files: SdistFiles, whole: BinaryIO
    ) -> CoreMetadata:
        """What the files of an sdist say statically, else what a build says that the user allowed."""
        from pinkeeper.artifacts.static_metadata import NotStatic, static_sdist_metadata  # noqa: PLC0415

        found = static_sdist_metadata(files, name=name, version=version, subject=file.filename)
        if not isinstance(found, NotStatic):
            return found
        if name in self._allow_build:
            return self._built(name, version, file, whole)
        raise MetadataUnavailableError(
            f"{name} {version} has no wheel for the target, and its sdist does not say statically what it needs",
            where=file.filename,
            details=(found.reason,),
            remedy=f'allow it to be built: --allow-build {name}, or allow-build = ["{name}"] in [tool.pinkeeper]',
        )

    def _built(self, name: NormalizedName, version: Version, file: DistributionFile, content: BinaryIO) -> CoreMetadata:
        import tempfile  # noqa: PLC0415

        from pinkeeper.artifacts.build import build_metadata  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="pinkeeper-build-") as folder:
            sdist = Path(folder) / Path(file.filename).name
            content.seek(0)
            sdist.write_bytes(content.read())
            built = build_metadata(sdist, work_dir=Path(folder), environ=self._build_environment)
        return self._parsed(built, name, version, file, MetadataSource.BUILD)

    def _beside(self, file: DistributionFile) -> bytes | None:
        """The PEP 658 file, hash checked; None where there is none, announced or not."""
        if file.core_metadata is None:
            return None
        response = self._client.get(
            f"{file.url}.metadata",
            max_bytes=_MAX_METADATA_BYTES,
            accept_statuses=frozenset({HTTPStatus.OK, HTTPStatus.NOT_FOUND}),
        )
        if response.status == HTTPStatus.NOT_FOUND:
            return None
        for digest in file.core_metadata:
            actual = Digest(digest.algorithm, hashlib.new(digest.algorithm, response.body).hexdigest())
            if actual != digest:
                raise HashMismatchError(
                    f"the metadata of {file.filename}", expected=str(digest), actual=str(actual), where=response.url
                )
        return response.body

    def _whole(self, file: DistributionFile, to: BinaryIO) -> str:
        """Write a file's bytes, check its hashes, rewind; give its SHA-256."""
        sha256 = self._client.download(file.url, to=to, digests=file.digests, max_bytes=_MAX_FILE_BYTES)
        to.seek(0)
        return sha256

    def _parsed(
        self, content: bytes, name: NormalizedName, version: Version, file: DistributionFile, source: MetadataSource
    ) -> CoreMetadata:
        from pinkeeper.artifacts.core_metadata import check_identity, parse_core_metadata  # noqa: PLC0415

        parsed = parse_core_metadata(content, subject=file.filename, source=source)
        check_identity(parsed, name=name, version=version, subject=file.filename)
        requires, requires_by_extra = group_by_extra(parsed.requires)
        return CoreMetadata(
            requires=requires,
            requires_by_extra=requires_by_extra,
            requires_python=parsed.requires_python,
            provides_extras=parsed.provides_extras,
            source=source,
        )


def _subdirectory(file: DistributionFile) -> str:
    """Where in the archive of a direct reference the project is (``#subdirectory=``), empty for its top."""
    fields = dict(part.partition("=")[::2] for part in (file.direct or "").partition("#")[2].split("&"))
    return unquote(fields.get("subdirectory", "")).strip("/")


def _shelf(sha256: str) -> str:
    """Spread entries over folders, so that none grows to tens of thousands."""
    return f"metadata/{sha256[:2]}"


def _temporary() -> BinaryIO:
    """A file that is gone when closed; on disk only where it grows large."""
    import tempfile  # noqa: PLC0415 - most metadata comes without whole files

    return cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES))
