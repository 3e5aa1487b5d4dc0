"""Whether a lock is right on every target, judged from its text and recorded metadata alone.

Apart from the program's resolver, readers, targets and markers on purpose: only `packaging` is shared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from tests.support.lock_text import LockedPin, read_lock, read_pins
from tests.support.snapshot import FileFacts, MetadataFacts, ProjectFacts, ReleaseFacts
from tests.support.sound_targets import LINUX_312, SoundTarget, sound_target

__all__ = ["LINUX_312", "LockedPin", "SoundTarget", "faults_of", "read_lock", "read_pins", "sound_target"]


def faults_of(
    pins: Iterable[LockedPin],
    *,
    roots: Mapping[str, Sequence[str]],
    constraints: Mapping[str, Sequence[str]] | None = None,
    overrides: Sequence[str] = (),
    projects: Iterable[ProjectFacts],
    metadata: Mapping[str, MetadataFacts | None] | None = None,
    excluded: Collection[str] = (),
    targets: Iterable[SoundTarget],
    all_files: bool = False,
) -> list[str]:
    """Everything that is wrong with a lock; nothing for one that is right.

    roots, constraints: requirement texts by the name that ``# via`` has for them. metadata: by file name, of files that
    have other metadata than their release, None where it cannot be known without running code. excluded: names of files
    that the user's policy leaves out. all_files: whether every file of a release is to be listed (``--hashes all``),
    not only those that a target installs.
    """
    world = _World(
        releases=_releases(projects, excluded),
        metadata=metadata or {},
        roots=roots,
        constraints=constraints or {},
        overrides=tuple(map(Requirement, overrides)),
    )
    listed = list(pins)
    faults = [f"{pin.name} {pin.version}: not on the index" for pin in listed if world.release(pin) is None]
    if faults:
        return faults
    views = [_View(listed, world, target) for target in targets]
    for indistinct in _by_environment(views):
        faults += _faults_of_reach(indistinct)
    for view in views:
        view.follow_lines()
        faults += view.faults()
    for pin in listed:
        faults += _faults_of_line(pin, [view for view in views if pin in view.lines], world, all_files=all_files)
    return list(dict.fromkeys(faults))


def _releases(projects: Iterable[ProjectFacts], excluded: Collection[str]) -> dict[tuple[str, Version], ReleaseFacts]:
    return {
        (canonicalize_name(project.name), Version(version)): ReleaseFacts(
            metadata=release.metadata, files=tuple(file for file in release.files if file.filename not in excluded)
        )
        for project in projects
        for version, release in project.releases.items()
    }


@dataclass(frozen=True, kw_only=True)
class _World:
    """What is asked, and what the index holds."""

    releases: Mapping[tuple[str, Version], ReleaseFacts]
    metadata: Mapping[str, MetadataFacts | None]
    roots: Mapping[str, Sequence[str]]
    constraints: Mapping[str, Sequence[str]]
    overrides: Sequence[Requirement]

    def release(self, pin: LockedPin) -> ReleaseFacts | None:
        """The release that a line pins."""
        return self.releases.get((pin.name, pin.version))

    def files(self, pin: LockedPin) -> tuple[FileFacts, ...]:
        """Its files."""
        return self.releases[pin.name, pin.version].files


@dataclass(kw_only=True)
class _Reach:
    """What a walk came by: extras that are asked of packages, and who asks."""

    extras: dict[str, set[str]] = field(default_factory=dict)
    parents: dict[str, set[str]] = field(default_factory=dict)


class _View:
    """A lock as one target sees it: the lines whose markers hold there."""

    def __init__(self, pins: Iterable[LockedPin], world: _World, target: SoundTarget) -> None:
        self.target = target
        self._world = world
        self._faults: list[str] = []
        self.lines = [pin for pin in pins if self._has(pin)]
        self.pins: dict[str, LockedPin] = {}
        for pin in self.lines:
            if self.pins.setdefault(pin.name, pin) is not pin:
                self._fault(f"{pin.name} is pinned twice, to {self.pins[pin.name].version} and to {pin.version}")
        self._metadata = {pin.name: self._installed_metadata(pin) for pin in self.lines}
        self.reach = _Reach()

    def faults(self) -> list[str]:
        """What is wrong here, with the target's name."""
        return [f"{self.target.name}: {fault}" for fault in self._faults]

    def follow_roots(self, views: Sequence[_View]) -> _Reach:
        """What the user's requirements need, here and on targets that no marker can tell apart from this one."""
        roots = [(parent, text) for parent, texts in self._world.roots.items() for text in texts]
        reach = self._walk(roots, views)
        self._check_constraints(reach)
        return reach

    def follow_lines(self) -> None:
        """An installer starts from every line, and follows the extras that are written there."""
        self._walk([("the lock", str(pin).partition(" ;")[0]) for pin in self.lines], [self])

    def _fault(self, text: str) -> None:
        self._faults.append(text)

    def holds(self, marker: Marker | None, extra: str | None = None) -> bool:
        """Whether a marker holds here; with extra None it may not speak of extras. Raises packaging's errors."""
        if marker is None:
            return True
        if extra is None:
            return marker.evaluate(dict(self.target.environment), context="requirement")
        return marker.evaluate({**self.target.environment, "extra": extra})

    def _has(self, pin: LockedPin) -> bool:
        try:
            return pin.marker is None or self.holds(Marker(pin.marker))
        except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName) as error:
            self._fault(f"the marker of {pin} cannot be evaluated: {type(error).__name__}")
            return False

    def _installed_metadata(self, pin: LockedPin) -> MetadataFacts:
        """The metadata of the file that an installer takes of those whose hashes are listed."""
        files = [file for file in self._world.files(pin) if file.sha256 in pin.hashes]
        listed = [file for file in files if _file_admits(file, self.target)]
        ranked = sorted((rank, file.filename) for file in listed if (rank := _rank(file, self.target)) is not None)
        nothing = MetadataFacts()
        if not ranked:
            self._fault(f"{pin}: no file whose hash is listed can be installed")
            return nothing
        filename = ranked[0][1]
        release = self._world.releases[pin.name, pin.version]
        metadata = self._world.metadata.get(filename, release.metadata)
        if metadata is None:
            self._fault(f"{pin}: what {filename} requires is not known")
            return nothing
        if not _admits(metadata.requires_python, self.target):
            self._fault(f"{pin}: {filename} is not for Python {self.target.python}")
        return metadata

    def _walk(self, starts: Iterable[tuple[str, str]], views: Iterable[_View]) -> _Reach:
        """Go through what each pin requires in some of the views; extras that turn up later are walked as they do."""
        views = list(views)
        reach = _Reach()
        todo = [(parent, Requirement(text), "") for parent, text in starts]
        seen: set[tuple[str, str]] = set()
        while todo:
            parent, requirement, extra = todo.pop()
            if not self.holds(requirement.marker, extra):
                continue
            name = canonicalize_name(requirement.name)
            specifier = requirement.specifier if parent == "the lock" else self._asked(name, requirement.specifier)
            if specifier is None:
                continue
            pin = self.pins.get(name)
            if pin is None:
                self._fault(f"{parent} wants {requirement}, and it is not pinned")
                continue
            if not specifier.contains(pin.version, prereleases=True):
                self._fault(f"{parent} wants {requirement}, and {pin.version} is pinned")
            extras = set(map(canonicalize_name, requirement.extras))
            reach.extras.setdefault(name, set()).update(extras)
            if name != parent:
                reach.parents.setdefault(name, set()).add(parent)
            for wanted in ("", *sorted(extras)):
                if (name, wanted) not in seen:
                    seen.add((name, wanted))
                    todo += [(name, below, wanted) for view in views for below in view.requirements(name)]
        return reach

    def requirements(self, name: str) -> Iterator[Requirement]:
        """What the file of a pin that is installed here requires, for whatever environment."""
        for text in self._metadata[name].requires_dist:
            try:
                requirement = Requirement(text)
                self.holds(requirement.marker, "")
            except (InvalidRequirement, UndefinedComparison, UndefinedEnvironmentName) as error:
                self._fault(f"{self.pins[name]} requires {text!r}: {type(error).__name__}")
            else:
                yield requirement

    def _asked(self, name: str, specifier: SpecifierSet) -> SpecifierSet | None:
        """What overrides leave of a requirement; None where they take it out."""
        overrides = [override for override in self._world.overrides if canonicalize_name(override.name) == name]
        if not overrides:
            return specifier
        return next((override.specifier for override in overrides if self.holds(override.marker, "")), None)

    def _check_constraints(self, reach: _Reach) -> None:
        for place, texts in self._world.constraints.items():
            for constraint in map(Requirement, texts):
                name = canonicalize_name(constraint.name)
                pin = self.pins.get(name)
                if pin is None or not self.holds(constraint.marker, ""):
                    continue
                reach.parents.setdefault(name, set()).add(place)
                if not constraint.specifier.contains(pin.version, prereleases=True):
                    self._fault(f"{place} bounds {constraint}, and {pin.version} is pinned")


