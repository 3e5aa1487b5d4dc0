"""Direct references among the inputs, settled before anything is resolved: each becomes one release, pinned exactly.

A project that is named so has no other releases; what else is asked of it must fit. A reference that another package
asks for counts only where the user names the very same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urldefrag

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import InputError, PinkeeperError
from pinkeeper.index.direct import (
    DirectReader,
    DirectReference,
    GitReference,
    commit_in_archive_url,
    git_reference,
)
from pinkeeper.inputs.collected import Inputs, raise_problems
from pinkeeper.lockfile.url_versions import name_in_url
from pinkeeper.model.digest import Digest
from pinkeeper.model.lock import LockedPackage
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.model.url import canonical_url, path_of_file_url, redact, split_credentials
from pinkeeper.resolver.direct import DirectRelease, DirectSource
from pinkeeper.resolver.source import ReleaseSource
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["SettledReferences", "settle_references"]

_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledReferences:
    """Inputs whose direct references are exact versions, and where their releases come from.

    urls: those that were followed, by project, as `canonical_url` has them. asked: the reference that a user wrote for
    what a lock names otherwise (a branch for a commit's archive), by what the lock says.
    """

    inputs: Inputs
    source: ReleaseSource
    urls: Mapping[NormalizedName, frozenset[str]]
    asked: Mapping[str, str]


def settle_references(
    inputs: Inputs,
    reader: DirectReader,
    source: ReleaseSource,
    *,
    kept: Sequence[LockedPackage],
    surroundings: Surroundings,
) -> SettledReferences:
    """Follow each reference once. kept: pins of the existing lock that stay: their commits and hashes are held to.

    Raises InputError and what `DirectReader` raises, each with the place of the reference; several together.
    """
    following = _Following(reader, kept, surroundings)
    releases: dict[tuple[NormalizedName, str], DirectRelease] = {}
    problems: list[PinkeeperError] = []
    for asked in inputs.direct:
        key = (asked.requirement.name, asked.requirement.url or "")
        if key in releases:
            continue
        try:
            releases[key] = following.release(asked)
        except PinkeeperError as error:
            error.details = (*error.details, f"asked for by {asked.origin.place()}")
            problems.append(error)
    raise_problems(problems)
    _check_apart(releases.values())

    def exact(asked: InputRequirement) -> InputRequirement:
        url = asked.requirement.url
        if url is None:
            return asked
        version = releases[asked.requirement.name, url].version
        return replace(
            asked,
            requirement=replace(asked.requirement, url=None, specifier=SpecifierSet(f"=={version}")),
        )

    urls: dict[NormalizedName, set[str]] = {}
    for name, url in releases:
        urls.setdefault(name, set()).add(canonical_url(url))
    return SettledReferences(
        inputs=replace(
            inputs,
            requirements=tuple(map(exact, inputs.requirements)),
            constraints=tuple(map(exact, inputs.constraints)),
            overrides=tuple(map(exact, inputs.overrides)),
        ),
        source=DirectSource({release.file.url: release for release in releases.values()}.values(), source),
        urls={name: frozenset(found) for name, found in urls.items()},
        asked={
            release.file.direct or "": canonical_url(url) for (_, url), release in releases.items() if "+" in url[:4]
        },
    )


class _Following:
    """Follows references, holding to what a lock has of them."""

    def __init__(self, reader: DirectReader, kept: Sequence[LockedPackage], surroundings: Surroundings) -> None:
        self._reader = reader
        self._kept = [package for package in kept if package.url is not None]
        self._surroundings = surroundings

    def release(self, asked: InputRequirement) -> DirectRelease:
        """The release behind a reference."""
        name, url = asked.requirement.name, asked.requirement.url or ""
        git = git_reference(redact(url))
        if git is not None:
            return self._from_git(name, git, canonical_url(url), asked)
        bare, fragment = urldefrag(split_credentials(url)[0])
        fields = dict(part.partition("=")[::2] for part in fragment.split("&"))
        digests = frozenset(_digests(fields)) | _only(asked.hashes)
        if bare.startswith(_WEB):
            written, where = canonical_url(url), bare
        else:
            written, where = self._local(bare)
            if name_in_url(written) != name:
                raise InputError(
                    f"{written} is not named as a wheel or sdist of {name} is, so that a lock cannot tell what it is",
                    remedy="give it the name that a build gives it",
                )
        reference = DirectReference(name=name, url=where, written=written, digests=tuple(sorted(digests)))
        return self._reader.file(self._as_locked(reference))

    def _from_git(
        self, name: NormalizedName, git: GitReference, asked: str, requirement: InputRequirement
    ) -> DirectRelease:
        for package in self._kept:
            if package.name == name and package.reference == asked and package.url is not None:
                commit = commit_in_archive_url(git, package.url)
                if commit is not None and git.commit in {None, commit}:
                    reference = DirectReference(name=name, url=urldefrag(package.url)[0], written=package.url)
                    return self._reader.file(self._as_locked(reference))
        return self._reader.archive(name, git, self._reader.commit(git), digests=tuple(_only(requirement.hashes)))

    def _as_locked(self, reference: DirectReference) -> DirectReference:
        """What the lock says of the same file: its hash, which must not have changed, and its version."""
        for package in self._kept:
            if (package.name, package.url) == (reference.name, reference.written):
                digests = package.hashes if not reference.digests else reference.digests
                return replace(reference, digests=tuple(sorted(digests)), version=package.version)
        return reference

    def _local(self, location: str) -> tuple[str, str]:
        """How a lock names a file of the project, and its address. Raises InputError for one that lies elsewhere."""
        path = path_of_file_url(location) if location.startswith("file:") else location
        written = self._surroundings.relative(path).removeprefix("./")
        if written.startswith(("../", "/")) or written[1:2] == ":":
            raise InputError(
                f"{redact(location)} lies outside of the project, and a lock has no paths of this machine",
                remedy="put the file into the project, or serve it by a URL",
            )
        if any(character.isspace() or character in ";[]#" for character in written):
            raise InputError(
                f"{written}: a lock cannot name a file with a space, a bracket, ; or # in its path", remedy="rename it"
            )
        return f"./{written}", (self._surroundings.directory / written).absolute().as_uri()


def _only(hashes: frozenset[Digest]) -> frozenset[Digest]:
    """What a file must have; of several hashes it needs but one, which is seen to later."""
    return hashes if len(hashes) == 1 else frozenset()


def _digests(fields: dict[str, str]) -> Iterator[Digest]:
    for algorithm in ("sha256", "sha384", "sha512"):
        if value := fields.get(algorithm):
            try:
                yield Digest.parse(f"{algorithm}:{value}")
            except ValueError as error:
                raise InputError(str(error)) from error


def _check_apart(releases: Iterable[DirectRelease]) -> None:
    """Raise InputError where one release is two files that a target could not tell apart."""
    seen: dict[tuple[NormalizedName, Version], DirectRelease] = {}
    for release in releases:
        other = seen.setdefault((release.name, release.version), release)
        same = other.file.url == release.file.url
        if not same and (other.file.wheel_tags is None or other.file.wheel_tags == release.file.wheel_tags):
            raise InputError(
                f"{release.name} {release.version} is asked for from two places",
                details=(str(other.file.direct), str(release.file.direct)),
                remedy="ask for one of them",
            )
