"""Why there is no solution, in sentences: what collides, who asked for it, what is there, what would help."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import MetadataUnavailableError, NoSolutionError, PinkeeperError, UnknownPackageError
from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.target import Target
from pinkeeper.resolver.dependencies import UnusableRequirementError
from pinkeeper.resolver.journal import Journal
from pinkeeper.resolver.needs import Candidate, Identifier, Impossible, Need, Same, Wanted
from pinkeeper.resolver.provider import Provider
from pinkeeper.resolver.selection import Rejected, Rejection, Release, Selector, parse_version
from pinkeeper.resolver.source import ProjectListing, ReleaseSource

if TYPE_CHECKING:
    from resolvelib.resolvers import RequirementInformation

    Cause = RequirementInformation[Need, Candidate]

__all__ = ["describe_rejection", "explain", "joined_versions"]

_SHOWN = 4  # versions named in one line before the rest is counted


def explain(
    causes: Collection[Cause],
    *,
    provider: Provider,
    selector: Selector,
    source: ReleaseSource,
    journal: Journal,
) -> PinkeeperError:
    """Turn the last conflict into an error.

    Gives an UnknownPackageError or MetadataUnavailableError where that alone is what stands in the way, else a
    NoSolutionError.
    """
    collisions = _distinct(_down_to_unanswered(causes, provider=provider, selector=selector, source=source))
    for cause in collisions:
        unknown = provider.unknown.get(cause.requirement.identifier.name)
        if unknown is not None:
            return _unknown(unknown, cause, journal)
    names = sorted({cause.requirement.identifier.name for cause in collisions})
    asked = {name: [cause for cause in collisions if cause.requirement.identifier.name == name] for name in names}
    target = selector.target
    details: list[str] = []
    remedies: list[str] = []
    unreadable: MetadataUnavailableError | None = None
    lacks_files = False
    for name in names:
        details += [f"{_need(cause)}  {_asker(cause, journal)}" for cause in asked[name] if not _is_impossible(cause)]
        details += [
            f"{name}{constraint.requirement.specifier}  asked for by {constraint.origin.place()} (a constraint)"
            for constraint in provider.constraints_on(name)
        ]
        if name in provider.unknown:
            continue
        there = _Availability(name, causes=asked[name], provider=provider, selector=selector, source=source)
        details += there.lines
        remedies += there.remedies
        unreadable = unreadable or there.unreadable
        lacks_files = lacks_files or there.lacks_files
    if unreadable is not None and len(names) == 1:
        return _with_asker(unreadable, names[0], journal)
    if (
        len(names) == 1
        and len({_need(cause) for cause in asked[names[0]]}) == 1
        and not provider.constraints_on(names[0])
    ):
        what = f"no release of {names[0]} can be used for {target.name}"
    else:
        what = f"no set of releases satisfies all requirements for {target.name}"
    return NoSolutionError(
        what,
        details=tuple(dict.fromkeys(details)),
        remedy=" or ".join(dict.fromkeys(remedies)) or _relax(collisions),
        lacks_files=lacks_files,
    )


def _down_to_unanswered(
    causes: Collection[Cause], *, provider: Provider, selector: Selector, source: ReleaseSource
) -> list[Cause]:
    """The causes, and below those that only hopeless releases could answer what these want in vain."""
    from resolvelib.resolvers import RequirementInformation  # noqa: PLC0415 - only here, on the way to an error

    found = list(causes)
    seen: set[tuple[Identifier, Version]] = set()
    for cause in found:  # grows while it is walked
        identifier = cause.requirement.identifier
        if not any(hopeless == identifier for hopeless, _ in provider.hopeless):
            continue
        specifier = provider.specifier(identifier.name, [cause.requirement])
        for judged in selector.matching(source.listing(identifier.name).result(), specifier):
            need = provider.hopeless.get((identifier, judged.version))
            if need is not None and isinstance(judged, Release) and (identifier, judged.version) not in seen:
                seen.add((identifier, judged.version))
                found.append(RequirementInformation(need, Candidate(identifier, judged.version, judged)))
                found += [RequirementInformation(root, None) for root in provider.roots_on(need.identifier.name)]
    return found


class _Availability:
    """What the index has for the needs on one project, and why it does not do.

    lacks_files: some release would do, had it a file for the target.
    """

    def __init__(
        self,
        name: NormalizedName,
        *,
        causes: Sequence[Cause],
        provider: Provider,
        selector: Selector,
        source: ReleaseSource,
    ) -> None:
        target = selector.target
        self.lines: list[str] = []
        self.remedies: list[str] = []
        self.unreadable: MetadataUnavailableError | None = None
        listing = source.listing(name).result()
        specifier = provider.specifier(name, [cause.requirement for cause in causes])
        judged = list(selector.matching(listing, specifier))
        usable = [entry for entry in judged if isinstance(entry, Release)]
        rejected = [entry for entry in judged if isinstance(entry, Rejected)]
        yanked = [release for release in usable if release.yanked is not None]
        self.lacks_files = len(yanked) == len(usable) and any(
            entry.reason in {Rejection.TAGS, Rejection.PYTHON} for entry in rejected
        )
        if not judged:
            self.lines.append(_what_is_there(listing, specifier))
            return
        if yanked and len(yanked) == len(usable):
            versions = joined_versions(str(release.version) for release in yanked)
            self.lines.append(f"yanked, so only an exact pin (==) takes it: {name} {versions}")
        self._tell_unusable(name, usable, provider)
        for reason in Rejection:
            entries = [entry for entry in rejected if entry.reason is reason]
            if entries:
                versions = joined_versions(str(entry.version) for entry in entries)
                self.lines.append(f"{describe_rejection(reason, entries[0].file, target)}: {name} {versions}")
                if (remedy := _remedy(reason, name)) is not None:
                    self.remedies.append(remedy)

    def _tell_unusable(self, name: NormalizedName, usable: Iterable[Release], provider: Provider) -> None:
        told = 0
        for release in usable:
            problem = provider.unusable.get((name, release.version))
            if problem is None:
                continue
            if isinstance(problem, MetadataUnavailableError) and self.unreadable is None:
                self.unreadable = problem
            if isinstance(problem, UnusableRequirementError) and problem.remedy is not None:
                self.remedies.append(problem.remedy)
            told += 1
            if told <= _SHOWN:
                self.lines.append(f"cannot be used: {name} {release.version}: {_first_line(problem)}")
        if told > _SHOWN:
            self.lines.append(f"cannot be used either: {told - _SHOWN} more releases of {name}")


def describe_rejection(reason: Rejection, file: DistributionFile | None, target: Target) -> str:
    """Say why releases are no candidates, for one line before their versions."""
    match reason:
        case Rejection.COOLDOWN:
            return "held back by the cooldown"
        case Rejection.NO_UPLOAD_TIME:
            return "held back by the cooldown, because the index gives no upload time"
        case Rejection.EXCLUDED_NEWER:
            return "uploaded after --exclude-newer"
        case Rejection.PYTHON:
            return f"needs Python {file.requires_python if file else '?'}, the target has {target.python}"
        case Rejection.TAGS:
            return f"no wheel for {target.name} and no sdist"
        case Rejection.FORMAT:
            return "has no file that --only-binary or --no-binary admit"
        case Rejection.NO_FILES:
            return "has no file"


def joined_versions(versions: Iterable[str]) -> str:
    """Name a few versions and count the rest."""
    listed = list(versions)
    if len(listed) <= _SHOWN:
        return ", ".join(listed)
    return f"{', '.join(listed[:_SHOWN])} and {len(listed) - _SHOWN} more"


def _remedy(reason: Rejection, name: NormalizedName) -> str | None:
    match reason:
        case Rejection.COOLDOWN:
            return f"wait, or exempt the release of {name} in [[tool.pinkeeper.cooldown-exemptions]], or --cooldown 0"
        case Rejection.NO_UPLOAD_TIME:
            return "--cooldown 0, if you trust this index to serve no fresh uploads"
        case Rejection.EXCLUDED_NEWER:
            return "a later --exclude-newer"
        case Rejection.PYTHON:
            return "another --python-version"
        case Rejection.TAGS:
            return "another --platform or --python-version"
        case Rejection.FORMAT:
            return f"admit another kind of file for {name} (--only-binary, --no-binary)"
        case Rejection.NO_FILES:
            return None


def _what_is_there(listing: ProjectListing, specifier: SpecifierSet) -> str:
    if not listing.versions:
        return f"the index lists {listing.name} without any release"
    pre_releases = [text for text in listing.versions if parse_version(text).is_prerelease]
    newest = listing.versions[0]
    oldest = listing.versions[-1]
    there = f"the only release is {newest}" if newest == oldest else f"releases run from {oldest} to {newest}"
    hint = f" ({len(pre_releases)} of them pre-releases)" if pre_releases else ""
    return f"no release of {listing.name} satisfies {specifier or 'any version'}; {there}{hint}"


def _unknown(error: UnknownPackageError, cause: Cause, journal: Journal) -> UnknownPackageError:
    match cause.requirement:
        case Wanted(origin=origin) if origin is not None:
            where: str | None = origin.place()
        case _:
            where = None
    details = error.details if where else (*error.details, f"{_need(cause)}  {_asker(cause, journal)}")
    return UnknownPackageError(error.name, where=where, remedy=error.remedy, details=details)


def _with_asker(error: MetadataUnavailableError, name: NormalizedName, journal: Journal) -> MetadataUnavailableError:
    from resolvelib.resolvers import RequirementInformation  # noqa: PLC0415 - only here, on the way to an error

    asked = journal.first_asked.get(Identifier(name))
    told = () if asked is None else (f"{asked[0]}  {_asker(RequirementInformation(*asked), journal)}",)
    return MetadataUnavailableError(error.what, where=error.where, remedy=error.remedy, details=(*error.details, *told))


def _distinct(causes: Collection[Cause]) -> list[Cause]:
    """Causes without repetition, in a stable order."""
    by_text = {(str(cause.requirement), str(cause.parent or "")): cause for cause in causes}
    return [by_text[key] for key in sorted(by_text)]


def _is_impossible(cause: Cause) -> bool:
    return isinstance(cause.requirement, Impossible)


def _need(cause: Cause) -> str:
    return str(cause.requirement)


def _asker(cause: Cause, journal: Journal) -> str:
    """Who asks, down to the user's own line."""
    match cause.requirement:
        case Wanted(origin=origin) if origin is not None:
            return f"asked for by {origin.place()}"
        case Wanted() | Same() | Impossible():
            pass
    if cause.parent is None:
        return "asked for"
    chain = [str(cause.parent)]
    seen: set[Identifier] = set()
    identifier = cause.parent.identifier
    while identifier not in seen and (asked := journal.first_asked.get(identifier)) is not None:
        seen.add(identifier)
        need, parent = asked
        if parent is None:
            place = need.origin.place() if isinstance(need, Wanted) and need.origin else "the inputs"
            chain.append(f"{place} ({need})")
            break
        identifier = parent.identifier
        if identifier.name != chain[-1].partition(" ")[0].partition("[")[0]:
            chain.append(identifier.name)
    return f"asked for by {chain[0]}" + (f", wanted by {', wanted by '.join(chain[1:])}" if chain[1:] else "")


def _relax(causes: Sequence[Cause]) -> str:
    own = [
        f"{cause.requirement} in {cause.requirement.origin.place()}"
        for cause in causes
        if isinstance(cause.requirement, Wanted) and cause.requirement.origin is not None
    ]
    return f"relax {own[0]}" if own else "relax one of the requirements above, or use another --python-version"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
