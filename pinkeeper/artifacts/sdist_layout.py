"""The one top-level folder that an sdist has (PEP 517, PEP 625)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from pinkeeper.artifacts.archive_anomalies import AnomalyLog
from pinkeeper.artifacts.contents import AnomalyKind
from pinkeeper.artifacts.hostile_text import shown

__all__ = ["below_top_level"]


def below_top_level(paths: Iterable[str], log: AnomalyLog) -> dict[str, str]:
    """Each path as it is below the top-level folder: that with a PKG-INFO, else that with the most files.

    What lies outside of it keeps its whole path and is told. Where a path below is the same, that one becomes whole
    too: pip builds from the archive's root where not everything is in one folder.
    """
    paths = list(paths)
    counts = Counter(top for path in paths for top, separator, _ in [path.partition("/")] if separator)
    if not counts:
        if paths:
            log.add(AnomalyKind.MISPLACED, None, "it has no top-level folder")
        return {path: path for path in paths}
    with_metadata = [top for path in paths for top, _, rest in [path.partition("/")] if rest == "PKG-INFO"]
    top = max(sorted(set(with_metadata) or set(counts)), key=lambda top: counts[top])
    prefix = f"{top}/"
    inside = {path: path[len(prefix) :] for path in paths if path.startswith(prefix)}
    taken = set(inside.values())
    for path in paths:
        if path in inside:
            continue
        if path not in taken:
            log.add(AnomalyKind.MISPLACED, path, f"it lies outside of the top-level folder {shown(top)}")
        elif (below := prefix + path) not in taken:
            log.add(AnomalyKind.MISPLACED, path, f"it lies outside of {shown(top)}, where there is such a file too")
            inside[below] = below
            taken.add(below)
        else:
            log.refuse(AnomalyKind.MISPLACED, path, f"it lies outside of {shown(top)}, where there are two such files")
            continue
        inside[path] = path
    return inside
