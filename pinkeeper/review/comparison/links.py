"""Where a release says that its project is found: ``Project-URL`` and ``Home-page`` of its core metadata."""

from __future__ import annotations

from pinkeeper.artifacts.contents import Contents
from pinkeeper.artifacts.core_metadata import HEADER_LIMIT, header_fields
from pinkeeper.errors import ArtifactError
from pinkeeper.review.comparison.metadata import metadata_path

__all__ = ["project_links"]

_MOST_LINKS = 50
_LONGEST = 2_000


def project_links(contents: Contents) -> tuple[tuple[str, str], ...]:
    """(label, URL) in the order of the metadata, as written; empty where it cannot be read.

    Nothing is said of where these lead: they are the words of whoever made the release.
    """
    path = metadata_path(contents)
    if path is None:
        return ()
    try:
        fields = header_fields(contents.read(path)[:HEADER_LIMIT], (b"project-url", b"home-page"), subject=path)
    except ArtifactError:
        return ()
    found = []
    for value in fields[b"project-url"]:
        label, comma, url = value.partition(",")
        if comma:
            found.append((label.strip(), url.strip()))
    found += [("Home-page", value.strip()) for value in fields[b"home-page"]]
    return tuple((label, url) for label, url in found if len(label) + len(url) <= _LONGEST)[:_MOST_LINKS]
