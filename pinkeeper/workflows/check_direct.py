"""Direct references in a lock and in the inputs, brought to what can be compared: absolute URLs, commits."""

from __future__ import annotations

import posixpath

from msgspec.structs import replace

from pinkeeper.errors import InputError
from pinkeeper.index.direct import commit_in_archive_url, git_reference
from pinkeeper.inputs.collected import Inputs
from pinkeeper.lockfile.lock_formats import is_pylock
from pinkeeper.model.lock import Lock
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.model.url import canonical_url, redact
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["is_what_was_asked", "located_inputs", "located_lock"]


def located_lock(lock: Lock, path: str, surroundings: Surroundings) -> Lock:
    """A lock whose direct references are all URLs: paths of a pylock count from its folder, others from ours."""
    folder = posixpath.dirname(path.replace("\\", "/")) if is_pylock(path) else ""
    return replace(
        lock,
        packages=tuple(
            package
            if package.url is None
            else replace(package, url=_absolute(package.url, folder=folder, surroundings=surroundings))
            for package in lock.packages
        ),
    )


def located_inputs(inputs: Inputs, surroundings: Surroundings) -> Inputs:
    """Inputs whose direct references are all URLs."""

    def located(asked: InputRequirement) -> InputRequirement:
        url = asked.requirement.url
        if url is None:
            return asked
        return replace(
            asked, requirement=replace(asked.requirement, url=_absolute(url, folder="", surroundings=surroundings))
        )

    return replace(
        inputs,
        requirements=tuple(map(located, inputs.requirements)),
        constraints=tuple(map(located, inputs.constraints)),
        overrides=tuple(map(located, inputs.overrides)),
    )


def is_what_was_asked(asked: str, pinned: str) -> bool:
    """Whether a lock may have one direct reference for another: the same, or the archive of a commit of a repository.

    Which commit a branch or tag is at changes; only a commit that was asked for by itself must be that one.
    """
    if canonical_url(asked) == canonical_url(pinned):
        return True
    try:
        reference = git_reference(redact(asked))
    except InputError:
        return False
    commit = None if reference is None else commit_in_archive_url(reference, pinned)
    return reference is not None and commit is not None and reference.commit in {None, commit}


def _absolute(url: str, *, folder: str, surroundings: Surroundings) -> str:
    if "://" in url or url.startswith("file:"):
        return url
    return (surroundings.directory / folder / url).resolve().as_uri()
