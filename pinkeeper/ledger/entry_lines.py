"""One line of a ledger, read: quickly where it is as `entry_line` writes it, as any TOML elsewhere.

A ledger has thousands of lines, and the gate reads all of them each time; the reader of TOML in the standard library
would take seconds. The patterns here admit a part of what is written by `entry_line`, and nothing that TOML or
`decode_entry` would read in another way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.ledger.entry_text import entry_line, quoted
from pinkeeper.ledger.entry_values import EntryError, Section, decode_entry
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
from pinkeeper.model.toml_text import parse_toml

__all__ = ["LONGEST_LINE", "read_entry"]

LONGEST_LINE = 2**18
"""Characters: a release of hundreds of files, and the longest note."""

Identified: TypeAlias = tuple[Entry, str]
"""An entry, and what it has in common with those that say something of the same: two of them contradict each other."""

# What is repeated here has possessive repetitions in it, and is not possessive itself: where both are, Python before
# 3.11.5 takes more than there is, or less.
_NAME = r'"([a-z0-9]++(?:-[a-z0-9]++)*)"'
_NUMBER = r"(?:0|[1-9][0-9]*+)"
_VERSION = rf'"({_NUMBER}(?:\.{_NUMBER})*(?:(?:a|b|rc){_NUMBER})?(?:\.post{_NUMBER})?(?:\.dev{_NUMBER})?)"'
_CRITERION = r'"[A-Za-z0-9]++(?:[._-][A-Za-z0-9]++)*"'
_FILENAME = r'"[A-Za-z0-9_][A-Za-z0-9._+!~-]*+"'
_FILE = rf'{_FILENAME} = "[0-9a-f]{{64}}"'
_STRING = r'"([^"\\\x00-\x1f\x7f]++)"'
_DAY = r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
_CRITERIA = rf"\[({_CRITERION}(?:, {_CRITERION})*)\]"
_FILES = rf"\{{ ({_FILE}(?:, {_FILE})*) \}}"
_LISTED = rf"\[({_FILENAME}(?:, {_FILENAME})*)\]"
_RULE = r'"[a-z0-9]++(?:-[a-z0-9]++)*"'
_FINDING = rf'\{{ rule = {_RULE}, fingerprint = "[0-9a-f]{{16}}"(?:, reason = "[^"\\\x00-\x1f\x7f]++")? \}}'
_REVIEW = re.compile(
    rf"  \{{ package = {_NAME}, (?:version|from = {_VERSION}, to) = {_VERSION}, criteria = {_CRITERIA}, "
    rf"(?:from-files = {_FILES}, )?files = {_FILES}, (?:listed = {_LISTED}, )?who = {_STRING}, when = {_DAY}, "
    rf'thoroughness = "([a-z-]++)"(?:, findings = \[({_FINDING}(?:, {_FINDING})*)\])?'
    rf'(?:, notes = {_STRING})?(?:, rules = "([0-9a-f]{{16}})")? \}},'
)
_WHO = 8  # the groups of the patterns up to which two lines are about the same
_EXEMPTION = re.compile(
    rf"  \{{ package = {_NAME}, version = {_VERSION}, criteria = {_CRITERIA}, files = {_FILES}, until = {_DAY}, "
    rf"who = {_STRING}, when = {_DAY}(?:, notes = {_STRING})? \}},"
)
_OF_AN_EXEMPTION = 3
_PAIR = re.compile(r'"([^"]++)" = "([^"]++)"')
_SEEN = re.compile(r'rule = "([^"]++)", fingerprint = "([^"]++)"(?:, reason = "([^"]++)")? \}')
_LONGEST_TEXT = 500
_THOROUGHNESS: Mapping[str, Thoroughness] = {str(each): each for each in Thoroughness}


def read_entry(section: Section, line: str) -> Identified:
    """The entry on a line. Raises EntryError."""
    quick = _QUICK.get(section)
    if quick is not None and len(line) <= LONGEST_LINE and (line.isascii() or line.isprintable()):
        found = quick(line)
        if found is not None:
            return found
    entry = _read_toml(section, line)
    return entry, _identity(entry)


def _read_toml(section: Section, line: str) -> Entry:
    """The entry on a line of any form. It is read as it would be in its array: whole, and with a comma after it."""
    if len(line) > LONGEST_LINE:
        raise EntryError(f"the line has {len(line):,} characters, and may have {LONGEST_LINE:,}")
    try:
        items: Any = parse_toml(f"entry = [\n{line}\n0]\n")["entry"]
    except (ValueError, RecursionError) as error:
        raise EntryError("expected one entry on one line: { key = value, ... },") from error
    if len(items) != 2 or not isinstance(items[0], dict):  # noqa: PLR2004 - the entry, and what stands behind it
        raise EntryError("expected one entry on one line: { key = value, ... },")
    return decode_entry(section, items[0])


def _quick_review(line: str) -> Identified | None:
    found = _REVIEW.fullmatch(line)
    if found is None:
        return None
    package, base, version, criteria, base_files, files, listed, who, when, thoroughness, seen, notes, rules = (
        found.groups()
    )
    if len(line) > _LONGEST_TEXT and not _are_short(package, base, version, who, notes):
        return None
    names, day, how = _words(criteria), _day(when), _THOROUGHNESS.get(thoroughness)
    read, read_base = _files(files), () if base_files is None else _files(base_files)
    old, new = None if base is None else _version(base), _version(version)
    if names is None or day is None or how is None or read is None or read_base is None:
        return None
    if (base is None) is not (base_files is None) or old == new or _is_blank(who, notes):
        return None
    known = () if listed is None else _listed(listed, read)
    findings = () if seen is None else _findings(seen)
    if known is None or findings is None:
        return None
    entry = Review(
        package=NormalizedName(package),
        version=new,
        base=old,
        criteria=names,
        files=read,
        base_files=read_base,
        listed=known,
        who=who,
        when=day,
        thoroughness=how,
        findings=findings,
        notes=notes or "",
        rules=rules or "",
    )
    return entry, line[: found.end(_WHO)]


def _quick_exemption(line: str) -> Identified | None:
    found = _EXEMPTION.fullmatch(line)
    if found is None:
        return None
    package, version, criteria, files, until, who, when, notes = found.groups()
    if len(line) > _LONGEST_TEXT and not _are_short(package, version, who, notes):
        return None
    names, read, day, end = _words(criteria), _files(files), _day(when), _day(until)
    if names is None or read is None or day is None or end is None or _is_blank(who, notes):
        return None
    entry = Exemption(
        package=NormalizedName(package),
        version=_version(version),
        criteria=names,
        files=read,
        until=end,
        who=who,
        when=day,
        notes=notes or "",
    )
    return entry, line[: found.end(_OF_AN_EXEMPTION)]


_QUICK: Mapping[Section, Callable[[str], Identified | None]] = {
    "reviews": _quick_review,
    "exemptions": _quick_exemption,
}


def _identity(entry: Entry) -> str:
    """What stands on the line of an entry up to where those that are about the same may differ."""
    line = entry_line(entry)
    match entry:
        case Review():
            end = f"who = {quoted(entry.who)}"[:-1]
        case Exemption():
            end = f"version = {quoted(str(entry.version))}, criteria = [{', '.join(map(quoted, entry.criteria))}"
        case Violation():
            return f"{entry.package} {entry.versions} {entry.who}"
        case TrustedPublisher():
            return f"{entry.package} {entry.identity} {entry.criteria} {entry.start}"
        case Reopening():
            end = f"fingerprint = {quoted(entry.fingerprint)}"
        case RuleSet():
            end = f"id = {quoted(entry.id)}"
    return line[: line.index(end) + len(end)]


def _are_short(*texts: str | None) -> bool:
    """Whether texts are as long as any may be; longer ones are judged where all is."""
    return all(text is None or len(text) <= _LONGEST_TEXT for text in texts)


def _is_blank(who: str, notes: str | None) -> bool:
    return who.isspace() or (notes is not None and notes.isspace())


@cache
def _version(text: str) -> Version:
    return Version(text)


@cache
def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@cache
def _words(text: str) -> tuple[str, ...] | None:
    """The words of an array; None where they are not sorted, or one stands there twice."""
    words = text[1:-1].split('", "')
    return tuple(words) if words == sorted(frozenset(words)) and _are_short(*words) else None


def _files(text: str) -> Files | None:
    """The files of a table; None where they are not sorted, or one stands there twice."""
    pairs = _PAIR.findall(text)
    if len(pairs) == 1:
        return tuple(pairs) if len(pairs[0][0]) <= _LONGEST_TEXT else None
    names = [name for name, _ in pairs]
    return tuple(pairs) if names == sorted(frozenset(names)) and _are_short(*names) else None


def _listed(text: str, files: Files) -> tuple[str, ...] | None:
    words = _words(text)
    return words if words is not None and {name for name, _ in files}.issuperset(words) else None


def _findings(text: str) -> tuple[SeenFinding, ...] | None:
    """The findings of an array; None where they are not sorted, or one stands there twice."""
    found = [
        SeenFinding(rule=rule, fingerprint=fingerprint, reason=reason)
        for rule, fingerprint, reason in _SEEN.findall(text)
    ]
    keys = [(finding.rule, finding.fingerprint) for finding in found]
    if keys != sorted(keys) or len({fingerprint for _, fingerprint in keys}) != len(keys):
        return None
    shown = all(_are_short(each.rule, each.reason) and not each.reason.isspace() for each in found)
    return tuple(found) if shown else None
