"""One release as it was opened, and what of its files is Python that must be looked at."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from packaging.version import Version

from pinkeeper.artifacts.contents import Contents
from pinkeeper.review.capabilities.layout import is_python

__all__ = ["OpenedRelease", "changed_python"]


class OpenedRelease(Struct, frozen=True, kw_only=True, eq=False):
    """A release; of wheel and sdist at least one is there. filenames: of all files that its index lists."""

    version: Version
    wheel: Contents | None
    sdist: Contents | None
    filenames: tuple[str, ...] = ()

    @property
    def main(self) -> Contents:
        """What gets installed: the wheel, else the sdist."""
        found = self.wheel or self.sdist
        assert found is not None
        return found

    @property
    def contents(self) -> Iterable[Contents]:
        """All that was opened."""
        return tuple(each for each in (self.wheel, self.sdist) if each is not None)


def changed_python(contents: Contents, other: Contents) -> frozenset[str]:
    """The Python files whose content the other release has nowhere."""
    known = {entry.sha256 for entry in other.entries.values()}
    return frozenset(path for path, entry in contents.entries.items() if is_python(path) and entry.sha256 not in known)