def _by_environment(views: Iterable[_View]) -> list[list[_View]]:
    """Targets that no marker can tell apart, together: what one of them needs stands there for all."""
    groups: dict[tuple[tuple[str, str], ...], list[_View]] = {}
    for view in views:
        groups.setdefault(tuple(sorted(view.target.environment.items())), []).append(view)
    return list(groups.values())


def _faults_of_reach(views: Sequence[_View]) -> Iterator[str]:
    reach = views[0].follow_roots(views)
    where = " and ".join(view.target.name for view in views)
    for view in views:
        view.reach = reach
    for pin in views[0].lines:
        wanted = sorted(reach.extras.get(pin.name, ()))
        if pin.name not in reach.extras:
            yield f"{where}: {pin} is pinned, and nothing wants it"
        elif list(pin.extras) != wanted:
            yield f"{where}: {pin} has the extras {list(pin.extras)}, and these are wanted: {wanted}"


def _faults_of_line(pin: LockedPin, views: Sequence[_View], world: _World, *, all_files: bool) -> Iterator[str]:
    if not views:
        yield f"{pin}: holds on no target"
        return
    parents = {parent for view in views for parent in view.reach.parents.get(pin.name, ())}
    if list(pin.via) != sorted(parents):
        yield f"{pin}: via {list(pin.via)}, and it is wanted by {sorted(parents)}"
    of_release = {file.sha256: file.filename for file in world.files(pin)}
    for digest in pin.hashes:
        if digest not in of_release:
            yield f"{pin}: {digest} is the hash of no file of the release"
    expected = {file.filename for view in views for file in _to_install(world.files(pin), view.target)}
    if all_files:
        expected = set(of_release.values())
    listed = {of_release[digest] for digest in pin.hashes if digest in of_release}
    if listed != expected:
        yield f"{pin}: has hashes of {sorted(listed)}, and these files are for its targets: {sorted(expected)}"
    if list(pin.hashes) != sorted(set(pin.hashes)):
        yield f"{pin}: its hashes are not in order"


