"""Where web pages and scripts for browsers send something, or take programs from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from pinkeeper.artifacts.contents import Contents
from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["LARGEST", "PAGES", "named_in_pages", "sent_to"]

PAGES = frozenset({".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".html", ".htm", ".vue", ".svelte", ".xhtml"})
"""Suffixes of what a browser runs."""

LARGEST = 8 * 2**20
"""Bytes; larger files are not looked into."""

_HOST = r"([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?)"
_TO = rf"\s*\(\s*(?:[\"'](?:get|post|put)[\"']\s*,\s*)?[\"'`](?:https?:|wss?:)//{_HOST}"
# Of lower-case text. Each begins with a plain text, and looks back for the start of the word: what begins so is found
# many times faster than alternatives are.
_SENDS = (
    *(
        lazy_pattern(rf"{word}(?<=\b{word}){_TO}")
        for word in ("fetch", "sendbeacon", "websocket", "eventsource", "importscripts", "import")
    ),
    lazy_pattern(rf"axios(?<=\baxios)(?:\.\w+)?{_TO}"),
    lazy_pattern(rf"\$\.(?:ajax|get|post|getscript){_TO}"),
    lazy_pattern(rf"\.open{_TO}"),
    lazy_pattern(
        rf"<(?:script|iframe|form|object|embed)\b[^>]{{0,120}}?\b(?:src|action|data)\s*=\s*[\"']?(?:https?:)?//{_HOST}"
    ),
)
# A short script that reads what a visitor has, or types: whatever it names may be sent to.
_SHORT = 20_000  # characters; bundles of whole frameworks read all that, and name many hosts
_OF_VISITORS = lazy_pattern(r"document\.cookie|localstorage|sessionstorage|\.target\.value|keydown|keypress")
_NAMED = lazy_pattern(rf"[\"'`](?:https?:|wss?:)//{_HOST}")
_OF_HOSTS = r"[a-z0-9-]"


def sent_to(text: str) -> Iterator[tuple[int, str]]:
    """Line and host (with its port, in lower case) of what a page sends to or loads from, in order."""
    lowered = text.lower()
    found = sorted(
        (match.start(), match[1])
        for pattern in (*_SENDS, *((_NAMED,) if _spies(lowered) else ()))
        for match in pattern.finditer(lowered)
        if "." in match[1].partition(":")[0]
    )
    line, position = 1, 0
    for offset, host in found:
        line += lowered.count("\n", position, offset)
        position = offset
        yield line, host


def _spies(lowered: str) -> bool:
    return len(lowered) <= _SHORT and _OF_VISITORS.search(lowered) is not None


def named_in_pages(contents: Contents, names: Collection[str]) -> frozenset[str]:
    """Those of some hosts that any page of a release names, and not only as a part of another name."""
    wanted = {
        name: re.compile(
            rf"{re.escape(name)}(?<!{_OF_HOSTS}{re.escape(name)})(?<!\.{re.escape(name)})(?!\.?{_OF_HOSTS})"
        )
        for name in names
    }
    for path, entry in contents.entries.items():
        if not wanted:
            break
        if PurePosixPath(path).suffix.lower() in PAGES and entry.size <= LARGEST:
            text = contents.read(path).decode(errors="replace").lower()
            wanted = {name: pattern for name, pattern in wanted.items() if not pattern.search(text)}
    return frozenset(names) - wanted.keys()
