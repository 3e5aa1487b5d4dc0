"""A scheduled job that proposes updates, for the CI of a forge: least permissions, nothing in it that is not pinned."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Literal

from msgspec import Struct

from pinkeeper import __version__
from pinkeeper.errors import CollectedError, ConfigurationError, GitError, OutputError
from pinkeeper.forge.git import Git
from pinkeeper.forge.repository import Repository
from pinkeeper.workflows.atomic_write import replace_text
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["DEFAULT_SCHEDULE", "InitOptions", "InitResult", "WrittenFile", "init_ci"]

DEFAULT_SCHEDULE = "17 4 * * 1"
"""Mondays, 04:17 UTC; whole hours are when everybody's jobs start."""

_FIELD = r"(?:\*|\d{1,2}(?:-\d{1,2})?)(?:/\d{1,2})?"
_SCHEDULE = re.compile(rf"{_FIELD}(?:,{_FIELD}){{0,20}}(?: {_FIELD}(?:,{_FIELD}){{0,20}}){{4}}")
_IMAGE = re.compile(r"[a-z0-9][\w./:-]{0,250}@sha256:[0-9a-f]{64}")
_FOLDER = re.compile(r"[A-Za-z0-9_.][\w./-]*")
_LOCK = ".pinkeeper/requirements.txt"
_INPUT = ".pinkeeper/requirements.in"
_MAKE_LOCK = f"pinkeeper lock {_INPUT} -o {_LOCK} --python-version 3.12 --platform linux_x86_64"


class InitOptions(Struct, frozen=True, kw_only=True):
    """schedule: five fields of cron, UTC. image: for GitLab, with Python 3.12 and git, and with its digest.

    force: whether files that are there already are replaced.
    """

    ci: Literal["github", "gitlab"]
    schedule: str = DEFAULT_SCHEDULE
    image: str = ""
    force: bool = False


class WrittenFile(Struct, frozen=True, kw_only=True):
    """path: as a user types it here. changed: False where it was so already."""

    path: str
    changed: bool


class InitResult(Struct, frozen=True, kw_only=True):
    """What was written, and what a person has yet to do: a sentence or command each, in order."""

    files: tuple[WrittenFile, ...]
    to_do: tuple[str, ...]


def init_ci(options: InitOptions, surroundings: Surroundings) -> InitResult:
    """Write the job and what it needs, all or nothing. Raises ConfigurationError, CollectedError, OutputError."""
    if not _SCHEDULE.fullmatch(options.schedule):
        raise ConfigurationError(
            f"it is no schedule of cron: {options.schedule!r}",
            where="--schedule",
            remedy=f"five fields, such as '{DEFAULT_SCHEDULE}' (minute, hour, day, month, day of the week; UTC)",
        )
    if options.image and not _IMAGE.fullmatch(options.image):
        raise ConfigurationError(
            "an image must be named with its digest, which nobody can move",
            where="--image",
            remedy="NAME:TAG@sha256:DIGEST; docker buildx imagetools inspect NAME:TAG shows the digest",
        )
    root, folder = _places(surroundings)
    texts = _texts(options, root, folder, surroundings.directory)
    _check_free(texts, surroundings.directory, force=options.force)
    written = []
    for path, text in texts.items():
        target = surroundings.directory / path
        is_changed = _content(target) != text.encode()
        if is_changed:
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(f"its folder cannot be made: {error.strerror}", where=path) from error
            replace_text(target, text, shown=path)
        written.append(WrittenFile(path=path, changed=is_changed))
    return InitResult(files=tuple(written), to_do=_to_do(options, folder))


def _texts(options: InitOptions, root: Path, folder: str, directory: Path) -> dict[str, str]:
    """The files, by their paths from where the command runs."""
    name = "pinkeeper" if folder == "." else f"pinkeeper-{re.sub(r'[^A-Za-z0-9]+', '-', folder).strip('-').lower()}"
    is_github = options.ci == "github"
    path = f".github/workflows/{name}.yml" if is_github else f".gitlab/{name}.gitlab-ci.yml"
    template = files("pinkeeper.workflows").joinpath("ci_templates", f"{options.ci}.yml").read_text(encoding="utf-8")
    hint = (
        "# - the variable PINKEEPER_IMAGE: an image with Python 3.12 and git, named with its digest (NAME@sha256:...)\n"
    )
    values = {
        "schedule": options.schedule,
        "name": name,
        "folder": folder,
        "path": path,
        "image": options.image or "$PINKEEPER_IMAGE",
        "image_hint": "" if options.image else hint,
    }
    text = re.sub(r"@([a-z_]+)@", lambda match: values[match[1]], template)
    return {
        os.path.relpath(root / path, directory).replace(os.sep, "/"): text,
        _INPUT: f"# What the scheduled job installs, from {_LOCK}:\n#   {_MAKE_LOCK}\npinkeeper=={__version__}\n",
    }


def _to_do(options: InitOptions, folder: str) -> tuple[str, ...]:
    where = "" if folder == "." else f" (in {folder})"
    steps = [f"{_MAKE_LOCK}{where}", "commit and push these files, and that lock"]
    if options.ci == "github":
        steps += [
            "allow GitHub Actions to create pull requests: Settings > Actions > General > Workflow permissions",
            "for checks to run on them: PINKEEPER_FORGE_TOKEN as a secret, as the first lines of the job say",
        ]
    else:
        steps += [
            "include the job in .gitlab-ci.yml, as its first lines say",
            "make a project access token the masked, protected variable PINKEEPER_FORGE_TOKEN, as they say",
            "make a pipeline schedule with the variable PINKEEPER_UPDATE, as they say",
        ]
        if not options.image:
            steps.append(
                "an image with Python 3.12 and git, with its digest, as the variable PINKEEPER_IMAGE or --image"
            )
    return tuple(steps)


def _places(surroundings: Surroundings) -> tuple[Path, str]:
    """The top of the repository, and the project's folder in it; where there is none, the folder itself is the top."""
    directory = surroundings.directory
    try:
        root = Repository(Git(directory, surroundings.environ)).root()
    except GitError:
        return directory, "."
    folder = os.path.relpath(os.path.realpath(directory), os.path.realpath(root)).replace(os.sep, "/")
    if not _FOLDER.fullmatch(folder):
        raise ConfigurationError(
            "this folder's name does not fit into a job", where=folder, remedy="run it at the top, and edit the job"
        )
    return root, folder


def _check_free(texts: dict[str, str], directory: Path, *, force: bool) -> None:
    """Raise CollectedError where a file would be replaced that says something else."""
    if force:
        return
    errors = [
        OutputError("it is there already, and says something else", where=path, remedy="--force replaces it")
        for path, text in texts.items()
        if (content := _content(directory / path)) is not None and content != text.encode()
    ]
    if errors:
        raise CollectedError(errors)


def _content(path: Path) -> bytes | None:
    """The bytes that stand there; none for what is no file, which writing will refuse."""
    try:
        return path.read_bytes()
    except OSError:
        return b"" if os.path.lexists(path) else None
