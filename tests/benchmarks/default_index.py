"""The index that is recorded, or measured on directly: the one that pip would use."""

from __future__ import annotations

import os
from pathlib import Path

from pinkeeper.index.pip_configuration import default_index_url

__all__ = ["pip_index"]


def pip_index() -> str:
    """The URL of its Simple API. Raises ConfigurationError."""
    return default_index_url(environ=os.environ, read=_text).url


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None
