"""Power in what is no Python: shell scripts and recipes, sources that are compiled, web pages, settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import PurePosixPath

from msgspec import Struct

from pinkeeper.artifacts.contents import Contents
from pinkeeper.model.comparison import FileChange, FileKind
from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.known_texts import known_texts
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.command_lines import what_it_does
from pinkeeper.review.rules.lowered_settings import is_lowered
from pinkeeper.review.rules.page_hosts import LARGEST, PAGES, named_in_pages, sent_to
from pinkeeper.review.rules.redirected_settings import SETTINGS, changed_servers, redirected, sent_elsewhere, switched
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_LINE = 2000
_SHORT = 300
_MOST_SHORT, _MOST_LONG = 2 * 2**20, 200_000  # characters of lines of either kind
_MOST_OF_PAGES = 48 * 2**20  # characters
_MOST_TOLD = 20  # of one file

_RECIPES = frozenset(
    {
        *(".sh", ".bash", ".zsh", ".fish", ".ksh", ".csh", ".command", ".ps1", ".psm1", ".bat", ".cmd", ".mk"),
        *(".cmake", ".build", ".dockerfile", ".am", ".ac", ".in", ".gyp", ".gypi"),
    }
)
_RECIPE_NAMES = frozenset(
    {"makefile", "cmakelists.txt", "configure", "dockerfile", "containerfile", "justfile", "wscript"}
)
# Texts that coding agents take for orders: a command in them is run as one in a script is.
_ORDERS = frozenset(
    {
        *("agents.md", "claude.md", "gemini.md", "skill.md", "copilot-instructions.md", "copilot-setup-steps.yml"),
        *(".cursorrules", ".windsurfrules", ".clinerules"),
    }
)
_COMPILED = frozenset(
    {
        *(".c", ".cc", ".cpp", ".cxx", ".c++", ".h", ".hh", ".hpp", ".m", ".mm", ".pyx", ".pxd", ".pxi", ".rs", ".go"),
        *(".zig", ".d", ".swift", ".nim"),
    }
)
_LOOKED_AT = _RECIPES | _COMPILED | PAGES | SETTINGS

# Not a method or a member of something called the same.
_STARTS = lazy_pattern(
    r"(?<![\w.>:])(?:system|_?w?popen|execl[pe]?|execv[pe]{0,2}|posix_spawnp?|WinExec|ShellExecute(?:Ex)?[AW]?|"
    r"CreateProcess(?:AsUser)?[AW]?|URLDownloadToFile[AW]?|InternetOpenUrl[AW]?)\s*\(|"
    r"\b(?:process::)?Command::new\s*\(|\bexec\.Command(?:Context)?\s*\(|\bcimport\s+(?:[\w, ]*\b)?(?:system|popen)\b"
)
# From these everybody takes the same libraries.
_LIBRARIES = lazy_pattern(
    r"(?:^|\.)(?:jsdelivr\.net|unpkg\.com|cdnjs\.cloudflare\.com|googleapis\.com|gstatic\.com|jquery\.com|"
    r"bootstrapcdn\.com|mathjax\.org|polyfill-fastly\.io|esm\.sh|skypack\.dev|youtube(?:-nocookie)?\.com|w3\.org)$"
)
_LOCAL = lazy_pattern(r"^(?:localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|example\.|.*\.example(?:\.\w+)?$)")


class _Source(Struct, frozen=True, kw_only=True):
    """A file that is new or changed. before: its old text. added: lines that this has not, with their numbers.

    severity: of what is grave in it.
    """

    change: FileChange
    path: str
    before: str
    text: str
    added: tuple[tuple[int, str], ...]
    severity: Severity


class _Before:
    """What the old release has, found when it is first asked for."""

    def __init__(self, material: Material) -> None:
        self._old = material.old

    def names(self, host: str) -> bool:
        """Whether any of its files names a host."""
        return bool(known_texts(self._old.main, (host,)))

    @cached_property
    def starts(self) -> bool:
        """Whether any of its sources that are compiled starts programs."""
        return any(
            _suffix(path) in _COMPILED and _STARTS.search(_text(contents, path)) is not None
            for contents in (self._old.wheel, self._old.sdist)
            if contents is not None
            for path in contents.entries
        )


class _Room:
    """How much more text is looked at for command lines: searching takes the square of a line's length."""

    def __init__(self) -> None:
        self._short, self._long = _MOST_SHORT, _MOST_LONG

    def takes(self, line: str) -> bool:
        """Whether there is room for a line."""
        if len(line) <= _SHORT:
            self._short -= len(line)
            return self._short >= 0
        self._long -= len(line)
        return self._long >= 0

    @property
    def is_used_up(self) -> bool:
        """Whether some line was not looked at."""
        return min(self._short, self._long) < 0


