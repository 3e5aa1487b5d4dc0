"""Which releases of a project are candidates for a target, before any requirement is asked (PEP 440, 425, 592)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.model.distribution import DistributionFile
from pinkeeper.resolver.policy import Policy, Strategy
from pinkeeper.resolver.source import ProjectListing

__all__ = ["Rejected", "Rejection", "Release", "Selector", "parse_version"]


class Rejection(Enum):
    """Why a release is no candidate, the nearest miss first."""

    COOLDOWN = auto()  # it, or every file of it that would do, is younger than the cooldown
    NO_UPLOAD_TIME = auto()  # the index does not say how old it is
    EXCLUDED_NEWER = auto()  # uploaded after --exclude-newer
    PYTHON = auto()  # its requires-python does not admit the target's Python
    TAGS = auto()  # it has wheels, none for the target, and no sdist that may be used
    FORMAT = auto()  # --only-binary or --no-binary leave no file
    NO_FILES = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A candidate release: the files that the target can install, the best first.

    yanked: the reason, where every one of these files is yanked (PEP 592). listing: where it was found.
    """

    name: NormalizedName
    version: Version
    files: tuple[DistributionFile, ...]
    yanked: str | None
    listing: ProjectListing


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A release that is no candidate. file: one of its files that shows why, where there is one."""

    version: Version
    reason: Rejection
    file: DistributionFile | None


parse_version = lru_cache(maxsize=None)(Version)


class Selector:
    """Judges releases against a policy; every release is judged once."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._ranks = policy.target.tag_ranks
        self._judged: dict[tuple[NormalizedName, str], Release | Rejected] = {}
        self._texts: dict[NormalizedName, tuple[frozenset[str], tuple[str, ...]]] = {}
        self._tag_ranks: dict[str, int | None] = {}
        self._python_admits: dict[str, bool] = {}
        self._cutoff = policy.now - policy.cooldown if policy.cooldown else None

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
                final_seen = final_seen or isinstance(judged, Release) or judged.reason in _HELD
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
        return tuple(listing.versions)

    def judge(self, listing: ProjectListing, text: str) -> Release | Rejected:
        """Whether a release is a candidate for the target under the policy."""
        key = (listing.name, text)
        judged = self._judged.get(key)
        if judged is None:
            judged = self._judged[key] = self._judge(listing, text)
        return judged

    def _judge(self, listing: ProjectListing, text: str) -> Release | Rejected:
        name, version = listing.name, parse_version(text)
        misses: dict[Rejection, str] = {}
        ranked: list[tuple[bool, int, tuple[int, str], DistributionFile]] = []
        for filename in listing.filenames(text):
            rank = self._rank(name, filename)
            if isinstance(rank, Rejection):
                misses.setdefault(rank, filename)
                continue
            file = listing.file(text, filename)  # most files of a large release are never read further than their name
            miss = self._refusal(name, version, file)
            if miss is not None:
                misses.setdefault(miss, filename)
            else:
                ranked.append((file.yanked is not None, rank, _build_order(filename), file))
        if not ranked:
            reason = min(misses, key=lambda miss: miss.value, default=Rejection.NO_FILES)
            example = misses.get(reason)
            return Rejected(
                version=version, reason=reason, file=None if example is None else listing.file(text, example)
            )
        ranked.sort(key=lambda entry: (entry[0], entry[1], entry[2], entry[3].filename))
        files = tuple(entry[3] for entry in ranked)
        return Release(name=name, version=version, files=files, yanked=files[0].yanked, listing=listing)

    def admitted_files(self, listing: ProjectListing, text: str) -> tuple[DistributionFile, ...]:
        """Every file of a release, for whatever target, that is not too young and not yanked alone."""
        name, version = listing.name, parse_version(text)
        files = listing.files(text)
        old_enough = [file for file in files if self._too_young(name, version, file) is None]
        return tuple(file for file in old_enough if file.yanked is None) or tuple(old_enough)

    def _rank(self, name: NormalizedName, filename: str) -> int | Rejection:
        """The place of a file in the target's order of preference; every sdist comes after every wheel."""
        if not filename.endswith(".whl"):
            return len(self._ranks) if self._policy.formats.allows_sdists(name) else Rejection.FORMAT
        if not self._policy.formats.allows_wheels(name):
            return Rejection.FORMAT
        rank = self._tag_rank("-".join(filename[:-4].rsplit("-", 3)[1:]))
        return Rejection.TAGS if rank is None else rank

    def _tag_rank(self, tags: str) -> int | None:
        if tags not in self._tag_ranks:
            interpreters, abis, platforms = tags.rsplit("-", 2)
            ranks = (
                self._ranks.get(f"{interpreter}-{abi}-{platform}".lower())
                for interpreter in interpreters.split(".")
                for abi in abis.split(".")
                for platform in platforms.split(".")
            )
            self._tag_ranks[tags] = min((rank for rank in ranks if rank is not None), default=None)
        return self._tag_ranks[tags]

    def _refusal(self, name: NormalizedName, version: Version, file: DistributionFile) -> Rejection | None:
        if file.requires_python is not None and not self.admits_python(file.requires_python):
            return Rejection.PYTHON
        return self._too_young(name, version, file)

    def _too_young(self, name: NormalizedName, version: Version, file: DistributionFile) -> Rejection | None:
        exclude_newer, cutoff = self._policy.exclude_newer, self._cutoff
        if file.local or (exclude_newer is None and cutoff is None):
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


_HELD = frozenset({Rejection.COOLDOWN, Rejection.NO_UPLOAD_TIME, Rejection.EXCLUDED_NEWER})


def _build_order(filename: str) -> tuple[int, str]:
    """Higher build numbers first, no build number last (PEP 427)."""
    parts = filename.removesuffix(".whl").split("-")
    if not filename.endswith(".whl") or len(parts) != 6:  # noqa: PLR2004 - name, version, build and three tags
        return (0, "")
    digits = parts[2][: len(parts[2]) - len(parts[2].lstrip("0123456789"))]
    return (-int(digits or 0), parts[2])
