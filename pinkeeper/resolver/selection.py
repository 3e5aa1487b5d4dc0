"""Which releases of a project are candidates for a target, before any requirement is asked (PEP 440, 425, 592)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.distribution import DistributionFile
from pinkeeper.model.target import Target
from pinkeeper.resolver.policy import Policy, Strategy
from pinkeeper.resolver.source import ProjectListing
from pinkeeper.resolver.version_bounds import parse_version, within_bounds

__all__ = ["Rejected", "Rejection", "Release", "Selector", "is_there", "parse_version"]


class Rejection(Enum):
    """Why a release is no candidate, the nearest miss first."""

    COOLDOWN = auto()  # it, or every file of it that would do, is younger than the cooldown
    NO_UPLOAD_TIME = auto()  # the index does not say how old it is
    EXCLUDED_NEWER = auto()  # uploaded after --exclude-newer
    REFUSED = auto()  # the run may not take it, whatever it is
    PYTHON = auto()  # its requires-python does not admit the target's Python
    TAGS = auto()  # it has wheels, none for the target, and no sdist that may be used
    FORMAT = auto()  # --only-binary or --no-binary leave no file
    NO_FILES = auto()


class Release(Struct, frozen=True, kw_only=True):
    """A candidate release: the files that the target can install, the best first.

    by_target: the same for the target and each of its companions. added: files that would do, and that came after the
    lock. yanked: the reason, where every one of `files` is yanked (PEP 592). listing: where it was found.
    """

    name: NormalizedName
    version: Version
    by_target: tuple[tuple[DistributionFile, ...], ...]
    added: tuple[DistributionFile, ...] = ()
    yanked: str | None
    listing: ProjectListing

    @property
    def files(self) -> tuple[DistributionFile, ...]:
        """The files that the target can install, the best first."""
        return self.by_target[0]

    @property
    def installed(self) -> tuple[DistributionFile, ...]:
        """The best file of the target and of each companion, each file once."""
        first = self.by_target[0][0]
        if len(self.by_target) == 1:
            return (first,)
        return tuple({files[0].url: files[0] for files in self.by_target}.values())


class Rejected(Struct, frozen=True, kw_only=True):
    """A release that is no candidate. file: one of its files that shows why, where there is one.

    is_of_some: some of several targets have a file of it, others have none.
    """

    version: Version
    reason: Rejection
    file: DistributionFile | None
    is_of_some: bool = False


# Interpreters, ABIs and platforms of a compressed tag set (PEP 425).
_TagSet = tuple[str, str, str]

# Yanked last, then by rank, build number and name.
_Ranked = tuple[bool, int, tuple[int, str], str, DistributionFile]


def is_there(judged: Release | Rejected) -> bool:
    """Whether a final release keeps pre-releases out: it can be had, now or later, or by some of several targets."""
    return isinstance(judged, Release) or judged.reason in _HELD or judged.is_of_some


class Selector:
    """Judges releases against a policy; every release is judged once.

    target: the policy's; its name is that of the last companion, where there are some, with the others behind it.
    """

    def __init__(self, policy: Policy) -> None:
        self.target = replace(policy.target, name=_named(policy.targets))
        self._policy = policy
        self._ranks = [target.tag_ranks for target in policy.targets]
        self._judged: dict[tuple[NormalizedName, str], Release | Rejected] = {}
        self._texts: dict[NormalizedName, tuple[frozenset[str], tuple[str, ...]]] = {}
        self._tag_ranks: dict[_TagSet | None, tuple[int | None, ...]] = {}
        self._python_admits: dict[str, bool] = {}
        self._cutoff = policy.now - policy.cooldown if policy.cooldown else None

    @property
    def takes_pre_releases(self) -> bool:
        """Whether pre-releases are candidates like any other."""
        return self._policy.pre

    def matching(
        self, listing: ProjectListing, specifier: SpecifierSet, *, direct: bool = False
    ) -> Iterator[Release | Rejected]:
        """Releases whose version satisfies a specifier, in the order in which they should be tried.

        Pre-releases follow pip's rule: they take part where ``--pre`` or a specifier that names one admits them, or
        else where no final release satisfies the specifier. Releases that only the cooldown or ``--exclude-newer``
        holds back count as being there: waiting must not bring a pre-release in.
        """
        lowest = self._policy.strategy is Strategy.LOWEST or (
            direct and self._policy.strategy is Strategy.LOWEST_DIRECT
        )
        texts = self._possible(listing, specifier)
        ordered = reversed(texts) if lowest else iter(texts)
        admits_pre = self._policy.pre or bool(specifier.prereleases)
        later: list[str] = []
        final_seen = False
        for text in ordered:
            version = parse_version(text)
            if version.is_prerelease and not admits_pre:
                later.append(text)
            elif specifier.contains(version, prereleases=True):
                judged = self.judge(listing, text)
                final_seen = final_seen or is_there(judged)
                yield judged
        if not final_seen:
            for text in later:
                if specifier.contains(parse_version(text), prereleases=True):
                    yield self.judge(listing, text)

    def _possible(self, listing: ProjectListing, specifier: SpecifierSet) -> tuple[str, ...]:
        """The listed versions that can satisfy a specifier at all: few where it pins one exactly, else all."""
        for part in specifier:
            if part.operator == "==" and not part.version.endswith(".*"):
                pinned = str(parse_version(part.version))
                known = self._texts.get(listing.name)
                if known is None:
                    local = tuple(text for text in listing.versions if "+" in text)
                    known = self._texts[listing.name] = (frozenset(listing.versions), local)
                texts, local = known
                public = (pinned,) if pinned in texts else ()
                return (*(text for text in local if text.startswith(f"{pinned}+")), *public)
        return within_bounds(listing.versions, specifier)

    def judge(self, listing: ProjectListing, text: str) -> Release | Rejected:
        """Whether a release is a candidate for the target under the policy."""
        key = (listing.name, text)
        judged = self._judged.get(key)
        if judged is None:
            judged = self._judged[key] = self._judge(listing, text)
        return judged

    def _judge(self, listing: ProjectListing, text: str) -> Release | Rejected:
        name, version = listing.name, parse_version(text)
        if self._refuses(name, version):
            return Rejected(version=version, reason=Rejection.REFUSED, file=None)
        formats = self._policy.formats
        takes_wheels, takes_sdists = formats.allows_wheels(name), formats.allows_sdists(name)
        misses: dict[Rejection, str] = {}
        ranked: list[list[_Ranked]] = [[] for _ in self._ranks]
        for filename in listing.filenames(text):
            tags, build = _tags_and_build(filename)
            if not (takes_sdists if tags is None else takes_wheels):
                misses.setdefault(Rejection.FORMAT, filename)
                continue
            ranks = self._ranks_of(tags)
            if not ranks:
                misses.setdefault(Rejection.TAGS, filename)
                continue
            file = listing.file(text, filename)  # most files of a large release are never read further than their name
            miss = self._refusal(name, version, file)
            if miss is not None:
                misses.setdefault(miss, filename)
                continue
            for rank, entries in zip(ranks, ranked, strict=True):
                if rank is not None:
                    entries.append((file.yanked is not None, rank, build, filename, file))
        if not all(ranked):
            if any(ranked):
                return Rejected(version=version, reason=Rejection.TAGS, file=None, is_of_some=True)
            reason = min(misses, key=lambda miss: miss.value, default=Rejection.NO_FILES)
            example = misses.get(reason)
            return Rejected(
                version=version, reason=reason, file=None if example is None else listing.file(text, example)
            )
        return self._release(listing, version, ranked)

    def _refuses(self, name: NormalizedName, version: Version) -> bool:
        refused = self._policy.refused.get(name, ())
        return (
            any(specifier.contains(version, prereleases=True) for specifier in refused)
            and (name, version) not in self._policy.kept
        )

    def _release(self, listing: ProjectListing, version: Version, ranked: list[list[_Ranked]]) -> Release:
        """A release from its files; those that came after the lock are set aside where it does without them."""
        kept = frozenset() if self._policy.takes_added else self._policy.kept.get((listing.name, version), frozenset())
        by_target = []
        added: dict[str, DistributionFile] = {}
        for entries in ranked:
            files = [entry[4] for entry in sorted(entries, key=lambda entry: entry[:4])]
            standing = [file for file in files if file.sha256 is None or file.sha256 in kept] if kept else files
            if any(file.sha256 in kept for file in standing):
                taken = [file for file in files if file.is_wheel] or files  # what a lock takes of them
                added |= {file.url: file for file in taken if file not in standing}
                files = standing
            by_target.append(tuple(files))
        return Release(
            name=listing.name,
            version=version,
            by_target=tuple(by_target),
            added=tuple(added.values()),
            yanked=by_target[0][0].yanked,
            listing=listing,
        )

    def admitted_files(self, listing: ProjectListing, text: str) -> tuple[DistributionFile, ...]:
        """Every file of a release, for whatever target, that is not too young and not yanked alone."""
        name, version = listing.name, parse_version(text)
        files = listing.files(text)
        old_enough = [file for file in files if self._too_young(name, version, file) is None]
        return tuple(file for file in old_enough if file.yanked is None) or tuple(old_enough)

    def _ranks_of(self, tags: _TagSet | None) -> tuple[int | None, ...]:
        """The place of a tag set in each target's order of preference; empty where no target installs any of it.

        Every sdist comes after every wheel.
        """
        known = self._tag_ranks.get(tags)
        if known is None:
            if tags is None:
                known = tuple(map(len, self._ranks))
            else:
                known = tuple(_best_rank(tags, ranks) for ranks in self._ranks)
                known = () if all(rank is None for rank in known) else known
            self._tag_ranks[tags] = known
        return known

    def _refusal(self, name: NormalizedName, version: Version, file: DistributionFile) -> Rejection | None:
        if file.requires_python is not None and not self.admits_python(file.requires_python):
            return Rejection.PYTHON
        return self._too_young(name, version, file)

    def _too_young(self, name: NormalizedName, version: Version, file: DistributionFile) -> Rejection | None:
        exclude_newer, cutoff = self._policy.exclude_newer, self._cutoff
        if file.local or file.direct is not None or (exclude_newer is None and cutoff is None):
            return None
        if exclude_newer is not None and (file.upload_time is None or file.upload_time >= exclude_newer):
            return Rejection.EXCLUDED_NEWER if file.upload_time else Rejection.NO_UPLOAD_TIME
        if cutoff is None or (file.upload_time is not None and file.upload_time <= cutoff):
            return None
        if (name, version) in self._policy.exempt or file.sha256 in self._policy.kept.get((name, version), ()):
            return None
        return Rejection.COOLDOWN if file.upload_time else Rejection.NO_UPLOAD_TIME

    def admits_python(self, requires_python: str) -> bool:
        """Whether a ``requires-python`` admits the target; one that is no specifier admits all, as for pip."""
        known = self._python_admits.get(requires_python)
        if known is None:
            try:
                known = SpecifierSet(requires_python).contains(self._policy.target.python, prereleases=True)
            except InvalidSpecifier:
                known = True
            self._python_admits[requires_python] = known
        return known


def _named(targets: Sequence[Target]) -> str:
    """What one or several targets are called: the last one came to the others."""
    if len(targets) == 1:
        return targets[0].name
    return f"{targets[-1].name} (together with {', '.join(target.name for target in targets[:-1])})"


def _best_rank(tags: _TagSet, ranks: Mapping[str, int]) -> int | None:
    """The best place of a compressed tag set; None where a target installs none of its tags."""
    interpreters, abis, platforms = tags
    found = (
        ranks.get(f"{interpreter}-{abi}-{platform}".lower())
        for interpreter in interpreters.split(".")
        for abi in abis.split(".")
        for platform in platforms.split(".")
    )
    return min((rank for rank in found if rank is not None), default=None)


_HELD = frozenset({Rejection.COOLDOWN, Rejection.NO_UPLOAD_TIME, Rejection.EXCLUDED_NEWER, Rejection.REFUSED})


@lru_cache(maxsize=1 << 16)  # every target asks the same
def _tags_and_build(filename: str) -> tuple[_TagSet | None, tuple[int, str]]:
    """The tags of a wheel's name, None for an sdist, and its build number: higher ones first, none last (PEP 427)."""
    if not filename.endswith(".whl"):
        return None, (0, "")
    begin, interpreters, abis, platforms = filename[:-4].rsplit("-", 3)
    parts = begin.split("-")
    if len(parts) != 3:  # noqa: PLR2004 - name, version and build
        return (interpreters, abis, platforms), (0, "")
    digits = parts[2][: len(parts[2]) - len(parts[2].lstrip("0123456789"))]
    return (interpreters, abis, platforms), (-int(digits or 0), parts[2])
