"""The command that the header of a lock names: what it says of inputs, targets and places.

Known are the spellings of ``pinkeeper lock``, ``pip-compile`` and ``uv pip compile``. It is read, never run.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from enum import Enum
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace
from packaging.utils import NormalizedName, canonicalize_name

from pinkeeper.model.format_control import FormatControl
from pinkeeper.model.index_options import IndexOptions
from pinkeeper.model.url import IndexURL, redact

__all__ = ["RecordedCommand", "Tool", "read_command"]


class Tool(Enum):
    """Who wrote a lock; OTHER is everybody whose command is not understood."""

    PINKEEPER = "pinkeeper"
    PIP_COMPILE = "pip-compile"
    UV = "uv"
    OTHER = "another tool"


class RecordedCommand(Struct, frozen=True, kw_only=True):
    """A command as far as it matters to a check. strip_extras: no extras are written. lock: of ``--lock NAME``.

    unknown: words whose meaning is not known, as written, without secrets.
    """

    tool: Tool = Tool.OTHER
    sources: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    all_extras: bool = False
    groups: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    universal: bool = False
    index: IndexOptions = field(default_factory=IndexOptions)
    formats: FormatControl = field(default_factory=FormatControl)
    pre: bool = False
    hashes: str | None = None
    allow_build: frozenset[NormalizedName] = frozenset()
    strip_extras: bool = False
    lock: str | None = None
    unknown: tuple[str, ...] = ()


# uv's names for platforms (its manual, "uv pip compile --python-platform"), by what they mean to us.
_UV_PLATFORMS = {
    "linux": "linux_x86_64",
    "macos": "macos_arm64",
    "windows": "windows_amd64",
    "x86_64-unknown-linux-gnu": "linux_x86_64",
    "aarch64-unknown-linux-gnu": "linux_aarch64",
    "x86_64-unknown-linux-musl": "musllinux_x86_64",
    "aarch64-unknown-linux-musl": "musllinux_1_2_aarch64",
    "x86_64-apple-darwin": "macos_x86_64",
    "aarch64-apple-darwin": "macos_arm64",
    "x86_64-pc-windows-msvc": "windows_amd64",
    "aarch64-pc-windows-msvc": "win_arm64",
    "i686-pc-windows-msvc": "win32",
}

_Action: TypeAlias = Callable[[RecordedCommand, str], RecordedCommand]


def _appends(name: str) -> _Action:
    def act(command: RecordedCommand, value: str) -> RecordedCommand:
        return replace(command, **{name: (*getattr(command, name), value)})

    return act


def _sets(name: str) -> _Action:
    return lambda command, value: replace(command, **{name: value or True})


def _ignores(command: RecordedCommand, _value: str) -> RecordedCommand:
    return command


def _platform(command: RecordedCommand, value: str) -> RecordedCommand:
    machine, separator, level = value.partition("-")
    exact = f"{level}_{machine}" if separator and level.startswith(("manylinux", "musllinux")) else value
    return replace(command, platforms=(*command.platforms, _UV_PLATFORMS.get(value, exact)))


def _index_url(command: RecordedCommand, value: str) -> RecordedCommand:
    return replace(command, index=replace(command.index, index_url=IndexURL.parse(value)))


def _extra_index(command: RecordedCommand, value: str) -> RecordedCommand:
    extra = (*command.index.extra_index_urls, IndexURL.parse(value))
    return replace(command, index=replace(command.index, extra_index_urls=extra))


def _named_index(command: RecordedCommand, value: str) -> RecordedCommand:
    name, separator, url = value.partition("=")
    if not separator or "://" in name:
        return _extra_index(command, value)
    named = (*command.index.named, IndexURL.parse(url, name=name))
    return replace(command, index=replace(command.index, named=named))


def _find_links(command: RecordedCommand, value: str) -> RecordedCommand:
    locations = (*command.index.find_links, IndexURL.parse_location(value))
    return replace(command, index=replace(command.index, find_links=locations))


def _trusted(command: RecordedCommand, value: str) -> RecordedCommand:
    return replace(command, index=replace(command.index, trusted_hosts=(*command.index.trusted_hosts, value)))


def _allow_build(command: RecordedCommand, value: str) -> RecordedCommand:
    return replace(command, allow_build=command.allow_build | {canonicalize_name(value)})


def _all_formats(method: str) -> _Action:
    def act(command: RecordedCommand, value: str) -> RecordedCommand:
        return replace(command, formats=getattr(command.formats, method)(value or ":all:"))

    return act


_VALUES: dict[str, _Action] = {
    "--extra": _appends("extras"),
    "--group": _appends("groups"),
    "--constraint": _appends("constraints"),
    "--constraints": _appends("constraints"),
    "-c": _appends("constraints"),
    "--override": _appends("overrides"),
    "--overrides": _appends("overrides"),
    "--python-version": _appends("pythons"),
    "--python": _appends("pythons"),
    "-p": _appends("pythons"),
    "--platform": _appends("platforms"),
    "--python-platform": _platform,
    "--index-url": _index_url,
    "-i": _index_url,
    "--default-index": _index_url,
    "--extra-index-url": _extra_index,
    "--index": _named_index,
    "--find-links": _find_links,
    "-f": _find_links,
    "--trusted-host": _trusted,
    "--allow-insecure-host": _trusted,
    "--hashes": _sets("hashes"),
    "--only-binary": _all_formats("with_only_binary"),
    "--no-binary": _all_formats("with_no_binary"),
    "--allow-build": _allow_build,
    "--lock": _sets("lock"),
    "--prerelease": lambda command, value: replace(command, pre=command.pre or value == "allow"),
}
_FLAGS: dict[str, _Action] = {
    "--all-extras": _sets("all_extras"),
    "--universal": _sets("universal"),
    "--pre": _sets("pre"),
    "--no-index": lambda command, _: replace(command, index=replace(command.index, no_index=True)),
    "--strip-extras": _sets("strip_extras"),
    "--no-strip-extras": lambda command, _: replace(command, strip_extras=False),
    "--no-build": _all_formats("with_only_binary"),
}
# They say how a lock is made or looks, and nothing that a check could go by.
_SILENT_VALUES = frozenset(
    {
        *("--output-file", "-o", "--annotation-style", "--cooldown", "--exclude-newer", "--resolution", "--cache-dir"),
        *("--upgrade-package", "-P", "--cert", "--client-cert", "--resolver", "--newline", "--max-rounds", "--config"),
        *("--custom-compile-command", "--fork-strategy", "--index-strategy", "--keyring-provider", "--color", "--from"),
        *("--conflicts", "--format"),
    }
)
_SILENT_FLAGS = frozenset(
    {
        *(
            "--generate-hashes",
            "--no-generate-hashes",
            "--allow-unsafe",
            "--no-allow-unsafe",
            "--header",
            "--no-header",
        ),
        *("--annotate", "--no-annotate", "--upgrade", "-U", "--no-upgrade", "--verbose", "-v", "--quiet", "-q"),
        *("--emit-index-url", "--no-emit-index-url", "--emit-find-links", "--no-emit-find-links"),
        *("--emit-trusted-host", "--no-emit-trusted-host", "--emit-options", "--no-emit-options"),
        *("--emit-build-options", "--no-emit-build-options", "--emit-index-annotation", "--emit-marker-expression"),
        *("--reuse-hashes", "--no-reuse-hashes", "--rebuild", "--build-isolation", "--no-build-isolation"),
        *("--no-config", "--offline", "--no-cache", "-n", "--refresh", "--refresh-hashes", "--no-progress"),
    }
)
_SOURCES = (".in", ".txt", ".toml", ".cfg", ".py")


def read_command(text: str) -> RecordedCommand:
    """Read a command line. What cannot be understood is in `unknown`; nothing is raised."""
    try:
        words = shlex.split(text)
    except ValueError:
        return RecordedCommand(unknown=(redact(text),))
    tool, rest = _tool(words)
    if tool is Tool.OTHER:
        return RecordedCommand(unknown=(redact(text),))
    command = RecordedCommand(tool=tool, strip_extras=tool is Tool.UV)
    while rest:
        word = rest.pop(0)
        if word == "-" or not word.startswith("-"):
            command = replace(command, sources=(*command.sources, word))
            continue
        name, separator, value = _parted(word)
        if name in _SILENT_FLAGS and not separator:
            continue
        action = _VALUES.get(name) or (_ignores if name in _SILENT_VALUES else None)
        if action is not None:
            if not separator and rest:
                value = rest.pop(0)
            command = action(command, value)
        elif name in _FLAGS and not separator:
            command = _FLAGS[name](command, "")
        else:
            if not separator and rest and not rest[0].startswith("-") and not rest[0].endswith(_SOURCES):
                word = f"{word} {rest.pop(0)}"
            command = replace(command, unknown=(*command.unknown, redact(word)))
    return command


def _tool(words: list[str]) -> tuple[Tool, list[str]]:
    match words:
        case ["pinkeeper", "lock", *rest]:
            return Tool.PINKEEPER, rest
        case ["pip-compile", *rest] | ["pip", "compile", *rest] | ["python", "-m", "piptools", "compile", *rest]:
            return Tool.PIP_COMPILE, rest
        case ["uv", "pip", "compile", *rest]:
            return Tool.UV, rest
        case _:
            return Tool.OTHER, []


def _parted(word: str) -> tuple[str, str, str]:
    """Name, separator and value of one word; the value of a short option may stick to it."""
    if not word.startswith("--") and len(word) > 2:  # noqa: PLR2004 - a dash and a letter
        return word[:2], "=", word[2:].removeprefix("=")
    name, separator, value = word.partition("=")
    return name, separator, value
