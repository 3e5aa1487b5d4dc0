"""Direct references among the inputs, followed before anything is resolved: each is the one release of its project.

What else is asked of the project must fit. A reference that another package asks for counts only where the user names
the very same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from urllib.parse import urldefrag

from msgspec import Struct
from packaging.utils import NormalizedName

from pinkeeper.errors import HashMismatchError, InputError, PinkeeperError
from pinkeeper.index.direct import (
    DirectReader,
    DirectReference,
    GitReference,
    commit_in_archive_url,
    git_reference,
)
from pinkeeper.index.workers import Workers
from pinkeeper.inputs.collected import raise_problems
from pinkeeper.lockfile.url_versions import name_in_url
from pinkeeper.model.digest import Digest
from pinkeeper.model.lock import LockedPackage
from pinkeeper.model.requirement import InputRequirement
from pinkeeper.model.target import Target
from pinkeeper.model.url import canonical_url, path_of_file_url, redact, split_credentials
from pinkeeper.resolver.dependencies import DependencyReader, RequirementTexts
from pinkeeper.resolver.direct import DirectRelease, DirectReleases, direct_references, reference_of
from pinkeeper.resolver.resolution import Problem
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["FollowedReferences", "follow_references"]

_WEB = ("https://", "http://")
_AT_ONCE = 8
_STRONG = ("sha256", "sha384", "sha512")


class FollowedReferences(Struct, frozen=True, kw_only=True):
    """What stands behind direct references.

    asked: what a user wrote for what a lock names otherwise (a branch for a commit's archive), by what the lock says.
    """

    releases: DirectReleases
    asked: Mapping[str, str]


def follow_references(
    problem: Problem,
    targets: Iterable[Target],
    reader: DirectReader,
    *,
    kept: Sequence[LockedPackage],
    surroundings: Surroundings,
) -> FollowedReferences:
    """Follow each reference that holds on some target once, several at a time.

    kept: pins of the existing lock that stay: their commits and hashes are held to. Raises InputError and what
    `DirectReader` raises, each with the places of the reference; several together.
    """
    following = _Following(reader, kept, surroundings)
    workers = Workers(_AT_ONCE)
    wanted = _wanted(problem, targets)
    futures = {key: workers.submit(partial(following.release, lines)) for key, lines in wanted.items()}
    releases: dict[tuple[NormalizedName, str], DirectRelease] = {}
    problems: list[PinkeeperError] = []
    for key, future in futures.items():
        try:
            releases[key] = future.result()
        except PinkeeperError as error:
            places = ", ".join(dict.fromkeys(line.origin.place() for line in wanted[key]))
            error.details = (*error.details, f"asked for by {places}")
            problems.append(error)
    raise_problems(problems)
    return FollowedReferences(
        releases=releases,
        asked={release.file.direct or "": url for (_, url), release in releases.items() if "+" in url[:4]},
    )


def _wanted(
    problem: Problem, targets: Iterable[Target]
) -> dict[tuple[NormalizedName, str], tuple[InputRequirement, ...]]:
    """The references to follow, each with all lines that ask for it. Raises InputError."""
    texts = RequirementTexts()
    wanted: dict[tuple[NormalizedName, str], dict[InputRequirement, None]] = {}
    for target in targets:
        found = direct_references(
            problem.requirements,
            problem.constraints,
            problem.overrides,
            excludes=problem.excludes,
            holds=DependencyReader(target, texts=texts).holds,
        )
        for lines in found.values():
            wanted.setdefault(reference_of(lines[0]), {}).update(dict.fromkeys(lines))
    return {key: tuple(lines) for key, lines in wanted.items()}


class _Following:
    """Follows references, holding to what a lock has of them."""

    def __init__(self, reader: DirectReader, kept: Sequence[LockedPackage], surroundings: Surroundings) -> None:
        self._reader = reader
        self._kept = [package for package in kept if package.url is not None]
        self._surroundings = surroundings

    def release(self, lines: Sequence[InputRequirement]) -> DirectRelease:
        """The release behind a reference. lines: all that ask for it."""
        name, url = lines[0].requirement.name, lines[0].requirement.url or ""
        demands = tuple(dict.fromkeys(demand for line in lines for demand in _demands(line)))
        git = git_reference(redact(url))
        if git is not None:
            return self._from_git(name, git, canonical_url(url), demands)
        bare = urldefrag(split_credentials(url)[0])[0]
        if bare.startswith(_WEB):
            written, where = canonical_url(url), bare
        else:
            written, where = self._local(name, bare)
        return self._read(DirectReference(name=name, url=where, written=written, demands=demands))

    def _from_git(
        self, name: NormalizedName, git: GitReference, asked: str, demands: tuple[frozenset[Digest], ...]
    ) -> DirectRelease:
        for package in self._kept:
            if package.name == name and package.reference == asked and package.url is not None:
                commit = commit_in_archive_url(git, package.url)
                if commit is not None and git.commit in {None, commit}:
                    where = urldefrag(package.url)[0]
                    return self._read(DirectReference(name=name, url=where, written=package.url, demands=demands))
        return self._reader.archive(name, git, self._reader.commit(git), demands=demands)

    def _read(self, reference: DirectReference) -> DirectRelease:
        """A file, held to what the lock says of it, unless the user's own lines say it."""
        locked = next(
            (
                package.hashes
                for package in self._kept
                if (package.name, package.url) == (reference.name, reference.written) and package.hashes
            ),
            None,
        )
        if locked is None or reference.demands:
            return self._reader.file(reference)
        try:
            return self._reader.file(
                DirectReference(name=reference.name, url=reference.url, written=reference.written, demands=(locked,))
            )
        except HashMismatchError as error:
            error.remedy = (
                f"find out why it is another file than was locked; to lock it all the same: -P {reference.name}"
            )
            raise

    def _local(self, name: NormalizedName, location: str) -> tuple[str, str]:
        """How a lock names a file of the project, and its address. Raises InputError for one that lies elsewhere."""
        if "://" in location and not location.startswith("file:"):
            raise InputError(
                f"{redact(location)}: only http, https and file addresses are read", remedy="serve it by HTTPS"
            )
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
        if name_in_url(written) != name:
            raise InputError(
                f"./{written} is not named as a wheel or sdist of {name} is, so that a lock cannot tell what it is",
                remedy="give it the name that a build gives it",
            )
        return f"./{written}", (self._surroundings.directory / written).absolute().as_uri()


def _demands(line: InputRequirement) -> Iterator[frozenset[Digest]]:
    """The hashes of a line, of which its file must have one, and each hash of its URL. Raises InputError."""
    if line.hashes:
        yield line.hashes
    fragment = urldefrag(line.requirement.url or "")[1]
    fields = dict(part.partition("=")[::2] for part in fragment.split("&"))
    for algorithm in _STRONG:
        if value := fields.get(algorithm):
            try:
                yield frozenset({Digest.parse(f"{algorithm}:{value}")})
            except ValueError as error:
                raise InputError(str(error)) from error
