"""The pins of a lock, each beside what the index that owns its name says of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Future
from urllib.parse import unquote, urlsplit

from msgspec import Struct, field
from msgspec.structs import replace
from packaging.utils import NormalizedName

from pinkeeper.errors import PinkeeperError, UnknownPackageError
from pinkeeper.index.filenames import wheel_tags
from pinkeeper.index.source import IndexSource
from pinkeeper.inputs.collected import raise_problems
from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.model.target import Target
from pinkeeper.resolver.dependencies import DependencyReader
from pinkeeper.resolver.selection import Rejected, Release, Selector, parse_version
from pinkeeper.resolver.source import ProjectListing

__all__ = ["Listings", "Pin", "Serving", "TargetView", "ask_index", "direct_file", "look_at"]


class TargetView(Struct, frozen=True, kw_only=True, eq=False):
    """One target, with what judges releases and requirements for it."""

    target: Target
    selector: Selector
    reader: DependencyReader


class Serving(Struct, frozen=True, kw_only=True, eq=False):
    """A pin on a target where its marker holds.

    files: those of its release that the target can install, the best first. locked: those of them that the lock admits.
    refusal: why there are no files, where the index lists the release at all.
    """

    view: TargetView
    files: tuple[DistributionFile, ...] = ()
    locked: tuple[DistributionFile, ...] = ()
    refusal: Rejected | None = None

    @property
    def file(self) -> DistributionFile | None:
        """The file that would be installed; where the lock admits none, the one that it should have admitted."""
        return next(iter(self.locked or self.files), None)


class Pin(Struct, frozen=True, kw_only=True, eq=False):
    """A package of the lock as the index knows it.

    listing: None where no index lists it. release: its version as the listing spells it, None where it does not list
    that; files: of that release. digests: of the files by URL, computed where the index gives no SHA-256. servings: one
    for each target on which the pin is installed.
    """

    package: LockedPackage
    listing: ProjectListing | None = None
    release: str | None = None
    files: tuple[DistributionFile, ...] = ()
    digests: Mapping[str, frozenset[Digest]] = field(default_factory=dict)
    servings: tuple[Serving, ...] = ()

    def admits(self, file: DistributionFile) -> bool:
        """Whether the lock's hashes admit a file."""
        return not self.digests[file.url].isdisjoint(self.package.hashes)

    def __str__(self) -> str:
        return f"{self.package.name} {self.package.version}"


class Listings(Struct, frozen=True, kw_only=True, eq=False):
    """What the indexes answered: listings by name, and the names that none lists."""

    by_name: Mapping[NormalizedName, ProjectListing]
    unknown: Mapping[NormalizedName, UnknownPackageError]


def ask_index(lock: Lock, source: IndexSource) -> Listings:
    """Ask for all packages at once.

    Raises whatever stands against knowing what an index says, such as NetworkError and IndexPageError, all together.
    """
    asked: dict[NormalizedName, Future[ProjectListing]] = {
        package.name: source.listing(package.name) for package in lock.packages if package.url is None
    }
    listings: dict[NormalizedName, ProjectListing] = {}
    unknown: dict[NormalizedName, UnknownPackageError] = {}
    problems: list[PinkeeperError] = []
    for name, future in asked.items():
        try:
            listings[name] = future.result()
        except UnknownPackageError as error:
            unknown[name] = error
        except PinkeeperError as error:
            problems.append(error)
    raise_problems(problems)
    return Listings(by_name=listings, unknown=unknown)


def look_at(
    lock: Lock,
    listings: Mapping[NormalizedName, ProjectListing],
    holds: Mapping[int, Collection[TargetView]],
    source: IndexSource,
) -> tuple[Pin, ...]:
    """Put each package beside what its listing says. holds: the views where it is installed, by its place in the lock.

    Files whose SHA-256 no index gives are read, all at once. Raises IndexPageError, NetworkError, HashMismatchError.
    """
    listed = [_listed(package, listings) for package in lock.packages]
    unknown = [file for pin in listed for file in pin.files if file.sha256 is None and pin.package.url is None]
    computed = source.sha256s(unknown) if unknown else {}
    pins = []
    for place, pin in enumerate(listed):
        digests = {file.url: frozenset((*file.digests, *_computed(file, computed))) for file in pin.files}
        with_digests = replace(pin, digests=digests)
        pins.append(replace(with_digests, servings=tuple(_serving(with_digests, view) for view in holds[place])))
    return tuple(pins)


def _listed(package: LockedPackage, listings: Mapping[NormalizedName, ProjectListing]) -> Pin:
    listing = listings.get(package.name) if package.url is None else _DirectListing(package)
    if listing is None:
        return Pin(package=package)
    release: str | None = str(package.version)
    if release not in listing.versions:  # it may be spelled apart, 1.0.0 for 1.0
        release = next((text for text in listing.versions if parse_version(text) == package.version), None)
    files = () if release is None else listing.files(release)
    return Pin(package=package, listing=listing, release=release, files=files)


def direct_file(package: LockedPackage) -> DistributionFile:
    """The file that a direct reference names, with the hashes that the lock demands of it."""
    assert package.url is not None
    address = package.url.partition("#")[0]
    filename = unquote(urlsplit(address).path).rpartition("/")[2]
    return DistributionFile(
        filename=filename,
        url=address,
        digests=tuple(sorted(package.hashes)),
        wheel_tags=wheel_tags(filename),
        direct=package.url,
    )


def _computed(file: DistributionFile, computed: Mapping[str, str]) -> Iterator[Digest]:
    if file.url in computed:
        yield Digest("sha256", computed[file.url])


def _serving(pin: Pin, view: TargetView) -> Serving:
    if pin.listing is None or pin.release is None:
        return Serving(view=view)
    match view.selector.judge(pin.listing, pin.release):
        case Release() as release:
            return Serving(view=view, files=release.files, locked=tuple(filter(pin.admits, release.files)))
        case Rejected() as refusal:
            return Serving(view=view, refusal=refusal)


class _DirectListing:
    """The one file of a direct reference, as if an index listed it."""

    def __init__(self, package: LockedPackage) -> None:
        self.name = package.name
        self.index = ""
        self.versions: tuple[str, ...] = (str(package.version),)
        self._file = direct_file(package)

    def filenames(self, version: str) -> tuple[str, ...]:
        del version
        return (self._file.filename,)

    def file(self, version: str, filename: str) -> DistributionFile:
        del version, filename
        return self._file

    def files(self, version: str) -> tuple[DistributionFile, ...]:
        del version
        return (self._file,)
