"""Who a lock says published its files, against what the index says (PEP 740)."""

from __future__ import annotations

from collections.abc import Iterator

from pinkeeper.errors import UnknownPackageError
from pinkeeper.model.check_result import CheckFinding, Severity
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.lock import Lock, LockedPackage
from pinkeeper.workflows.lock_source import OpenSource

__all__ = ["judge_publishers"]


def judge_publishers(lock: Lock, opened: OpenSource, path: str) -> Iterator[CheckFinding]:
    """The identities that the index does not confirm. Raises NetworkError, IndexPageError."""
    for package in lock.packages:
        if not package.publishers:
            continue
        files = {file.sha256: file for file in _listed(package, opened)}
        wanted = {sha256 for sha256, _ in package.publishers}
        found = opened.publishers(file for sha256, file in files.items() if sha256 in wanted)
        for sha256, identity in package.publishers:
            if identity not in found.get(sha256, ()):
                named = files[sha256].filename if sha256 in files else f"the file sha256:{sha256[:16]}..."
                yield CheckFinding(
                    kind="wrong-publisher",
                    severity=Severity.ERROR,
                    message=f"the index does not say that {named} was published by {identity}",
                    path=path,
                    line=package.line,
                    package=package.name,
                )


def _listed(package: LockedPackage, opened: OpenSource) -> tuple[DistributionFile, ...]:
    try:
        listing = opened.source.listing(package.name).result()
    except UnknownPackageError:
        return ()  # told of the pin as a whole
    version = str(package.version)
    return listing.files(version) if version in listing.versions else ()
