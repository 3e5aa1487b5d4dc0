"""Where the cache lies."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["cache_directory"]


def cache_directory(said: str | None) -> Path:
    """``--cache-dir``, else ``PINKEEPER_CACHE_DIR``, else the platform's place for caches."""
    if said or (said := os.environ.get("PINKEEPER_CACHE_DIR")):
        return Path(said).expanduser().absolute()
    from platformdirs import user_cache_path  # noqa: PLC0415 - only where nobody said

    return user_cache_path("pinkeeper", appauthor=False)
