"""Paths that one input file writes relative to itself. Texts only: no disk is asked."""

from __future__ import annotations

import os
import posixpath
import re

__all__ = ["beside", "find_links_beside", "is_url", "with_slashes"]

_URL = re.compile(r"file:|[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_DRIVE = re.compile(r"[a-z]:[\\/]", re.IGNORECASE)


def is_url(text: str) -> bool:
    """Whether a text begins as a URL does."""
    return _URL.match(text) is not None


def with_slashes(path: str) -> str:
    """A path of this platform as `Origin` keeps it."""
    return path.replace(os.sep, "/")


def beside(path: str, relative: str) -> str:
    """Where a path lies that the file at `path` names, normalised; an absolute one stays."""
    if _DRIVE.match(relative):
        return relative
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))


def find_links_beside(path: str, location: str) -> str:
    """A ``--find-links`` location that the file at `path` names: a URL, or a home folder, stays."""
    return location if is_url(location) or location.startswith("~") else beside(path, location)
