"""What a lock says of its own making: the command, and where its packages come from.

Both are the same on every machine: no absolute path, no credential, no option that does not change the result.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath

from pinkeeper.model.url import IndexURL
from pinkeeper.workflows.lock_options import LockOptions
from pinkeeper.workflows.lock_source import Places
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["command_line", "index_lines"]


def command_line(options: LockOptions, surroundings: Surroundings) -> str:
    """The command that makes the lock again, options in a fixed order."""
    return shlex.join(["pinkeeper", "lock", *_options(options, surroundings), *_sources(options, surroundings)])


def _sources(options: LockOptions, surroundings: Surroundings) -> list[str]:
    return [surroundings.relative(source) for source in options.sources]


def _options(options: LockOptions, surroundings: Surroundings) -> Iterator[str]:
    flags = {
        "--all-extras": options.all_extras,
        "--no-annotate": options.annotate is False,
        "--no-header": options.header is False,
        "--no-index": options.index.no_index,
        "--pre": options.pre,
        "--universal": options.universal,
    }
    values: dict[str, tuple[str, ...]] = {
        "--allow-build": tuple(sorted(options.allow_build)),
        "--annotation-style": _one(options.annotation_style),
        "--constraint": tuple(map(surroundings.relative, options.constraints)),
        "--cooldown": _one(options.cooldown_text),
        "--exclude-newer": _one(options.exclude_newer_text),
        "--extra": options.extras,
        "--extra-index-url": tuple(map(_shown, options.index.extra_index_urls)),
        "--find-links": tuple(surroundings.relative(_shown(location)) for location in options.index.find_links),
        "--group": options.groups,
        "--hashes": _one(options.hashes),
        "--index": tuple(f"{index.name}={_shown(index)}" for index in options.index.named),
        "--index-url": _one(None if options.index.index_url is None else _shown(options.index.index_url)),
        "--no-binary": tuple(sorted(options.formats.no_binary)),
        "--only-binary": tuple(sorted(options.formats.only_binary)),
        "--output-file": tuple(map(surroundings.relative, options.outputs)),
        "--override": tuple(map(surroundings.relative, options.overrides)),
        "--lock": options.locks,
        "--platform": options.platforms,
        "--python-version": options.pythons,
        "--resolution": _one(options.resolution),
        "--trusted-host": options.index.trusted_hosts,
    }
    for name in sorted({**flags, **values}):
        if flags.get(name):
            yield name
        yield from (f"{name}={value}" for value in values.get(name, ()))


def _one(value: str | None) -> tuple[str, ...]:
    return () if value is None else (str(value),)


def _shown(index: IndexURL) -> str:
    return index.url


def index_lines(places: Places, *, output: str) -> tuple[str, ...]:
    """The option lines that make pip look where the lock was made from.

    Only what the user asked for is written: the default index is each machine's own affair.
    """
    asked = places.asked
    lines = []
    if asked.index_url is not None and not asked.no_index:
        lines.append(f"--index-url {asked.index_url.url}")
    if not asked.no_index:
        lines += [f"--extra-index-url {index.url}" for index in (*asked.extra_index_urls, *asked.named)]
    lines += [f"--find-links {_location(location, output)}" for location in asked.find_links]
    if asked.no_index:
        lines.append("--no-index")
    lines += [f"--trusted-host {host}" for host in asked.trusted_hosts]
    return tuple(lines)


def _location(location: IndexURL, output: str) -> str:
    """A page as it is; a folder relative to the file that names it, which is where pip looks first."""
    if location.url.startswith(("http://", "https://", "file:")):
        return location.url
    folder = PurePosixPath("." if output == "-" else output.replace(os.sep, "/")).parent
    return os.path.relpath(location.url, str(folder)).replace(os.sep, "/")
