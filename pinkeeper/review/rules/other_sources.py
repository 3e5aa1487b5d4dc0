"""Power in what is no Python: shell scripts and recipes, sources that are compiled, web pages, settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from pinkeeper.artifacts.contents import Contents, Entry
from pinkeeper.model.comparison import ChangeStatus, FileChange, FileKind
from pinkeeper.model.finding import Severity
from pinkeeper.model.hunk import LineKind
from pinkeeper.review.material import Material
from pinkeeper.review.novelty import is_test
from pinkeeper.review.rules.command_lines import what_it_does
from pinkeeper.review.rules.near_miss import site
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

_LARGEST = 8 * 2**20
_LINE = 2000
_SHORT = 300
_MOST_SHORT, _MOST_LONG = 2 * 2**20, 200_000  # characters of lines of either kind
_MOST_OF_PAGES = 48 * 2**20  # bytes
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
_COMPILED = frozenset(
    {
        *(".c", ".cc", ".cpp", ".cxx", ".c++", ".h", ".hh", ".hpp", ".m", ".mm", ".pyx", ".pxd", ".pxi", ".rs", ".go"),
        *(".zig", ".d", ".swift", ".nim"),
    }
)
_PAGES = frozenset({".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".html", ".htm", ".vue", ".svelte", ".xhtml"})
_SETTINGS = frozenset({".json", ".toml", ".yaml", ".yml", ".ini", ".cfg", ".conf", ".env", ".properties"})

# Not a method or a member of something called the same.
_STARTS = re.compile(
    r"(?<![\w.>:])(?:system|_?w?popen|execl[pe]?|execv[pe]{0,2}|posix_spawnp?|WinExec|ShellExecute(?:Ex)?[AW]?|"
    r"CreateProcess(?:AsUser)?[AW]?|URLDownloadToFile[AW]?|InternetOpenUrl[AW]?)\s*\(|"
    r"\b(?:process::)?Command::new\s*\(|\bexec\.Command(?:Context)?\s*\(|\bcimport\s+(?:[\w, ]*\b)?(?:system|popen)\b"
)
_HOST = r"(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?)"
_SENDS = re.compile(
    rf"(?:\b(?:fetch|sendBeacon|WebSocket|EventSource|importScripts|axios(?:\.\w+)?|\$\.(?:ajax|get|post|getScript))|"
    rf"\.open|\bimport)\s*\(\s*(?:[\"'](?:GET|POST|PUT)[\"']\s*,\s*)?[\"'`](?:https?:|wss?:)//{_HOST}|"
    rf"<(?:script|iframe|form|object|embed)\b[^>]{{0,120}}?\b(?:src|action|data)\s*=\s*[\"']?(?:https?:)?//"
    rf"{_HOST.replace('host', 'page')}",
    re.IGNORECASE,
)
# From these everybody takes the same libraries.
_LIBRARIES = re.compile(
    r"(?:^|\.)(?:jsdelivr\.net|unpkg\.com|cdnjs\.cloudflare\.com|googleapis\.com|gstatic\.com|jquery\.com|"
    r"bootstrapcdn\.com|mathjax\.org|polyfill-fastly\.io|esm\.sh|skypack\.dev|youtube(?:-nocookie)?\.com|w3\.org)$"
)
_ANY_HOST = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")
_LOCAL = re.compile(r"^(?:localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|example\.|.*\.example(?:\.\w+)?$)")
_DESTINATION = re.compile(
    r"(?P<key>[\w.-]*(?:api|base|endpoint|server|proxy|registry|index|mirror|webhook|dsn|upload|download|telemetry|"
    r"callback|gateway)[\w.-]*)[\"']?\s*[:=]\s*[\"']?(?P<url>(?:https?|wss?)://[^\s\"',}\]]+)",
    re.IGNORECASE,
)


class _Before:
    """What the old release has, found when it is first asked for."""

    def __init__(self, material: Material) -> None:
        self._material = material

    @cached_property
    def starts(self) -> bool:
        """Whether any of its sources that are compiled starts programs."""
        old = self._material.old
        return any(
            _suffix(path) in _COMPILED and _STARTS.search(_text(contents, path)) is not None
            for contents in (old.wheel, old.sdist)
            if contents is not None
            for path in contents.entries
        )

    @cached_property
    def hosts(self) -> frozenset[str]:
        """All that could be a host in its pages and their scripts."""
        contents = self._material.old.main
        pages = (_text(contents, path) for path in contents.entries if _suffix(path) in _PAGES)
        return frozenset(host for text in pages for host in _ANY_HOST.findall(text.lower()))


class _Room:
    """How much more text is looked at: searching for command lines takes the square of a line's length."""

    def __init__(self) -> None:
        self._short, self._long, self._pages = _MOST_SHORT, _MOST_LONG, _MOST_OF_PAGES

    def takes(self, line: str) -> bool:
        if len(line) <= _SHORT:
            self._short -= len(line)
            return self._short >= 0
        self._long -= len(line)
        return self._long >= 0

    @property
    def is_left(self) -> bool:
        """Whether all lines so far were looked at."""
        return min(self._short, self._long) >= 0

    def takes_page(self, entry: Entry | None) -> bool:
        """Whether a page may be read whole; those of the sdist alone are for no browser."""
        size = 0 if entry is None else entry.size
        self._pages -= size
        return self._pages >= 0 and size <= _LARGEST


