"""What the comments of a hashed requirements file say: the command that made it, its fingerprint, who wants what.

The spellings are those of pip-compile, uv and pinkeeper. Comments bind nobody: they are for people, for a re-lock's
preferences and for trees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from packaging.utils import NormalizedName, canonicalize_name

from pinkeeper.model.lock import TargetSpelling
from pinkeeper.model.origin import Origin, OriginKind

__all__ = [
    "Annotation",
    "header_command",
    "header_fingerprint",
    "header_without",
    "read_annotations",
    "read_origin",
    "version_below",
]

_FINGERPRINT = re.compile(r"^# lock: sha256:([0-9a-f]{64})$", re.MULTILINE)
_WITHOUT = re.compile(r"^# without: (.+)$", re.MULTILINE)
_TARGET = re.compile(r"(\S+) (\S+)")
_VERSION = re.compile(r"# version ([^\s,]+)(?:, of (\S+))?")
_VIA = re.compile(r"(?:^|\s)#\s*via\b(.*)")
_NAME = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\[[^\]]*\])?")
_PROJECT = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?) \(([^()]+)\)")
_FILE = re.compile(r".+\.(?:toml|cfg|py|in|txt)")
_KINDS = {
    "-r": OriginKind.REQUIREMENTS,
    "-c": OriginKind.CONSTRAINTS,
    "--override": OriginKind.OVERRIDES,
}


class Annotation(Struct, frozen=True, kw_only=True):
    """Who wants a pin, by its ``# via`` comment: the user's inputs, and other packages."""

    requested_by: tuple[Origin, ...] = ()
    required_by: tuple[NormalizedName, ...] = ()


def read_annotations(text: str, pins: Iterable[int]) -> Mapping[int, Annotation]:
    """The annotation of each pin that has one, by its line. pins: the 1-based first lines of pins."""
    starts = frozenset(pins)
    said: dict[int, list[str]] = {}
    pin, is_listing = 0, False
    for number, line in enumerate(text.splitlines(), start=1):
        if number in starts:
            pin, is_listing = number, False
        if "#" not in line or not pin:
            continue
        if found := _VIA.search(line):
            wanted = found[1].strip()
            is_listing = not wanted
            said.setdefault(pin, []).extend(filter(None, map(str.strip, wanted.split(","))))
        elif is_listing and line.lstrip().startswith("#"):
            said[pin].append(line.strip().lstrip("#").strip())
        else:
            is_listing = False
    return {line: _annotation(texts) for line, texts in said.items()}


def version_below(lines: Sequence[str], line: int) -> tuple[str, str | None] | None:
    """What the comments of a direct reference say: its version, and what the user wrote for it, where that is another.

    line: of the reference, 1-based.
    """
    for text in map(str.strip, lines[line:]):
        if found := _VERSION.fullmatch(text):
            return found[1], found[2]
        if not text.startswith(("#", "--hash")):
            break
    return None


def header_command(text: str) -> str | None:
    """The command that the comments of a lock name, wherever they stand; None where they name none."""
    is_announced = False
    for line in text.splitlines():
        if not line.startswith("#"):
            is_announced = False
            continue
        said = line.lstrip("#").strip()
        if is_announced and said:
            return said
        is_announced = is_announced or said.endswith("following command:")
    return None


def header_fingerprint(text: str) -> str | None:
    """The fingerprint of a lock, hexadecimal; None where it has none, or several."""
    found = _FINGERPRINT.findall(text)
    return found[0] if len(found) == 1 else None


def header_without(text: str) -> tuple[TargetSpelling, ...]:
    """The targets that a lock says it does not serve; none where it has no such line, or several."""
    found = _WITHOUT.findall(text)
    targets = [_TARGET.fullmatch(target) for target in found[0].split(", ")] if len(found) == 1 else []
    return tuple((target[1], target[2]) for target in targets if target is not None)


def _annotation(texts: Iterable[str]) -> Annotation:
    origins: dict[Origin, None] = {}
    names: dict[NormalizedName, None] = {}
    for text in texts:
        origin = read_origin(text)
        if origin is not None:
            origins[origin] = None
        elif found := _NAME.fullmatch(text):
            names[canonicalize_name(found[1])] = None
    return Annotation(requested_by=tuple(origins), required_by=tuple(sorted(names)))


def read_origin(text: str) -> Origin | None:
    """What `Origin.via` wrote; None for the name of a package."""
    option, _, path = text.partition(" ")
    if option in _KINDS and path:
        return Origin(path=path.strip(), kind=_KINDS[option])
    if found := _PROJECT.fullmatch(text):
        return Origin(path=found[2], kind=OriginKind.PYPROJECT, project=found[1])
    if _FILE.fullmatch(text):
        return Origin(path=text, kind=OriginKind.PYPROJECT)
    return None
