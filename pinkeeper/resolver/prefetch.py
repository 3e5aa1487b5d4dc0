"""A walk ahead of the resolver, so that pages and metadata are there when it asks.

It takes for each project the release that would be chosen under what is known so far, and follows its dependencies at
once, all projects in parallel. What it guesses wrong costs a request and changes nothing: the resolver decides alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from pinkeeper.errors import PinkeeperError
from pinkeeper.model.metadata import CoreMetadata
from pinkeeper.resolver.dependencies import DependencyReader, UnusableRequirementError
from pinkeeper.resolver.needs import Wanted
from pinkeeper.resolver.selection import Release, Selector
from pinkeeper.resolver.source import ProjectListing, ReleaseSource

__all__ = ["Prefetcher"]

_T = TypeVar("_T")


class _Project:
    """What the walk knows of one project."""

    def __init__(self) -> None:
        self.specifier = SpecifierSet()
        self.extras: set[str] = {""}
        self.direct = False
        self.release: Release | None = None
        self.followed: set[tuple[Version, str]] = set()


class Prefetcher:
    """Walks from the roots; its callbacks run in whichever thread completes a fetch."""

    def __init__(
        self,
        source: ReleaseSource,
        selector: Selector,
        reader: DependencyReader,
        *,
        bounds: Callable[[NormalizedName], SpecifierSet],
        preferred: Mapping[NormalizedName, Sequence[Version]],
    ) -> None:
        self._source = source
        self._selector = selector
        self._reader = reader
        self._bounds = bounds
        self._preferred = preferred
        self._projects: dict[NormalizedName, _Project] = {}
        self._lock = threading.RLock()
        self._stopped = False

    def start(self, roots: Iterable[Wanted]) -> None:
        """Begin to walk, knowing from the first step what all of the roots ask for."""
        wanted = list(roots)
        for need in wanted:
            self._noted(need, direct=True)
        for need in wanted:
            self._want(need, direct=True)

    def stop(self) -> None:
        """Follow nothing further; the answer is known."""
        self._stopped = True

    def _want(self, need: Wanted, *, direct: bool = False) -> None:
        name, extra = need.identifier
        with self._lock:
            known = self._projects.get(name)
            if known is not None and not direct and extra in known.extras and need.specifier == SpecifierSet():
                return
            project = self._noted(need, direct=direct)
        _when_done(self._source.listing(name), lambda listing: self._choose(project, listing))

    def _noted(self, need: Wanted, *, direct: bool) -> _Project:
        """A project, with one more need of it."""
        name, extra = need.identifier
        project = self._projects.get(name)
        if project is None:
            project = self._projects[name] = _Project()
            project.specifier = self._bounds(name)
        project.specifier &= need.specifier
        project.extras.add(extra)
        project.direct |= direct
        return project

    def _choose(self, project: _Project, listing: ProjectListing) -> None:
        if self._stopped:
            return
        with self._lock:
            specifier, current = project.specifier, project.release
            if current is not None and specifier.contains(current.version, prereleases=True):
                release: Release | None = current
            else:
                release = project.release = self._first(listing, specifier, direct=project.direct)
        if release is not None:
            chosen = release
            for file in chosen.installed:
                future = self._source.metadata(chosen.name, chosen.version, file)
                _when_done(future, lambda metadata: self._follow(project, chosen, metadata))

    def _first(self, listing: ProjectListing, specifier: SpecifierSet, *, direct: bool) -> Release | None:
        for preferred in self._preferred.get(listing.name, ()):
            if str(preferred) in listing.versions and specifier.contains(preferred):
                judged = self._selector.judge(listing, str(preferred))
                if isinstance(judged, Release):
                    return judged
        for judged in self._selector.matching(listing, specifier, direct=direct):
            if isinstance(judged, Release) and judged.yanked is None:
                return judged
        return None

    def _follow(self, project: _Project, release: Release, metadata: CoreMetadata) -> None:
        if self._stopped:
            return
        with self._lock:
            extras = [extra for extra in sorted(project.extras) if (release.version, extra) not in project.followed]
            project.followed.update((release.version, extra) for extra in extras)
        for extra in extras:
            try:
                needs = list(self._reader.needs(metadata, extra))
            except UnusableRequirementError:
                continue  # the resolver meets it again and passes the release over
            for need in needs:
                self._want(need)


def _when_done(future: Future[_T], then: Callable[[_T], Any]) -> None:
    def run(done: Future[_T]) -> None:
        if done.exception() is not None:
            return  # kept in the future for the resolver, should it ever ask
        try:
            then(done.result())
        except PinkeeperError:
            return  # what a page says wrongly the resolver meets again, if it looks at that release

    future.add_done_callback(run)
