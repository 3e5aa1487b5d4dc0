"""What a ledger covers, what it leaves to read, and the cheapest way through."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from msgspec.structs import replace
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import PinkeeperError
from pinkeeper.index.cache import Cache
from pinkeeper.inputs.relative_paths import is_url
from pinkeeper.ledger.criteria import mapped
from pinkeeper.ledger.document import read_ledger
from pinkeeper.model.ledger import Import, Ledger
from pinkeeper.model.review_backlog import OpenRelease, StatusResult, Way
from pinkeeper.model.review_result import ReleaseCoverage, ReviewedResult, State
from pinkeeper.workflows.ledger_coverage import measured
from pinkeeper.workflows.ledger_files import OpenLedger, decode_text, imported, open_ledger, path_of_import
from pinkeeper.workflows.ledger_locks import ReadLock, locks_of_project
from pinkeeper.workflows.review_backlog import open_releases
from pinkeeper.workflows.review_desk import Desk, DeskOptions, known_measure, open_desk
from pinkeeper.workflows.review_recheck import outdated_reviews
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["review_status"]

_MOST_WAYS = 3
_MOST_HINTS = 10


def review_status(
    surroundings: Surroundings,
    *,
    names: Sequence[str] = (),
    measure: DeskOptions | None = None,
    rules: Sequence[str] = (),
) -> StatusResult:
    """Measure all locks, or some named ones.

    measure: compare what nobody compared yet, with the index; None for what earlier comparisons tell alone. rules:
    those that the analyser has. Raises as `open_ledger` does.
    """
    ledger, locks = open_ledger(surroundings), locks_of_project(surroundings, names=names)
    result = measured(ledger, locks, surroundings)
    found = open_releases(result, ledger, surroundings)
    cache = Cache(surroundings.cache_directory, log=surroundings.log)
    if measure is not None and found:
        with open_desk(measure, surroundings) as desk:
            for release in found:
                _measure(release, cache, desk, surroundings)
    releases = [each for lock in result.locks for each in lock.releases]
    return StatusResult(
        releases=len(releases),
        covered=sum(each.is_covered for each in releases),
        open=tuple((release, _ways(release, cache)) for release in found),
        exempted=_exempted(result),
        entries=ledger.entries,
        outdated=len(outdated_reviews(result, ledger, rules)) if rules else 0,
        unused_trust=_unused_trust(ledger.own.ledger, releases),
        hints=tuple(_hints(found, ledger, locks, surroundings))[:_MOST_HINTS],
    )


def _ways(release: OpenRelease, cache: Cache) -> tuple[Way, ...]:
    """The ways to cover a release: those that were measured by their lines, then the rest, the nearest base first."""
    if release.state is State.VIOLATION or release.is_direct_reference:
        return ()
    ways = [Way(base=base, measured=known_measure(cache, release, base)) for base, _ in release.bases[:_MOST_WAYS]]
    whole = known_measure(cache, release, None)
    if whole is not None or not ways:
        ways.append(Way(base=None, measured=whole))
    return tuple(sorted(ways, key=lambda way: (way.measured is None, way.measured.lines if way.measured else 0)))


def _measure(release: OpenRelease, cache: Cache, desk: Desk, surroundings: Surroundings) -> None:
    if release.state is State.VIOLATION or release.is_direct_reference:
        return
    bases: tuple[Version | None, ...] = tuple(base for base, _ in release.bases[:_MOST_WAYS]) or (None,)
    for base in bases:
        if known_measure(cache, release, base) is None:
            try:
                desk.lay_out(release, base)
            except PinkeeperError as error:
                surroundings.log(f"{release.package} {release.version} cannot be measured: {error.what}")


def _exempted(result: ReviewedResult) -> tuple[tuple[NormalizedName, Version, str], ...]:
    found = set()
    for lock in result.locks:
        for coverage in lock.releases:
            if coverage.is_covered and coverage.exemptions and not coverage.reviews:
                last = max(exemption.until for exemption in coverage.exemptions)
                found.add((coverage.release.package, coverage.release.version, last.isoformat()))
    return tuple(sorted(found, key=lambda each: (each[2], each[0], each[1])))


def _unused_trust(own: Ledger, releases: Sequence[ReleaseCoverage]) -> str:
    """Which trust comes to nothing because no lock says of a file that this publisher published it."""
    said = {(each.release.package, who) for each in releases for _, who, _ in each.release.publishers}
    locked = {each.release.package for each in releases}
    unused = [each for each in own.trusted if each.package in locked and (each.package, each.identity) not in said]
    if not unused:
        return ""
    return (
        f"{len(unused)} trusted publisher{'s cover' if len(unused) > 1 else ' covers'} nothing: "
        f"no lock says of a file of {', '.join(sorted({each.package for each in unused}))} that they published it; "
        "pinkeeper lock writes it into a pylock.toml, where the index knows"
    )


def _hints(
    found: Sequence[OpenRelease],
    ledger: OpenLedger,
    locks: Sequence[ReadLock],
    surroundings: Surroundings,
) -> Iterator[str]:
    """What imports would cover: by criteria that come to nothing here, or by what was written since they were taken."""
    for source in ledger.config.imports:
        copy = path_of_import(source.name)
        theirs = read_ledger(decode_text(surroundings.read(copy), path=copy), path=copy).ledger
        packages = {release.package for release in found}
        for name in sorted(
            {
                name
                for review in theirs.reviews
                if review.package in packages
                for name in review.criteria
                if not mapped((name,), source)
            }
        ):
            yield f"the import {source.name} has reviews for {name}, which comes to nothing here (see config.toml)"
        if not is_url(source.source) and surroundings.exists(source.source):
            newer = surroundings.read(source.source)
            if hashlib.sha256(newer).hexdigest() != ledger.pins[source.name].sha256:
                yield _newer(source, newer, ledger, locks, surroundings)


def _newer(
    source: Import, content: bytes, ledger: OpenLedger, locks: Sequence[ReadLock], surroundings: Surroundings
) -> str:
    changed = f"the import {source.name} has changed at its source"
    try:
        theirs = read_ledger(decode_text(content, path=source.source), path=source.source).ledger
    except PinkeeperError:
        return f"{changed}, and what stands there now cannot be read"
    imports = {**ledger.imports, source.name: imported(theirs, source)}
    after = measured(replace(ledger, imports=imports), locks, surroundings)
    left = sum(len(lock.open) for lock in after.locks)
    return f"{changed}: with it {left} would be open (pinkeeper review import {source.name})"
