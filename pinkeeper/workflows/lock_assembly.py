"""From the trees of all targets to one lock: pins, the markers that tell them apart, the hashes of their files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace
from packaging.markers import Marker
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import HashMismatchError, PinkeeperError
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.origin import Origin, OriginKind
from pinkeeper.model.requirement import InputRequirement, Requirement
from pinkeeper.resolver.resolution import Pin, Resolution
from pinkeeper.resolver.simplest_marker import MarkerWriter
from pinkeeper.resolver.universal import Answers, Served
from pinkeeper.workflows.lock_options import HashChoice

__all__ = ["AddedFiles", "assemble", "prove"]

_WEB = ("http://", "https://")
Sha256s = Callable[[Iterable[DistributionFile]], Mapping[str, str]]


class AddedFiles(Struct, frozen=True, kw_only=True):
    """Files of a locked release that came after the lock and were not taken in."""

    name: NormalizedName
    version: Version
    filenames: tuple[str, ...]


class _Placed(Struct, frozen=True, kw_only=True):
    """A pin, and the index of the served targets that have it."""

    at: int
    pin: Pin
    resolution: Resolution


def assemble(
    answers: Answers,
    requirements: Sequence[InputRequirement],
    *,
    hashes: HashChoice,
    kept: Mapping[tuple[NormalizedName, Version], frozenset[str]],
    sha256s: Sha256s,
    references: Mapping[str, str] | None = None,
) -> tuple[Lock, tuple[AddedFiles, ...]]:
    """One lock for all targets that are served.

    requirements: the user's; where a line has hashes, only files with one of these are admitted. kept: the SHA-256
    hashes that a re-lock keeps to. sha256s: computes those that no index gives. references: what the user wrote for
    what a lock names otherwise. Raises HashMismatchError where no file has a hash that the user demands.
    """
    writer = MarkerWriter([served.target.markers for served in answers.served])
    groups: dict[tuple[NormalizedName, Version, frozenset[NormalizedName], str | None], list[_Placed]] = {}
    for at, served in enumerate(answers.served):
        for pin in served.resolution.pins:
            key = (pin.release.name, pin.release.version, pin.extras, pin.release.files[0].direct)
            groups.setdefault(key, []).append(_Placed(at=at, pin=pin, resolution=served.resolution))
    added: dict[tuple[NormalizedName, Version], set[str]] = {}
    admitted = {}
    for key, placed in groups.items():
        files, late = _files(placed, hashes, kept)
        admitted[key] = files
        if late:
            added.setdefault(key[:2], set()).update(late)
    computed = _computed([file for files in admitted.values() for file in files], sha256s)
    demanded = _demanded(requirements)
    packages = [
        replace(
            _package(placed, _demanded_files(placed, _with_digests(admitted[key], computed), demanded), writer),
            url=key[3],
            reference=(references or {}).get(key[3] or ""),
        )
        for key, placed in groups.items()
    ]
    lock = Lock(
        packages=tuple(sorted(packages, key=lambda package: (package.name, package.version, package.marker or ""))),
        roots=_roots(answers.served, writer),
    )
    return lock, tuple(
        AddedFiles(name=name, version=version, filenames=tuple(sorted(late)))
        for (name, version), late in sorted(added.items())
    )


def _package(
    placed: Sequence[_Placed],
    files: Sequence[DistributionFile],
    writer: MarkerWriter,
) -> LockedPackage:
    first = placed[0].pin
    standing = frozenset(each.at for each in placed)
    return LockedPackage(
        name=first.release.name,
        version=first.release.version,
        hashes=frozenset(digest for file in files for digest in file.digests if digest.algorithm == "sha256"),
        extras=first.extras,
        requested_by=tuple(
            dict.fromkeys(origin for each in placed for origin, _ in each.pin.requested_by if _is_shown(origin))
        ),
        required_by=tuple(sorted({name for each in placed for name, _ in each.pin.asked_by})),
        needs=_needs(placed, standing, writer),
        marker=writer.marker(standing),
        files=tuple(sorted(files, key=lambda file: file.filename)),
        index=index if (index := first.release.listing.index).startswith(_WEB) else None,
        requires_python=_common(file.requires_python for file in files),
    )


def _common(said: Iterable[str | None]) -> str | None:
    """What all files of a release say; None where they do not agree: an installer refuses where one does not hold."""
    texts = set(said)
    return texts.pop() if len(texts) == 1 else None


def _needs(placed: Sequence[_Placed], standing: frozenset[int], writer: MarkerWriter) -> tuple[Requirement, ...]:
    """What a package asks of others on any target, with a marker where that is not so wherever the package stands."""
    asked: dict[str, tuple[Requirement, set[int]]] = {}
    for each in placed:
        for need in each.pin.needs:
            asked.setdefault(str(need), (need, set()))[1].add(each.at)
    return tuple(
        _marked(need, writer.marker(frozenset(at), within=standing)) for _, (need, at) in sorted(asked.items())
    )


def _roots(served: Sequence[Served], writer: MarkerWriter) -> tuple[Requirement, ...]:
    asked: dict[str, tuple[Requirement, set[int]]] = {}
    for at, answer in enumerate(served):
        for root in answer.resolution.roots:
            bare = replace(root, marker=None)
            asked.setdefault(str(bare), (bare, set()))[1].add(at)
    return tuple(_marked(root, writer.marker(frozenset(at))) for _, (root, at) in sorted(asked.items()))


def _marked(requirement: Requirement, marker: str | None) -> Requirement:
    return requirement if marker is None else replace(requirement, marker=Marker(marker))


def _files(
    placed: Sequence[_Placed], hashes: HashChoice, kept: Mapping[tuple[NormalizedName, Version], frozenset[str]]
) -> tuple[list[DistributionFile], set[str]]:
    """The files of a pin that a lock admits, each once; and the names of those that came after the lock.

    Where a target has a wheel, only wheels: without the hash of an sdist no installer can run a ``setup.py``.
    """
    files: dict[str, DistributionFile] = {}
    late: set[str] = set()
    for each in placed:
        release = each.pin.release
        match hashes:
            case _ if release.files[0].direct is not None:
                files |= {file.url: file for usable in release.by_target for file in usable}
            case HashChoice.ALL:
                everything = each.resolution.selector.admitted_files(release.listing, str(release.version))
                held = kept.get((release.name, release.version), frozenset())
                known = [file for file in everything if file.sha256 in held]
                files |= {file.url: file for file in known or everything}
                late |= {file.filename for file in everything if known and file.sha256 not in held}
            case HashChoice.TARGETS:
                for usable in release.by_target:
                    standing = [file for file in usable if release.yanked is not None or file.yanked is None]
                    wheels = [file for file in standing if file.is_wheel]
                    files |= {file.url: file for file in wheels or standing}
                late |= {file.filename for file in release.added}
    return list(files.values()), late


def _computed(files: Iterable[DistributionFile], sha256s: Sha256s) -> Mapping[str, str]:
    unknown = {file.url: file for file in files if file.sha256 is None}
    return sha256s(unknown.values()) if unknown else {}


def _with_digests(files: Iterable[DistributionFile], computed: Mapping[str, str]) -> list[DistributionFile]:
    return [
        file
        if file.sha256 is not None
        else replace(file, digests=tuple(sorted({*file.digests, Digest("sha256", computed[file.url])})))
        for file in files
    ]


def _demanded(requirements: Iterable[InputRequirement]) -> dict[tuple[NormalizedName, Origin], frozenset[Digest]]:
    """SHA-256 hashes that the user's own lines give. What is asked for by a URL was held to them when it was read."""
    demanded: dict[tuple[NormalizedName, Origin], frozenset[Digest]] = {}
    for asked in requirements:
        hashes = frozenset(digest for digest in asked.hashes if digest.algorithm == "sha256")
        if hashes and asked.requirement.url is None:
            key = (asked.requirement.name, asked.origin)
            demanded[key] = demanded.get(key, hashes) & hashes
    return demanded


