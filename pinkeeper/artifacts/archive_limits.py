"""How much of a distribution file is looked at when releases are compared; sizes in bytes.

What is beyond is told as an anomaly and as not read. The limits for locking are stricter and stand with its readers.
"""

from __future__ import annotations

__all__ = [
    "CHUNK",
    "DIRECTORY_LIMIT",
    "GIVEN_LIMIT",
    "KEPT_MEMBER_LIMIT",
    "KEPT_TOTAL_LIMIT",
    "MEMBER_COUNT_LIMIT",
    "MEMBER_LIMIT",
    "NAME_LIMIT",
    "NAME_PART_LIMIT",
    "RATIO_LIMIT",
    "unpacked_limit",
]

_MIB = 1024 * 1024

# The largest wheels known have some twenty thousand members.
MEMBER_COUNT_LIMIT = 100_000
# 100 000 entries with long names and extra fields; what is kept of them takes some three times as much.
DIRECTORY_LIMIT = 32 * _MIB
# No file system takes a longer path, or a longer part of one.
NAME_LIMIT = 4096
NAME_PART_LIMIT = 255
# The largest shared libraries (of GPU frameworks) have between one and two GiB.
MEMBER_LIMIT = 2 * 1024 * _MIB
_TOTAL_LIMIT = 4 * 1024 * _MIB
# Code packs to a third or a tenth, tables of zeros to a thousandth; small archives may have any ratio.
RATIO_LIMIT = 200
_RATIO_FREE = 64 * _MIB
# A member is given as one piece, and an old and a new one are held side by side within 400 MiB.
GIVEN_LIMIT = 128 * _MIB
# Members of a tar archive cannot be read again but from its beginning, so their contents are kept: of two archives.
KEPT_MEMBER_LIMIT = 64 * _MIB
KEPT_TOTAL_LIMIT = 128 * _MIB
# What is unpacked and hashed at a time.
CHUNK = _MIB


def unpacked_limit(size: int) -> int:
    """What an archive of ``size`` bytes may unpack to."""
    return min(_TOTAL_LIMIT, max(_RATIO_FREE, RATIO_LIMIT * size))