def _look(material: Material) -> Iterable[Sighting]:
    before, left_of_pages = _Before(material), _MOST_OF_PAGES
    recipes, compiled, tables = _Room(), _Room(), _Room()
    old, new = material.old, material.new
    pages: list[_Source] = []
    for change, source in (
        *((change, _source(change, old.main, new.main)) for change in material.changes),
        *((change, _source(change, old.sdist, new.sdist)) for change in material.build_changes),
    ):
        if source is None:
            continue
        if not source.text:
            yield _not_read(source)
            continue
        suffix = _suffix(source.path)
        if _is_recipe(change, source.path):
            yield from _commands(source, recipes)
        elif suffix in _COMPILED:
            yield from _commands(source, compiled)
            yield from _starts(source, before)
        if suffix in PAGES:
            left_of_pages -= len(source.text)
            if left_of_pages >= 0:
                pages.append(source)
            else:
                yield _not_read(source)
        elif suffix in SETTINGS:
            yield from _redirected(source, before.names)
            yield from _servers(source)
            yield from _switched(source)
            yield from _commands(source, tables) if suffix == ".json" else ()
    yield from _sends(pages, old.main)


def _source(change: FileChange, old: Contents | None, new: Contents | None) -> _Source | None:
    """What is looked at; None for files of other kinds. text: empty for one that is too large to be looked at."""
    path = change.new_path
    if path is None or new is None or change.kind in {FileKind.PYTHON, FileKind.TEST}:
        return None
    if not (_suffix(path) in _LOOKED_AT or _is_recipe(change, path)) or not new.entries[path].size:
        return None
    text = _text(new, path)
    before = _text(old, change.old_path) if old and change.old_path else ""
    had = frozenset(before.split("\n") if before else ())
    return _Source(
        change=change,
        path=path,
        before=before,
        text=text,
        # Not from hunks, which are cut for a reader.
        added=tuple((at, line[:_LINE]) for at, line in enumerate(text.split("\n"), start=1) if line not in had),
        severity=Severity.LOW if is_test(path) or _is_for_people(change, path) else Severity.HIGH,
    )


def _is_for_people(change: FileChange, path: str) -> bool:
    return change.kind is FileKind.DOCUMENTATION and PurePosixPath(path).name.lower() not in _ORDERS


def _is_recipe(change: FileChange, path: str) -> bool:
    suffix = _suffix(path)
    is_bare = change.kind is FileKind.SCRIPT and not suffix
    return suffix in _RECIPES or PurePosixPath(path).name.lower() in _RECIPE_NAMES | _ORDERS or is_bare


def _not_read(source: _Source) -> Sighting:
    """Grave for a script, which may be padded for that; of pages and sources there may well be so much."""
    is_script = _is_recipe(source.change, source.path)
    return Sighting(
        severity=source.severity if is_script else _glance(source.severity),
        summary="not looked into to its end: there is so much that is new",
        path=source.path,
        subject="not read",
    )


def _commands(source: _Source, room: _Room) -> Iterator[Sighting]:
    told = 0
    for number, line in source.added:
        what = what_it_does(line) if room.takes(line) else None
        if what is not None:
            yield Sighting(
                severity=source.severity,
                summary=f"a command line that {what}: {line.strip()[:80]}",
                path=source.path,
                line=number,
                subject=f"command {line.strip()[:_SHORT]}",
            )
            told += 1
            if told == _MOST_TOLD:
                return
    if room.is_used_up:
        yield _not_read(source)


