"""Core metadata: the part of it that resolving needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct
from packaging.utils import NormalizedName, canonicalize_name

__all__ = ["CoreMetadata", "MetadataSource", "group_by_extra"]


class MetadataSource(StrEnum):
    """How the metadata of a release became known. None of them runs the package's code but BUILD."""

    INDEX = "index"  # the PEP 658 file beside the distribution
    WHEEL_RANGE = "wheel range"  # a range request into the wheel
    WHEEL = "wheel"  # the whole wheel, hash checked
    SDIST = "sdist"  # PKG-INFO of an sdist, Metadata >= 2.2, not Dynamic (PEP 643)
    PYPROJECT = "pyproject"  # the static [project] table of an sdist (PEP 621)
    SETUP_LITERALS = "setup literals"  # literal values in setup.cfg or setup.py
    BUILD = "build"  # an isolated build that the user allowed by name


class CoreMetadata(Struct, frozen=True, kw_only=True):
    """Dependencies of one release (core metadata specification).

    requires: ``Requires-Dist`` texts that no single extra guards. requires_by_extra: those that hold only where an
    extra is asked for. They stay texts until a resolution asks for them: most extras of most packages never are.
    requires_python: the specifier as written.
    """

    requires: tuple[str, ...]
    requires_by_extra: Mapping[NormalizedName, tuple[str, ...]]
    requires_python: str | None
    provides_extras: frozenset[NormalizedName]
    source: MetadataSource


# A marker that is a plain conjunction ending in ``extra == "x"``, which is how every build backend writes extras.
_GUARDED = re.compile(r"""\A[^;]*;(?:.*\sand)?\s*extra\s*==\s*(["'])([A-Za-z0-9._-]+)\1\s*\Z""")
_OTHER_GUARD = re.compile(r"\bor\b|\bextra\b.*\bextra\b")


def group_by_extra(
    requires: Iterable[str],
) -> tuple[tuple[str, ...], dict[NormalizedName, tuple[str, ...]]]:
    """Part ``Requires-Dist`` texts into those for everybody and those of one extra; doubtful ones are for everybody.

    The marker of a text stays in it and is judged in full when the text is parsed.
    """
    general: list[str] = []
    guarded: dict[NormalizedName, list[str]] = {}
    for text in requires:
        match = _GUARDED.match(text)
        if match is None or _OTHER_GUARD.search(text, text.index(";")):
            general.append(text)
        else:
            guarded.setdefault(canonicalize_name(match[2]), []).append(text)
    return tuple(general), {extra: tuple(texts) for extra, texts in guarded.items()}
