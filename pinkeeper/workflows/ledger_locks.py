"""Which locks a ledger is to cover, and the releases that each pins."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ConfigurationError, InputError
from pinkeeper.inputs.near import or_nearest
from pinkeeper.lockfile.lock_formats import is_pylock, read_lock
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.logical_lines import logical_lines
from pinkeeper.model.review_result import LockedRelease
from pinkeeper.workflows.surroundings import Surroundings

if TYPE_CHECKING:
    from pinkeeper.inputs.named_locks import NamedLock

__all__ = ["LockSettings", "ReadLock", "lock_settings", "locks_of_project", "read_releases", "releases_of"]

_PYPROJECT = "pyproject.toml"
_USUAL_OUTPUTS = ("requirements.txt", "pylock.toml")
_OPTION = re.compile(r"(--?[A-Za-z][A-Za-z-]*)[= ]*(.*)", re.DOTALL)
_FILES_OF_LINES = frozenset({"-r", "--requirement"})
_INSTALLS = frozenset({"-e", "--editable"}) | _FILES_OF_LINES
_FOLDER = re.compile(r"\.{1,2}(?:/[^\s:@]*)?(?:\s*;.*)?")
_LONGEST_SHOWN = 60


class ReadLock(Struct, frozen=True, kw_only=True):
    """A lock as a ledger sees it. name: of a named lock, None for a project's only one.

    unpinned: what is installed besides and no hash pins, a text each; local: folders on this disk among that.
    """

    path: str
    releases: tuple[LockedRelease, ...]
    name: str | None = None
    unpinned: tuple[str, ...] = ()
    local: tuple[str, ...] = ()


class LockSettings(Struct, frozen=True, kw_only=True):
    """What settings say of where locks are: the outputs of the only one, or several with names."""

    outputs: tuple[str, ...] = ()
    locks: tuple[NamedLock, ...] = ()


def lock_settings(surroundings: Surroundings) -> LockSettings:
    """``outputs`` and ``locks`` of ``[tool.pinkeeper]``. Raises ConfigurationError, InputError.

    A file that does not name them is not decoded: the gate is run with each commit.
    """
    if not surroundings.exists(_PYPROJECT):
        return LockSettings()
    content = surroundings.read(_PYPROJECT)
    if b"tool.pinkeeper" not in content or not (b"outputs" in content or b"locks" in content):
        return LockSettings()
    from pinkeeper.inputs.settings import read_settings  # noqa: PLC0415 - see above

    settings = read_settings(_PYPROJECT, content)
    return LockSettings(outputs=settings.outputs, locks=settings.locks)


def locks_of_project(
    surroundings: Surroundings, *, paths: Sequence[str] = (), names: Sequence[str] = ()
) -> tuple[ReadLock, ...]:
    """The locks that are named, by path or by their names in the settings; else all that ``lock`` writes here.

    Raises InputError, ConfigurationError.
    """
    settings = lock_settings(surroundings)
    return tuple(
        read_releases(path, surroundings, name=name)
        for path, name in dict.fromkeys(_chosen(settings, surroundings, paths=paths, names=names))
    )


def _chosen(
    settings: LockSettings, surroundings: Surroundings, *, paths: Sequence[str], names: Sequence[str]
) -> Iterator[tuple[str, str | None]]:
    written = {posixpath.normpath(path): lock.name for lock in settings.locks for path in lock.written}
    if paths or names:
        yield from ((path, written.get(posixpath.normpath(surroundings.relative(path)))) for path in paths)
        for name in names:
            found = next((lock for lock in settings.locks if lock.name == name), None)
            if found is None:
                near = or_nearest(name, [lock.name for lock in settings.locks])
                raise ConfigurationError(f"there is no lock named {name} in [tool.pinkeeper.locks]{near}")
            yield from _there(found.written, surroundings, name)
    elif settings.locks:
        for lock in settings.locks:
            yield from _there(lock.written, surroundings, lock.name)
    else:
        found_here = tuple(path for path in settings.outputs or _USUAL_OUTPUTS if surroundings.exists(path))
        yield from _there(settings.outputs or found_here or _USUAL_OUTPUTS, surroundings, None)


def _there(paths: Sequence[str], surroundings: Surroundings, name: str | None) -> Iterator[tuple[str, str | None]]:
    missing = [path for path in paths if not surroundings.exists(path)]
    if missing:
        raise InputError(f"there is no lock here: {', '.join(missing)}", remedy="make it with pinkeeper lock")
    yield from ((path, name) for path in paths)


def read_releases(path: str, surroundings: Surroundings, *, name: str | None = None) -> ReadLock:
    """The releases that a lock pins. Raises InputError."""
    content = surroundings.read(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"it is not UTF-8 text ({error.reason})", where=path) from error
    lock = read_lock(text, path=path)
    beside = [(each, each.endswith(": a directory")) for each in lock.unpinned]
    if not is_pylock(path):
        beside = list(_beside(text, lock))
    return ReadLock(
        path=path,
        releases=releases_of(lock.packages),
        name=name,
        unpinned=tuple(each for each, is_local in beside if not is_local),
        local=tuple(each for each, is_local in beside if is_local),
    )


def releases_of(packages: Sequence[LockedPackage]) -> tuple[LockedRelease, ...]:
    """The releases among some pins, each once, sorted by name and version."""
    found: dict[tuple[NormalizedName, Version], list[LockedPackage]] = {}
    for package in packages:
        found.setdefault((package.name, package.version), []).append(package)
    return tuple(_release(pins) for _, pins in sorted(found.items()))


def _release(pins: Sequence[LockedPackage]) -> LockedRelease:
    digests = [digest for pin in pins for digest in pin.hashes]
    files = [file for pin in pins for file in pin.files]
    hashes = frozenset(digest.value for digest in digests if digest.algorithm == "sha256")
    return LockedRelease(
        package=pins[0].name,
        version=pins[0].version,
        hashes=hashes,
        names=tuple(sorted({(file.filename, file.sha256) for file in files if file.sha256 is not None})),
        unknown=_unknown(pins),
        publishers=tuple(_published(pins)),
        line=pins[0].line,
        is_direct_reference=any(pin.url is not None for pin in pins),
    )


def _published(pins: Sequence[LockedPackage]) -> Iterator[tuple[str, str, str]]:
    """Who published which file, and when; a file whose day is not known was not published within any trust."""
    for pin in pins:
        if pin.publishers:
            days = {file.sha256: file.upload_time.date().isoformat() for file in pin.files if file.upload_time}
            yield from ((sha256, who, days[sha256]) for sha256, who in pin.publishers if sha256 in days)


def _unknown(pins: Sequence[LockedPackage]) -> int:
    """How many files have no SHA-256. In a requirements file a hash of another kind could be of any file."""
    count = 0
    for pin in pins:
        if pin.files:
            count += sum(file.sha256 is None for file in pin.files)
        else:
            count += sum(digest.algorithm != "sha256" for digest in pin.hashes)
    return count


def _beside(text: str, lock: Lock) -> Iterator[tuple[str, bool]]:
    """Lines of a requirements file that install something and are no pin, and whether each is a folder on this disk."""
    pinned = {package.line for package in lock.packages}
    for line, content in logical_lines(text):
        found = _OPTION.match(content)
        if (found[1] not in _INSTALLS) if found else (line in pinned):
            continue
        shown = content if len(content) <= _LONGEST_SHOWN else f"{content[:_LONGEST_SHOWN]}…"
        is_file = found is not None and found[1] in _FILES_OF_LINES
        yield f"line {line}: {shown}", _FOLDER.fullmatch(found[2] if found else content) is not None and not is_file
