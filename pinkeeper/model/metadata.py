"""Core metadata: the part of it that resolving needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from packaging.utils import NormalizedName

from pinkeeper.model.requirement import Requirement

__all__ = ["CoreMetadata", "MetadataSource"]


class MetadataSource(StrEnum):
    """How the metadata of a release became known. None of them runs the package's code but BUILD."""

    INDEX = "index"  # the PEP 658 file beside the distribution
    WHEEL_RANGE = "wheel range"  # a range request into the wheel
    WHEEL = "wheel"  # the whole wheel, hash checked
    SDIST = "sdist"  # PKG-INFO of an sdist, Metadata >= 2.2, not Dynamic (PEP 643)
    PYPROJECT = "pyproject"  # the static [project] table of an sdist (PEP 621)
    SETUP_LITERALS = "setup literals"  # literal values in setup.cfg or setup.py
    BUILD = "build"  # an isolated build that the user allowed by name


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreMetadata:
    """Name, version and dependencies of one release (core metadata specification).

    requires: the ``Requires-Dist`` fields in order. requires_python: the specifier as written.
    """

    name: NormalizedName
    version: str
    requires: tuple[Requirement, ...]
    requires_python: str | None
    provides_extras: frozenset[NormalizedName]
    source: MetadataSource
