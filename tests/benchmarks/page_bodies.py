"""The pages of the served index: those that were recorded, told as a large public index tells them.

JSON with a hash of every wheel's metadata (PEP 691, 700, 714), or HTML for who asks for that (PEP 503, 592, 658).
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from packaging.utils import InvalidSdistFilename, parse_sdist_filename
from packaging.version import InvalidVersion, Version

from tests.benchmarks.recordings import path_of
from tests.support.recorded_page import ListedFile

__all__ = ["MetadataDigest", "html_page", "json_page", "made_up_digest", "releases_page"]

MetadataDigest = Callable[[ListedFile], str | bool]
"""The SHA-256 of a wheel's core metadata in hexadecimal, or whether there are any."""


def json_page(name: str, files: Sequence[ListedFile], *, origin: str, digest_of: MetadataDigest) -> bytes:
    """A project's page as JSON."""
    page = {
        "alternate-locations": [],
        "files": [_json_file(file, origin=origin, digest_of=digest_of) for file in files],
        "meta": {"_last-serial": 1, "api-version": "1.4"},
        "name": name,
        "project-status": {"status": "active"},
        "versions": sorted({version for file in files if (version := _version(file))}),
    }
    return json.dumps(page, separators=(",", ":")).encode()


def html_page(name: str, files: Sequence[ListedFile], *, origin: str, digest_of: MetadataDigest) -> bytes:
    """A project's page as HTML."""
    anchors = "".join(_anchor(file, origin=origin, digest_of=digest_of) for file in files)
    head = '<meta name="pypi:repository-version" content="1.4">'
    title = f"Links for {html.escape(name)}"
    return (
        f"<!DOCTYPE html>\n<html>\n  <head>\n    {head}\n    <title>{title}</title>\n  </head>\n"
        f"  <body>\n    <h1>{title}</h1>\n{anchors}  </body>\n</html>\n"
    ).encode()


def releases_page(name: str, files: Sequence[ListedFile], *, origin: str) -> bytes:
    """All releases with the digests of their files, in the shape of the API from which some tools take hashes."""
    releases: dict[str, list[dict[str, Any]]] = {}
    for file in files:
        releases.setdefault(_version(file) or "", []).append(
            {
                "filename": file.filename,
                "url": f"{origin}{path_of(file)}",
                "packagetype": "bdist_wheel" if file.filename.endswith(".whl") else "sdist",
                "digests": {"sha256": file.sha256},
                "yanked": file.yanked is not None,
                "requires_python": file.requires_python,
            }
        )
    return json.dumps({"info": {"name": name}, "releases": releases}).encode()


def _json_file(file: ListedFile, *, origin: str, digest_of: MetadataDigest) -> dict[str, Any]:
    metadata = _metadata_of(file, digest_of)
    entry: dict[str, Any] = {
        "core-metadata": metadata,
        "data-dist-info-metadata": metadata,
        "filename": file.filename,
        "hashes": {"sha256": file.sha256} if file.sha256 else {},
        "provenance": None,
        "requires-python": file.requires_python,
    }
    if file.size is not None:
        entry["size"] = file.size
    if file.upload_time is not None:
        entry["upload-time"] = _time(file.upload_time)
    return {**entry, "url": f"{origin}{path_of(file)}", "yanked": file.yanked or file.yanked is not None}


def _metadata_of(file: ListedFile, digest_of: MetadataDigest) -> bool | dict[str, str]:
    if not file.filename.endswith(".whl"):
        return False
    digest = digest_of(file)
    return digest if isinstance(digest, bool) else {"sha256": digest}


def _anchor(file: ListedFile, *, origin: str, digest_of: MetadataDigest) -> str:
    attributes = {"href": f"{origin}{path_of(file)}" + (f"#sha256={file.sha256}" if file.sha256 else "")}
    if file.requires_python is not None:
        attributes["data-requires-python"] = file.requires_python
    if file.yanked is not None:
        attributes["data-yanked"] = file.yanked
    if metadata := _metadata_of(file, digest_of):
        said = "true" if metadata is True else f"sha256={metadata['sha256']}"
        attributes |= {"data-dist-info-metadata": said, "data-core-metadata": said}
    written = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
    return f"<a {written}>{html.escape(file.filename)}</a><br />\n"


def _version(file: ListedFile) -> str | None:
    try:
        if file.filename.endswith(".whl"):
            return _normal(file.filename.split("-", 2)[1])
        return _normal(str(parse_sdist_filename(file.filename)[1]))
    except (InvalidVersion, InvalidSdistFilename, IndexError):
        return None


@lru_cache(maxsize=100_000)
def _normal(version: str) -> str:
    return str(Version(version))


def _time(uploaded: datetime) -> str:
    return uploaded.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def made_up_digest(file: ListedFile) -> str:
    """A digest for metadata that were never asked for: a page without it would be smaller than a real one.

    Nobody can be misled by it: who asks for such metadata gets none, and the run does not count.
    """
    return hashlib.sha256(f"not recorded: {file.filename}".encode()).hexdigest()
