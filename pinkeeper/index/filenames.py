"""Which release a file on an index page belongs to, told from its name alone.

Wheels follow the binary distribution format (PEP 427), sdists PEP 625 and, before it, setuptools' older habit of
leaving the project's own spelling in place. Pages are long, so this does the least that is right: whole-name parsing
is left for the few files that a resolution looks at.
"""

from __future__ import annotations

import re

from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

__all__ = ["WHEEL_DASHES", "FilenameReader", "wheel_prefix", "wheel_tags"]

_SDIST_SUFFIXES = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")
_SEPARATORS = re.compile(r"[-_.]+")
# In the name of a wheel: between project, version, perhaps a build, and three tags.
WHEEL_DASHES = (4, 5)


class FilenameReader:
    """Reads the versions out of the file names of one project; every spelling of a version is parsed once."""

    def __init__(self, name: NormalizedName) -> None:
        self._name = name
        self._canonical: dict[str, Version | None] = {}
        self._prefixes: dict[str, bool] = {}

    def version(self, filename: str) -> Version | None:
        """The release of a wheel or sdist; None for any other file, another project's, or an invalid version."""
        if filename.endswith(".whl"):
            parts = filename.split("-", 2)
            if filename.count("-") not in WHEEL_DASHES or not self._is_ours(parts[0]):
                return None
            return self._parse(parts[1])
        for suffix in _SDIST_SUFFIXES:
            if filename.endswith(suffix):
                return self._sdist_version(filename[: -len(suffix)])
        return None

    def _sdist_version(self, stem: str) -> Version | None:
        # Old names hold dashes in the project ("a-b-1.0") and, rarely, in the version ("a-1.0-rc1"): the first dash
        # that leaves our name before it is the border.
        at = stem.find("-")
        while at != -1:
            if self._is_ours(stem[:at]):
                return self._parse(stem[at + 1 :])
            at = stem.find("-", at + 1)
        return None

    def _is_ours(self, prefix: str) -> bool:
        known = self._prefixes.get(prefix)
        if known is None:
            known = self._prefixes[prefix] = _SEPARATORS.sub("-", prefix).lower() == self._name
        return known

    def _parse(self, text: str) -> Version | None:
        try:
            return self._canonical[text]
        except KeyError:
            pass
        try:
            version: Version | None = Version(text)
        except InvalidVersion:
            version = None
        self._canonical[text] = version
        return version


def wheel_prefix(filename: str) -> str:
    """``project-version-``, with which the names of all wheels of a release begin that are spelled alike."""
    return "-".join([*filename.split("-", 2)[:2], ""])


def wheel_tags(filename: str) -> str | None:
    """The compressed tag set of a wheel (``py2.py3-none-any``), None for other files (PEP 425)."""
    if not filename.endswith(".whl"):
        return None
    return "-".join(filename[:-4].split("-")[-3:])
