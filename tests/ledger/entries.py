"""Entries for tests: made by hand, and any there may be."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pinkeeper.ledger.entry_values import rule_set
from pinkeeper.model.ledger import (
    Entry,
    Exemption,
    Files,
    Ledger,
    Reopening,
    Review,
    RuleSet,
    SeenFinding,
    Thoroughness,
    TrustedPublisher,
    Violation,
)
from pinkeeper.model.review_result import LockedRelease

__all__ = [
    "TODAY",
    "entries",
    "exemption",
    "files_of",
    "ledger_of",
    "locked",
    "locked_releases",
    "review",
    "sha256",
    "small_entries",
    "small_reviews",
    "small_violations",
    "violation",
]

TODAY = date(2026, 11, 26)
WHO = "Ada <ada@team.example>"

_DEPLOY = ("safe-to-deploy",)


def sha256(text: str) -> str:
    """A SHA-256 to stand for a file."""
    return hashlib.sha256(text.encode()).hexdigest()


def files_of(package: str, version: str, *tags: str) -> Files:
    """The wheels of a release by their tags."""
    names = sorted(f"{package.replace('-', '_')}-{version}-{tag}.whl" for tag in tags or ("py3-none-any",))
    return tuple((name, sha256(name)) for name in names)


def review(package: str, version: str, base: str | None = None, **fields: Any) -> Review:
    """An approval of a release, or of what changed in it since `base`."""
    facts: dict[str, Any] = {
        "package": canonicalize_name(package),
        "version": Version(version),
        "base": None if base is None else Version(base),
        "criteria": _DEPLOY,
        "files": files_of(package, version),
        "base_files": () if base is None else files_of(package, base),
        "who": WHO,
        "when": TODAY,
        "thoroughness": Thoroughness.FINDINGS,
    }
    return Review(**{**facts, **fields})


def violation(package: str, versions: str = "", **fields: Any) -> Violation:
    """Releases that nobody may use."""
    facts: dict[str, Any] = {"reason": "it steals keys", "who": WHO, "when": TODAY}
    return Violation(package=canonicalize_name(package), versions=SpecifierSet(versions), **{**facts, **fields})


def exemption(package: str, version: str, **fields: Any) -> Exemption:
    """A release that was there before."""
    facts: dict[str, Any] = {
        "package": canonicalize_name(package),
        "version": Version(version),
        "criteria": _DEPLOY,
        "files": files_of(package, version),
        "until": date(2027, 2, 24),
        "who": WHO,
        "when": TODAY,
    }
    return Exemption(**{**facts, **fields})


def locked(package: str, version: str, *tags: str, **fields: Any) -> LockedRelease:
    """A release as a lock pins it."""
    names = files_of(package, version, *tags)
    facts: dict[str, Any] = {
        "package": canonicalize_name(package),
        "version": Version(version),
        "hashes": frozenset(digest for _, digest in names),
        "names": names,
    }
    return LockedRelease(**{**facts, **fields})


def ledger_of(*entries: Entry) -> Ledger:
    """A ledger of some entries."""
    kinds: dict[str, type] = {
        "reviews": Review,
        "violations": Violation,
        "trusted": TrustedPublisher,
        "exemptions": Exemption,
        "reopened": Reopening,
        "rule_sets": RuleSet,
    }
    return Ledger(
        **{name: tuple(entry for entry in entries if isinstance(entry, kind)) for name, kind in kinds.items()}
    )


# A small world, in which ways cross: three releases of two files each, two criteria, two rules.

_VERSIONS = ("1.0", "1.1", "2.0")
_TAGS = ("py3-none-any", "cp311-cp311-linux_x86_64")
_PACKAGE = "alpha"
_small_criteria = st.sampled_from([("safe-to-deploy",), ("safe-to-run",), ("audited",)])


def _small_files(version: str) -> st.SearchStrategy[Files]:
    every = files_of(_PACKAGE, version, *_TAGS)
    return st.sets(st.sampled_from(every), min_size=1).map(lambda chosen: tuple(sorted(chosen)))


@st.composite
def _small_reviews(draw: st.DrawFn) -> Review:
    version = draw(st.sampled_from(_VERSIONS))
    base = draw(st.none() | st.sampled_from([other for other in _VERSIONS if other != version]))
    return review(
        _PACKAGE,
        version,
        base,
        criteria=draw(_small_criteria),
        files=draw(_small_files(version)),
        base_files=() if base is None else draw(_small_files(base)),
        rules=draw(st.sampled_from(["", _OLD_RULES.id])),
        findings=draw(st.sampled_from([(), (SeenFinding(rule="new-rule", fingerprint="0123456789abcdef"),)])),
    )


@st.composite
def _small_exemptions(draw: st.DrawFn) -> Exemption:
    version = draw(st.sampled_from(_VERSIONS))
    until = draw(st.sampled_from([date(2026, 11, 25), TODAY, date(2027, 1, 1)]))
    return exemption(_PACKAGE, version, criteria=draw(_small_criteria), files=draw(_small_files(version)), until=until)


@st.composite
def _small_reopenings(draw: st.DrawFn) -> Reopening:
    version = draw(st.sampled_from(_VERSIONS))
    base = draw(st.none() | st.sampled_from([other for other in _VERSIONS if other != version]))
    return Reopening(
        package=canonicalize_name(_PACKAGE),
        version=Version(version),
        base=None if base is None else Version(base),
        rule=draw(st.sampled_from(["old-rule", "new-rule"])),
        fingerprint=draw(st.sampled_from(["0123456789abcdef", "fedcba9876543210"])),
        when=TODAY,
    )


_OLD_RULES = rule_set(["old-rule"])
small_violations = st.sampled_from(["==1.0", ">=1.1", "<0.9", "==1.1"]).map(lambda text: violation(_PACKAGE, text))
small_entries = st.one_of(
    _small_reviews(), _small_exemptions(), _small_reopenings(), small_violations, st.just(_OLD_RULES)
)
small_reviews = st.one_of(_small_reviews(), _small_exemptions())


@st.composite
def locked_releases(draw: st.DrawFn) -> LockedRelease:
    """A release of the small world."""
    version = draw(st.sampled_from(_VERSIONS))
    names = draw(_small_files(version))
    return locked(_PACKAGE, version, names=names, hashes=frozenset(digest for _, digest in names))


# Whatever a ledger may hold

_names = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)?", fullmatch=True).map(canonicalize_name)
_versions = st.from_regex(
    r"([1-9]!)?[0-9]{1,3}(\.[0-9]{1,3}){0,3}((a|b|rc)[0-9])?(\.post[0-9])?(\.dev[0-9])?(\+[a-z0-9]{1,4})?",
    fullmatch=True,
).map(Version)
_days = st.dates(date(1, 1, 1), date(9999, 12, 31))
_criterion = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True)
_criteria = st.sets(_criterion, min_size=1, max_size=3).map(lambda names: tuple(sorted(names)))
_text = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=30).filter(str.strip)
_notes = st.just("") | st.text(
    st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(" \n\t"), min_size=1, max_size=60
).filter(str.strip)
_filenames = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._+!~-]{0,20}", fullmatch=True)
_words = st.from_regex(r"[a-z]{1,6}(-[a-z]{1,6})?", fullmatch=True)
_fingerprints = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
_findings = st.lists(
    st.builds(SeenFinding, rule=_words, fingerprint=_fingerprints, reason=_notes),
    max_size=3,
    unique_by=lambda finding: finding.fingerprint,
).map(lambda found: tuple(sorted(found, key=lambda finding: (finding.rule, finding.fingerprint))))


def _hashed(names: frozenset[str]) -> Files:
    return tuple((name, sha256(name)) for name in sorted(names))


_files = st.frozensets(_filenames, min_size=1, max_size=3).map(_hashed)


@st.composite
def _reviews(draw: st.DrawFn) -> Review:
    version = draw(_versions)
    base = draw(st.none() | _versions.filter(lambda other: other != version))
    files = draw(_files)
    return Review(
        package=draw(_names),
        version=version,
        base=base,
        criteria=draw(_criteria),
        files=files,
        base_files=() if base is None else draw(_files),
        listed=tuple(sorted(draw(st.sets(st.sampled_from([name for name, _ in files]))))),
        who=draw(_text),
        when=draw(_days),
        thoroughness=draw(st.sampled_from(Thoroughness)),
        findings=draw(_findings),
        notes=draw(_notes),
        rules=draw(st.just("") | _fingerprints),
    )


@st.composite
def _trusted(draw: st.DrawFn) -> TrustedPublisher:
    start = draw(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    return TrustedPublisher(
        package=draw(_names),
        identity=draw(_text),
        criteria=draw(_criteria),
        start=start,
        end=draw(st.dates(start, start.replace(day=1, year=start.year + 1))) if start.day > 1 else start,
        who=draw(_text),
        when=draw(_days),
        notes=draw(_notes),
    )


@st.composite
def _reopenings(draw: st.DrawFn) -> Reopening:
    version = draw(_versions)
    return Reopening(
        package=draw(_names),
        version=version,
        base=draw(st.none() | _versions.filter(lambda other: other != version)),
        rule=draw(_words),
        fingerprint=draw(_fingerprints),
        when=draw(_days),
    )


_specifiers = st.sampled_from(["", "==1.0", ">=1,<2", "!=3.*", "~=2.1"]).map(SpecifierSet)
_violations = st.builds(
    Violation,
    package=_names,
    versions=_specifiers,
    reason=_notes.filter(bool),
    who=_text,
    when=_days,
    origin=st.just(""),
)
_exemptions = st.builds(
    Exemption,
    package=_names,
    version=_versions,
    criteria=_criteria,
    files=_files,
    until=_days,
    who=_text,
    when=_days,
    notes=_notes,
)
entries = st.one_of(
    _reviews(), _exemptions, _violations, _trusted(), _reopenings(), st.sets(_words, min_size=1).map(rule_set)
)
"""Any entry there may be."""
