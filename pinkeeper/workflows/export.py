"""Turn a ``pylock.toml`` into a hashed requirements file, from the lock alone: nothing is resolved, nothing fetched."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from pinkeeper.errors import ConfigurationError, InputError
from pinkeeper.index.pip_configuration import default_index_url
from pinkeeper.lockfile.lock_formats import is_pylock
from pinkeeper.lockfile.pylock_reader import read_pylock
from pinkeeper.lockfile.requirements_reader import read_requirements_lock
from pinkeeper.lockfile.requirements_txt import PIP_ALGORITHMS, RenderOptions, render_requirements
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.lock_result import WrittenLock
from pinkeeper.model.logical_lines import logical_lines
from pinkeeper.workflows.lock_outputs import written
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["ExportOptions", "ExportResult", "export"]

_MINOR = re.compile(r"3\.(\d{1,3})(?:\.\d+)*")
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")  # pip puts the environment's value in its place


class ExportOptions(Struct, frozen=True, kw_only=True):
    """What is exported, and how it looks. lock: the path of a pylock. outputs: ``-`` is stdout."""

    lock: str
    outputs: tuple[str, ...] = ("-",)
    header: bool = True
    annotate: bool = True
    annotation_style: Literal["split", "line"] = "split"


class ExportResult(Struct, frozen=True, kw_only=True):
    """The outputs, the number of pins, and what of the lock no requirements file can say, a sentence each."""

    outputs: tuple[WrittenLock, ...]
    pins: int
    left_out: tuple[str, ...]


def export(options: ExportOptions, surroundings: Surroundings) -> ExportResult:
    """Write each output. Raises InputError, ConfigurationError and OutputError; nothing is written then."""
    lock = _read(options.lock, surroundings)
    left_out = tuple(f"{text} of {options.lock} is not pinned: no hash can stand for it" for text in lock.unpinned)
    texts = {}
    for output in options.outputs:
        if is_pylock(output):
            raise ConfigurationError(
                "a pylock is exported to a requirements file", where=output, remedy="choose another name: -o NAME.txt"
            )
        index_lines = tuple(_index_lines(lock, options.lock, output, surroundings))
        texts[output] = render_requirements(
            lock,
            options=RenderOptions(
                command=_command(options, output, surroundings) if options.header else None,
                python=_pythons(lock),
                index_lines=index_lines,
                annotate=options.annotate,
                annotation_style=options.annotation_style,
                left_out=left_out,
            ),
        )
        _prove(lock, texts[output], index_lines=index_lines, path=options.lock)
    return ExportResult(outputs=written(texts, surroundings), pins=len(lock.packages), left_out=left_out)


def _read(path: str, surroundings: Surroundings) -> Lock:
    if not is_pylock(path):
        raise InputError(
            "not the name of a pylock", where=path, remedy="name a pylock.toml or pylock.NAME.toml (PEP 751)"
        )
    try:
        text = surroundings.read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"it is not UTF-8 text ({error.reason})", where=path) from error
    lock = read_pylock(text, path=path, default_only=True)
    folder = posixpath.dirname(surroundings.relative(path))
    return replace(lock, packages=tuple(_from_here(package, folder) for package in lock.packages))


def _from_here(package: LockedPackage, folder: str) -> LockedPackage:
    """A package whose path, if it has one, is no longer relative to the lock but to where pip runs."""
    if package.url is None or "://" in package.url:
        return package
    return replace(package, url=f"./{posixpath.normpath(posixpath.join(folder, package.url))}")


def _prove(lock: Lock, text: str, *, index_lines: Sequence[str], path: str) -> None:
    """See that the text says what the lock does, all of it with hashes. Raises InputError, which names the package."""
    beyond = InputError("it says something that a requirements file cannot", where=path)
    try:
        again = read_requirements_lock(text, path=path)
    except InputError as error:
        raise beyond from error
    read = Counter(map(_said, again.packages))
    for package in lock.packages:
        where = path if package.line is None else f"{path}:{package.line}"
        pin = f"{package.name} {package.version}"
        if not any(digest.algorithm in PIP_ALGORITHMS for digest in package.hashes):
            raise InputError(f"{pin} has no hash that pip takes", where=where, remedy="make the lock again")
        if not read[_said(package)] or _VARIABLE.search(str(_said(package))):
            raise InputError(f"{pin} says something that a requirements file cannot", where=where)
        read[_said(package)] -= 1
    lines = len(lock.packages) + len(index_lines)
    if sum(1 for _ in logical_lines(text)) != lines or tuple(line for _, line in again.options) != index_lines:
        raise beyond
    if _VARIABLE.search(str(index_lines)):
        raise beyond


def _said(package: LockedPackage) -> tuple[object, ...]:
    hashes = frozenset(digest for digest in package.hashes if digest.algorithm in PIP_ALGORITHMS)
    return (package.name, package.version, package.extras, package.url, package.marker, hashes)


def _pythons(lock: Lock) -> str | None:
    minors = {int(found[1]) for python, _ in lock.targets if (found := _MINOR.fullmatch(python))}
    return ", ".join(f"3.{minor}" for minor in sorted(minors)) or None


def _command(options: ExportOptions, output: str, surroundings: Surroundings) -> str:
    words = ["pinkeeper", "export", surroundings.relative(options.lock)]
    flags = {"--no-annotate": not options.annotate, "--annotation-style=line": options.annotation_style == "line"}
    words += [flag for flag, is_said in flags.items() if is_said]
    return shlex.join([*words, *(() if output == "-" else ("-o", surroundings.relative(output)))])


def _index_lines(lock: Lock, path: str, output: str, surroundings: Surroundings) -> Iterator[str]:
    """Where pip finds the files: indexes other than its own default, and folders, relative to the output."""
    default = default_index_url(environ=surroundings.environ, read=surroundings.read_configuration).url
    indexes = list(dict.fromkeys(package.index for package in lock.packages if package.index))
    others = [index for index in indexes if index != default]
    if others and default not in indexes:
        yield f"--index-url {others.pop(0)}"
    yield from (f"--extra-index-url {index}" for index in others)
    here = "." if output == "-" else str(PurePosixPath(surroundings.relative(output)).parent)
    there = str(PurePosixPath(surroundings.relative(path)).parent)
    folders = {posixpath.dirname(file.url) for package in lock.packages for file in package.files if file.local}
    for folder in sorted(folders):
        yield f"--find-links {shlex.quote(posixpath.relpath(posixpath.join(there, folder), here))}"
