"""Files that make an interpreter run something when it starts, as the `site` module reads them (PEP 829)."""

from __future__ import annotations

import keyword
import posixpath
import re
from collections.abc import Callable, Collection, Iterator

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.package import HookKind, StartLine, StartLineKind
from pinkeeper.review.capabilities.summary import ModuleSummary

__all__ = ["added_folders", "site_folder", "start_lines", "which_hook"]

_CODE_LINES = 1_000  # each summarised by itself; what a file has beyond is read in one go
_LINES = 10_000
_SHOWN = 2_000  # characters of a line that are kept as its text
_BARE_LIMIT = 10_000  # characters; a bare import is not longer

# Folders for packages within an installation: lib/python3.12/site-packages, Lib/site-packages, lib/pypy3.10/..., and
# Debian's. The standard library's folder is on sys.path, but its .pth files are not read.
_SITE_PACKAGES = lazy_pattern(
    r"(?:local/)?lib(?:32|64)?(?:/(?:python|pypy)\d*(?:\.\d+)?t?)?/(?:site|dist)-packages", re.IGNORECASE
)
_LIBRARY = lazy_pattern(r"lib(?:32|64)?/(?:python|pypy)\d+(?:\.\d+)?t?|Lib", re.IGNORECASE)
_CUSTOMIZE = lazy_pattern(
    r"(sitecustomize|usercustomize)(?:/__init__)?(?:\.pyc?|\.pyw|(?:\.[\w-]+)*\.(?:so|pyd|dll))", re.ASCII
)
_NAME = r"(?!\d)\w+(?:\.(?!\d)\w+)*"
_ENTRY_POINT = lazy_pattern(f"{_NAME}:{_NAME}")
_IMPORT = lazy_pattern(r"import[ \t\f]+(.*)", re.DOTALL)
_IMPORTED = lazy_pattern(r"[ \t\f]*([\w.]+)(?:[ \t\f]+as[ \t\f]+(\w+))?[ \t\f]*")
_LINE = lazy_pattern(r"(?=.)([^\r\n]*)(?:\r\n|\r|\n|\Z)", re.DOTALL)
_NEWLINE = lazy_pattern(r"\r\n|\r|\n")
_CUTS = r"\x0b\x0c\x1c-\x1e\x85\u2028\u2029"  # what str.splitlines ends lines at besides newlines
_CUT = lazy_pattern(f"[{_CUTS}]")
_LATER_CODE = lazy_pattern(rf"(?:\A|[\r\n{_CUTS}])(import[ \t][^\r\n]*)")
_LATER_ENTRY_POINT = lazy_pattern(rf"(?:\A|[\r\n{_CUTS}])[ \t]*({_NAME}:{_NAME})[ \t]*(?=[\r\n{_CUTS}]|\Z)")
_LATER_LINE = lazy_pattern(rf"(?:\A|[\r\n{_CUTS}])[ \t]*[^#\s]")
_PIECE = lazy_pattern(f"[^{_CUTS}]+")
_CUSTOMIZED = frozenset({HookKind.SITECUSTOMIZE, HookKind.USERCUSTOMIZE})
_BUILD_FILES = frozenset({"setup.py", "pdm_build.py", "hatch_build.py", "build.rs"})


def site_folder(path: str) -> tuple[str, str] | None:
    """Of a file of a wheel, the folder that becomes a site folder, as the archive names it, and the path below it.

    The top of a wheel is one, and the folders of its ``.data`` folder that are laid there by installers (binary
    distribution format). None for what comes to lie elsewhere, as scripts and headers do.
    """
    top, _, rest = path.partition("/")
    if not (rest and top.endswith(".data")):
        return "", path
    scheme, _, below = rest.partition("/")
    if scheme in {"purelib", "platlib"} and below:
        return f"{top}/{scheme}", below
    if scheme != "data" or not below:
        return None
    if (found := _SITE_PACKAGES.match(below)) and below.startswith("/", found.end()):
        return f"{top}/data/{found.group()}", below[found.end() + 1 :]
    return None


def which_hook(path: str, *, is_wheel: bool, roots: Collection[str] = ()) -> HookKind | None:
    """What a file is run for unasked, judging by its place; None where it is not.

    Of an sdist only places from which files are usually installed count, and build files with a name of their own;
    `build_hooks` finds those that settings name. Files with a leading dot are hooks too: interpreters before 2024 read
    them. roots: folders that ``.pth`` files of the same release add to ``sys.path``: see `added_folders`.
    """
    for root in roots:
        if path.startswith(f"{root}/") and (kind := _start_hook(path[len(root) + 1 :])) in _CUSTOMIZED:
            return kind
    if not is_wheel:
        if path in _BUILD_FILES:
            return HookKind.BUILD
        below = path.removeprefix("src/")
        return _start_hook(below)
    if (place := site_folder(path)) is not None:
        return _start_hook(place[1])
    _, _, below = path.partition(".data/data/")
    if found := _LIBRARY.match(below):
        kind = _start_hook(below[found.end() + 1 :])
        return kind if kind in _CUSTOMIZED else None
    # On Windows the prefix itself is a site folder.
    kind = _start_hook(below) if below else None
    return kind if kind in {HookKind.PTH, HookKind.START} else None


def _start_hook(below: str) -> HookKind | None:
    if "/" not in below:
        # Names are compared as they are: site does not fold case.
        if below.endswith(".pth"):
            return HookKind.PTH
        if below.endswith(".start"):
            return HookKind.START
    if found := _CUSTOMIZE.fullmatch(below):
        return HookKind.SITECUSTOMIZE if found.group(1) == "sitecustomize" else HookKind.USERCUSTOMIZE
    return None


