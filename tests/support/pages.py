"""The pages of a simple repository, written from the catalogue (PEP 503, 592, 629, 658, 691, 700, 714, 740)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from packaging.utils import NormalizedName
from packaging.version import Version

from tests.support.behaviour import Behaviour
from tests.support.catalogue import StoredFile

__all__ = [
    "HTML_TYPE",
    "JSON_TYPE",
    "PROVENANCE_TYPE",
    "TEXT_HTML",
    "links_html",
    "project_html",
    "project_json",
    "root_html",
    "root_json",
]

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"
TEXT_HTML = "text/html"
PROVENANCE_TYPE = "application/vnd.pypi.integrity.v1+json"


def root_json(names: Sequence[NormalizedName], behaviour: Behaviour) -> bytes:
    """The list of projects."""
    return _json(
        {"meta": {"api-version": behaviour.api_version}, "projects": [{"name": name} for name in names]},
    )


def root_html(names: Sequence[NormalizedName], behaviour: Behaviour) -> bytes:
    """The list of projects."""
    return _html("Simple index", (f'<a href="/simple/{name}/">{name}</a>' for name in names), behaviour)


def project_json(name: str, files: Sequence[StoredFile], behaviour: Behaviour, *, origin: str) -> bytes:
    """A project's page. origin: ``http://host:port``."""
    versions = sorted({file.version for file in files}, key=Version)
    return _json(
        {
            "meta": {"api-version": behaviour.api_version},
            "name": name,
            "versions": versions,
            "files": [_json_file(file, behaviour, origin=origin) for file in files],
        }
    )


def project_html(name: str, files: Sequence[StoredFile], behaviour: Behaviour, *, origin: str) -> bytes:
    """A project's page. origin: ``http://host:port``."""
    return _html(f"Links for {name}", (_anchor(file, behaviour, origin=origin) for file in files), behaviour)


def links_html(files: Sequence[StoredFile], behaviour: Behaviour, *, origin: str) -> bytes:
    """One page with every file, of the kind that ``--find-links`` reads."""
    return _html("Links", (_anchor(file, behaviour, origin=origin) for file in files), behaviour)


def _json_file(file: StoredFile, behaviour: Behaviour, *, origin: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "filename": file.filename,
        "url": _url(file, behaviour, origin=origin),
        "hashes": _hashes(file, behaviour),
    }
    if file.requires_python is not None:
        entry["requires-python"] = file.requires_python
    if file.yanked is not None:
        entry["yanked"] = file.yanked or True
    if behaviour.sizes and file.size is not None:
        entry["size"] = file.size
    if behaviour.upload_times and file.upload_time is not None:
        entry["upload-time"] = _timestamp(file.upload_time)
    if file.provenance is not None:
        entry["provenance"] = f"{origin}{file.path}.provenance"
    if behaviour.core_metadata is not None and file.metadata is not None:
        entry[behaviour.core_metadata] = (
            {"sha256": _metadata_hash(file, behaviour)} if behaviour.metadata_hash else True
        )
    return entry


def _anchor(file: StoredFile, behaviour: Behaviour, *, origin: str) -> str:
    hashes = _hashes(file, behaviour)
    fragment = "".join(f"#{algorithm}={value}" for algorithm, value in list(hashes.items())[:1])
    attributes = {"href": _url(file, behaviour, origin=origin) + fragment}
    if file.requires_python is not None:
        attributes["data-requires-python"] = file.requires_python
    if file.yanked is not None:
        attributes["data-yanked"] = file.yanked
    if behaviour.core_metadata is not None and file.metadata is not None:
        key = "data-" + behaviour.core_metadata.removeprefix("data-")
        attributes[key] = f"sha256={_metadata_hash(file, behaviour)}" if behaviour.metadata_hash else "true"
    if file.provenance is not None:
        attributes["data-provenance"] = f"{origin}{file.path}.provenance"
    if behaviour.html_upload_times and file.upload_time is not None:
        attributes["data-upload-time"] = _timestamp(file.upload_time)
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<a{written}>{escape(file.filename)}</a>"


def _url(file: StoredFile, behaviour: Behaviour, *, origin: str) -> str:
    # Relative to /simple/<project>/; /links/ is one level up, and a path above the root means the root.
    return f"../..{file.path}" if behaviour.relative_urls else f"{origin}{file.path}"


def _hashes(file: StoredFile, behaviour: Behaviour) -> dict[str, str]:
    if behaviour.file_hash_lies:
        return {algorithm: _wrong(value) for algorithm, value in file.hashes.items()}
    return dict(file.hashes)


def _metadata_hash(file: StoredFile, behaviour: Behaviour) -> str:
    assert file.metadata_sha256 is not None
    return _wrong(file.metadata_sha256) if behaviour.metadata_hash_lies else file.metadata_sha256


def _wrong(digest: str) -> str:
    """A digest of the same length that is surely another."""
    return "".join(f"{15 - int(character, 16):x}" for character in digest)


def _timestamp(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _html(title: str, anchors: Iterable[str], behaviour: Behaviour) -> bytes:
    body = "".join(f"    {anchor}<br/>\n" for anchor in anchors)
    return (
        "<!DOCTYPE html>\n<html>\n  <head>\n"
        f'    <meta name="pypi:repository-version" content="{escape(behaviour.api_version)}">\n'
        f"    <title>{escape(title)}</title>\n  </head>\n  <body>\n    <h1>{escape(title)}</h1>\n"
        f"{body}  </body>\n</html>\n"
    ).encode()
