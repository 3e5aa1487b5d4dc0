"""The options of requirement file lines, as pip knows them, and the cutting of a line into requirement and options.

Only the part behind the first word that begins with ``-`` is split as a shell would: quotes in markers stay.
"""

from __future__ import annotations

import re
from enum import Enum

from msgspec import Struct

from pinkeeper.errors import InputError
from pinkeeper.inputs.near import or_nearest

__all__ = ["Line", "cut_line"]


class Line(Struct, frozen=True, kw_only=True):
    """A logical line, cut. options: (its first long name, value), the value of a flag being empty, in their order."""

    requirement: str = ""
    editable: bool = False
    options: tuple[tuple[str, str], ...] = ()


class _Scope(Enum):
    FILE = "a line of its own"
    REQUIREMENT = "the line of a requirement"


class _Option(Struct, frozen=True):
    name: str
    scope: _Scope
    takes_value: bool


def _options(scope: _Scope, *, takes_value: bool, names: tuple[str, ...]) -> dict[str, _Option]:
    """Options by all their spellings; of each text in `names`, the first word is the name it goes by."""
    return {spelling: _Option(text.split()[0], scope, takes_value) for text in names for spelling in text.split()}


_OPTIONS = {
    **_options(
        _Scope.FILE,
        takes_value=True,
        names=(
            "--requirement -r",
            "--constraint -c",
            "--index-url -i --pypi-url",
            "--extra-index-url",
            "--find-links -f",
            "--only-binary",
            "--no-binary",
            "--trusted-host",
            "--use-feature",
        ),
    ),
    **_options(
        _Scope.FILE,
        takes_value=False,
        names=("--no-index", "--pre", "--prefer-binary", "--require-hashes"),
    ),
    **_options(
        _Scope.REQUIREMENT,
        takes_value=True,
        names=("--hash", "--config-settings --config-setting -C", "--global-option"),
    ),
}
_EDITABLE = re.compile(r"(?:-e|--editable(?=[\s=]|\Z))[\s=]*")
_FIRST_OPTION = re.compile(r"(?:\A|\s)-")


def cut_line(text: str) -> Line:
    """Cut a logical line. Raises InputError without a place, which the caller knows."""
    editable = _EDITABLE.match(text)
    if editable:
        text = text[editable.end() :]
    first = _FIRST_OPTION.search(text)
    requirement = (text[: first.start()] if first else text).strip()
    if editable:
        requirement = _unquoted(requirement)
        if not requirement:
            raise InputError(f"{editable[0].rstrip(' =')} needs a value")
    words = _words(text[first.start() :]) if first else []
    options = []
    while words:
        option, written, value = _next_option(words)
        _check_scope(option, written, beside_requirement=bool(requirement))
        options.append((option.name, value))
    return Line(requirement=requirement, editable=bool(editable), options=tuple(options))


def _words(text: str) -> list[str]:
    """Split as a shell would. Splitting at white space alone is the same, and much faster, where nothing is quoted."""
    if not any(character in text for character in "'\"\\"):
        return text.split()
    import shlex  # noqa: PLC0415 - hashed requirements, the long lines, need none

    try:
        return shlex.split(text)
    except ValueError as error:
        reason = str(error)
        raise InputError(f"the options cannot be told apart: {reason[:1].lower()}{reason[1:]}") from error


def _next_option(words: list[str]) -> tuple[_Option, str, str]:
    """Take one option off the front: the option, its name as written, its value."""
    word = words.pop(0)
    if not word.startswith("-"):
        raise InputError(f"unexpected {word!r} after an option")
    name, separator, value = word.partition("=")
    if not word.startswith("--") and word not in _OPTIONS:
        name, separator, value = word[:2], "attached", word[2:].removeprefix("=")
    option = _OPTIONS.get(name)
    if option is None:
        if _EDITABLE.fullmatch(name):
            raise InputError(f"{name} must stand first on its line")
        raise InputError(f"unknown option {name}{or_nearest(name, _OPTIONS)}")
    if not option.takes_value:
        if separator:
            raise InputError(f"{name} takes no value")
        return option, name, ""
    if not separator and words and not words[0].startswith("-"):
        value = words.pop(0)
    if not value:
        raise InputError(f"{name} needs a value")
    return option, name, value


def _check_scope(option: _Option, written: str, *, beside_requirement: bool) -> None:
    match option.scope:
        case _Scope.FILE if beside_requirement:
            # pip passes over such an option without a word.
            raise InputError(f"{written} has no effect beside a requirement", remedy="give it a line of its own")
        case _Scope.REQUIREMENT if not beside_requirement:
            raise InputError(f"{written} stands without a requirement", remedy="put it on the requirement's line")
        case _:
            return


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text
