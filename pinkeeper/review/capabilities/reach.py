"""When does each part of a release's code run? Followed from what runs unasked, through imports and calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise

from msgspec import Struct

from pinkeeper.model.finding import When
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.layout import Layout
from pinkeeper.review.capabilities.package import HookKind, StartLine
from pinkeeper.review.capabilities.resolution import Node, Resolution
from pinkeeper.review.capabilities.summary import MAIN, MODULE, Capability, Fact, ModuleSummary

__all__ = ["CallGraph", "Roots", "reach"]

# What build frontends and backends call in the hooks that they load, besides the methods of classes: PEP 517, PEP 660,
# and the hooks of hatchling, pdm-backend, poetry-core and scikit-build-core.
_CALLED_IN_HOOKS = lazy_pattern(
    r"build_(?:wheel|sdist|editable)|prepare_metadata_for_build_(?:wheel|editable)"
    r"|get_requires_for_(?:build_(?:wheel|sdist|editable)|dynamic_metadata)|get_(?:build_hook|builder|metadata_hook)"
    r"|pdm_build_\w+|build|setup_hook|dynamic_metadata|dynamic_wheel"
)
_MODULE_RUN = lazy_pattern(r"(?:^|\s)-m\s+([\w.]+)")
_SCRIPT = lazy_pattern(r"([^\s/\\\"']+\.pyw?)\b")
_IMPORTERS = frozenset({"importlib.import_module", "__import__", "builtins.__import__", "runpy.run_module"})
_ARGUMENTS = 50  # of one fact; a program's own command lines are shorter


class Roots(Struct, frozen=True, kw_only=True):
    """What runs unasked.

    starts: lines of start-up files by path. hooks: files that run unasked, by path. scripts: those of them that run as
    programs, and not as imported modules. called: dotted names that settings make a build call, as ``pkg.mod.name``.
    is_installed: whether modules are there to be imported, and not only to take part in a build.
    """

    starts: Mapping[str, tuple[StartLine, ...]] = {}
    hooks: Mapping[str, HookKind] = {}
    scripts: frozenset[str] = frozenset()
    called: tuple[str, ...] = ()
    is_installed: bool = True


def reach(modules: Mapping[str, ModuleSummary], *, layout: Layout, roots: Roots) -> dict[Node, When]:
    """When scopes run, at the earliest; those that are not there run when somebody calls them.

    Where a name can mean several things, all of them are taken to run. Files without a summary run as their importers
    say, and lead nowhere.
    """
    return CallGraph(modules, layout=layout, roots=roots).reached()


class _Scopes(Struct, frozen=True, kw_only=True, eq=False):
    """What a module's scopes do, by scope: targets of imports and of calls, classes with bases, facts."""

    imports: Mapping[str, Iterable[str]]
    classes: Mapping[str, Iterable[str]]
    calls: Mapping[str, Iterable[str]]
    facts: Mapping[str, Iterable[Fact]]


