"""A wheel against the sdist of the same release: code that nobody can have built from the published source.

What builds do every day is passed over: files in another folder, comments and docstrings that went, versions that
were filled in, files made from a template or a schema that the sdist has, namespace hooks of setuptools.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from posixpath import basename, splitext

from pinkeeper.artifacts.contents import Contents
from pinkeeper.model.comparison import FileKind
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.digests import digest
from pinkeeper.review.capabilities.grammar import parse
from pinkeeper.review.comparison.inert_code import is_inert
from pinkeeper.review.comparison.kinds import HEAD_SIZE, file_kind
from pinkeeper.review.comparison.namespace_hook import is_namespace_hook

__all__ = ["beyond_sdist"]

_START_FILE, _FILE = "a start-up file", "a Python file"
_ITEMS_LIMIT = 100
_UNITS_OF_A_FILE = 5
_PARSED_BYTES = 4 * 1024 * 1024
_CANDIDATES = 6
_NO_SOURCE_AT = 10
"""Files from which on a wheel that shares less than half of them with its sdist is told as one thing."""

_SCHEME = lazy_pattern(r"[^/]+\.data/(?P<scheme>[^/]+)/")
_TEMPLATE_SUFFIXES = (".in", ".tmpl", ".tpl", ".template", ".jinja", ".jinja2", ".j2", ".mako", ".src", ".tempita")
_PLACEHOLDER_ROOM = 3
_SCHEMAS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?P<stem>.+)_pb2(?:_grpc)?\.py"), r".proto"),
    (re.compile(r"(?P<stem>.+)_grpc\.py"), r".proto"),
    (re.compile(r"(?:ui_(?P<stem>.+)|(?P<after>.+)_ui)\.py"), r".ui"),
    (re.compile(r"(?P<stem>.+?)(?:Lexer|Parser|Visitor|Listener)\.py"), r".g4"),
)


def beyond_sdist(wheel: Contents, sdist: Contents) -> tuple[tuple[str, str], ...]:
    """Python code and start-up files of the wheel that its sdist has not got, as (path in the wheel, what), by path.

    what: the wheel has it and the sdist has not, in a few words: ``a start-up file``, ``Client.send``, ``another
    Client.send`` where the sdist's is not the same. An empty path: the release as a whole. A project that does this
    in each release did it in its old one too: ask for both, and look at what is new. Files with the same syntax tree
    are the same; files that cannot be parsed, or that come after too many others, are compared as texts. Raises
    ArtifactError where the contents cannot be read any more.
    """
    comparison = _Comparison(wheel, sdist)
    found = list(comparison.found())
    if comparison.is_without_source:
        others = [item for item in found if item[1] != _FILE]
        found = [("", "most of its Python files"), *others]
    if len(found) > _ITEMS_LIMIT:
        found.sort(key=lambda item: (item[1] != _START_FILE, item))
        found = [*sorted(found[:_ITEMS_LIMIT]), ("", "more such parts")]
    return tuple(found)


class _Comparison:
    """looked_at: Python files of the wheel. missing: those that the sdist has under no name."""

    def __init__(self, wheel: Contents, sdist: Contents) -> None:
        self._wheel, self._sdist = wheel, sdist
        self._contents = {entry.sha256 for entry in sdist.entries.values()}
        self._by_name: defaultdict[str, list[str]] = defaultdict(list)
        for path in sdist.entries:
            self._by_name[basename(path)].append(path)
        self._room = _PARSED_BYTES
        self.looked_at = self.missing = 0

    @property
    def is_without_source(self) -> bool:
        """Whether the sdist is no source of the wheel at all."""
        return self.looked_at >= _NO_SOURCE_AT and self.missing * 2 > self.looked_at

    def found(self) -> Iterator[tuple[str, str]]:
        for path, entry in self._wheel.entries.items():
            suffix = splitext(path)[1].lower()
            scheme = _SCHEME.match(path)
            is_script = scheme is not None and scheme["scheme"] == "scripts"
            if suffix not in {".py", ".pyw", ".pyc", ".pth", ".start"} and not is_script:
                continue
            is_known = entry.sha256 in self._contents
            self.looked_at += suffix == ".py"
            if is_known or entry.size == 0:
                continue
            place = path if scheme is None else path[scheme.end() :]
            if suffix in {".pth", ".start"}:
                found = self._start_file(path, place)
            elif suffix == ".pyc":
                found = self._bytecode(path)
            else:
                found = self._python(path, place, is_script=is_script)
            yield from ((path, what) for what in found)

    def _start_file(self, path: str, place: str) -> Iterator[str]:
        content = self._wheel.read(path)
        if file_kind(path, content[:HEAD_SIZE]) is not FileKind.STARTUP:
            return
        lines = {line.strip() for line in content.decode("utf-8", "replace").splitlines()}
        for own in self._by_name.get(basename(place), ()):
            lines -= {line.strip() for line in self._sdist.read(own).decode("utf-8", "replace").splitlines()}
        if any(line and not line.startswith("#") and not is_namespace_hook(line) for line in lines):
            yield _START_FILE

    def _bytecode(self, path: str) -> Iterator[str]:
        """Compiled code is as good as its source beside it; without one it comes from nowhere."""
        folder, _, name = path.rpartition("/")
        stem = name.partition(".")[0]
        home = folder.removesuffix("__pycache__").rstrip("/")
        source = f"{home}/{stem}.py" if home else f"{stem}.py"
        if source not in self._wheel.entries and not self._own(source):
            yield "compiled Python code without its source"

    def _own(self, place: str) -> list[str]:
        """Files of the sdist at the same place, perhaps below a folder of sources; the shortest path first."""
        own = [path for path in self._by_name.get(basename(place), ()) if path == place or path.endswith(f"/{place}")]
        return sorted(own, key=lambda path: (path.count("/"), path))

    def _python(self, path: str, place: str, *, is_script: bool) -> Iterator[str]:
        content = self._wheel.read(path)
        if is_script and not place.endswith(".py") and file_kind(path, content[:HEAD_SIZE]) is not FileKind.PYTHON:
            return
        own = self._by_name.get(basename(place), []) if is_script else self._own(place)
        others = [other for other in self._by_name.get(basename(place), ()) if other not in own]
        self.missing += not (is_script or own or others)
        tree = self._parsed(content)
        if tree is None:
            if not self._has_the_same_words(content, own):
                yield _FILE
            return
        if is_inert(tree.body):
            return
        wanted = digest(tree)
        nearest = sorted(others, key=lambda other: (-_common_end(place, other), other))
        sources = [self._parsed(self._sdist.read(other)) for other in [*own, *nearest][:_CANDIDATES]]
        if any(source is not None and digest(source) == wanted for source in sources):
            return
        if own and any(sources[: len(own)]):
            yield from _beyond(tree, [source for source in sources[: len(own)] if source is not None])
        elif not self._is_generated(content, place):
            yield _FILE

    def _parsed(self, content: bytes) -> ast.Module | None:
        self._room -= len(content)
        return parse(content).tree if self._room >= 0 else None

    def _has_the_same_words(self, content: bytes, own: Sequence[str]) -> bool:
        if len(content) > _PARSED_BYTES:
            return False
        words = content.split()
        return any(self._sdist.read(path).split() == words for path in own)

    def _is_generated(self, content: bytes, place: str) -> bool:
        name = basename(place)
        for pattern, suffix in _SCHEMAS:
            match = pattern.fullmatch(name)
            if match and (next(filter(None, match.groups())) + suffix) in self._by_name:
                return True
        stem = splitext(name)[0]
        templates = [f"{name}{suffix}" for suffix in _TEMPLATE_SUFFIXES]
        templates += [f"{stem}{suffix}{end}" for suffix in _TEMPLATE_SUFFIXES for end in ("", ".py")]
        return any(
            _is_filled_in(self._sdist.read(path), content)
            for template in templates
            for path in self._by_name.get(template, ())
        )


def _common_end(one: str, other: str) -> int:
    """How many parts of the paths are the same, from the end."""
    common = 0
    for left, right in zip(reversed(one.split("/")), reversed(other.split("/")), strict=False):
        if left != right:
            break
        common += 1
    return common


def _is_filled_in(template: bytes, content: bytes) -> bool:
    """Whether only as many lines are new as the template has to be filled in."""
    before = {line.strip() for line in template.splitlines()}
    after = {line.strip() for line in content.splitlines()}
    return len(after - before) <= len(before - after) + _PLACEHOLDER_ROOM


def _beyond(tree: ast.Module, sources: Sequence[ast.Module]) -> Iterator[str]:
    """The functions and statements that none of the sources has, the first functions by name.

    No numbers are told: they would make something new of what a project does in each release.
    """
    known = {(name, mark) for source in sources for name, mark, _ in _units(source)}
    names = {name for name, _ in known}
    new = [(name, node) for name, mark, node in _units(tree) if (name, mark) not in known and not is_inert([node])]
    named = [f"another {name}" if name in names else name for name, _ in new if name]
    if statements := sum(not name for name, _ in new):
        yield "a statement outside of functions" if statements == 1 else "statements outside of functions"
    yield from named[:_UNITS_OF_A_FILE]
    if len(named) > _UNITS_OF_A_FILE:
        yield "more functions"


def _units(tree: ast.Module) -> Iterator[tuple[str, str, ast.stmt]]:
    """Functions and classes by name, other statements without one, each with its digest; methods one by one."""
    pending: list[tuple[str, ast.stmt]] = [("", node) for node in reversed(tree.body)]
    while pending:
        prefix, node = pending.pop()
        if isinstance(node, ast.ClassDef):
            name = f"{prefix}{node.name}"
            shell = ast.ClassDef(**{**dict(ast.iter_fields(node)), "body": []})
            ast.copy_location(shell, node)
            yield name, digest(shell), shell
            pending += [(f"{name}.", child) for child in reversed(node.body)]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{node.name}", digest(node), node
        else:
            yield "", f"{prefix}{digest(ast.Module(body=[node], type_ignores=[]))}", node
