"""The machines that one target stands for: what is locked for it has to be the same on all of them.

``3.12`` is every 3.12.Z, and a platform is every release of its system. `lock` judges markers by the first of them, and
writes none that tells them apart; where one does so all the same, part of the machines would miss a package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from pinkeeper.model.target import Target

__all__ = ["machines_of"]

_LATE = 99  # a micro version later than any
_NUMBER = re.compile(r"3\.[0-9]{1,3}(?:\.[0-9]{1,3})?")


def machines_of(target: Target, marker: str) -> Iterator[Target]:
    """Other machines of a target: those that a marker, by what it names, might tell from it."""
    python, _ = target.spelling
    minor = ".".join(map(str, target.python.release[:2]))
    if python == minor:
        versions = {f"{minor}.{_LATE}", *(text for text in _NUMBER.findall(marker) if text.startswith(f"{minor}."))}
        for version in sorted(versions - {str(target.python)}):
            yield _with(target, python_full_version=version, implementation_version=version)
    for name in ("platform_release", "platform_version"):
        if name in marker and not target.markers[name]:
            # What the marker speaks of, and something that it does not.
            for value in sorted({*re.findall(r"['\"]([^'\"]*)['\"]", marker), "0", f"{_LATE}.0"}):
                yield _with(target, **{name: value})


def _with(target: Target, **values: str) -> Target:
    environment = {**dict(target.environment), **values}
    return replace(target, environment=tuple(sorted(environment.items())))