def start_lines(content: bytes, *, path: str, summarise: Callable[[bytes], ModuleSummary]) -> tuple[StartLine, ...]:
    """The lines of a ``.pth`` file, or of a ``.start`` file if ``path`` ends so, in their order.

    Every reading that some Python has is there: since 3.13 the bytes are UTF-8 with or without a byte order mark, else
    of the locale, and lines end wherever `str.splitlines` says; before, they were of the locale and ended at newlines
    alone. Lines are numbered by newlines, as editors do. Very long files have their last lines told together, as one.

    A ``.pth`` line that begins with ``import`` and a blank is code as a whole, whatever follows a semicolon; that a
    ``.start`` file of the same name takes its place since 3.15 does not help those who run an older one. A line of a
    ``.start`` file that is no ``module:function`` does nothing.
    """
    text = _decoded(content)
    is_start = path.endswith(".start")
    found: list[StartLine] = []
    code_count = 0
    for number, begin, line in _read(text):
        if len(found) >= _LINES or code_count >= _CODE_LINES:
            found += _rest(text[begin:], number, is_start=is_start, summarise=summarise)
            break
        kind = _start_kind(line) if is_start else _pth_kind(line)
        code = _code(kind, line)
        summary = None
        if code is not None:
            code_count += 1
            summary = summarise(code)
        found.append(StartLine(kind=kind, line=number, text=line[:_SHOWN], summary=summary))
    return tuple(found)


def added_folders(path: str, lines: Collection[StartLine]) -> tuple[str, ...]:
    """Folders of the archive that the lines of a ``.pth`` file of a wheel add to ``sys.path``.

    Installers lay all site folders of a wheel on top of each other, so a folder may be in each of them.
    """
    if (place := site_folder(path)) is None:
        return ()
    found = []
    for line in lines:
        if line.kind is StartLineKind.PATH and not line.text.startswith("/"):
            folder = posixpath.normpath(line.text.rstrip().replace("\\", "/"))
            if not folder.startswith(".."):
                found += [posixpath.normpath(posixpath.join(top, folder)) for top in {"", place[0]}]
    return tuple(sorted({folder for folder in found if folder != "."}))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _read(text: str) -> Iterator[tuple[int, int, str]]:
    """Lines with their numbers and where they begin, in each way in which some Python cuts them.

    One at a time: there may be millions.
    """
    for number, match in enumerate(_LINE.finditer(text), 1):
        line = match.group(1)
        if _CUT.search(line) is None:
            yield number, match.start(), line
            continue
        if _pth_kind(line) is StartLineKind.EXECUTABLE:
            yield number, match.start(), line
        for piece in _PIECE.finditer(line):
            yield number, match.start() + piece.start(), piece.group()


def _pth_kind(line: str) -> StartLineKind:
    if line.startswith("#") or not line.strip():
        return StartLineKind.BLANK
    if not line.startswith(("import ", "import\t")):
        return StartLineKind.PATH
    return StartLineKind.IMPORT if len(line) <= _BARE_LIMIT and _is_bare(line) else StartLineKind.EXECUTABLE


def _is_bare(line: str) -> bool:
    """Whether a line of code imports modules and does nothing else."""
    code, _, _ = line.partition("#")
    statements = [statement for part in code.split(";") if (statement := part.strip(" \t\f"))]
    for statement in statements:
        found = _IMPORT.fullmatch(statement)
        if found is None:
            return False
        for item in found.group(1).split(","):
            name = _IMPORTED.fullmatch(item)
            if name is None or not all(_is_name(part) for part in (*name.group(1).split("."), name.group(2) or "_")):
                return False
    return True


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _start_kind(line: str) -> StartLineKind:
    return StartLineKind.ENTRY_POINT if _ENTRY_POINT.fullmatch(line.strip()) else StartLineKind.BLANK


def _code(kind: StartLineKind, text: str) -> bytes | None:
    """What the line does, as a program."""
    match kind:
        case StartLineKind.IMPORT | StartLineKind.EXECUTABLE:
            return text.encode("utf-8", "surrogatepass")
        case StartLineKind.ENTRY_POINT:
            module, _, name = text.strip().partition(":")
            return f"import {module}; {module}.{name}()".encode()
        case StartLineKind.BLANK | StartLineKind.PATH:
            return None


def _rest(
    text: str, number: int, *, is_start: bool, summarise: Callable[[bytes], ModuleSummary]
) -> Iterator[StartLine]:
    """All lines of a text as one, if there is anything in them. number: of the first."""
    pattern, kind = (
        (_LATER_ENTRY_POINT, StartLineKind.ENTRY_POINT) if is_start else (_LATER_CODE, StartLineKind.EXECUTABLE)
    )
    programs = [code for match in pattern.finditer(text) if (code := _code(kind, match.group(1))) is not None]
    first = pattern.search(text) or (None if is_start else _LATER_LINE.search(text))
    if first is None:
        return
    begin = first.start(1) if programs else first.end() - 1
    yield StartLine(
        kind=kind if programs else StartLineKind.PATH,
        line=number + len(_NEWLINE.findall(text, 0, begin)),
        text=text[begin : begin + _SHOWN].splitlines()[0],
        summary=summarise(b"\n".join(programs)) if programs else None,
    )
