"""A release on its way: its files, its metadata, and how they become a wheel and an sdist."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from textwrap import dedent

from packaging.utils import canonicalize_name

from tests.support.distributions import Built, make_sdist, make_wheel

__all__ = ["Draft", "source"]


def source(text: str) -> str:
    """An indented block as the text of a file."""
    return dedent(text).removeprefix("\n")


@dataclass(kw_only=True)
class Draft:
    """One release.

    installed: what the wheel has, by path. around: what only the sdist has. beyond: what only the wheel has, or has
    otherwise. behind: what only the sdist has otherwise. layout: the folder of the sdist in which installed files lie.
    remake, remake_sdist: change the bytes of the finished archives, one after another.
    """

    name: str
    version: str
    installed: dict[str, bytes]
    around: dict[str, bytes]
    requires: list[str] = field(default_factory=list)
    extras: list[str] = field(default_factory=list)
    requires_python: str = ">=3.9"
    summary: str = ""
    lines: list[str] = field(default_factory=list)
    entry_points: str = ""
    tag: str = "py3-none-any"
    layout: str = ""
    beyond: dict[str, bytes] = field(default_factory=dict)
    behind: dict[str, bytes] = field(default_factory=dict)
    remake: list[Callable[[bytes], bytes]] = field(default_factory=list)
    remake_sdist: list[Callable[[bytes], bytes]] = field(default_factory=list)

    @property
    def stem(self) -> str:
        """``name-version`` as file names have it."""
        return f"{canonicalize_name(self.name).replace('-', '_')}-{self.version}"

    def copy(self) -> Draft:
        """One that can be changed apart."""
        return deepcopy(self)

    def text(self, path: str) -> str:
        """What a file says."""
        return self._home(path)[path].decode()

    def put(self, path: str, content: str | bytes) -> None:
        """Have a file among the installed ones, new or instead of what was there."""
        self.installed[path] = _bytes(content)

    def put_around(self, path: str, content: str | bytes) -> None:
        """Have a file that only the sdist has."""
        self.around[path] = _bytes(content)

    def put_beyond(self, path: str, content: str | bytes) -> None:
        """Have a file that only the wheel has, or has otherwise than the sdist."""
        self.beyond[path] = _bytes(content)

    def append(self, path: str, text: str) -> None:
        """Add to the end of a file."""
        self._home(path)[path] += source(text).encode()

    def prepend(self, path: str, text: str) -> None:
        """Add to the beginning of a file."""
        home = self._home(path)
        home[path] = source(text).encode() + home[path]

    def replace(self, path: str, old: str, new: str) -> None:
        """Say something else in a place that must be there once."""
        said = self.text(path)
        if said.count(old) != 1:
            raise ValueError(f"{path} has {said.count(old)} times: {old}")
        self._home(path)[path] = said.replace(old, new).encode()

    def after(self, path: str, anchor: str, text: str, *, indent: int = 0) -> None:
        """Add lines below the line that has `anchor`. A text that begins with an empty line is an indented block."""
        said = source(text) if text.startswith("\n") else text
        added = "".join(" " * indent + line if line.strip() else line for line in said.splitlines(keepends=True))
        lines = self.text(path).splitlines(keepends=True)
        places = [number for number, line in enumerate(lines) if anchor in line]
        if len(places) != 1:
            raise ValueError(f"{path} has {len(places)} lines with: {anchor}")
        lines.insert(places[0] + 1, added)
        self._home(path)[path] = "".join(lines).encode()

    def wheel(self) -> Built:
        """The wheel."""
        files = self.installed | self.beyond
        if self.entry_points:
            files[f"{self.stem}.dist-info/entry_points.txt"] = self.entry_points.encode()
        built = make_wheel(
            self.name,
            self.version,
            requires=self.requires,
            requires_python=self.requires_python,
            extras=self.extras,
            tag=self.tag,
            files=files,
            extra_metadata=self._metadata(),
        )
        return _remade(built, self.remake)

    def sdist(self) -> Built:
        """The sdist: sources without what a compiler makes of them."""
        files = {
            f"{self.layout}{path}": content
            for path, content in self.installed.items()
            if not path.endswith((".so", ".pyd")) and ".data/" not in path and ".dist-info/" not in path
        }
        built = make_sdist(
            self.name,
            self.version,
            requires=self.requires,
            requires_python=self.requires_python,
            extras=self.extras,
            files=files | self.around | self.behind,
            extra_metadata=self._metadata(),
        )
        return _remade(built, self.remake_sdist)

    def _metadata(self) -> list[str]:
        return [f"Summary: {self.summary}", *self.lines]

    def _home(self, path: str) -> dict[str, bytes]:
        return self.installed if path in self.installed else self.around


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _remade(built: Built, steps: list[Callable[[bytes], bytes]]) -> Built:
    content = built.content
    for step in steps:
        content = step(content)
    return Built(
        filename=built.filename, content=content, metadata=built.metadata, requires_python=built.requires_python
    )
