"""Text from archives, made fit for messages and judged for use as a path."""

from __future__ import annotations

import re

__all__ = ["is_unsafe_path", "shown"]

# A parent step, an absolute path of either kind of system, a drive letter, a NUL. Names are also searched joined by
# newlines, hence MULTILINE; a newline inside a name only makes the rule stricter.
_UNSAFE_PATH = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|\0", re.MULTILINE)

# Each unsafe path has one of these; looking for them takes a tenth of the time, and archives have thousands of names.
_SUSPECT = ("..", "\n/", "\\", ":", "\0")


def is_unsafe_path(name: str) -> bool:
    """True where a member's name (or one of several names joined by newlines) could leave the folder it belongs in."""
    if not name.startswith("/") and not any(mark in name for mark in _SUSPECT):
        return False
    return _UNSAFE_PATH.search(name) is not None


def shown(text: str, limit: int = 120) -> str:
    """The text quoted, without control, bidi or other unprintable characters, and cut to a length."""
    return repr(text if len(text) <= limit else text[:limit] + "...")