class CallGraph:
    """What runs what, in the modules that are known. `add` makes more known."""

    def __init__(self, modules: Mapping[str, ModuleSummary], *, layout: Layout, roots: Roots) -> None:
        self._layout = layout
        self._roots = roots
        self._modules = {path: _joined(lines) for path, lines in roots.starts.items()}
        self._scopes: dict[str, _Scopes] = {}
        self._edges: dict[Node, frozenset[Node]] = {}
        self._incomplete: defaultdict[str, set[Node]] = defaultdict(set)
        self._files_below: dict[str, list[str]] | None = None
        self.resolution = Resolution(self._modules.get, layout)
        self.add(modules)

    def add(self, modules: Mapping[str, ModuleSummary]) -> None:
        """More modules are known."""
        for path, summary in modules.items():
            self._modules.setdefault(path, summary)
            for node in self._incomplete.pop(path, ()):
                self._edges.pop(node, None)

    def reached(self, *stages: When) -> dict[Node, When]:
        """When scopes run, of those that run at these stages; all but `When.CALL` if none is given."""
        found: dict[Node, When] = {}
        for when in stages or (When.START, When.BUILD, When.IMPORT):
            queue = [node for node in self._first(when) if node not in found]
            found.update(dict.fromkeys(queue, when))
            while queue:
                for node in self.leads_to(queue.pop()):
                    if node not in found:
                        found[node] = when
                        queue.append(node)
        return found

    def leads_to(self, node: Node) -> frozenset[Node]:
        """What runs because a scope runs."""
        if (found := self._edges.get(node)) is None:
            outer = self.resolution.missing
            self.resolution.missing = set()
            found = self._edges[node] = frozenset(self._followers(node)) - {node}
            for path in self.resolution.missing:
                self._incomplete[path].add(node)
            if node[0] not in self._modules:
                self._incomplete[node[0]].add(node)
            self.resolution.missing |= outer
        return found

    def calls(self, node: Node) -> set[Node]:
        """What a scope calls."""
        path, scope = node
        found: set[Node] = set()
        if (scopes := self._scopes_of(path)) is not None:
            for target in scopes.calls.get(scope, ()):
                found |= self.resolution.called(path, target)
        return found

    def _followers(self, node: Node) -> set[Node]:
        path, scope = node
        found: set[Node] = set()
        if scope != MODULE:
            # Whoever gets at a part of a module has had it imported.
            found.add((path, MODULE))
        scopes = self._scopes_of(path)
        if scopes is None:
            return found
        for target in scopes.imports.get(scope, ()):
            found |= self.resolution.imported(path, target)
        for name in scopes.classes.get(scope, ()):
            found |= self.resolution.defined(path, name)
        found |= self.calls(node)
        for fact in scopes.facts.get(scope, ()):
            found |= self._started(path, fact)
        return found

    def _scopes_of(self, path: str) -> _Scopes | None:
        if (found := self._scopes.get(path)) is None and (summary := self._modules.get(path)) is not None:
            found = self._scopes[path] = _scopes(summary)
        return found

    def _started(self, path: str, fact: Fact) -> set[Node]:
        """Modules of the release that are imported by their name, or started as programs of their own."""
        found: set[Node] = set()
        arguments = fact.arguments[:_ARGUMENTS]
        if fact.callee in _IMPORTERS and arguments:
            found |= self.resolution.imported(path, arguments[0])
            if fact.callee.startswith("runpy."):
                found |= self._run_as_program(arguments[0])
        if fact.capability is Capability.PROCESS:
            names = [name for text in arguments for name in _MODULE_RUN.findall(text)]
            names += [after for before, after in pairwise(arguments) if before == "-m"]
            for name in names:
                found |= self._run_as_program(name)
        if fact.capability is Capability.PROCESS or fact.callee == "runpy.run_path":
            for text in arguments:
                for name in _SCRIPT.findall(text):
                    found |= self._run_by_path(path, name)
        return found

    def _run_as_program(self, name: str) -> set[Node]:
        """What ``python -m name`` runs."""
        found = {(file, MODULE) for file in self._layout.packages(name)}
        for file in (*self._layout.files.get(name, ()), *self._layout.files.get(f"{name}.__main__", ())):
            found |= {(file, MODULE), (file, MAIN)}
        return found

    def _run_by_path(self, path: str, name: str) -> set[Node]:
        """A program beside or below the file that starts it; the folders before its name may not have been known."""
        if self._files_below is None:
            by_name: defaultdict[str, list[str]] = defaultdict(list)
            for file in self._layout.names:
                by_name[file.rpartition("/")[2]].append(file)
            self._files_below = dict(by_name)
        folder = path.rpartition("/")[0]
        below = f"{folder}/" if folder else ""
        files = [file for file in self._files_below.get(name, ()) if file.startswith(below) and name != "__init__.py"]
        return {node for file in files for node in ((file, MODULE), (file, MAIN))}

    def _first(self, when: When) -> list[Node]:
        match when:
            case When.START:
                start = {path for path, kind in self._roots.hooks.items() if kind is not HookKind.BUILD}
                return sorted((path, MODULE) for path in {*start, *self._roots.starts})
            case When.BUILD:
                return sorted(self._build_roots())
            case When.IMPORT:
                return sorted((path, MODULE) for path in self._layout.installed) if self._roots.is_installed else []
            case When.CALL:
                return []

    def _build_roots(self) -> set[Node]:
        found: set[Node] = set()
        for path, kind in self._roots.hooks.items():
            if kind is not HookKind.BUILD:
                continue
            found.add((path, MODULE))
            if path in self._roots.scripts:
                found.add((path, MAIN))
            index = self.resolution.index(path)
            if index is None:
                continue
            found.update((path, name) for name in index.functions if _is_called_in_hook(name))
            for name, targets in index.bound.items():
                for target in targets:
                    found |= self._methods_of(path, target)
                    if _CALLED_IN_HOOKS.fullmatch(name):
                        found |= self.resolution.called(path, target)
        for target in self._roots.called:
            found |= self.resolution.imported("", target) | self.resolution.called("", target)
            found |= self._methods_of("", target)
        return found

    def _methods_of(self, path: str, target: str) -> set[Node]:
        """All methods of a class that a build is given: it calls them by the names that its own base class has."""
        found: set[Node] = set()
        for owner, name in self.resolution.classes(path, target):
            index = self.resolution.index(owner)
            prefix = f"{name}."
            found.update(
                (owner, function)
                for function in (index.functions if index else ())
                if function.startswith(prefix) and "<locals>" not in function
            )
        return found


def _scopes(summary: ModuleSummary) -> _Scopes:
    imports: defaultdict[str, dict[str, None]] = defaultdict(dict)
    classes: defaultdict[str, list[str]] = defaultdict(list)
    calls: defaultdict[str, dict[str, None]] = defaultdict(dict)
    facts: defaultdict[str, list[Fact]] = defaultdict(list)
    for imported in summary.imports:
        imports[imported.scope][imported.target] = None
    for known in summary.classes:
        if known.bases:
            classes[_scope_of(known.name)].append(known.name)
    for function in summary.functions:
        # The same name may be defined in both branches of a condition.
        calls[function.name].update(dict.fromkeys(call.target for call in function.calls))
    for fact in summary.facts:
        facts[fact.scope].append(fact)
    return _Scopes(imports=imports, classes=classes, calls=calls, facts=facts)


def _is_called_in_hook(name: str) -> bool:
    return "<locals>" not in name and ("." in name or _CALLED_IN_HOOKS.fullmatch(name) is not None)


def _scope_of(name: str) -> str:
    """The scope in which a class is defined."""
    outer, _, _ = name.rpartition(".<locals>.")
    return outer or MODULE


def _joined(lines: Collection[StartLine]) -> ModuleSummary:
    """The lines of a start-up file as one module."""
    summaries = [line.summary for line in lines if line.summary is not None]
    return ModuleSummary(
        facts=tuple(fact for summary in summaries for fact in summary.facts),
        functions=tuple(function for summary in summaries for function in summary.functions),
        imports=tuple(found for summary in summaries for found in summary.imports),
    )