def _starts(source: _Source, before: _Before) -> Iterator[Sighting]:
    """Programs that compiled sources start: high where none did before."""
    found = (
        (number, line.strip())
        for number, line in source.added
        if _STARTS.search(line) is not None and not line.lstrip().startswith(("//", "*", "/*", "#"))
    )
    for number, line in islice(found, _MOST_TOLD):
        yield Sighting(
            severity=_glance(source.severity) if before.starts else source.severity,
            summary=f"a source that is compiled starts a program: {line[:80]}",
            path=source.path,
            line=number,
            subject=f"starts {line[:_SHORT]}",
        )


def _glance(severity: Severity) -> Severity:
    """No more than worth a glance."""
    return max(severity, Severity.MEDIUM, key=lambda each: each.rank)


def _sends(sources: Iterable[_Source], old: Contents) -> Iterator[Sighting]:
    """Hosts that pages and scripts for them talk to, or take programs from, and that the old release does not name."""
    places = [(source, _new_hosts(source)) for source in sources]
    known = named_in_pages(old, {name for _, hosts in places for name in hosts})
    for source, hosts in places:
        told = ((name, *place) for name, place in hosts.items() if name not in known)
        for name, line, host in islice(told, _MOST_TOLD):
            yield Sighting(
                severity=_glance(source.severity) if _LIBRARIES.search(name) else source.severity,
                summary=f"what a browser runs goes to {host}, which the old release does not name",
                path=source.path,
                line=line,
                subject=f"page {name}",
            )


def _new_hosts(source: _Source) -> dict[str, tuple[int, str]]:
    """Line and text of each host beyond this machine that a page sends to, by its name."""
    found: dict[str, tuple[int, str]] = {}
    for line, host in sent_to(source.text):
        name = host.partition(":")[0]
        if not _LOCAL.match(name):
            found.setdefault(name, (line, host))
    return found


def _redirected(source: _Source, known: Callable[[str], bool]) -> Iterator[Sighting]:
    """Settings that name another host than before, and entries that named none. known: to the old release."""
    found = {(each.key, each.host): each for each in redirected(source.change.hunks)}
    for each in sent_elsewhere(_suffix(source.path), source.before, source.text, source.added):
        if each.before or not known(each.host):
            found.setdefault((each.key, each.host), each)
    for each in islice(found.values(), _MOST_TOLD):
        had = f"was {each.before}, and is {each.host} now" if each.before else f"of an old entry is new: {each.host}"
        yield Sighting(
            severity=source.severity,
            summary=f"{each.key} {had}",
            path=source.path,
            line=each.line,
            subject=f"setting {each.key} {each.host}",
        )


def _servers(source: _Source) -> Iterator[Sighting]:
    for name, text in islice(changed_servers(_suffix(source.path), source.before, source.text), _MOST_TOLD):
        yield Sighting(
            severity=source.severity if source.before else _glance(source.severity),
            summary=f"the server {name}, which models are given, is another one: {text[:80]}",
            path=source.path,
            line=next((number for number, line in source.added if name in line), None),
            subject=f"server {name}",
        )


def _switched(source: _Source) -> Iterator[Sighting]:
    lowered = (each for each in switched(source.change.hunks) if is_lowered(each[0].replace("-", "_"), value=each[1]))
    for name, value, number in islice(lowered, _MOST_TOLD):
        yield Sighting(
            severity=source.severity,
            summary=f"{name} is {str(value).lower()} now",
            path=source.path,
            line=number,
            subject=f"switch {name}",
        )


def _text(contents: Contents, path: str) -> str:
    """A file as text; empty where there is none, and for one that is too large."""
    entry = contents.entries.get(path)
    return contents.read(path).decode(errors="replace") if entry is not None and entry.size <= LARGEST else ""


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


RULE = Rule(
    id="other-source",
    severity=Severity.HIGH,
    title="power in what is no Python",
    means=(
        "A shell script or a recipe of a build fetches and runs, a source that is compiled starts a program, a page or "
        "a script for browsers talks to a host that the old release does not name, or a setting names another host "
        "than before, or an entry of a table that was there gets a host of its own."
    ),
    attack="xz 5.6 (2024): a few lines of a build recipe in the published archive, none of them in the repository.",
    judge="What runs the file, and when? Who owns the host?",
    look=_look,
)
