"""Names of members: made printable, judged as paths, and compared as file systems compare them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from pinkeeper.artifacts.archive_limits import NAME_LIMIT, NAME_PART_LIMIT
from pinkeeper.artifacts.contents import AnomalyKind
from pinkeeper.artifacts.hostile_text import is_unsafe_path

__all__ = ["are_plain", "colliding", "file_and_folder", "judged_path", "path_shown", "printable"]

_Report = Callable[[AnomalyKind, str | None, str], None]

_SHOWN_LIMIT = 300
# Letters and symbols that show nothing, which Python calls printable: Hangul fillers, the blank Braille pattern.
_BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
# What Windows takes away from the end of a part, and what makes a part a stream of another file there.
_WINDOWS = re.compile(r"[ .](?:/|$)|:|[<>\"|?*]")
_NOT_PLAIN = re.compile(r"//|(?:^|/)\.?(?:/|$)|[\\:<>\"|?*]|[ .](?:/|$)", re.MULTILINE)


def printable(name: str) -> str:
    """The name with every character that cannot be seen written as in a Python string; undecodable bytes too."""
    if name.isprintable() and (name.isascii() or not _BLANK.search(name)):
        return name
    return "".join(
        character if character.isprintable() and not _BLANK.match(character) else _escaped(character)
        for character in name
    )


def path_shown(name: str) -> str:
    """The name printable and cut to a length."""
    text = printable(name[: _SHOWN_LIMIT + 1])
    return text if len(text) <= _SHOWN_LIMIT else text[:_SHOWN_LIMIT] + "..."


def are_plain(names: Sequence[str]) -> bool:
    """Whether no name needs a judgement: printable ASCII that is a path in every reader's eyes. Files, not folders."""
    text = "\n".join(names)
    return (
        text.isascii()
        and "".join(names).isprintable()
        and not is_unsafe_path(text)
        and not _NOT_PLAIN.search(text)
        and max(map(len, names), default=0) <= NAME_PART_LIMIT
    )


def judged_path(name: str, report: _Report, *, is_wheel: bool) -> str | None:
    """The name as a printable path without empty and ``.`` parts; None for one that leads elsewhere, or nowhere.

    is_wheel: also judged as on Windows, where wheels of any origin are installed. A tar archive may begin its names
    with ``./``, which the caller takes away.
    """
    parts = [part for part in name.split("/") if part not in {"", "."}]
    path = "/".join(parts)
    if not path or is_unsafe_path(name):
        report(AnomalyKind.UNSAFE_PATH, name, "it leaves the folder it belongs in" if path else "it names no file")
        return None
    if len(name) > NAME_LIMIT or max(map(len, parts)) > NAME_PART_LIMIT:
        report(AnomalyKind.UNSAFE_PATH, name, "its name is longer than any file system takes")
        return None
    seen = printable(path)
    if seen != path:
        report(AnomalyKind.ODD_NAME, name, "its name has characters that cannot be seen or decoded")
    if path != name:
        report(AnomalyKind.ODD_NAME, name, f"its name has empty or '.' parts: it is {path_shown(path)}")
    if "\\" in name:
        report(AnomalyKind.ODD_NAME, name, "its name has a backslash, which is a separator on Windows alone")
    elif is_wheel and _WINDOWS.search(path):
        report(AnomalyKind.ODD_NAME, name, "its name is another one on Windows")
    return seen


def colliding(paths: Iterable[str]) -> list[tuple[str, ...]]:
    """Groups of different paths that are one where names have no case, or are compared in a normal form of Unicode."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        key = path.lower() if path.isascii() else _folded(path)
        groups.setdefault(key, []).append(path)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def file_and_folder(files: Iterable[str], folders: Iterable[str]) -> list[str]:
    """Paths of files that are also folders, be it only since others lie in them."""
    of_files = {f"{path}/" for path in files}
    ordered = sorted([*of_files, *{f"{path}/" for path in folders}])
    # What begins with a path stands right behind it.
    found = {path for path, following in pairwise(ordered) if following.startswith(path) and path in of_files}
    return sorted(path[:-1] for path in found)


def _folded(path: str) -> str:
    # NFD first: only then do all letters that differ in case alone fold to the same.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - how Python keeps a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return ascii(character)[1:-1]
