"""The index that pip itself would use, so that no host's name need stand in this program.

``PIP_INDEX_URL`` counts first, then pip's configuration files (site, then user, then global, as pip reads them), then
the default built into the installed pip. The places of the files are those of pip's user guide, "Configuration".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pinkeeper.errors import ConfigurationError
from pinkeeper.model.url import IndexURL

if TYPE_CHECKING:
    from configparser import RawConfigParser

__all__ = ["default_index_url"]

_SECTIONS = ("install", "global")  # a command's own section counts before the general one
_KEYS = ("index-url", "index_url")


def default_index_url(*, environ: Mapping[str, str], read: Callable[[Path], str | None]) -> IndexURL:
    """Find pip's index. read: gives a file's text, None where it cannot be read. Raises ConfigurationError."""
    if environ.get("PIP_INDEX_URL"):
        return IndexURL.parse(environ["PIP_INDEX_URL"])
    texts = ((path, read(path)) for path in _files(environ))
    parsers = [_parsed(text, path) for path, text in texts if text is not None and "index" in text]
    for section in _SECTIONS:
        for parser in parsers:
            for key in _KEYS:
                if value := parser.get(section, key, fallback="").strip():
                    return IndexURL.parse(value)
    from pip._internal.models.index import PyPI  # noqa: PLC0415 - the one place that knows

    return IndexURL.parse(PyPI.simple_url)


def _parsed(text: str, path: Path) -> RawConfigParser:
    from configparser import Error, RawConfigParser  # noqa: PLC0415 - most machines have no such file

    parser = RawConfigParser()
    try:
        parser.read_string(text, source=str(path))
    except Error as error:
        raise ConfigurationError(
            f"pip's configuration cannot be read: {str(error).splitlines()[0]}", where=str(path)
        ) from None
    return parser


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    """Pip's configuration files, the one that counts most first."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    if named:
        yield Path(named)
    name = "pip.ini" if sys.platform == "win32" else "pip.conf"
    yield Path(sys.prefix) / name
    home = Path(environ.get("USERPROFILE" if sys.platform == "win32" else "HOME") or Path.home())
    if sys.platform == "win32":
        yield Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "pip" / name
        yield home / "pip" / name
        yield Path(environ.get("PROGRAMDATA") or r"C:\ProgramData") / "pip" / name
        return
    support = home / "Library" / "Application Support" / "pip"
    if sys.platform == "darwin" and support.is_dir():
        yield support / name
    else:
        yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / name
    yield home / ".pip" / name
    if sys.platform == "darwin":
        yield Path("/Library/Application Support/pip") / name
        return
    yield Path("/etc") / name
    for folder in reversed((environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)):
        yield Path(folder) / "pip" / name