def _look(material: Material) -> Iterable[Sighting]:
    before, recipes, sources, pages = _Before(material), _Room(), _Room(), _Room()
    for change in (*material.changes, *material.build_changes):
        path = change.new_path
        if path is None or change.status is ChangeStatus.REMOVED or change.kind in {FileKind.PYTHON, FileKind.TEST}:
            continue
        suffix, name = _suffix(path), PurePosixPath(path).name.lower()
        grave = Severity.LOW if is_test(path) or change.kind is FileKind.DOCUMENTATION else Severity.HIGH
        is_recipe = suffix in _RECIPES or name in _RECIPE_NAMES or (change.kind is FileKind.SCRIPT and not suffix)
        if is_recipe or suffix in _COMPILED:
            room = recipes if is_recipe else sources
            yield from islice(_commands(change, path, material, grave, room), _MOST_TOLD)
        if suffix in _COMPILED:
            yield from islice(_starts(change, path, material, grave, before), _MOST_TOLD)
        elif suffix in _PAGES:
            if pages.takes_page(material.new.main.entries.get(path)):
                yield from islice(_sends(path, material, grave, before), _MOST_TOLD)
            else:
                yield _not_read(path, Severity.MEDIUM)
        elif suffix in _SETTINGS:
            yield from _redirected(change, path, grave)
        if is_recipe and not recipes.is_left:
            yield _not_read(path, grave)
            recipes = _Room()


def _not_read(path: str, severity: Severity) -> Sighting:
    return Sighting(
        severity=severity,
        summary="not looked into to its end: the release has so much of the kind that is new",
        path=path,
        subject="not read",
    )


def _commands(change: FileChange, path: str, material: Material, severity: Severity, room: _Room) -> Iterator[Sighting]:
    for number, line in _added(change, path, material):
        what = what_it_does(line) if room.takes(line) else None
        if what is not None:
            yield Sighting(
                severity=severity,
                summary=f"a command line that {what}: {line.strip()[:80]}",
                path=path,
                line=number,
                subject=f"command {line.strip()[:_SHORT]}",
            )


def _starts(
    change: FileChange, path: str, material: Material, severity: Severity, before: _Before
) -> Iterator[Sighting]:
    """Programs that compiled sources start: high where none did before."""
    for number, line in _added(change, path, material):
        if _STARTS.search(line) is not None and not line.lstrip().startswith(("//", "*", "/*", "#")):
            yield Sighting(
                severity=_glance(severity) if before.starts else severity,
                summary=f"a source that is compiled starts a program: {line.strip()[:80]}",
                path=path,
                line=number,
                subject=f"starts {line.strip()[:_SHORT]}",
            )


def _glance(severity: Severity) -> Severity:
    """No more than worth a glance."""
    return max(severity, Severity.MEDIUM, key=lambda each: each.rank)


def _sends(path: str, material: Material, severity: Severity, before: _Before) -> Iterator[Sighting]:
    """Hosts that pages and scripts for them talk to, or take programs from, and that the old release does not name."""
    text = _text(material.new.main, path)
    told: set[str] = set()
    for found in _SENDS.finditer(text):
        host = (found["host"] or found["page"]).lower()
        name = host.partition(":")[0]
        if name in told or "." not in name or _LOCAL.match(name) or name in before.hosts:
            continue
        told.add(name)
        yield Sighting(
            severity=_glance(severity) if _LIBRARIES.search(name) else severity,
            summary=f"what a browser runs goes to {host}, which the old release does not name",
            path=path,
            line=text.count("\n", 0, found.start()) + 1,
            subject=f"page {name}",
        )


def _redirected(change: FileChange, path: str, severity: Severity) -> Iterator[Sighting]:
    """Settings that name another host than before."""
    for hunk in change.hunks:
        before: dict[str, str] = {}
        after: dict[str, tuple[str, int | None]] = {}
        for line in hunk.lines:
            for found in _DESTINATION.finditer(line.text[:_LINE]):
                host = _host(found["url"])
                if host is not None and line.kind is LineKind.REMOVED:
                    before[found["key"]] = host
                elif host is not None and line.kind is LineKind.ADDED:
                    after[found["key"]] = (host, line.new)
        for key, (host, number) in after.items():
            old = before.get(key)
            if old is not None and site(old) != site(host) and not _LOCAL.match(host):
                yield Sighting(
                    severity=severity,
                    summary=f"{key} was {old}, and is {host} now",
                    path=path,
                    line=number,
                    subject=f"setting {key} {host}",
                )


def _added(change: FileChange, path: str, material: Material) -> Iterator[tuple[int, str]]:
    """New lines with their numbers: not from hunks, which are cut for a reader."""
    new, old = (material.new.wheel, material.new.sdist), (material.old.wheel, material.old.sdist)
    had = frozenset(() if change.old_path is None else _first_text(old, change.old_path).split("\n"))
    for number, line in enumerate(_first_text(new, path).split("\n"), start=1):
        if line not in had:
            yield number, line[:_LINE]


def _first_text(archives: Iterable[Contents | None], path: str) -> str:
    """A file as text, from the first of some archives that has it."""
    return next((_text(each, path) for each in archives if each is not None and path in each.entries), "")


def _text(contents: Contents, path: str) -> str:
    """A file as text; empty where there is none, and for one that is too large."""
    entry = contents.entries.get(path)
    return contents.read(path).decode(errors="replace") if entry is not None and 0 < entry.size <= _LARGEST else ""


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _host(url: str) -> str | None:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host if host and "." in host and not set("{}$%<>*") & set(host) else None


RULE = Rule(
    id="other-source",
    severity=Severity.HIGH,
    title="power in what is no Python",
    means=(
        "A shell script or a recipe of a build fetches and runs, a source that is compiled starts a program, a page or "
        "a script for browsers talks to a host that the old release does not name, or a setting names another host "
        "than before."
    ),
    attack="xz 5.6 (2024): a few lines of a build recipe in the published archive, none of them in the repository.",
    judge="What runs the file, and when? Who owns the host?",
    look=_look,
)
