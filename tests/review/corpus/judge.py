"""The one place where the corpus, and the bumps read live, meet the program."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from pinkeeper.model.comparison import DiffResult
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.url import IndexURL
from pinkeeper.workflows.diff import diff
from pinkeeper.workflows.diff_options import DiffOptions
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["judge"]


def judge(
    old_files: Sequence[Path], new_files: Sequence[Path], *, jobs: int = 1, cache: Path | None = None
) -> DiffResult:
    """Compare two releases by their files on disk, all of each, as if a folder of them were the only index there is."""
    with tempfile.TemporaryDirectory(prefix="judged-") as name:
        folder = Path(name)
        for path in {*old_files, *new_files}:
            place = folder / path.name
            try:
                place.hardlink_to(path)
            except OSError:
                shutil.copyfile(path, place)
        return diff(
            DiffOptions(
                old=_release(old_files[0]),
                new=_release(new_files[0]),
                python="3.12",
                platform="linux_x86_64",
                index=IndexOptions(no_index=True, find_links=(IndexURL.parse_location(str(folder)),)),
                jobs=jobs,
            ),
            Surroundings(
                environ={},
                directory=folder,
                now=datetime(2026, 6, 1, tzinfo=UTC),
                stdin=lambda: b"",
                cache_directory=cache,
            ),
        )


def _release(path: Path) -> str:
    """``name==version`` of a distribution file."""
    if path.suffix == ".whl":
        name, version, *_ = parse_wheel_filename(path.name)
    else:
        name, version = parse_sdist_filename(path.name)
    return f"{canonicalize_name(name)}=={version}"