def _to_install(files: Iterable[FileFacts], target: SoundTarget) -> list[FileFacts]:
    """What a lock lists for a target: the wheels that it installs, or the sdists where it has none of these."""
    usable = [file for file in files if _file_admits(file, target) and _rank(file, target) is not None]
    usable = [file for file in usable if file.yanked is None] or usable
    return [file for file in usable if file.filename.endswith(".whl")] or usable


def _rank(file: FileFacts, target: SoundTarget) -> tuple[int, int] | None:
    """The place of a file in a target's order, lower is better, sdists last; None where it cannot be installed."""
    if not file.filename.endswith(".whl"):
        return (len(target.ranks), 0)
    _, _, build, tags = parse_wheel_filename(file.filename)
    ranks = [target.ranks[tag] for tag in tags if tag in target.ranks]
    return (min(ranks), -(build[0] if build else 0)) if ranks else None


def _file_admits(file: FileFacts, target: SoundTarget) -> bool:
    """Whether what the index says of a file's Python admits a target."""
    return _admits(file.requires_python, target)


def _admits(requires_python: str | None, target: SoundTarget) -> bool:
    if requires_python is None:
        return True
    try:
        return SpecifierSet(requires_python).contains(target.python, prereleases=True)
    except InvalidSpecifier:
        return True  # as pip has it
