"""One sitting of a reviewer: what is open, read release by release; every decision is written at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pinkeeper.errors import PinkeeperError
from pinkeeper.index.cache import Cache
from pinkeeper.model.ledger import Entry, LedgerConfig, Review
from pinkeeper.model.review_backlog import Material, Measured, OpenRelease
from pinkeeper.workflows.atomic_write import replace_text
from pinkeeper.workflows.ledger_coverage import measured
from pinkeeper.workflows.ledger_files import OpenLedger, open_ledger
from pinkeeper.workflows.ledger_locks import locks_of_project
from pinkeeper.workflows.review_backlog import open_releases
from pinkeeper.workflows.review_decision import Approval, approval_of, approve, reject, violation_of
from pinkeeper.workflows.review_desk import Desk, known_measure
from pinkeeper.workflows.surroundings import Surroundings

__all__ = ["Bookmark", "Sitting", "key_of_release"]

_FOLDER = "review-sessions"
_MOST_BYTES = 2**20


class Bookmark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a session was left. at: a release, as `key_of_release` has it. notes: drafts, by release."""

    at: str = ""
    view: str = "overview"
    skipped: tuple[str, ...] = ()
    notes: dict[str, str] = {}


class Sitting:
    """The state of one session; what is decided goes to the ledger, where it was left to a file of the user's own."""

    def __init__(self, surroundings: Surroundings, desk: Desk, *, who: str, rules: Iterable[str]) -> None:
        self._surroundings = surroundings
        self._desk = desk
        self._rules = tuple(rules)
        self._cache = Cache(surroundings.cache_directory, log=surroundings.log)
        self._materials: dict[tuple[str, Version | None], Material] = {}
        self._measures: dict[tuple[str, Version | None], Measured] = {}
        self._ledger = open_ledger(surroundings)
        self.who = who
        self.bookmark = self._remembered()
        self.releases: tuple[OpenRelease, ...] = ()
        self.refresh()

    def refresh(self) -> None:
        """Read the ledger again: somebody else may have written it. Raises as `open_ledger` does."""
        self._ledger = open_ledger(self._surroundings)
        result = measured(self._ledger, locks_of_project(self._surroundings), self._surroundings)
        self.releases = open_releases(result, self._ledger, self._surroundings)

    @property
    def config(self) -> LedgerConfig:
        """The criteria, and what locks need."""
        return self._ledger.config

    def bases(self, release: OpenRelease) -> tuple[Version | None, ...]:
        """What a release can be compared with, the nearest first; None, for all of it, is the last."""
        return (*(base for base, _ in release.bases[:3]), None)

    def measure(self, release: OpenRelease) -> Measured | None:
        """How much there is to read, where that is known."""
        base = self.bases(release)[0]
        key = (key_of_release(release), base)
        if key not in self._measures:
            found = known_measure(self._cache, release, base)
            if found is None:
                return None
            self._measures[key] = found
        return self._measures[key]

    def known(self, release: OpenRelease, base: Version | None) -> Material | None:
        """What is to be read, where it was laid out in this sitting."""
        return self._materials.get((key_of_release(release), base))

    def lay_out(self, release: OpenRelease, base: Version | None) -> Material:
        """What is to be read. It may take some time. Raises as `Desk.lay_out` does."""
        found = self.known(release, base)
        if found is None:
            found = self._desk.lay_out(release, base)
            self._materials[key_of_release(release), base] = found
        return found

    def proposed(self, material: Material, release: OpenRelease) -> tuple[Entry, ...]:
        """The entries that an approval would write. Raises ConfigurationError."""
        approval = Approval(criteria=release.needed, who=self.who, notes=self.note(release))
        return approval_of(material, approval, self._ledger, self._surroundings, rules=self._rules)

    def approve(self, entries: tuple[Entry, ...]) -> None:
        """Write an approval into the ledger as it stands now. Raises OutputError, and as `open_ledger` does."""
        ledger: OpenLedger = open_ledger(self._surroundings)
        approve(entries, ledger.own, self._surroundings)
        for entry in entries:
            if isinstance(entry, Review):
                self.annotate(f"{entry.package}=={entry.version}", "")
        self.refresh()

    def reject(self, release: OpenRelease, reason: str) -> None:
        """Write a violation into the ledger as it stands now. Raises as `approve` does, and ConfigurationError."""
        which = SpecifierSet(f"=={release.version}")
        violation = violation_of(release.package, which, reason, self.who, self._surroundings)
        reject(violation, open_ledger(self._surroundings).own, self._surroundings)
        self.refresh()

    # Where it was left

    def stand(self, at: str, view: str) -> None:
        """Remember where the reviewer is."""
        self._mark(replace(self.bookmark, at=at, view=view))

    def skip(self, release: OpenRelease) -> None:
        """Put a release off, or take it up again."""
        key, skipped = key_of_release(release), self.bookmark.skipped
        left = tuple(each for each in skipped if each != key) if key in skipped else (*skipped, key)
        self._mark(replace(self.bookmark, skipped=left))

    def is_skipped(self, release: OpenRelease) -> bool:
        """Whether a release was put off."""
        return key_of_release(release) in self.bookmark.skipped

    def note(self, release: OpenRelease) -> str:
        """The draft of the notes about a release."""
        return self.bookmark.notes.get(key_of_release(release), "")

    def annotate(self, key: str, text: str) -> None:
        """Keep a draft of notes; an empty one is dropped."""
        notes = {**self.bookmark.notes, key: text}
        self._mark(replace(self.bookmark, notes={each: said for each, said in notes.items() if said}))

    def _mark(self, bookmark: Bookmark) -> None:
        """Remember; a place that cannot be written costs the bookmark and no decision."""
        if bookmark == self.bookmark:
            return
        self.bookmark = bookmark
        folder = self._surroundings.cache_directory
        if folder is None:
            return
        with suppress(PinkeeperError, OSError):
            (folder / _FOLDER).mkdir(parents=True, exist_ok=True)
            name = self._name()
            replace_text(folder / _FOLDER / name, msgspec.json.encode(bookmark).decode(), shown=name)

    def _remembered(self) -> Bookmark:
        folder = self._surroundings.cache_directory
        if folder is None:
            return Bookmark()
        try:
            with (folder / _FOLDER / self._name()).open("rb") as file:
                return msgspec.json.decode(file.read(_MOST_BYTES), type=Bookmark)
        except (OSError, msgspec.DecodeError):
            return Bookmark()

    def _name(self) -> str:
        place = str(self._surroundings.directory.resolve())
        return f"{hashlib.sha256(place.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.json"


def key_of_release(release: OpenRelease) -> str:
    """A release as a text."""
    return f"{release.package}=={release.version}"
