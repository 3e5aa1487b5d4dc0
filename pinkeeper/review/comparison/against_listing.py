"""A wheel that was read against the other wheels of its release, of which only the directories are known.

Whoever changes one wheel of a release may hope that the one for another platform is looked at. What platforms differ
in every day is passed over: native files, metadata, line ends, generated configuration.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from posixpath import splitext

from pinkeeper.artifacts.contents import Contents
from pinkeeper.artifacts.listed_members import Listed
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.comparison.stable_name import stable_path

__all__ = ["beyond_wheel"]

_ITEMS_LIMIT = 50
_CODE_SUFFIXES = frozenset({".py", ".pyw", ".pth", ".start"})
_SCRIPT_SUFFIXES = frozenset({".sh", ".bash", ".ps1", ".bat", ".cmd", ".vbs", ".js", ".jar", ".pyz", ".exe"})
_INFO = lazy_pattern(r"(?:^|/)[^/]+\.dist-info/")
_GENERATED = lazy_pattern(r"(?:__config__|_?version|__version__|_distributor_init\w*|_?build_?info|_?build_config)\.py")


def beyond_wheel(wheel: Contents, others: Mapping[str, Sequence[Listed]]) -> tuple[tuple[str, str, str], ...]:
    """Code that another wheel of the release has and the one that was read has not.

    others: what the directory of each other wheel lists, by filename. Gives (filename, path there, what): ``a Python
    file``, ``a start-up file``, ``a script``, or ``another content``; by filename and path, the first
    of each wheel. Raises ArtifactError where the wheel cannot be read any more.
    """
    known = _Known(wheel)
    found: list[tuple[str, str, str]] = []
    for filename in sorted(others):
        items = [(filename, listed.path, what) for listed in others[filename] if (what := known.judge(listed))]
        found += items[:_ITEMS_LIMIT]
        if len(items) > _ITEMS_LIMIT:
            found.append((filename, "", f"{len(items) - _ITEMS_LIMIT} more files"))
    return tuple(found)


class _Known:
    """What the wheel that was read has; checksums are worked out once, for files that somebody asks for."""

    def __init__(self, wheel: Contents) -> None:
        self._wheel = wheel
        self._by_stable = {stable_path(path): path for path in wheel.entries}
        self._checksums: dict[str, frozenset[tuple[int, int]]] = {}

    def judge(self, listed: Listed) -> str | None:
        """What is remarkable about a file of another wheel, None where nothing is."""
        suffix = splitext(listed.path)[1].lower()
        if suffix not in _CODE_SUFFIXES | _SCRIPT_SUFFIXES or _INFO.search(listed.path) or listed.size == 0:
            return None
        name = listed.path.rpartition("/")[2]
        path = listed.path if listed.path in self._wheel.entries else self._by_stable.get(stable_path(listed.path))
        if path is None:
            if suffix in {".pth", ".start"}:
                return "a start-up file"
            return "a script" if suffix in _SCRIPT_SUFFIXES else "a Python file"
        if _GENERATED.fullmatch(name) or (listed.size, listed.crc32) in self._of(path):
            return None
        return "another content"

    def _of(self, path: str) -> frozenset[tuple[int, int]]:
        """Size and checksum of a file with each kind of line end: wheels built on Windows may have its own."""
        if path not in self._checksums:
            content = self._wheel.read(path)
            unix = content.replace(b"\r\n", b"\n")
            forms = (content, unix, unix.replace(b"\n", b"\r\n"))
            self._checksums[path] = frozenset((len(form), zlib.crc32(form)) for form in forms)
        return self._checksums[path]
