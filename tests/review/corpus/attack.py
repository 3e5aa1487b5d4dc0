"""What an attack is, and how the corpus gets to know of one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.review.corpus.draft import Draft

__all__ = ["Attack", "Family", "Plant", "planted", "registered"]

Plant = Callable[[Draft], None]


class Family(StrEnum):
    """The kinds of attack that a comparison must show, as the rules are listed in the issue."""

    STARTUP_HOOK = "startup-hook"
    IMPORT_TIME = "import-time"
    BUILD_HOOK = "build-hook"
    EXISTING_CODE = "existing-code"
    FIRST_USE = "first-use"
    DECODE_EXECUTE = "decode-execute"
    OPAQUE_BLOB = "opaque-blob"
    REFLECTION = "reflection"
    ENDPOINT = "endpoint"
    CREDENTIALS = "credentials"
    EVASION = "evasion"
    PERSISTENCE = "persistence"
    PATCHING = "patching"
    FIRST_KIND = "first-kind"
    NATIVE = "native"
    BEYOND_SDIST = "beyond-sdist"
    ARCHIVE = "archive"
    UNICODE = "unicode"
    DEPENDENCY = "dependency"
    SHADOWING = "shadowing"
    NAMESPACE = "namespace"


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One way to do harm, planted into the new release of a base.

    shape: a few words with hyphens, unique in its family. where: paths, one of which a finding should have, or a part
    of which; empty where the release as a whole is meant. unasked: it runs without being called and has an attack's
    marks, so that it should be critical.
    """

    family: Family
    shape: str
    base: str
    plant: Plant
    where: tuple[str, ...]
    evasive: bool = False
    unasked: bool = False

    @property
    def id(self) -> str:
        """``family/shape``."""
        return f"{self.family}/{self.shape}"

    @property
    def rank(self) -> bytes:
        """Orders the attacks of a family by nothing but their names, to choose those that are held back."""
        return hashlib.sha256(self.id.encode()).digest()


registered: list[Attack] = []
"""Every attack, in the order of the files that say them."""


def planted(
    family: Family,
    *,
    base: str,
    where: tuple[str, ...] = (),
    evasive: bool = False,
    unasked: bool = False,
) -> Callable[[Plant], Plant]:
    """Register a function that plants an attack into a draft of the new release of `base`; its name is the shape."""

    def register(plant: Plant) -> Plant:
        registered.append(
            Attack(
                family=family,
                shape=plant.__name__.replace("_", "-"),
                base=base,
                plant=plant,
                where=where,
                evasive=evasive,
                unasked=unasked,
            )
        )
        return plant

    return register
