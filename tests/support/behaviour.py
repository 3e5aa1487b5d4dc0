"""What kind of index the loopback index is; every field may be changed while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Behaviour"]


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """The manners of a simple repository.

    Pages
      style: the richest format that is served; JSON goes only to those whose Accept header admits it (PEP 691).
      ignores_accept: always answer in `style`, HTML then as ``text/html``, as plain file servers do.
      api_version: what the page says of itself (PEP 629). upload_times, sizes: whether JSON has them (PEP 700).
      html_upload_times: whether anchors carry ``data-upload-time``, which no standard has but some mirrors do.
      relative_urls: whether pages give files by relative URLs.
    Core metadata
      core_metadata: the key that advertises it, `data-` being added for HTML where it lacks: PEP 714's, or one of the
      two older ones; None advertises and serves none. metadata_hash: whether its SHA-256 is told, or only ``true``.
    Lies
      metadata_hash_lies, file_hash_lies: pages give wrong hashes.
    Transport
      ranges: ``full``; ``none`` answers 200 with the whole file; ``no-suffix`` refuses ``bytes=-N`` with
      `suffix_status`. latency: seconds before every answer. etag: validators, and 304 for If-None-Match.
      cache_control, file_cache_control: the headers of pages, and of files and core metadata; None sends none.
      gzip: pages and core metadata are compressed for those who accept it.
    Access
      requires_auth: user and password for pages (Basic); files_require_auth: for files and core metadata also.
    """

    style: Literal["json", "html"] = "json"
    ignores_accept: bool = False
    api_version: str = "1.1"
    upload_times: bool = True
    sizes: bool = True
    html_upload_times: bool = False
    relative_urls: bool = False
    core_metadata: Literal["core-metadata", "dist-info-metadata", "data-dist-info-metadata"] | None = "core-metadata"
    metadata_hash: bool = True
    metadata_hash_lies: bool = False
    file_hash_lies: bool = False
    ranges: Literal["full", "none", "no-suffix"] = "full"
    suffix_status: int = 416
    latency: float = 0.0
    etag: bool = True
    cache_control: str | None = "max-age=600"
    file_cache_control: str | None = "max-age=31536000, immutable"
    gzip: bool = False
    requires_auth: tuple[str, str] | None = None
    files_require_auth: bool = False
