"""The version that the URL of a wheel or sdist tells by its last part (PEP 427, PEP 625)."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

__all__ = ["name_in_url", "version_in_url"]


def version_in_url(url: str, *, name: NormalizedName) -> Version | None:
    """The version in a URL, a path or a file name; None where it names no wheel or sdist of the project.

    An archive that a forge makes of a commit is none: its name says nothing of what is inside.
    """
    told = _release(url)
    return told[1] if told is not None and told[0] == name else None


def name_in_url(url: str) -> NormalizedName | None:
    """The project that the last part of a URL or path names; None where that is no wheel or sdist."""
    told = _release(url)
    return None if told is None else told[0]


def _release(url: str) -> tuple[NormalizedName, Version] | None:
    try:
        filename = unquote(urlsplit(url).path.rpartition("/")[2])
        if filename.endswith(".whl"):
            project, version, *_ = parse_wheel_filename(filename)
        else:
            project, version = parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
        return None
    return project, version
