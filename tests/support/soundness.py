"""Whether a lock is right, judged from recorded metadata alone.

Apart from the program's resolver, reader and targets on purpose: only `packaging` is shared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging import tags
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from tests.support.snapshot import FileFacts, ProjectFacts, ReleaseFacts

__all__ = ["LINUX_312", "LockedPin", "SoundTarget", "faults_of", "read_lock"]

_ENTRY = re.compile(
    r"^(?P<name>[a-z0-9-]+)(?:\[(?P<extras>[^\]]*)\])?==(?P<version>\S+)"
    r"(?P<hashes>(?: \\\n    --hash=\S+)*)\n(?P<via>(?:    # .*\n)*)",
    re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True)
class LockedPin:
    """One package of a lock as it is written. hashes: SHA-256 in hexadecimal, in order. via: whom the comment names."""

    name: str
    version: Version
    extras: tuple[str, ...]
    hashes: tuple[str, ...]
    via: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SoundTarget:
    """What a lock is for: the interpreter, marker variables by name, and wheel tags."""

    python: Version
    environment: Mapping[str, str]
    tags: frozenset[tags.Tag]


def _linux_312() -> SoundTarget:
    """CPython 3.12.0 on x86-64 with glibc 2.28."""
    legacy = ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"]
    platforms = [*(f"manylinux_2_{minor}_x86_64" for minor in range(5, 29)), *legacy]
    return SoundTarget(
        python=Version("3.12.0"),
        environment={
            "implementation_name": "cpython",
            "implementation_version": "3.12.0",
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": "3.12.0",
            "python_version": "3.12",
            "sys_platform": "linux",
        },
        tags=frozenset(
            [
                *tags.cpython_tags((3, 12), platforms=platforms),
                *tags.compatible_tags((3, 12), interpreter="cp312", platforms=platforms),
            ]
        ),
    )


LINUX_312 = _linux_312()


def read_lock(text: str) -> dict[str, LockedPin]:
    """The pins of a lock by name. Raises ValueError for a line that is no part of one."""
    rest = _ENTRY.sub("", text)
    if unread := [line for line in rest.splitlines() if line and not line.startswith("#")]:
        raise ValueError(f"not read: {unread}")
    return {entry["name"]: _pin(entry) for entry in _ENTRY.finditer(text)}


def _pin(entry: re.Match[str]) -> LockedPin:
    said = [line.removeprefix("    #").strip().removeprefix("via").strip() for line in entry["via"].splitlines()]
    return LockedPin(
        name=entry["name"],
        version=Version(entry["version"]),
        extras=tuple(filter(None, (entry["extras"] or "").split(","))),
        hashes=tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry["hashes"])),
        via=tuple(filter(None, said)),
    )


def faults_of(
    lock: Mapping[str, LockedPin],
    *,
    roots: Mapping[str, Sequence[str]],
    projects: Iterable[ProjectFacts],
    target: SoundTarget,
    all_files: bool = False,
) -> list[str]:
    """Everything that is wrong with a lock; nothing for one that is right.

    roots: requirements by the name that ``# via`` has for them. all_files: whether every file of a release is to be
    listed (``--hashes all``), not only the wheels that the target installs.
    """
    releases = {
        (project.name, Version(version)): release
        for project in projects
        for version, release in project.releases.items()
    }
    faults = [
        f"{pin.name} {pin.version}: not on the index"
        for pin in lock.values()
        if (pin.name, pin.version) not in releases
    ]
    if faults:
        return faults
    pinned = {pin.name: releases[pin.name, pin.version] for pin in lock.values()}
    walk = _Walk(lock=lock, pinned=pinned, target=target)
    faults += walk.from_roots(roots)
    for pin in lock.values():
        faults += _faults_of_pin(pin, walk)
        faults += _faults_of_files(pin, pinned[pin.name], target, all_files=all_files)
    return faults


class _Walk:
    """Goes from the roots through what each pin requires; extras that turn up later are walked as they do."""

    def __init__(
        self, *, lock: Mapping[str, LockedPin], pinned: Mapping[str, ReleaseFacts], target: SoundTarget
    ) -> None:
        self._lock = lock
        self._pinned = pinned
        self._environment = target.environment
        self.extras: dict[str, set[str]] = {}
        self.parents: dict[str, set[str]] = {}

    def from_roots(self, roots: Mapping[str, Sequence[str]]) -> Iterator[str]:
        """Walk; give what is not met."""
        todo = [(parent, Requirement(text), "") for parent, texts in roots.items() for text in texts]
        seen: set[tuple[str, str]] = set()
        while todo:
            parent, requirement, extra = todo.pop()
            if requirement.marker and not requirement.marker.evaluate({**self._environment, "extra": extra}):
                continue
            name = canonicalize_name(requirement.name)
            pin = self._lock.get(name)
            if pin is None:
                yield f"{parent} wants {requirement}, and it is not pinned"
                continue
            if not requirement.specifier.contains(pin.version, prereleases=True):
                yield f"{parent} wants {requirement}, and {pin.version} is pinned"
            self.extras.setdefault(name, set()).update(map(canonicalize_name, requirement.extras))
            if name != parent:
                self.parents.setdefault(name, set()).add(parent)
            for wanted in {"", *requirement.extras}:
                if (name, wanted) not in seen:
                    seen.add((name, wanted))
                    todo += [(name, below, wanted) for below in self._requirements(name)]

    def _requirements(self, name: str) -> list[Requirement]:
        metadata = self._pinned[name].metadata
        return [] if metadata is None else [Requirement(text) for text in metadata.requires_dist]


def _faults_of_pin(pin: LockedPin, walk: _Walk) -> Iterator[str]:
    if pin.name not in walk.parents:
        yield f"{pin.name}: pinned, and nothing wants it"
        return
    if list(pin.via) != sorted(walk.parents[pin.name]):
        yield f"{pin.name}: via {list(pin.via)}, and it is wanted by {sorted(walk.parents[pin.name])}"
    if list(pin.extras) != sorted(walk.extras[pin.name]):
        yield f"{pin.name}: extras {list(pin.extras)}, and these are wanted: {sorted(walk.extras[pin.name])}"


def _faults_of_files(pin: LockedPin, release: ReleaseFacts, target: SoundTarget, *, all_files: bool) -> Iterator[str]:
    if release.metadata is None:
        yield f"{pin.name}: what it requires was not recorded"
    elif not _admits(release.metadata.requires_python, target):
        yield f"{pin.name}: not for Python {target.python}"
    usable = [file for file in release.files if file.yanked is None and _admits(file.requires_python, target)]
    wheels = [file for file in usable if _installs(file, target)]
    expected = release.files if all_files else wheels or usable
    if list(pin.hashes) != sorted({file.sha256 for file in expected}):
        yield f"{pin.name}: the hashes are not those of {sorted(file.filename for file in expected)}"


def _installs(file: FileFacts, target: SoundTarget) -> bool:
    return file.filename.endswith(".whl") and not target.tags.isdisjoint(parse_wheel_filename(file.filename)[3])


def _admits(requires_python: str | None, target: SoundTarget) -> bool:
    return requires_python is None or SpecifierSet(requires_python).contains(target.python)
