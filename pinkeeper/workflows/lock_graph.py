"""A lock as a graph, on all its targets or on one: what ``tree`` and ``why`` both begin with."""

from __future__ import annotations

from msgspec import Struct
from packaging.utils import NormalizedName

from pinkeeper.errors import ConfigurationError, InputError, NotLockedError
from pinkeeper.lockfile.dependency_graph import MarkerEnvironment, dependency_graph
from pinkeeper.lockfile.lock_formats import read_lock
from pinkeeper.model.lock import Lock
from pinkeeper.model.target import Target
from pinkeeper.model.tree_result import DependencyGraph
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["LockChoice", "LockGraph", "lock_graph"]

_DEFAULTS = ("pylock.toml", "requirements.txt")
_NEAR = 3


class LockChoice(Struct, frozen=True, kw_only=True):
    """Which lock, and which of its targets.

    path: None is ``pylock.toml`` if it is here, else ``requirements.txt``. python, platform: both None show all
    targets; where one alone is said, the other is that of the lock's only target that fits, else that of this machine.
    """

    path: str | None = None
    python: str | None = None
    platform: str | None = None


class LockGraph(Struct, frozen=True, kw_only=True):
    """The graph of the lock at `path`; target: its name, None for all; notes: what a person should know of it."""

    path: str
    target: str | None
    graph: DependencyGraph
    notes: tuple[str, ...]

    @property
    def where(self) -> str:
        """The lock, and the target where it is one, to stand at the head of an error."""
        return self.path if self.target is None else f"{self.path}, {self.target}"

    def places(self, name: NormalizedName) -> tuple[int, ...]:
        """The pins of a package. Raises NotLockedError, with names like it, where there is none."""
        if places := self.graph.named(name):
            return places
        import difflib  # noqa: PLC0415 - only on the way to an error

        near = difflib.get_close_matches(name, sorted({package.name for package in self.graph.packages}), n=_NEAR)
        raise NotLockedError(name, where=self.where, near=near)


def lock_graph(choice: LockChoice, surroundings: Surroundings) -> LockGraph:
    """Read a lock and find out who wants whom. Raises InputError and ConfigurationError."""
    path = _path(choice, surroundings)
    try:
        text = surroundings.read(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"it is not UTF-8 text ({error.reason})", where=path) from error
    lock = read_lock(text, path=path)
    target = _target(choice, lock)
    try:
        graph = dependency_graph(
            lock,
            environment=None if target is None else target.markers,
            declared=lambda: _declared(lock, path=path),
        )
    except InputError as error:
        raise InputError(error.what, where=path, remedy=error.remedy) from error
    return LockGraph(
        path=path,
        target=None if target is None else target.name,
        graph=graph,
        notes=tuple(_notes(lock, graph, target, path=path)),
    )


def _path(choice: LockChoice, surroundings: Surroundings) -> str:
    if choice.path is not None:
        return choice.path
    for path in _DEFAULTS:
        if surroundings.exists(path):
            return path
    raise InputError(
        f"there is no {' and no '.join(_DEFAULTS)} here", remedy="name the lock, or make one: pinkeeper lock"
    )


def _target(choice: LockChoice, lock: Lock) -> Target | None:
    if choice.python is None and choice.platform is None:
        return None
    from pinkeeper.resolver.targets import target  # noqa: PLC0415 - most runs show all targets

    fitting = [
        (python, platform)
        for python, platform in lock.targets
        if choice.python in {None, python} and choice.platform in {None, platform}
    ]
    python, platform = fitting[0] if len(fitting) == 1 else (choice.python, choice.platform)
    return target(python=python, platform=platform)


def _declared(lock: Lock, *, path: str) -> list[MarkerEnvironment]:
    from pinkeeper.resolver.targets import target  # noqa: PLC0415 - few locks need it

    try:
        return [target(python=python, platform=platform).markers for python, platform in dict.fromkeys(lock.targets)]
    except ConfigurationError as error:
        raise InputError(f"a target of the lock is {error.what}", where=path, remedy="make the lock again") from error


def _notes(lock: Lock, graph: DependencyGraph, target: Target | None, *, path: str) -> list[str]:
    notes = []
    if target is not None and lock.targets and target.spelling not in lock.targets:
        notes.append(f"{path} was not made for {target.name}; what is shown may not be a whole tree there")
    if not graph.dependencies and len(graph.packages) > 1:
        notes.append(f"{path} does not say which package wants which; a pylock.toml that pinkeeper writes does")
    elif graph.dependencies and not lock.roots:
        notes.append(f"{path} does not say which versions a package asks for; a pylock.toml that pinkeeper writes does")
    if graph.missing:
        names = ", ".join(sorted({need.name for _, need in graph.missing}))
        notes.append(f"asked for, but not in {path}: {names}; pinkeeper check says more")
    return notes
