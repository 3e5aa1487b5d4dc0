"""Release notes of one bump from every source there is: its files first, then what its project's forge says.

Links of metadata are the words of whoever made the release. Of them those are followed that lead to a forge that is
known, through its API; no other address is ever asked, so that a package cannot make a build machine fetch from within
its network. Whatever cannot be had is told and fails nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from functools import partial

from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import ForgeError
from pinkeeper.forge.address import origin_of
from pinkeeper.forge.answers import Answer
from pinkeeper.forge.api import Getter
from pinkeeper.forge.releases import changelog_file, releases_between
from pinkeeper.model.comparison import DiffResult, ReleaseNotes
from pinkeeper.model.url import redact
from pinkeeper.review.changelog.notes import release_notes

__all__ = ["Patient", "gather_notes"]

# Labels of the well-known project URLs specification, normalized as it says.
_CHANGELOG_LABELS = frozenset({"changelog", "changes", "whatsnew", "history", "releasenotes", "releases", "news"})
_SOURCE_LABELS = frozenset({"source", "repository", "sourcecode", "github", "gitlab", "code", "homepage", "home"})
_LEFT_OUT = re.compile(r"[^a-z0-9]+")


class Patient:
    """A getter that asks a forge no more once that could not be reached: a run must not wait for it each time."""

    def __init__(self, getter: Getter) -> None:
        self.environ: Mapping[str, str] = getter.environ
        self._getter = getter
        self._lost: dict[str, ForgeError] = {}
        self._asking: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(
        self, url: str, doing: str, *, accept: str = "application/json", statuses: frozenset[int] = frozenset()
    ) -> Answer:
        """As `Getter.get`; the first question to a forge is put alone, to see whether it answers."""
        origin = origin_of(url)
        with self._guard:
            first = self._asking.get(origin)
            if first is None:
                first = self._asking[origin] = threading.Lock()
                first.acquire()
                is_first = True
            else:
                is_first = False
        ask = partial(self._getter.get, url, doing, accept=accept, statuses=statuses)
        if not is_first:
            with first:
                pass
            if origin in self._lost:
                raise self._lost[origin]
            return ask()
        try:
            return ask()
        except ForgeError as error:
            if error.status is None:
                self._lost[origin] = error
            raise
        finally:
            first.release()


def gather_notes(
    name: NormalizedName, old: Version | None, new: Version, compared: DiffResult | None, getter: Getter | None
) -> tuple[tuple[ReleaseNotes, ...], tuple[str, ...]]:
    """The notes of every source that has some, and a sentence for each that was asked in vain.

    getter: what asks forges; None where nothing may be asked, and links are only told.
    """
    notes: list[ReleaseNotes] = []
    missing: dict[str, None] = {}
    if compared is None:
        return (), ()
    if compared.notes.sections:
        notes.append(compared.notes)
    elif compared.notes.remark:
        missing[compared.notes.remark] = None
    for found in _from_links(name, old, new, compared, getter):
        if isinstance(found, str):
            missing[found] = None
        elif found.sections:
            notes.append(found)
        elif found.remark:
            missing[found.remark] = None
    return tuple(notes), tuple(missing)


def _from_links(
    name: NormalizedName, old: Version | None, new: Version, compared: DiffResult, getter: Getter | None
) -> Iterator[ReleaseNotes | str]:
    labelled = [(_LEFT_OUT.sub("", label.lower()), url) for label, url in compared.links]
    changelogs = [url for label, url in labelled if label in _CHANGELOG_LABELS]
    sources = [url for label, url in labelled if label in _SOURCE_LABELS]
    if getter is None:
        yield from (_unread(url) for url in changelogs)
        return
    for url in changelogs:
        yield _changelog(url, name, old, new, getter)
    for url in (*changelogs, *sources):
        found = releases_between(url, old, new, name, api=getter)
        if found is not None:
            yield found
            return  # other links lead to the same repository, or to that of another project


def _changelog(url: str, name: NormalizedName, old: Version | None, new: Version, getter: Getter) -> ReleaseNotes | str:
    found = changelog_file(url, api=getter)
    if found is None:
        return _unread(url)
    if isinstance(found, str):
        return found
    return release_notes(Version("0") if old is None else old, new, [found], name=name)


def _unread(url: str) -> str:
    return f"its changelog is said to be at {redact(url)}, which was not read"
