"""The decoded table of an entry becomes an entry; every key is known and every value is what it claims to be."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pinkeeper.model.ledger import (
    Entry,
    Exemption,
    Files,
    Reopening,
    Review,
    RuleSet,
    SeenFinding,
    Thoroughness,
    TrustedPublisher,
    Violation,
)

__all__ = ["LONGEST_NOTE", "SECTIONS", "EntryError", "Section", "decode_entry", "is_plain", "rule_set"]

Section: TypeAlias = Literal["reviews", "violations", "trusted", "exemptions", "reopened", "rule-sets"]

SECTIONS: tuple[Section, ...] = ("reviews", "violations", "trusted", "exemptions", "reopened", "rule-sets")

LONGEST_NOTE = 10_000
"""Characters of notes and reasons; other texts have at most 500."""

_LONGEST_TEXT = 500
_LONGEST_TRUST = 366  # days: a year, be it a leap year
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CRITERION = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_FILENAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+!~-]*")
_WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")

_Table = Mapping[str, object]


class EntryError(ValueError):
    """What is wrong with an entry: one sentence, without its place."""


def is_plain(text: str) -> bool:
    """Whether a text shows itself as it is: no control, no escape, nothing that turns or hides other text."""
    return text.isprintable()


def rule_set(rules: Iterable[str]) -> RuleSet:
    """A set of rules by their names; its id is a digest of them, so that nobody can give one id to two sets."""
    names = tuple(sorted(frozenset(rules)))
    return RuleSet(id=hashlib.sha256("\n".join(names).encode()).hexdigest()[:16], rules=names)


def decode_entry(section: Section, table: _Table) -> Entry:
    """An entry of a section. Raises EntryError."""
    return _DECODERS[section](_Fields(table))


class _Fields:
    """The keys of one table, each taken once; what is left in the end is unknown."""

    def __init__(self, table: _Table) -> None:
        self._left = dict(table)

    def has(self, key: str) -> bool:
        return key in self._left

    def end(self) -> None:
        for key in self._left:
            raise EntryError(f"there is no such key: {_shown(key)}")

    def _take(self, key: str) -> object:
        if key not in self._left:
            raise EntryError(f"{key} is missing")
        return self._left.pop(key)

    def text(self, key: str, *, longest: int = _LONGEST_TEXT, lines: bool = False) -> str:
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise EntryError(f"{key}: expected a string that is not empty")
        if len(value) > longest:
            raise EntryError(f"{key}: it has {len(value):,} characters, and may have {longest:,}")
        if not all(map(is_plain, re.split(r"[\n\t]", value) if lines else (value,))):
            raise EntryError(f"{key}: it has a character that is none to print")
        return value

    def note(self, key: str, default: str | None = None) -> str:
        if default is not None and key not in self._left:
            return default
        return self.text(key, longest=LONGEST_NOTE, lines=True)

    def matching(self, key: str, pattern: re.Pattern[str], what: str) -> str:
        return _matching(self.text(key), pattern, f"{key}: not {what}")

    def package(self) -> NormalizedName:
        name = self.text("package")
        if not _NAME.fullmatch(name):
            raise EntryError(f"package: not a normalized name: {_shown(name)}")
        return canonicalize_name(name)

    def version(self, key: str) -> Version:
        text = self.text(key)
        try:
            return Version(text)
        except InvalidVersion:
            raise EntryError(f"{key}: not a version: {_shown(text)}") from None

    def versions(self, key: str) -> SpecifierSet:
        value = self._take(key)
        if value == "":
            return SpecifierSet()
        if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
            raise EntryError(f'{key}: expected a version specifier such as ">=1.2,<1.4"')
        try:
            return SpecifierSet(value)
        except InvalidSpecifier:
            raise EntryError(f"{key}: not a version specifier: {_shown(value)}") from None

    def day(self, key: str) -> date:
        value = self._take(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise EntryError(f"{key}: expected a date such as 2026-08-01, without quotes")

    def texts(self, key: str, pattern: re.Pattern[str], what: str, *, least: int = 1) -> tuple[str, ...]:
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value) or len(value) < least:
            raise EntryError(f"{key}: expected an array of {what}s")
        found = tuple(sorted(frozenset(_matching(item, pattern, f"{key}: not a {what}") for item in value)))
        if len(found) != len(value):
            raise EntryError(f"{key}: it says something twice")
        return found

    def criteria(self) -> tuple[str, ...]:
        return self.texts("criteria", _CRITERION, "criterion")

    def files(self, key: str) -> Files:
        value = self._take(key)
        if not isinstance(value, dict) or not value:
            raise EntryError(f"{key}: expected a table of SHA-256 by file name, with one at least")
        for name, sha256 in value.items():
            if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
                raise EntryError(f"{key}: not a SHA-256 in lower-case hexadecimal: {_shown(sha256)}")
            _matching(name, _FILENAME, f"{key}: not the name of a distribution file")
        return tuple(sorted(value.items()))

    def findings(self) -> tuple[SeenFinding, ...]:
        if not self.has("findings"):
            return ()
        value = self._take("findings")
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise EntryError("findings: expected an array of tables, or nothing")
        found = tuple(map(_finding, value))
        if len({finding.fingerprint for finding in found}) != len(found):
            raise EntryError("findings: it has one twice")
        return tuple(sorted(found, key=lambda finding: (finding.rule, finding.fingerprint)))


def _finding(table: _Table) -> SeenFinding:
    fields = _Fields(table)
    found = SeenFinding(
        rule=fields.matching("rule", _WORD, "the id of a rule"),
        fingerprint=fields.matching("fingerprint", _FINGERPRINT, "a fingerprint"),
        reason=fields.note("reason", ""),
    )
    fields.end()
    return found


def _review(fields: _Fields) -> Review:
    package = fields.package()
    base, version = _releases(fields)
    files = fields.files("files")
    listed = fields.texts("listed", _FILENAME, "file name") if fields.has("listed") else ()
    if unknown := sorted(set(listed) - {name for name, _ in files}):
        raise EntryError(f"listed: {unknown[0]} is not among its files")
    found = Review(
        package=package,
        version=version,
        base=base,
        criteria=fields.criteria(),
        files=files,
        base_files=() if base is None else fields.files("from-files"),
        listed=listed,
        who=fields.text("who"),
        when=fields.day("when"),
        thoroughness=_thoroughness(fields.text("thoroughness")),
        findings=fields.findings(),
        notes=fields.note("notes", ""),
        rules=fields.matching("rules", _FINGERPRINT, "the id of a set of rules") if fields.has("rules") else "",
    )
    fields.end()
    return found


def _releases(fields: _Fields) -> tuple[Version | None, Version]:
    """(base, version): of ``version``, or of ``from`` and ``to``."""
    if fields.has("version"):
        return None, fields.version("version")
    base, version = fields.version("from"), fields.version("to")
    if base == version:
        raise EntryError(f"from and to are one release, {version}")
    return base, version


def _thoroughness(text: str) -> Thoroughness:
    try:
        return Thoroughness(text)
    except ValueError:
        raise EntryError(f"thoroughness: expected {', '.join(Thoroughness)}, not {_shown(text)}") from None


def _violation(fields: _Fields) -> Violation:
    found = Violation(
        package=fields.package(),
        versions=fields.versions("versions"),
        reason=fields.note("reason"),
        who=fields.text("who"),
        when=fields.day("when"),
    )
    fields.end()
    return found


def _trusted(fields: _Fields) -> TrustedPublisher:
    found = TrustedPublisher(
        package=fields.package(),
        identity=fields.text("identity"),
        criteria=fields.criteria(),
        start=fields.day("start"),
        end=fields.day("end"),
        who=fields.text("who"),
        when=fields.day("when"),
        notes=fields.note("notes", ""),
    )
    fields.end()
    if found.end < found.start:
        raise EntryError("end: it is before its start")
    if (found.end - found.start).days > _LONGEST_TRUST:
        raise EntryError("end: it is more than a year after its start")
    return found


def _exemption(fields: _Fields) -> Exemption:
    found = Exemption(
        package=fields.package(),
        version=fields.version("version"),
        criteria=fields.criteria(),
        files=fields.files("files"),
        until=fields.day("until"),
        who=fields.text("who"),
        when=fields.day("when"),
        notes=fields.note("notes", ""),
    )
    fields.end()
    return found


def _reopening(fields: _Fields) -> Reopening:
    package = fields.package()
    base, version = _releases(fields)
    found = Reopening(
        package=package,
        version=version,
        base=base,
        rule=fields.matching("rule", _WORD, "the id of a rule"),
        fingerprint=fields.matching("fingerprint", _FINGERPRINT, "a fingerprint"),
        when=fields.day("when"),
    )
    fields.end()
    return found


def _rule_set(fields: _Fields) -> RuleSet:
    said = fields.matching("id", _FINGERPRINT, "the id of a set of rules")
    found = rule_set(fields.texts("rules", _WORD, "rule"))
    fields.end()
    if found.id != said:
        raise EntryError(f"id: these rules have the id {found.id}, not {said}")
    return found


def _matching(text: str, pattern: re.Pattern[str], what: str) -> str:
    if len(text) > _LONGEST_TEXT or not pattern.fullmatch(text):
        raise EntryError(f"{what}: {_shown(text)}")
    return text


def _shown(value: Any) -> str:
    """A value as an error may show it: escaped, and not all of it."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:79]}…"  # noqa: PLR2004 - the width of a line


_DECODERS: Mapping[Section, Callable[[_Fields], Entry]] = {
    "reviews": _review,
    "violations": _violation,
    "trusted": _trusted,
    "exemptions": _exemption,
    "reopened": _reopening,
    "rule-sets": _rule_set,
}