def _demanded_files(
    placed: Sequence[_Placed],
    files: Sequence[DistributionFile],
    demanded: Mapping[tuple[NormalizedName, Origin], frozenset[Digest]],
) -> list[DistributionFile]:
    """The files that the lines admit which hold on each target."""
    admitted: dict[str, DistributionFile] = {}
    lines = {(each.pin.release.name, origin) for each in placed for origin, _ in each.pin.requested_by}
    if lines.isdisjoint(demanded):
        return list(files)
    for each in placed:
        release = each.pin.release
        origins = [origin for origin, _ in each.pin.requested_by if (release.name, origin) in demanded]
        if not origins:
            usable = {file.url for installable in release.by_target for file in installable}
            admitted |= {file.url: file for file in files if file.url in usable}
            continue
        hashes = frozenset.intersection(*(demanded[release.name, origin] for origin in origins))
        found = {file.url: file for file in files if not hashes.isdisjoint(file.digests)}
        if not found:
            raise HashMismatchError(
                f"{release.name} {release.version}",
                expected=" or ".join(sorted(map(str, hashes))) or "hashes that contradict each other",
                actual=", ".join(sorted(str(digest) for file in files for digest in file.digests)),
                where=origins[0].place(),
            )
        admitted |= found
    return list(admitted.values())


def _is_shown(origin: Origin) -> bool:
    return origin.kind is not OriginKind.COMMAND_LINE


def prove(lock: Lock, answers: Answers) -> None:
    """See that a lock, as it is written, gives every target a whole tree and nothing else.

    Every marker is evaluated anew on every target. Raises PinkeeperError: a lock that is not right is a defect.
    """
    markers = {text: Marker(text) for text in {package.marker for package in lock.packages} if text}
    for served in answers.served:
        environment = {**served.target.markers, "extra": ""}
        holding = {text for text, marker in markers.items() if marker.evaluate(environment)}
        standing = [package for package in lock.packages if package.marker is None or package.marker in holding]
        found = {package.name: package for package in standing}
        expected = {pin.release.name: (pin.release.version, pin.extras) for pin in served.resolution.pins}
        right = len(found) == len(standing) and expected == {
            name: (package.version, package.extras) for name, package in found.items()
        }
        if not right or _reached(lock.roots, found, environment) != found.keys():
            raise PinkeeperError(
                f"the lock would not be right for {served.target.name}; this is a defect of pinkeeper",
                remedy="please report it; nothing was written",
            )


def _reached(
    roots: Iterable[Requirement], found: Mapping[NormalizedName, LockedPackage], environment: Mapping[str, str]
) -> set[NormalizedName]:
    """The names that the roots need, by what the lock itself says; one too many where a need is not fulfilled."""
    reached: set[NormalizedName] = set()
    todo = list(roots)
    for need in todo:  # grows while it is walked
        if need.marker is not None and not need.marker.evaluate(dict(environment)):
            continue
        package = found.get(need.name)
        if package is None or not need.specifier.contains(package.version, prereleases=True):
            return {*reached, NormalizedName("")}
        if need.name not in reached:
            reached.add(need.name)
            todo += package.needs
    return reached
