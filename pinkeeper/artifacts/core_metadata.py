r"""The header block of METADATA and PKG-INFO files (core metadata specification).

A small reader instead of the `email` package: importing that one and letting it parse the long description costs more
than all the rest of a warm run. It follows `email` in where lines, fields and the header block end (``\r`` is a line
end, a line that is no field ends the block), because installers read with `email` and both must see the same fields.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec import Struct
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import Version

from pinkeeper.artifacts.dependency import InvalidRequirement, check_dependency_text
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.errors import ArtifactError
from pinkeeper.model.metadata import CoreMetadata, MetadataSource, group_by_extra

__all__ = [
    "HEADER_LIMIT",
    "ParsedMetadata",
    "check_identity",
    "header_fields",
    "parse_core_metadata",
    "to_core_metadata",
]

HEADER_LIMIT = 4 * 1024 * 1024
"""Bytes that the header block may have."""

_REQUIRES_LIMIT = 10_000
_BOM = b"\xef\xbb\xbf"
_BLOCK_ENDS = (b"\n\n", b"\n\r", b"\r\r")
_FIELD_NAME = re.compile(rb"[!-9;-~]*")
_METADATA_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")
_SUPPORTED_MAJOR = 2
_ONCE = (b"metadata-version", b"name", b"version", b"requires-python")
_MANY = (b"requires-dist", b"provides-extra", b"dynamic")
_REPORT = "do not install it; report it to the project or to the index's owner"


class ParsedMetadata(Struct, frozen=True, kw_only=True):
    """The fields that resolving needs, not yet judged.

    version: as written. metadata_version: as written, ``1.0`` where the field is missing, as in very old files.
    requires: the ``Requires-Dist`` texts, unfolded, in order. dynamic: field names in lower case (PEP 643).
    """

    name: NormalizedName
    version: str
    metadata_version: str
    requires: tuple[str, ...]
    requires_python: str | None
    provides_extras: frozenset[NormalizedName]
    dynamic: frozenset[str]
    source: MetadataSource

    @property
    def metadata_version_numbers(self) -> tuple[int, int]:
        """``(2, 1)`` for ``2.1``."""
        major, _, minor = self.metadata_version.partition(".")
        return int(major), int(minor)


def parse_core_metadata(content: bytes, *, subject: str, source: MetadataSource) -> ParsedMetadata:
    """Read the header block of a METADATA or PKG-INFO file; what follows its first blank line is not looked at.

    subject: what errors call the file. Undecodable bytes become U+FFFD. The ``Requires`` of Metadata 1.1 is not a
    dependency on a distribution and is left out. Raises `ArtifactError` where Name or Version is missing or stands
    twice, where the metadata version is not 1.x or 2.x, where the block is over `HEADER_LIMIT`, and for a Requires-Dist
    that no parser should be given; whether the others are PEP 508 is found out by the one who needs them.
    """
    fields = header_fields(content, (*_ONCE, *_MANY), subject=subject)
    for field in _ONCE:
        if len(fields[field]) > 1:
            raise ArtifactError(f"its metadata has the field {_title(field)} twice", where=subject, remedy=_REPORT)
    name, version = fields[b"name"], fields[b"version"]
    for field, values in ((b"name", name), (b"version", version)):
        if not values or not values[0]:
            raise ArtifactError(f"its metadata has no {_title(field)}", where=subject, remedy=_REPORT)
    try:
        normalized = canonicalize_name(name[0], validate=True)
    except InvalidName:
        raise ArtifactError(
            f"its metadata has {shown(name[0])} as Name, which is no project name", where=subject, remedy=_REPORT
        ) from None
    if len(fields[b"requires-dist"]) > _REQUIRES_LIMIT:
        raise ArtifactError(f"its metadata has more than {_REQUIRES_LIMIT} Requires-Dist fields", where=subject)
    _check_requires(fields[b"requires-dist"], f"{normalized}!={version[0]}", subject)
    return ParsedMetadata(
        name=normalized,
        version=version[0],
        metadata_version=_metadata_version(fields[b"metadata-version"], subject),
        requires=tuple(fields[b"requires-dist"]),
        requires_python=(fields[b"requires-python"] or [""])[0] or None,
        provides_extras=frozenset(canonicalize_name(extra) for extra in fields[b"provides-extra"]),
        dynamic=frozenset(field.lower() for field in fields[b"dynamic"]),
        source=source,
    )


def header_fields(content: bytes, names: Collection[bytes], *, subject: str) -> dict[bytes, list[str]]:
    """The values of the named fields in order of appearance, unfolded; none are empty lists.

    names: in lower case. Raises `ArtifactError` where the header block is over `HEADER_LIMIT`.
    """
    found: dict[bytes, list[list[bytes]]] = {field: [] for field in names}
    current: list[bytes] | None = None
    for line in _header_lines(content, subject):
        if line.startswith((b" ", b"\t")):
            if current is not None:
                current.append(line)
            continue
        current = None
        field, colon, value = line.partition(b":")
        known = found.get(field.lower()) if colon else None
        if known is not None:
            current = [value]
            known.append(current)
        elif line.startswith(b"From "):  # an mbox envelope, which `email` passes over
            continue
        elif not colon or not _FIELD_NAME.fullmatch(field):
            break
    return {field: [_unfolded(lines) for lines in values] for field, values in found.items()}


def to_core_metadata(parsed: ParsedMetadata) -> CoreMetadata:
    """What resolving takes over. Requirements stay texts; the resolver parses those that it comes to need."""
    requires, requires_by_extra = group_by_extra(parsed.requires)
    return CoreMetadata(
        requires=requires,
        requires_by_extra=requires_by_extra,
        requires_python=parsed.requires_python,
        provides_extras=parsed.provides_extras,
        source=parsed.source,
    )


def check_identity(parsed: ParsedMetadata, *, name: NormalizedName, version: Version, subject: str) -> None:
    """Raise `ArtifactError` unless the metadata is of the release that the index or the file name announced."""
    if parsed.name != name:
        raise ArtifactError(
            f"its metadata is of another project: it says {shown(parsed.name)}, not {shown(name)}",
            where=subject,
            remedy=_REPORT,
        )
    try:
        same = Version(parsed.version) == version
    except ValueError:  # also an integer with too many digits
        same = False
    if not same:
        raise ArtifactError(
            f"its metadata is of another version: it says {shown(parsed.version)}, not {shown(str(version))}",
            where=subject,
            remedy=_REPORT,
        )


def _header_lines(content: bytes, subject: str) -> list[bytes]:
    start = len(_BOM) if content.startswith(_BOM) else 0
    end = min(len(content), start + HEADER_LIMIT + 1)
    for mark in _BLOCK_ENDS:  # the usual one first, so that the others are looked for in the header alone
        found = content.find(mark, start, end)
        end = found if found >= 0 else end
    if end - start > HEADER_LIMIT:
        raise ArtifactError(f"its metadata has a header of more than {HEADER_LIMIT} bytes", where=subject)
    return content[start:end].splitlines()


def _unfolded(lines: list[bytes]) -> str:
    value = lines[0] if len(lines) == 1 else b" ".join(line.strip() for line in lines)
    return value.decode("utf-8", "replace").replace("\t", " ").strip(" ")


def _check_requires(texts: list[str], exclusion: str, subject: str) -> None:
    for text in texts:
        try:
            check_dependency_text(text)
        except InvalidRequirement as error:
            raise ArtifactError(
                f"its metadata has a requirement that cannot be read: {error}",
                where=subject,
                details=(f"Requires-Dist: {shown(text)}",),
                remedy=f"leave this release out, for example with the constraint {shown(exclusion)}",
            ) from None


def _metadata_version(values: list[str], subject: str) -> str:
    text = values[0] if values else "1.0"
    match = _METADATA_VERSION.fullmatch(text)
    # The specification: fail where the major version is greater than the highest that is supported.
    if match is None or int(match[1]) > _SUPPORTED_MAJOR:
        raise ArtifactError(
            f"its metadata has the version {shown(text)}; 1.x and 2.x can be read",
            where=subject,
            remedy="upgrade pinkeeper, or constrain the package to an older release",
        )
    return text


def _title(field: bytes) -> str:
    return "-".join(word.capitalize() for word in field.decode().split("-"))
