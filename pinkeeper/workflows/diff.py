"""``diff``: two releases opened, compared and judged; or what came of that when it was done before."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from pinkeeper.index.cache import Cache
from pinkeeper.model.comparison import DiffResult
from pinkeeper.workflows.diff_asked import ChosenSide, PathAsked, check_same_project, read_asked
from pinkeeper.workflows.diff_memory import kept_result, key_of, remember
from pinkeeper.workflows.diff_options import DiffOptions
from pinkeeper.workflows.surroundings import Surroundings

if TYPE_CHECKING:
    from pinkeeper.index.files import FileReader

__all__ = ["diff"]


def diff(options: DiffOptions, surroundings: Surroundings) -> DiffResult:
    """Compare two releases.

    Raises InputError, ConfigurationError, UnknownPackageError, NetworkError, HashMismatchError, ArtifactError.
    """
    began = time.perf_counter()
    old, new = read_asked(options.old), read_asked(options.new)
    check_same_project(old, new)
    files: FileReader | None = None
    with ExitStack() as stack:
        if isinstance(old, PathAsked) and isinstance(new, PathAsked):
            cache = Cache(surroundings.cache_directory, log=surroundings.log)
            stack.callback(cache.close)
            before = ChosenSide(version=old.version, by_path=old)
            after = ChosenSide(version=new.version, by_path=new)
        else:
            from pinkeeper.workflows.diff_index import files_of_index  # noqa: PLC0415 - not for two paths

            opened, before, after = stack.enter_context(files_of_index(old, new, options, surroundings))
            cache, files = opened.cache, opened.files()
        key = None if surroundings.cache_directory is None else key_of(old.name, (before, after), surroundings)
        known = None if key is None else kept_result(cache, key)
        if known is not None:
            return known
        from pinkeeper.workflows.diff_made import made  # noqa: PLC0415 - not where it was done before

        result = made(
            old.name, before, after, began=began, jobs=options.jobs, files=files, cache=cache, surroundings=surroundings
        )
        if key is not None:
            remember(cache, key, result)
        return result
