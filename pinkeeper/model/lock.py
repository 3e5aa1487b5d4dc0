"""A lock: packages pinned to releases and to the hashes of distribution files, for all targets."""

from __future__ import annotations

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.digest import Digest
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.origin import Origin
from pinkeeper.model.requirement import Requirement

__all__ = ["Lock", "LockedPackage", "TargetSpelling"]

# What ``--python-version`` and ``--platform`` say to name a target: ("3.12", "linux_x86_64").
TargetSpelling = tuple[str, str]


class LockedPackage(Struct, frozen=True, kw_only=True, eq=False):
    """One pin, on the targets where its marker holds.

    A package may stand in a lock several times, with markers of which at most one holds on each target.

    extras: those that anything in the tree asks for. hashes: of the distribution files that may be installed; files:
    these files, sorted by name, where the lock says more of them than their hashes (a pylock does, a requirements file
    does not). requested_by: the places in the user's inputs that name it (constraints too, when they bound it).
    required_by: the packages of this lock that depend on it. needs: what it asks of other packages of this lock, with
    extras, specifier and a marker where that does not hold wherever it is itself. url: set for a direct reference
    (PEP 440), else None; reference: what the user wrote for it, where that is another one (a branch for the archive of
    a commit). marker: a PEP 508 marker, None where the pin holds on every target. index: the URL of the
    index that owns the name, without credentials, None for a folder. requires_python: as its metadata says.
    publishers: (SHA-256, identity) of files of which the index says who published them (PEP 740), sorted; only where
    somebody asked. line: 1-based, in the file that it was read from.
    """

    name: NormalizedName
    version: Version
    hashes: frozenset[Digest] = frozenset()
    extras: frozenset[NormalizedName] = frozenset()
    requested_by: tuple[Origin, ...] = ()
    required_by: tuple[NormalizedName, ...] = ()
    needs: tuple[Requirement, ...] = ()
    url: str | None = None
    reference: str | None = None
    marker: str | None = None
    files: tuple[DistributionFile, ...] = ()
    index: str | None = None
    requires_python: str | None = None
    publishers: tuple[tuple[str, str], ...] = ()
    line: int | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LockedPackage) and self._said == other._said

    def __hash__(self) -> int:
        return hash(self._said)

    @property
    def _said(self) -> tuple[object, ...]:
        """All but the line: where a pin stands makes it no other."""
        return tuple([getattr(self, name) for name in self.__struct_fields__ if name != "line"])


class Lock(Struct, frozen=True, kw_only=True):
    """All pins, sorted by name, then version, then marker.

    What follows is known where a pylock or a header says it, and empty elsewhere. roots: what the user asked for, each
    with a marker where it does not hold on every target. targets: the environments that it serves; unserved: those that
    were asked for and have no answer; environments: those that it serves as markers (PEP 751). requires_python: the
    project's own. fingerprint: of everything that the lock was made from and of its own content, hexadecimal. command:
    the command that the header names. options: (line, text) of the option lines of a requirements file, such as
    ``--index-url URL``, credentials removed. unpinned: what is installed besides and no hash pins, such as a directory,
    a text each.
    """

    packages: tuple[LockedPackage, ...] = ()
    roots: tuple[Requirement, ...] = ()
    targets: tuple[TargetSpelling, ...] = ()
    unserved: tuple[TargetSpelling, ...] = ()
    environments: tuple[str, ...] = ()
    requires_python: str | None = None
    fingerprint: str | None = None
    command: str | None = None
    options: tuple[tuple[int, str], ...] = ()
    unpinned: tuple[str, ...] = ()
