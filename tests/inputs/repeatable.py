"""How the properties of this room are tried."""

from __future__ import annotations

from hypothesis import settings

# The same examples everywhere, and no limit that a busy machine could miss.
repeatable = settings(deadline=None, derandomize=True, max_examples=80)
