"""What an installer would take from a lock, read apart from the program: `packaging` and pip's manual alone."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Mapping

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.pylock import Package, Pylock, PylockSelectError, PylockValidationError
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import Version

from tests.support.sound_targets import SoundTarget

__all__ = ["UNREADABLE", "from_pylock", "from_requirements"]

UNREADABLE = "unreadable"
"""What an installer that refuses the file installs: nothing at all."""

_HASH = re.compile(r"--hash=(sha256|sha384|sha512):([0-9a-fA-F]+)")


def from_requirements(text: str, environments: Mapping[str, Mapping[str, str]]) -> object:
    """By target: what is installed there, with its hashes; and what the options come to.

    Pip user guide, "Requirements File Format": lines, continuations, comments; the options that stand alone.
    """
    try:
        pins, options = _lines(text)
        installed = {
            target: sorted(
                (name, said, hashes)
                for name, said, marker, hashes in pins
                if marker is None or marker.evaluate({**environment, "extra": ""})
            )
            for target, environment in environments.items()
        }
    except ValueError:  # what packaging and shlex raise for text that is none of theirs
        return UNREADABLE
    except Exception as error:
        if type(error).__module__.startswith("packaging"):
            return UNREADABLE
        raise
    return installed, _meant(options)


def from_pylock(text: str, targets: Mapping[str, SoundTarget]) -> object:
    """By target: each file that is installed there, where it comes from, its hashes (PEP 751, "Installation").

    The version is what the file says; an entry need not.
    """
    try:
        pylock = Pylock.from_dict(tomllib.loads(text))
        return {
            name: sorted(_chosen(package, file) for package, file in _selected(pylock, target))
            for name, target in targets.items()
        }
    except (PylockValidationError, UndefinedComparison, UndefinedEnvironmentName, tomllib.TOMLDecodeError):
        return UNREADABLE


def _selected(pylock: Pylock, target: SoundTarget) -> list[tuple[Package, object]]:
    try:
        return list(pylock.select(environment=dict(target.environment), tags=list(target.ranks)))  # type: ignore[arg-type]
    except PylockSelectError:
        return []  # the installer refuses: nothing is installed there


def _chosen(package: Package, file: object) -> tuple[str, ...]:
    hashes = getattr(file, "hashes", {})
    place = getattr(file, "url", None) or getattr(file, "path", None) or ""
    return (package.name, type(file).__name__, str(place), *map(str, sorted(hashes.items())))


def _meant(options):
    """Of --index-url the last counts; a word that is said twice is said once."""
    words = [option for option in options if not option[0].startswith(("-i", "--index-url"))]
    index = [option for option in options if option[0].startswith(("-i", "--index-url"))]
    return list(dict.fromkeys(words)), index[-1:]


def _lines(text):
    pins, options = [], []
    for line in _joined(text):
        if line.startswith("-"):
            options.append(tuple(shlex.split(line)))
            continue
        words = line.split(" ")
        first = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
        requirement = Requirement(" ".join(words[:first]))
        hashes = []
        for word in filter(None, " ".join(words[first:]).replace("--hash ", "--hash=").split(" ")):
            match = _HASH.fullmatch(word)
            if match is None:
                raise ValueError(word)
            hashes.append(f"{match[1]}:{match[2].lower()}")
        pins.append((canonicalize_name(requirement.name), _said(requirement), requirement.marker, sorted(set(hashes))))
    return pins, options


def _said(requirement):
    """The release, spelled one way; anything but one plain pin as it is written."""
    if requirement.url is not None:
        return f"@ {requirement.url}"
    parts = list(requirement.specifier)
    if len(parts) == 1 and parts[0].operator == "==" and not parts[0].version.endswith("*"):
        return f"== {canonicalize_version(Version(parts[0].version))}"
    return str(requirement.specifier)


def _joined(text):
    """Logical lines without comments."""
    pending = ""
    for line in text.splitlines():
        comment = re.match(r"\s*#", line)
        if line.endswith("\\") and not comment:
            pending += line.strip("\\")
            continue
        whole = re.sub(r"(^|\s+)#.*$", "", pending + (" " + line if comment else line)).strip()
        pending = ""
        if whole:
            yield whole
    whole = re.sub(r"(^|\s+)#.*$", "", pending).strip()
    if whole:
        yield whole
