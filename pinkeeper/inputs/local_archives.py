"""References to wheels and sdists in local files, brought to one spelling: ``./PATH``, from where the command runs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from msgspec.structs import replace

from pinkeeper.inputs.collected import Inputs
from pinkeeper.inputs.relative_paths import beside, is_url, with_slashes
from pinkeeper.model.origin import OriginKind
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.model.url import path_of_file_url

__all__ = ["is_local_archive", "with_relative_archives"]

_LOCAL_URL = re.compile(r"file:(?:/(?!/)|[^/]|//(?:localhost)?/)", re.IGNORECASE)
_OTHER_SYSTEM = re.compile(r"[a-z]+\+", re.IGNORECASE)


def is_local_archive(asked: InputRequirement) -> bool:
    """Whether a requirement names a file of this machine, by a path or a ``file:`` URL."""
    url = asked.requirement.url
    if url is None or _OTHER_SYSTEM.match(url):
        return False
    return _LOCAL_URL.match(url) is not None or not is_url(url)


def with_relative_archives(inputs: Inputs, *, relative: Callable[[str], str]) -> Inputs:
    """The same inputs wherever the project lies. relative: gives a path as it is written into files.

    Paths in a requirement file count from where the command runs, as for pip; those that a project declares, from the
    file that declares them.
    """

    def spelled(asked: InputRequirement) -> InputRequirement:
        if not is_local_archive(asked):
            return asked
        location, sharp, fragment = (asked.requirement.url or "").partition("#")
        path = with_slashes(path_of_file_url(location) if is_url(location) else location)
        if asked.origin.kind is OriginKind.PYPROJECT:
            path = beside(asked.origin.path, path)
        path = posixpath.normpath(relative(path))
        url = f"{path if path.startswith(('/', '../')) else f'./{path}'}{sharp}{fragment}"
        return replace(asked, requirement=replace(asked.requirement, url=url))

    return replace(
        inputs,
        requirements=tuple(map(spelled, inputs.requirements)),
        constraints=tuple(map(spelled, inputs.constraints)),
        overrides=tuple(map(spelled, inputs.overrides)),
    )
