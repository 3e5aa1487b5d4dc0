"""Which environments a lock is made for: asked for, configured, or the running one."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from packaging.specifiers import SpecifierSet

from pinkeeper.errors import ConfigurationError
from pinkeeper.inputs.settings import Settings
from pinkeeper.model.target import Target
from pinkeeper.resolver.targets import UNIVERSAL_PLATFORMS, target
from pinkeeper.workflows.lock_options import LockOptions

__all__ = ["DeclaredTargets", "declare_targets"]

# What ``--universal`` reaches from and to where requires-python sets no bound: the minors of Python that are maintained
# and for which wheels are commonly there.
_OLDEST_MINOR = 10
_NEWEST_MINOR = 14
_MOST_MICROS = 40


class DeclaredTargets(Struct, frozen=True, kw_only=True):
    """The targets of a lock, each once.

    declared: the user named them, in the command or in settings; else it is the running environment. universal: all
    that the project admits were asked for, so that one that cannot be served is no failure.
    """

    targets: tuple[Target, ...]
    declared: bool
    universal: bool


def declare_targets(options: LockOptions, settings: Settings, requires_python: SpecifierSet | None) -> DeclaredTargets:
    """Command line over settings over the running environment. Raises ConfigurationError."""
    if options.targets:
        named = tuple(dict.fromkeys(target(python=python, platform=platform) for python, platform in options.targets))
        _check_python(named, requires_python)
        return DeclaredTargets(targets=named, declared=True, universal=False)
    said = bool(options.pythons or options.platforms or options.universal)
    universal = options.universal if said else settings.universal
    pythons = options.pythons or (() if options.universal else settings.python)
    platforms = options.platforms or (() if options.universal else settings.platforms)
    if universal:
        pythons = pythons or _minors(requires_python)
        platforms = platforms or UNIVERSAL_PLATFORMS
    found = dict.fromkeys(
        target(python=python, platform=platform) for python in pythons or (None,) for platform in platforms or (None,)
    )
    _check_python(tuple(found), requires_python)
    return DeclaredTargets(targets=tuple(found), declared=bool(pythons or platforms), universal=universal)


def _minors(requires_python: SpecifierSet | None) -> tuple[str, ...]:
    """Every Python minor that a project admits, by its first micro release where X.Y.0 is not admitted."""
    if requires_python is None:
        return tuple(f"3.{minor}" for minor in range(_OLDEST_MINOR, _NEWEST_MINOR + 1))
    admitted = []
    for minor in range(_NEWEST_MINOR + 1):
        micros = (micro for micro in range(_MOST_MICROS) if requires_python.contains(f"3.{minor}.{micro}"))
        first = next(micros, None)
        if first is not None:
            admitted.append(f"3.{minor}" if first == 0 else f"3.{minor}.{first}")
    if not admitted:
        raise ConfigurationError(
            f"--universal finds no Python up to 3.{_NEWEST_MINOR} that {requires_python} admits",
            remedy="name the versions: --python-version 3.Y",
        )
    return tuple(admitted)


def _check_python(targets: Sequence[Target], requires_python: SpecifierSet | None) -> None:
    for chosen in targets:
        if requires_python is not None and not requires_python.contains(chosen.python, prereleases=True):
            raise ConfigurationError(
                f"the project requires Python {requires_python}, and the target has {chosen.python}",
                remedy="choose another --python-version",
            )
