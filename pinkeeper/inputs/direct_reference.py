"""Requirements that are a URL or a path, of which the name must be found out; and editable ones."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote, urlsplit

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    parse_sdist_filename,
    parse_wheel_filename,
)

from pinkeeper.errors import InputError
from pinkeeper.inputs.relative_paths import is_url
from pinkeeper.inputs.requirement_text import parse_user_requirement
from pinkeeper.model.requirement import Requirement
from pinkeeper.model.url import redact

__all__ = ["editable_requirement", "is_reference", "referred_requirement"]

_ARCHIVES = (".whl", ".tar.gz", ".zip")
_PATH = re.compile(r"[./~\\]|[a-z]:[\\/]|[^\s;@\[<>=!~(]*[/\\]", re.IGNORECASE)
_URL_MARKER = re.compile(r"\s+;|;\s")
_PATH_EXTRAS = re.compile(r"\s*(\[[^\[\]]*\])\s*\Z")


def is_reference(text: str) -> bool:
    """Whether a requirement is a URL or a path rather than a PEP 508 one, which begins with a name."""
    body = text.partition(";")[0].partition("[")[0].rstrip().lower()
    return is_url(text) or _PATH.match(text) is not None or (" " not in body and body.endswith(_ARCHIVES))


def referred_requirement(text: str) -> Requirement:
    """A bare URL or path, with the name that its file name or its ``#egg=`` says.

    A relative path stays as written; as for pip, it is relative to where the command runs. Raises InputError without
    a place.
    """
    location, marker = _apart(text)
    extras = ""
    if not is_url(location) and (found := _PATH_EXTRAS.search(location)):
        location, extras = location[: found.start()], found[1]
    named = _egg(location) if is_url(location) else None
    name = named.name if named else _name_in_file_name(location)
    if name is None:
        raise _unnamed(location)
    # The location does not go through the parser: a path may have spaces.
    rest = parse_user_requirement(f"{name}{extras}{';' if marker else ''}{marker}")
    return Requirement(
        name=name,
        extras=rest.extras | (named.extras if named else frozenset()),
        marker=rest.marker,
        url=location,
    )


def editable_requirement(text: str) -> Requirement:
    """What stands behind ``-e``, where it has a name: ``name @ URL`` or ``URL#egg=name``.

    Raises InputError without a place.
    """
    if not is_reference(text):
        requirement = parse_user_requirement(text)
        if requirement.url is None:
            raise InputError(f"-e wants a URL or a path, not {text}")
        return requirement
    location, _ = _apart(text)
    if _egg(location) is None:
        raise _unnamed(location, option="-e ")
    return referred_requirement(text)


def _apart(text: str) -> tuple[str, str]:
    """Part a reference from its marker; a semicolon inside a URL is its own, as in PEP 508."""
    if is_url(text):
        found = _URL_MARKER.search(text)
        location, marker = (text[: found.start()], text[found.end() :]) if found else (text, "")
    else:
        location, _, marker = text.partition(";")
    return location.strip(), marker.strip()


def _egg(url: str) -> Requirement | None:
    """The ``#egg=name[extra]`` of a URL. Raises InputError."""
    fields = dict(item.partition("=")[::2] for item in _split(url)[1].split("&"))
    egg = unquote(fields.get("egg", ""))
    return parse_user_requirement(egg) if egg else None


def _name_in_file_name(location: str) -> NormalizedName | None:
    """The name in the file name of a wheel or sdist (PEP 427, PEP 625); None for anything else. Raises InputError."""
    path = _split(location)[0] if is_url(location) else location.replace("\\", "/")
    file_name = posixpath.basename(path)
    try:
        if file_name.endswith(".whl"):
            return parse_wheel_filename(file_name)[0]
        if file_name.endswith(_ARCHIVES):
            return parse_sdist_filename(file_name)[0]
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        raise InputError(
            f"the name of the file does not say which package it is: {file_name}",
            remedy=f"name it: NAME @ {redact(location)}",
        ) from error
    return None


def _split(url: str) -> tuple[str, str]:
    """Path, unquoted, and fragment of a URL. Raises InputError."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InputError(f"not a URL: {redact(url)} ({error})") from error
    return unquote(parts.path), parts.fragment


def _unnamed(url: str, *, option: str = "") -> InputError:
    return InputError(
        f"{redact(url)} does not say which package it is", remedy=f"name it: {option}NAME @ {redact(url)}"
    )
