"""``supply-chain/ledger.toml``: TOML in which every entry stands on a line of its own.

Six arrays, each with its entries sorted by package and release when they are written. Git merges such a file line by
line: ``merge=union`` in ``.gitattributes`` takes the lines of both sides, and repeats some that both had, so that the
same line means the same entry however often it stands there. Comments and the order of lines stay as people left them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from pinkeeper.errors import CollectedError, InputError, PinkeeperError
from pinkeeper.ledger.entry_lines import read_entry
from pinkeeper.ledger.entry_text import entry_line
from pinkeeper.ledger.entry_values import SECTIONS, EntryError, Section
from pinkeeper.model.ledger import (
    Entry,
    Exemption,
    Ledger,
    Reopening,
    Review,
    RuleSet,
    TrustedPublisher,
    Violation,
)

__all__ = ["EMPTY", "LedgerText", "read_ledger", "section_of"]

_SCHEMA = re.compile(r"schema[ \t]*=[ \t]*([0-9]+)[ \t]*(?:#[^\x00-\x08\x0a-\x1f\x7f]*)?")
_OPEN = re.compile(rf"({'|'.join(SECTIONS)})[ \t]*=[ \t]*\[[ \t]*(\])?[ \t]*(?:#[^\x00-\x08\x0a-\x1f\x7f]*)?")
_CLOSE = re.compile(r"[ \t]*\][ \t]*(?:#[^\x00-\x08\x0a-\x1f\x7f]*)?")
_REMARK = re.compile(r"[ \t]*(?:#[^\x00-\x08\x0a-\x1f\x7f]*)?")
_MOST_PROBLEMS = 20
_BOUND = (Review, Exemption)  # a union would be made anew for each entry

_Kind = TypeVar("_Kind", bound=Entry)

# Git takes two conflicts for one where three lines or fewer stand between them, and would then take the heads of arrays
# twice: between two arrays there are more.
EMPTY = """\
# What reviewers decided about the releases that this project locks. pinkeeper review writes it, pinkeeper check
# --reviewed reads it. Every entry is one line: git merges the lines of two branches.
schema = 1

# Somebody read a release (version), or what changed in it since another (from, to), and approved these very files:
# for which criteria, how thoroughly, and with which findings seen and accepted.
reviews = [
]

# Releases that nobody may use, whatever else is said of them.
# versions is a specifier as pip knows it; "" is all of them.
violations = [
]

# Publishers whose uploads are trusted for some time, at most a year, where the lock says who published a file.
# identity is what the lock has among its attestation identities.
trusted = [
]

# Releases that were locked before anybody read them. Each exemption ends after the day in until.
# pinkeeper review renew puts that off, pinkeeper review prune takes away what is not needed any more.
exemptions = [
]

# Approved releases on which a rule fired that was not there when they were reviewed.
# They are covered again when somebody has looked at them again.
reopened = [
]

