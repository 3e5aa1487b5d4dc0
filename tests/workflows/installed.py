"""What an installer would take from a lock, read apart from the program: `packaging` and pip's manual alone."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import Version

__all__ = ["UNREADABLE", "from_requirements"]

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
