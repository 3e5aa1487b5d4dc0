"""The index that pip itself would use, so that no host's name need stand in this program.

``PIP_INDEX_URL`` counts first, then pip's configuration files, then the default built into the installed pip. The
files and their order are those of pip's user guide, "Configuration"; the sections are those of ``pip install``, for
installing is what a lock is made for.
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

__all__ = ["configured_places", "default_index_url"]

_PLACES = ("extra-index-url", "find-links")
_SECTIONS = ("install", "global")  # a command's own section counts before the general one


def default_index_url(*, environ: Mapping[str, str], read: Callable[[Path], str | None]) -> IndexURL:
    """Find pip's index. read: gives a file's text, None where it cannot be read. Raises ConfigurationError."""
    if said := environ.get("PIP_INDEX_URL", "").strip():
        return IndexURL.parse(said)
    configured = _configured(environ, read)
    for section in _SECTIONS:
        if configured.get(section):
            return IndexURL.parse(configured[section])
    return IndexURL.parse(_built_in())


def configured_places(*, environ: Mapping[str, str], read: Callable[[Path], str | None]) -> tuple[tuple[str, str], ...]:
    """The further places that pip is told of: (option, value) for ``--extra-index-url`` and ``--find-links``.

    From the environment and from configuration files, which pip adds up for these. Raises ConfigurationError.
    """
    found: dict[tuple[str, str], None] = {}
    for key in _PLACES:
        values = environ.get(f"PIP_{key.upper().replace('-', '_')}", "").split()
        for path, text in _texts(environ, read):
            parser = _parsed(text, path)
            for section in _SECTIONS:
                if parser.has_section(section):
                    values += [
                        value
                        for name, said in parser.items(section)
                        if name.replace("_", "-").removeprefix("--") == key
                        for value in said.split()
                    ]
        found |= {(f"--{key}", value): None for value in values}
    return tuple(found)


def _configured(environ: Mapping[str, str], read: Callable[[Path], str | None]) -> dict[str, str]:
    """The index by section. Of several files the one that counts most decides, even by an empty value."""
    found: dict[str, str] = {}
    for path, text in _texts(environ, read):
        if "index" not in text.lower():
            continue
        parser = _parsed(text, path)
        for section in _SECTIONS:
            if parser.has_section(section):
                for key, value in parser.items(section):
                    if key.replace("_", "-").removeprefix("--") == "index-url":
                        found[section] = value.strip()
    return found


def _parsed(text: str, path: Path) -> RawConfigParser:
    from configparser import Error, RawConfigParser  # noqa: PLC0415 - most machines have no such file

    parser = RawConfigParser()
    try:
        parser.read_string(text, source=str(path))
    except Error as error:
        # Further lines of the error's text quote the file, and with it perhaps a password.
        raise ConfigurationError(
            f"pip's configuration cannot be read: {str(error).splitlines()[0]}", where=str(path)
        ) from None
    return parser


def _built_in() -> str:
    try:
        from pip._internal.models.index import PyPI  # noqa: PLC0415 - the one place that knows
    except ImportError:
        raise ConfigurationError(
            "there is no index to ask, and the installed pip does not tell its default",
            remedy="name an index: --index-url URL",
        ) from None
    return str(PyPI.simple_url)


def _texts(environ: Mapping[str, str], read: Callable[[Path], str | None]) -> Iterator[tuple[Path, str]]:
    """Pip's configuration files that exist, the one that counts least first."""
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    named_text = read(Path(named)) if named else None
    home = _home(environ)
    paths = [*_of_all_users(environ), *([] if named_text is not None else _of_the_user(environ, home))]
    for path in (*paths, Path(sys.prefix) / _filename()):
        if (text := read(path)) is not None:
            yield path, text
    if named and named_text is not None:
        yield Path(named), named_text


def _of_all_users(environ: Mapping[str, str]) -> Iterator[Path]:
    match sys.platform:
        case "win32":
            yield Path(environ.get("PROGRAMDATA") or r"C:\ProgramData") / "pip" / _filename()
        case "darwin":
            yield Path("/Library/Application Support/pip") / _filename()
        case _:
            folders = environ.get("XDG_CONFIG_DIRS", "").strip() or "/etc/xdg"
            yield from (Path(folder) / "pip" / _filename() for folder in folders.split(os.pathsep) if folder.strip())
            yield Path("/etc") / _filename()


def _of_the_user(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    """The old place, then the new one."""
    if sys.platform == "win32":
        yield home / "pip" / _filename()
        yield Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / "pip" / _filename()
    elif sys.platform == "darwin":
        yield home / ".pip" / _filename()
        support = home / "Library" / "Application Support" / "pip"
        yield (support if support.is_dir() else home / ".config" / "pip") / _filename()
    else:
        yield home / ".pip" / _filename()
        yield Path(environ.get("XDG_CONFIG_HOME", "").strip() or home / ".config") / "pip" / _filename()


def _home(environ: Mapping[str, str]) -> Path:
    said = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME")
    return Path(said) if said else Path.home()


def _filename() -> str:
    return "pip.ini" if sys.platform == "win32" else "pip.conf"
