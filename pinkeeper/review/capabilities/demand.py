"""The code of a release, with no more of its files analysed than the question needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

from pinkeeper.model.finding import When
from pinkeeper.review.capabilities.build_hooks import BuildHooks, build_hooks
from pinkeeper.review.capabilities.callers import CallerWords, Relays, caller_words
from pinkeeper.review.capabilities.layout import Layout, is_python, sdist_layout, wheel_layout
from pinkeeper.review.capabilities.mentions import Mentions
from pinkeeper.review.capabilities.package import HookKind, PackageCode, StartLine
from pinkeeper.review.capabilities.reach import CallGraph, Roots
from pinkeeper.review.capabilities.resolution import Node
from pinkeeper.review.capabilities.start_files import added_folders, start_lines, which_hook
from pinkeeper.review.capabilities.summary import Capability, ModuleSummary

__all__ = ["Read", "ScopesOf", "Summaries", "build_code", "package_code", "package_has"]

Read: TypeAlias = Callable[[str], bytes]
"""The content of a file of the archive."""

Summaries: TypeAlias = Callable[[Collection[str]], Mapping[str, ModuleSummary]]
"""Summaries of files, which may be made side by side or come from a cache; each call asks for as many as it can."""

ScopesOf: TypeAlias = Callable[[str, ModuleSummary], Collection[str]]
"""Those scopes of a file, of which the path and the summary are given, that are asked about."""

_BATCH = 64  # files that are asked for at least, where that many may matter
_FIRST_BATCH = 16


def package_code(
    entries: Collection[str],
    read: Read,
    summaries: Summaries,
    focus: Collection[str],
    *,
    is_wheel: bool,
    summarise: Callable[[bytes], ModuleSummary],
    scopes_of: ScopesOf | None = None,
    at_hand: Collection[str] = (),
) -> PackageCode:
    """A release's code, analysed as far as is needed to know when each scope of the files in ``focus`` runs.

    entries: all paths. focus: Python files, such as those that are new or changed. summarise: of a line of a start-up
    file. scopes_of: those scopes of a file of which it matters when they run; all of them, where that is not given.
    at_hand: files whose summaries cost nothing, and spare a search for what leads to ``focus``.

    What these scopes are said to run as is what it would be had all files been analysed, as long as their callers spell
    their names. Of the other files those are analysed that start-up and build hooks bring in, that may lead to
    ``focus``, and that code in ``focus`` calls when it runs unasked; what else runs at import in them may be missing
    from ``when``.
    """
    build = BuildHooks() if is_wheel else build_hooks(entries, read)
    hooks, starts, folders = _start_hooks(entries, read, summarise, is_wheel=is_wheel)
    for path in build.files:
        hooks.setdefault(path, HookKind.BUILD)
    layout = (
        wheel_layout(entries, roots=folders)
        if is_wheel
        else sdist_layout(entries, roots=build.roots, build_roots=build.build_roots)
    )
    roots = Roots(starts=starts, hooks=hooks, scripts=build.scripts, called=build.called)
    demand = _Demand(entries, read, summaries, layout=layout, roots=roots)
    demand.ask({*focus, *at_hand, *(path for path in hooks if is_python(path))})
    demand.complete(When.START, When.BUILD)
    demand.go_back(focus, scopes_of or _all_scopes)
    demand.go_on(focus)
    return demand.result()


def build_code(entries: Collection[str], read: Read, summaries: Summaries) -> PackageCode:
    """What of an sdist runs when it is built. Files that take no part in that are not analysed."""
    build = build_hooks(entries, read)
    layout = sdist_layout(entries, roots=build.roots, build_roots=build.build_roots)
    hooks = dict.fromkeys(build.files, HookKind.BUILD)
    roots = Roots(hooks=hooks, scripts=build.scripts, called=build.called, is_installed=False)
    demand = _Demand(entries, read, summaries, layout=layout, roots=roots)
    demand.ask(path for path in hooks if is_python(path))
    demand.complete(When.BUILD)
    return demand.result()


def package_has(
    entries: Collection[str], read: Read, summaries: Summaries, capability: Capability, words: Collection[bytes]
) -> bool:
    """Whether any Python file of a release has a capability.

    words: of which every file that has it contains one, such as ``b"socket"``. Files are analysed in growing batches
    until one has it.
    """
    possible = [path for path in sorted(entries) if is_python(path) and _has_any(read(path), words)]
    begin, size = 0, _FIRST_BATCH
    while begin < len(possible):
        known = summaries(possible[begin : begin + size])
        if any(fact.capability is capability for summary in known.values() for fact in summary.facts):
            return True
        begin, size = begin + size, size * 4
    return False


def _all_scopes(_path: str, module: ModuleSummary) -> Collection[str]:
    return {function.name for function in module.functions}


def _has_any(content: bytes, words: Collection[bytes]) -> bool:
    return any(word in content for word in words)


def _start_hooks(
    entries: Collection[str], read: Read, summarise: Callable[[bytes], ModuleSummary], *, is_wheel: bool
) -> tuple[dict[str, HookKind], dict[str, tuple[StartLine, ...]], tuple[str, ...]]:
    """Hooks, the lines of start-up files, and folders that those add to ``sys.path``."""
    hooks = {path: kind for path in sorted(entries) if (kind := which_hook(path, is_wheel=is_wheel)) is not None}
    starts = {
        path: start_lines(read(path), path=path, summarise=summarise)
        for path, kind in hooks.items()
        if kind in {HookKind.PTH, HookKind.START}
    }
    folders = {folder for path, lines in starts.items() for folder in added_folders(path, lines)} if is_wheel else set()
    if folders:
        for path in entries:
            if (kind := which_hook(path, is_wheel=True, roots=folders)) is not None:
                hooks.setdefault(path, kind)
    return dict(sorted(hooks.items())), starts, tuple(sorted(folders))


class _Demand:
    """What is known of a release's files, and what has to be asked for next."""

    def __init__(
        self, entries: Collection[str], read: Read, summaries: Summaries, *, layout: Layout, roots: Roots
    ) -> None:
        self.entries = frozenset(entries)
        self._read = read
        self._summaries = summaries
        self._layout = layout
        self._roots = roots
        self._asked: set[str] = set()
        self._modules: dict[str, ModuleSummary] = {}
        self._relays = Relays(layout)
        self._graph = CallGraph({}, layout=layout, roots=roots)

    def ask(self, paths: Iterable[str]) -> bool:
        """Have files analysed; false where none of them is new."""
        wanted = sorted(set(paths) & self.entries - self._asked)
        if not wanted:
            return False
        self._asked.update(wanted)
        found = self._summaries(wanted)
        self._modules.update(found)
        self._relays.add(found)
        self._graph.add(found)
        return True

    def complete(self, *stages: When) -> None:
        """Know all that runs at these stages."""
        while True:
            self._graph.resolution.missing.clear()
            found = self._graph.reached(*stages)
            wanted = {path for path, _ in found} | self._graph.resolution.missing
            if not self.ask(path for path in wanted if is_python(path)):
                return

    def go_back(self, focus: Collection[str], scopes_of: ScopesOf) -> None:
        """Know whether anything that runs at import leads to the scopes of these files."""
        if not self._roots.is_installed:
            return
        scopes = [
            (path, scope)
            for path in sorted(set(focus) & self._modules.keys())
            for scope in sorted(scopes_of(path, self._modules[path]))
        ]
        mentions: Mentions | None = None
        while True:
            reached = self._graph.reached()
            idle = [node for node in scopes if node not in reached]
            if not idle:
                return
            if mentions is None:
                mentions = Mentions((path for path in sorted(self.entries) if is_python(path)), self._read)
            words = caller_words(self._leading_to(idle), self._layout)
            for each in words:
                self._relays.widen(each, mentions.aliases)
            found = {path for each in words for path in each.files(mentions)} | self._between(words)
            batch = sorted(found - self._asked, key=lambda path: (path.count("/"), path))
            # What runs at import is often found among the first, and settles it for many.
            if not self.ask(batch[: max(_BATCH, len(self._asked))]):
                return

    def go_on(self, focus: Collection[str]) -> None:
        """Know what the code of these files calls when it runs unasked."""
        chosen = set(focus)
        while True:
            self._graph.resolution.missing.clear()
            queue = [node for node in self._graph.reached() if node[0] in chosen]
            seen = set(queue)
            self._graph.resolution.missing.clear()
            while queue:
                for node in self._graph.calls(queue.pop()):
                    if node not in seen:
                        seen.add(node)
                        queue.append(node)
            wanted = {path for path, _ in seen} | self._graph.resolution.missing
            if not self.ask(path for path in wanted if is_python(path)):
                return

    def result(self) -> PackageCode:
        """All that was found."""
        return PackageCode(
            modules=dict(sorted(self._modules.items())),
            starts=self._roots.starts,
            hooks=self._roots.hooks,
            when=self._graph.reached(),
        )

    def _between(self, words: Iterable[CallerWords]) -> set[str]:
        """Files that are not known and through which names with these words lead."""
        resolution = self._graph.resolution
        resolution.missing.clear()
        every = {word for each in words for word in each.every()}
        for path, summary in self._modules.items():
            targets = {call.target for function in summary.functions for call in function.calls}
            targets.update(base for known in summary.classes for base in known.bases)
            for target in targets:
                if not every.isdisjoint(target.split(".")):
                    resolution.called(path, target)
            for imported in summary.imports:
                if not every.isdisjoint(imported.target.split(".")):
                    resolution.imported(path, imported.target)
        return {path for path in resolution.missing if is_python(path)}

    def _leading_to(self, nodes: Iterable[Node]) -> set[Node]:
        """Scopes that would run these if they ran, as far as is known."""
        before: dict[Node, list[Node]] = {}
        for path, summary in self._modules.items():
            for function in summary.functions:
                for follower in self._graph.leads_to((path, function.name)):
                    before.setdefault(follower, []).append((path, function.name))
        found = set(nodes)
        queue = list(found)
        while queue:
            for node in before.get(queue.pop(), ()):
                if node not in found:
                    found.add(node)
                    queue.append(node)
        return found
