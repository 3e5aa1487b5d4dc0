"""Requirements that are the folder of a project: ``-e .``, ``./path[extra]``, ``name @ file:///folder``."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from msgspec import Struct
from packaging.markers import Marker
from packaging.utils import NormalizedName

from pinkeeper.errors import InputError
from pinkeeper.inputs.relative_paths import is_url
from pinkeeper.inputs.requirement_text import parse_user_requirement
from pinkeeper.model.requirement import Requirement
from pinkeeper.model.url import path_of_file_url, redact

__all__ = ["LocalReference", "folder_of_line", "folder_of_requirement"]

# An archive is a distribution, which has a hash; it is read elsewhere.
_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tgz", ".tar.bz2", ".tar.xz")
_EXTRAS = re.compile(r"\s*(\[[^\[\]]*\])\s*\Z")
_FILE_URL_MARKER = re.compile(r"\s+;|;\s")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)  # a single letter is a drive
_LEADING_SLASHES = re.compile(r"\A/{2,}")


class LocalReference(Struct, frozen=True, kw_only=True):
    """A folder that a requirement names.

    text: the requirement as written, without credentials. folder: as written but for URL quoting, with ``/``. name:
    what the requirement calls the project; None where it does not.
    """

    text: str
    folder: str
    name: NormalizedName | None = None
    extras: frozenset[NormalizedName] = frozenset()
    marker: Marker | None = None


def folder_of_line(text: str, *, editable: bool, bare: bool) -> LocalReference | None:
    """The folder that a line of a requirement file names; None where it names something else.

    bare: it is a URL or a path, without a name. Raises InputError without a place.
    """
    if not bare:
        requirement = parse_user_requirement(text)
        found = folder_of_requirement(requirement)
        if found is None and editable and requirement.url and _is_local(requirement.url):
            raise _no_folder(requirement.url)
        return found
    location, marker = _apart(text)
    if not _is_local(location):
        return None
    extras = ""
    if match := _EXTRAS.search(location):
        location, extras = location[: match.start()], match[1]
    folder, egg = _folder(location)
    if not _is_folder(folder):
        if editable:
            raise _no_folder(location)
        return None
    if folder.endswith((".txt", ".in")):
        raise InputError(f"{location} is no requirement", remedy=f"to include a file, write: -r {location}")
    # The location does not go through the parser: a path may have spaces.
    rest = parse_user_requirement(f"{egg.name if egg else 'unnamed'}{extras}{';' if marker else ''}{marker}")
    return LocalReference(
        text=redact(text),
        folder=folder,
        name=egg.name if egg else None,
        extras=rest.extras | (egg.extras if egg else frozenset()),
        marker=rest.marker,
    )


def folder_of_requirement(requirement: Requirement) -> LocalReference | None:
    """The folder that ``name @ file:///folder`` names, also ``name @ ./folder``; None where it names something else.

    Raises InputError without a place.
    """
    if requirement.url is None or not _is_local(requirement.url):
        return None
    folder, egg = _folder(requirement.url)
    if not _is_folder(folder):
        return None
    if egg is not None and egg.name != requirement.name:
        raise InputError(f"{requirement.name} is called {egg.name} in its URL", remedy="leave out the #egg=")
    return LocalReference(
        text=redact(str(requirement)),
        folder=folder,
        name=requirement.name,
        extras=requirement.extras,
        marker=requirement.marker,
    )


def _is_local(location: str) -> bool:
    return location[:5].lower() == "file:" or _SCHEME.match(location) is None


def _is_folder(path: str) -> bool:
    return not path.lower().endswith(_ARCHIVES)


def _apart(text: str) -> tuple[str, str]:
    """Part a reference from its marker; a semicolon inside a URL is its own, as in PEP 508."""
    if is_url(text):
        match = _FILE_URL_MARKER.search(text)
        location, marker = (text[: match.start()], text[match.end() :]) if match else (text, "")
    else:
        location, _, marker = text.partition(";")
    return location.strip(), marker.strip()


def _folder(location: str) -> tuple[str, Requirement | None]:
    """The path in a ``file:`` URL or a path, and its ``#egg=``. Raises InputError."""
    if not is_url(location):
        return location.replace("\\", "/"), None
    try:
        parts = urlsplit(location)
    except ValueError as error:
        raise InputError(f"not a URL: {redact(location)} ({error})") from error
    if parts.netloc not in {"", "localhost"} or not parts.path:
        raise InputError(
            f"{redact(location)} names no folder of this machine",
            remedy="write file:///FOLDER, or a path such as ./FOLDER",
        )
    fields = dict(item.partition("=")[::2] for item in parts.fragment.split("&") if item)
    egg = unquote(fields.pop("egg", ""))
    if fields:
        raise InputError(f"#{next(iter(fields))}= means nothing for a folder", remedy="name the folder itself")
    path = path_of_file_url(location).replace("\\", "/")
    return _LEADING_SLASHES.sub("/", path), parse_user_requirement(egg) if egg else None


def _no_folder(location: str) -> InputError:
    return InputError(
        f"-e wants the folder of a project, and {redact(location)} is an archive", remedy="leave out the -e"
    )