# The rules that the analyser had when something was reviewed, by the id that reviews name them by.
# An id is a digest of the names.
rule-sets = [
]
"""


class LedgerText(Struct, frozen=True, kw_only=True):
    """A ledger as it stands in its file. path: as errors name it. lines: without their ends."""

    path: str
    lines: tuple[str, ...]
    ledger: Ledger
    places: tuple[tuple[Entry, int], ...] = ()

    @property
    def text(self) -> str:
        """The file, with a newline at its end."""
        return "".join(f"{line}\n" for line in self.lines)

    def added(self, entries: Iterable[Entry]) -> LedgerText:
        """With further entries, each before the first one of its array that sorts after it. Raises InputError."""
        lines = list(self.lines)
        orders = {self.lines[number - 1]: _order(entry) for entry, number in self.places}
        for entry in sorted(dict.fromkeys(entries), key=lambda each: (section_of(each), _order(each))):
            line = entry_line(entry)
            if line in orders:
                continue
            orders[line] = _order(entry)
            first, last = _extent(lines, section_of(entry))
            if first == last:  # an array that opens and closes on one line
                head = re.sub(r"\[[ \t]*\]", "[", lines[first], count=1)
                lines[first : first + 1] = [head, line, "]"]
            else:
                lines.insert(_position(lines, first + 1, last, orders, orders[line]), line)
        return read_ledger("\n".join(lines), path=self.path)

    def without(self, entries: Iterable[Entry]) -> LedgerText:
        """Without some entries, on whatever lines they stand. Raises InputError."""
        return self.replaced(dict.fromkeys(entries))

    def replaced(self, changes: dict[Entry, Entry | None]) -> LedgerText:
        """With entries in the place of others, or nothing where that is None. Raises InputError."""
        new: dict[int, str | None] = {
            number: None if (other := changes[entry]) is None else entry_line(other)
            for entry, number in self.places
            if entry in changes
        }
        kept = [new.get(number, line) for number, line in enumerate(self.lines, start=1)]
        return read_ledger("\n".join(line for line in kept if line is not None), path=self.path)


def section_of(entry: Entry) -> Section:
    """The array that an entry stands in."""
    return _SECTION_OF[type(entry)]


def read_ledger(text: str, *, path: str) -> LedgerText:
    """Read all entries.

    Raises InputError, or a CollectedError of several, each with its line: for what is no ledger, unknown keys, values
    that are not what they claim to be, and entries that contradict each other. Then nothing is taken from it.
    """
    lines = tuple(line.removesuffix("\r") for line in text.removesuffix("\n").split("\n"))
    reading = _Reading(path)
    for number, line in enumerate(lines, start=1):
        reading.take(number, line)
    reading.end(len(lines))
    return LedgerText(path=path, lines=lines, ledger=reading.ledger(), places=tuple(reading.places))


class _Reading:
    """One pass through a ledger."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._section: Section | None = None
        self._opened: set[str] = set()
        self._has_schema = False
        self._problems: list[PinkeeperError] = []
        self._lines: dict[str, Entry] = {}
        self._said: dict[str, tuple[Entry, int]] = {}
        self._hashes: dict[str, str] = {}
        self._entries: dict[Section, list[Entry]] = {section: [] for section in SECTIONS}
        self.places: list[tuple[Entry, int]] = []

    def take(self, number: int, line: str) -> None:
        if line.startswith("  { ") and self._section is not None:
            self._entry(self._section, number, line)
        elif _REMARK.fullmatch(line):
            pass
        elif self._section is not None and _CLOSE.fullmatch(line):
            self._section = None
        elif self._section is not None:
            self._entry(self._section, number, line)
        else:
            self._head(number, line)

    def end(self, last: int) -> None:
        if self._section is not None:
            self._wrong(last, f"{self._section} is not closed: a line ] is missing")
        elif not self._has_schema and not self._problems:
            self._wrong(1, "a line schema = 1 is missing")
        if len(self._problems) == 1:
            raise self._problems[0]
        if self._problems:
            raise CollectedError(self._problems[:_MOST_PROBLEMS])

    def ledger(self) -> Ledger:
        kinds = self._entries
        return Ledger(
            reviews=_of_kind(kinds["reviews"], Review),
            violations=_of_kind(kinds["violations"], Violation),
            trusted=_of_kind(kinds["trusted"], TrustedPublisher),
            exemptions=_of_kind(kinds["exemptions"], Exemption),
            reopened=_of_kind(kinds["reopened"], Reopening),
            rule_sets=_of_kind(kinds["rule-sets"], RuleSet),
        )

    def _head(self, number: int, line: str) -> None:
        """A line outside of all arrays."""
        if schema := _SCHEMA.fullmatch(line):
            if schema[1] != "1":
                self._wrong(number, f"it has the schema {schema[1][:9]}, and this pinkeeper knows 1 alone")
            if self._has_schema or self._opened:
                self._wrong(number, "schema = 1 stands once, before all arrays")
            self._has_schema = True
        elif opening := _OPEN.fullmatch(line):
            section = next(each for each in SECTIONS if each == opening[1])
            if section in self._opened:
                self._wrong(number, f"{section} stands here a second time")
            self._opened.add(section)
            self._section = section if opening[2] is None else None
        else:
            self._wrong(number, f"expected schema = 1 or one of the arrays {', '.join(SECTIONS)}")

    def _entry(self, section: Section, number: int, line: str) -> None:
        known = self._lines.get(line)
        if known is not None:
            self.places.append((known, number))
            return
        try:
            entry, identity = read_entry(section, line)
        except EntryError as error:
            self._wrong(number, str(error))
            return
        self._lines[line] = entry
        said, place = self._said.setdefault(identity, (entry, number))
        if said is entry:
            self._entries[section].append(entry)
        elif said != entry:
            self._wrong(number, f"line {place} says otherwise about the same; keep one of them")
        if isinstance(entry, _BOUND):
            for name, sha256 in (*entry.files, *entry.base_files) if isinstance(entry, Review) else entry.files:
                if self._hashes.setdefault(name, sha256) != sha256:
                    self._tell_of_hashes(name, number)
        self.places.append((entry, number))

    def _tell_of_hashes(self, name: str, number: int) -> None:
        """Two hashes for one name of a file: one of them is forged, or the index replaced the file."""
        first = next(
            place
            for entry, place in self.places
            if isinstance(entry, _BOUND)
            and name in dict((*entry.files, *entry.base_files) if isinstance(entry, Review) else entry.files)
        )
        self._wrong(number, f"{name} has another SHA-256 here than on line {first}")

    def _wrong(self, number: int, what: str) -> None:
        self._problems.append(
            InputError(what, where=f"{self._path}:{number}", remedy="nothing was taken from it; mend the line")
        )


def _of_kind(entries: Sequence[Entry], kind: type[_Kind]) -> tuple[_Kind, ...]:
    return tuple(entry for entry in entries if isinstance(entry, kind))


def _extent(lines: Sequence[str], section: Section) -> tuple[int, int]:
    """Where an array opens and where it closes, as indexes. A ledger without it gets it at its end."""
    for first, line in enumerate(lines):
        opening = _OPEN.fullmatch(line)
        if opening is not None and opening[1] == section:
            if opening[2] is not None:
                return first, first
            return first, next(at for at in range(first + 1, len(lines)) if _CLOSE.fullmatch(lines[at]))
    assert isinstance(lines, list)
    lines += ["", f"{section} = [", "]"]
    return len(lines) - 2, len(lines) - 1


def _position(
    lines: Sequence[str], first: int, last: int, orders: Mapping[str, tuple[object, ...]], wanted: tuple[object, ...]
) -> int:
    """Where a new line goes: before the first later entry and the remarks right above that one, else at the end."""
    at = first
    for place in range(first, last):
        order = orders.get(lines[place])
        if order is None:
            continue
        if order > wanted:
            return at
        at = place + 1
    return at


def _order(entry: Entry) -> tuple[object, ...]:
    line = entry_line(entry)
    match entry:
        case Review() | Reopening():
            return (entry.package, entry.version, line)
        case Exemption():
            return (entry.package, entry.version, line)
        case Violation() | TrustedPublisher():
            return (entry.package, line)
        case _:
            return (entry.id,)


_SECTION_OF: dict[type[Entry], Section] = {
    Review: "reviews",
    Violation: "violations",
    TrustedPublisher: "trusted",
    Exemption: "exemptions",
    Reopening: "reopened",
    RuleSet: "rule-sets",
}
