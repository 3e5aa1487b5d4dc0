"""The core metadata of a release, by the cheapest way that an index offers. No code of the package runs.

For a wheel: the metadata file beside it (PEP 658, PEP 714), else a range request into it, else all of it. For an
sdist: the file beside it where that may be trusted (PEP 643), else the sdist's static files. What was read is kept
under the hash of the distribution file, for ever: the bytes behind a hash do not change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import unquote

import msgspec
from packaging.utils import NormalizedName, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from pinkeeper.errors import ArtifactError, HashMismatchError, MetadataUnavailableError, NetworkError
from pinkeeper.index.cache import Cache
from pinkeeper.index.client import Client
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.metadata import CoreMetadata, MetadataSource, group_by_extra
from pinkeeper.model.url import redact

if TYPE_CHECKING:
    from pinkeeper.artifacts.sdist import SdistFiles

__all__ = ["MetadataReader"]

_MAX_METADATA_BYTES = 16 * 2**20
_MAX_FILE_BYTES = 8 * 2**30
_IN_MEMORY_BYTES = 8 * 2**20
_PIECE = 2**20


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
        if file.sha256 is None:
            return None
        entry = _entry(file, file.sha256)
        payload = self._cache.read(_shelf(entry), entry)
        if payload is None:
            return None
        try:
            record = _DECODER.decode(payload)
        except msgspec.DecodeError:
            self._cache.drop(_shelf(entry), entry)
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

    def remembered_release(self, name: NormalizedName, file: DistributionFile) -> tuple[Version, CoreMetadata] | None:
        """What `fetch_whole` found in a file before, where the cache has it and this run may use it."""
        if file.sha256 is None:
            return None
        entry = _entry(file, file.sha256)
        identity = (self._cache.read(_shelf(entry, "releases"), entry) or b"").decode("ascii", "replace").split(" ")
        metadata = self.remembered(name, file)
        if metadata is None or identity[0] != name:
            return None
        try:
            return Version(identity[-1]), metadata
        except InvalidVersion:
            return None

    def fetch_whole(
        self, name: NormalizedName, file: DistributionFile, *, demands: Iterable[frozenset[Digest]]
    ) -> tuple[Version, str, CoreMetadata]:
        """Read all of a file that no index vouches for: its version, its SHA-256 in hexadecimal, its metadata.

        demands: sets of digests; the file must have one of each. Raises as `fetch` does, ArtifactError also where the
        file is of another project.
        """
        if self._offline and not file.url.startswith("file:"):
            raise NetworkError(
                f"{file.filename} is not known yet, and --offline forbids to fetch it",
                url=file.url,
                remedy="run once without --offline",
            )
        with _temporary() as whole:
            sha256 = self._whole(file, whole)
            for demand in demands:
                _check_demand(demand, sha256, whole, file)
            version, metadata = self._release_in(name, file, whole)
        entry = _entry(file, sha256)
        self._cache.write(_shelf(entry, "releases"), entry, f"{name} {version}".encode("ascii"))
        self._keep(file, sha256, metadata)
        return version, sha256, metadata

    def _release_in(
        self, name: NormalizedName, file: DistributionFile, whole: BinaryIO
    ) -> tuple[Version, CoreMetadata]:
        """The version and the metadata in a wheel, or in an archive that only its content tells about."""
        if file.is_wheel:
            from pinkeeper.artifacts.wheel import wheel_metadata  # noqa: PLC0415

            version = parse_wheel_filename(file.filename)[1]
            content = wheel_metadata(whole, filename=file.filename)
            return version, self._parsed(content, name, version, file, MetadataSource.WHEEL)
        from pinkeeper.artifacts.sdist import read_sdist_files  # noqa: PLC0415
        from pinkeeper.artifacts.static_identity import static_identity  # noqa: PLC0415

        files = read_sdist_files(whole, filename=file.filename, subdirectory=_subdirectory(file))
        identity = static_identity(files, subject=file.filename)
        if identity.name not in {None, name}:
            raise ArtifactError(
                f"it holds another project: {identity.name}, not {name}",
                where=redact(file.direct or file.url),
                remedy=f"write {identity.name} @ ..., if that is what you want",
            )
        if identity.version is not None:
            return identity.version, self._static(name, identity.version, file, files, whole)
        if name not in self._allow_build:
            raise MetadataUnavailableError(
                f"{name}: the archive does not say its version, which a build would decide",
                where=redact(file.direct or file.url),
                remedy="ask for a release on an index, for an archive with a static version, or allow it to be built: "
                f"--allow-build {name}",
            )
        return self._built(name, None, file, whole)

    def sha256(self, file: DistributionFile) -> str:
        """The SHA-256 of a file whose index gives none, from its bytes. Raises HashMismatchError, NetworkError."""
        if file.sha256 is not None:
            return file.sha256
        with _temporary() as content:
            return self._whole(file, content)

    def _keep(self, file: DistributionFile, sha256: str, metadata: CoreMetadata) -> None:
        record = _Record(
            metadata.requires,
            {str(extra): texts for extra, texts in metadata.requires_by_extra.items()},
            metadata.requires_python,
            tuple(sorted(metadata.provides_extras)),
            metadata.source,
        )
        entry = _entry(file, sha256)
        self._cache.write(_shelf(entry), entry, _ENCODER.encode(record))

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
            return self._built(name, version, file, whole)[1]
        raise MetadataUnavailableError(
            f"{name} {version} has no wheel for the target, and its sdist does not say statically what it needs",
            where=file.filename,
            details=(found.reason,),
            remedy=f'allow it to be built: --allow-build {name}, or allow-build = ["{name}"] in [tool.pinkeeper]',
        )

    def _built(
        self, name: NormalizedName, version: Version | None, file: DistributionFile, content: BinaryIO
    ) -> tuple[Version, CoreMetadata]:
        """What a build says. version: None where that is to be found out as well."""
        import tempfile  # noqa: PLC0415

        from pinkeeper.artifacts.build import build_metadata  # noqa: PLC0415
        from pinkeeper.artifacts.core_metadata import parse_core_metadata  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="pinkeeper-build-") as folder:
            sdist = Path(folder) / Path(file.filename).name
            content.seek(0)
            sdist.write_bytes(content.read())
            built = build_metadata(
                sdist, work_dir=Path(folder), environ=self._build_environment, subdirectory=_subdirectory(file)
            )
        if version is None:
            text = parse_core_metadata(built, subject=file.filename, source=MetadataSource.BUILD).version
            try:
                version = Version(text)
            except InvalidVersion:
                raise ArtifactError("a build gives it a version that is none", where=file.filename) from None
        return version, self._parsed(built, name, version, file, MetadataSource.BUILD)

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


def _entry(file: DistributionFile, sha256: str) -> str:
    """The key under which a file is kept. The same bytes may hold several projects, each in a folder of its own."""
    folder = _subdirectory(file)
    return f"{sha256}-{hashlib.sha256(folder.encode()).hexdigest()[:16]}" if folder else sha256


def _shelf(entry: str, kind: str = "metadata") -> str:
    """Spread entries over folders, so that none grows to tens of thousands."""
    return f"{kind}/{entry[:2]}"


def _check_demand(demand: frozenset[Digest], sha256: str, content: BinaryIO, file: DistributionFile) -> None:
    """Raise HashMismatchError unless a file, whose SHA-256 is known, has one of some digests."""
    found = [
        Digest(algorithm, sha256 if algorithm == "sha256" else _hashed(content, algorithm))
        for algorithm in sorted({digest.algorithm for digest in demand})
    ]
    if demand.isdisjoint(found):
        raise HashMismatchError(
            file.filename,
            expected=" or ".join(map(str, sorted(demand))),
            actual=", ".join(map(str, found)),
            where=redact(file.direct or file.url),
        )
    content.seek(0)


def _hashed(content: BinaryIO, algorithm: str) -> str:
    content.seek(0)
    hashing = hashlib.new(algorithm)
    while piece := content.read(_PIECE):
        hashing.update(piece)
    return hashing.hexdigest()


def _temporary() -> BinaryIO:
    """A file that is gone when closed; on disk only where it grows large."""
    import tempfile  # noqa: PLC0415 - most metadata comes without whole files

    return cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES))
