"""Contents of archives that are bytes in memory, and what is told of them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping

from pinkeeper.artifacts.contents import AnomalyKind, Contents, open_contents

ZIPPED_SDIST = "demo-1.0.zip"

RECORD_KINDS = frozenset(kind for kind in AnomalyKind if kind.value.startswith("RECORD"))


def opened(content: bytes, filename: str) -> Contents:
    return open_contents(io.BytesIO(content), filename=filename)


def kinds(contents: Contents) -> list[AnomalyKind]:
    return [anomaly.kind for anomaly in contents.anomalies]


def kinds_of_archive(contents: Contents) -> list[AnomalyKind]:
    """Without those about a wheel's RECORD, which archives of a few members do not have."""
    return [kind for kind in kinds(contents) if kind not in RECORD_KINDS]


def all_read(contents: Contents) -> Mapping[str, bytes]:
    """Every entry, each being what its entry says."""
    found = {path: contents.read(path) for path in contents.entries}
    for path, entry in contents.entries.items():
        assert entry.path == path
        assert path.isprintable()
        assert len(found[path]) == entry.size
        assert hashlib.sha256(found[path]).hexdigest() == entry.sha256
    assert list(contents.entries) == sorted(contents.entries)
    return found
