"""All attacks, and which of them are held back while rules are tuned."""

from __future__ import annotations

from tests.review.corpus import benign_habits
from tests.review.corpus.attack import Attack, Family, registered
from tests.review.corpus.attacks import (
    blobs,
    build,
    credentials,
    decoding,
    endpoints,
    evasion,
    files,
    gained,
    import_time,
    names,
    patching,
    reflection,
    side_doors,
    startup,
    unicode,
    wheel_alone,
)
from tests.review.corpus.bases import BASES
from tests.review.corpus.benign import Benign, harmless_bumps
from tests.review.corpus.draft import Draft

__all__ = ["ATTACKS", "BENIGN", "HELD_BACK", "attacked"]

# Importing these registered what they plant.
_SOURCES = (
    benign_habits,
    blobs,
    build,
    credentials,
    decoding,
    endpoints,
    evasion,
    files,
    gained,
    import_time,
    names,
    patching,
    reflection,
    side_doors,
    startup,
    unicode,
    wheel_alone,
)

ATTACKS: tuple[Attack, ...] = tuple(sorted(registered, key=lambda attack: attack.id))

BENIGN: tuple[Benign, ...] = tuple(harmless_bumps)


def _held_back() -> frozenset[str]:
    """A third of each family, and of its evasive shapes: those whose names have the lowest digests."""
    found: set[str] = set()
    for family in Family:
        shapes = sorted((attack for attack in ATTACKS if attack.family is family), key=lambda attack: attack.rank)
        evasive = [attack.id for attack in shapes if attack.evasive]
        plain = [attack.id for attack in shapes if not attack.evasive]
        hidden = max(1, round(len(evasive) / 3))
        found |= {*evasive[:hidden], *plain[: max(1, round(len(shapes) / 3) - hidden)]}
    return frozenset(found)


HELD_BACK: frozenset[str] = _held_back()
"""The ids of those that nobody looks at while rules are tuned."""


def attacked(attack: Attack) -> Draft:
    """The new release of the attack's base, with the attack in it."""
    draft = BASES[attack.base][1]()
    attack.plant(draft)
    return draft
