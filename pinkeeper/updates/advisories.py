"""Known vulnerabilities, from records in the OSV format (Open Source Vulnerability schema 1.6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from pinkeeper.model.proposal import Advisory

__all__ = ["AdvisoryBook", "book_of", "fixed"]

_ECOSYSTEM = "pypi"
_SUMMARY = 300
_READ = 4000  # of a summary, before it is shortened
_ALIASES = 20
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_URL = re.compile(r"https?://[!-~]{1,2000}")


class _Package(Struct):
    ecosystem: str = ""
    name: str = ""


class _Event(Struct):
    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None


class _Range(Struct):
    type: str = ""
    events: list[_Event] = []


class _Affected(Struct):
    package: _Package = msgspec.field(default_factory=_Package)
    ranges: list[_Range] = []
    versions: list[str] = []


class _Reference(Struct):
    type: str = ""
    url: str = ""


class _Record(Struct):
    """The parts of a record that count here; whatever else it has is passed over."""

    id: str
    summary: str = ""
    details: str = ""
    withdrawn: str | None = None
    affected: list[_Affected] = []
    references: list[_Reference] = []
    aliases: list[str] = []


_RECORD = msgspec.json.Decoder(_Record)
_RECORDS = msgspec.json.Decoder(list[_Record])


class _Span(Struct, frozen=True):
    """Versions from the first on, up to before `end`, or through `last`; None where there is no such bound."""

    first: Version | None
    end: Version | None = None
    last: Version | None = None

    def has(self, version: Version) -> bool:
        if self.first is not None and version < self.first:
            return False
        if self.end is not None:
            return version < self.end
        return self.last is None or version <= self.last


class _Entry(Struct, frozen=True):
    advisory: Advisory
    spans: tuple[_Span, ...]
    versions: frozenset[Version]

    def affects(self, version: Version) -> bool:
        return version in self.versions or any(span.has(version) for span in self.spans)


class AdvisoryBook(Struct, frozen=True, kw_only=True):
    """Advisories by package."""

    entries: Mapping[NormalizedName, tuple[_Entry, ...]] = {}

    def affecting(self, name: NormalizedName, version: Version) -> tuple[Advisory, ...]:
        """What is known against a release, by id; what several records are about, under whatever ids, once."""
        return _told_once(entry.advisory for entry in self.entries.get(name, ()) if entry.affects(version))

    def merged(self, other: AdvisoryBook) -> AdvisoryBook:
        """Both together; an advisory that both have counts once."""
        found = {name: dict.fromkeys(entries) for name, entries in self.entries.items()}
        for name, entries in other.entries.items():
            found.setdefault(name, {}).update(dict.fromkeys(entries))
        return AdvisoryBook(entries={name: _sorted(entries) for name, entries in found.items()})


def book_of(content: bytes, names: frozenset[NormalizedName]) -> AdvisoryBook:
    """The advisories of one JSON text, a record or an array of them, about some packages.

    A record that was withdrawn, and one of another ecosystem, say nothing. Raises ValueError, with what is wrong, for
    what is no record.
    """
    try:
        records = _RECORDS.decode(content) if content.lstrip()[:1] == b"[" else [_RECORD.decode(content)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    found: dict[NormalizedName, dict[_Entry, None]] = {}
    for record in records:
        if not _ID.fullmatch(record.id):
            raise ValueError("its id is none: letters, digits and . _ : - are expected, at most 100")
        if record.withdrawn is None:
            for name, entry in _entries(record, names):
                found.setdefault(name, {})[entry] = None
    return AdvisoryBook(entries={name: _sorted(entries) for name, entries in found.items()})


def fixed(book: AdvisoryBook, name: NormalizedName, old: Version | None, new: Version | None) -> tuple[Advisory, ...]:
    """The advisories that the old release has and the new one has not."""
    if old is None:
        return ()
    left = frozenset[str]() if new is None else frozenset().union(*(each.names for each in book.affecting(name, new)))
    return tuple(advisory for advisory in book.affecting(name, old) if not advisory.names & left)


def _told_once(advisories: Iterable[Advisory]) -> tuple[Advisory, ...]:
    """One advisory in the place of all that share a name, directly or through others."""
    groups: list[list[Advisory]] = []
    for advisory in advisories:
        joined = [group for group in groups if any(advisory.names & each.names for each in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([advisory, *(each for group in joined for each in group)])
    return tuple(sorted(map(_united, groups), key=lambda advisory: advisory.id))


def _united(same: Sequence[Advisory]) -> Advisory:
    ordered = sorted(same, key=lambda advisory: advisory.id)
    names = frozenset[str]().union(*(each.names for each in ordered))
    return Advisory(
        id=ordered[0].id,
        summary=next((each.summary for each in ordered if each.summary), ""),
        url=next((each.url for each in ordered if each.url), ""),
        aliases=tuple(sorted(names - {ordered[0].id})),
    )


def _sorted(entries: Iterable[_Entry]) -> tuple[_Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.advisory.id))


def _entries(record: _Record, names: frozenset[NormalizedName]) -> Iterator[tuple[NormalizedName, _Entry]]:
    url = next((each.url for each in record.references if each.type == "ADVISORY" and _URL.fullmatch(each.url)), "")
    summary = record.summary or record.details[:_READ].strip().partition("\n")[0]
    advisory = Advisory(
        id=record.id,
        summary=" ".join(summary[:_READ].split())[:_SUMMARY],
        url=url,
        aliases=tuple(sorted({each for each in record.aliases if _ID.fullmatch(each)} - {record.id}))[:_ALIASES],
    )
    for affected in record.affected:
        name = _name(affected.package)
        if name is not None and name in names:
            spans = [span for each in affected.ranges if each.type == "ECOSYSTEM" for span in _spans(each.events)]
            versions = frozenset(version for text in affected.versions if (version := _version(text)) is not None)
            yield name, _Entry(advisory=advisory, spans=tuple(spans), versions=versions)


def _name(package: _Package) -> NormalizedName | None:
    if package.ecosystem.partition(":")[0].lower() != _ECOSYSTEM:
        return None
    try:
        return canonicalize_name(package.name, validate=True)
    except InvalidName:
        return None


def _spans(events: Iterable[_Event]) -> Iterator[_Span]:
    """The events of a range in the order of their versions, whatever order they stand in.

    ``introduced: 0`` is before every version. An event whose version is none cannot be placed, and is passed over.
    """
    first: Version | None = None
    is_open = False
    for rank, version in sorted(
        _ordered(events), key=lambda event: (event[1] is not None, event[1] or _ZERO, event[0])
    ):
        match rank:
            case 1 if not is_open:
                first, is_open = version, True
            case 0 if is_open and version is not None:
                yield _Span(first, end=version)
                is_open = False
            case 2 if is_open and version is not None:
                yield _Span(first, last=version)
                is_open = False
            case _:
                pass
    if is_open:
        yield _Span(first)


_ZERO = Version("0")


def _ordered(events: Iterable[_Event]) -> Iterator[tuple[int, Version | None]]:
    """(0 fixed, 1 introduced, 2 last affected; the version): one version may be the first and the last affected."""
    readers: tuple[tuple[int, Callable[[_Event], str | None]], ...] = (
        (0, lambda event: event.fixed),
        (1, lambda event: event.introduced),
        (2, lambda event: event.last_affected),
    )
    for event in events:
        for rank, text_of in readers:
            text = text_of(event)
            if text is None:
                continue
            version = None if rank == 1 and text == "0" else _version(text)
            if version is not None or text == "0":
                yield rank, version


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None
