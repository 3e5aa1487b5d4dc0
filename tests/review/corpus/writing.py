"""Releases of the corpus on disk."""

from __future__ import annotations

from pathlib import Path

from tests.review.corpus.draft import Draft

__all__ = ["written"]


def written(draft: Draft, folder: Path) -> list[Path]:
    """Write a release's wheel and sdist into a folder, which is made where there is none; give their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for built in (draft.wheel(), draft.sdist()):
        path = folder / built.filename
        path.write_bytes(built.content)
        paths.append(path)
    return paths
