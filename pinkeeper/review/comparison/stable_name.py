"""Names that a build gives anew for each release: what they are called without versions, hashes and tags.

Metadata folders, bundled shared libraries, compiled modules and assets of web pages are the same file in two releases
though they are never called the same.
"""

from __future__ import annotations

from functools import lru_cache

from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["stable_path"]

_LENGTH_LIMIT = 200  # of one part; no build makes longer ones, and patterns need time that grows faster than texts

_VERSION = r"-v?\d[^/-]*"
_INFO = lazy_pattern(
    rf"(?P<name>[^/]+?)(?:{_VERSION}(?:-\d[^/-]*)?)?(?:-py\d[\d.]*)?\.(?P<end>dist-info|data|egg-info|egg|libs)"
)
_START_FILE = lazy_pattern(rf"(?P<name>[^/]+?)(?P<version>{_VERSION})(?:-py\d[\d.]*)?(?P<rest>-nspkg)?\.(?:pth|start)")
_FINDER = lazy_pattern(r"(?P<name>__editable___.+?)_\d[\d_a-z]*_finder\.py")
_LIBRARY_FOLDER = lazy_pattern(r"(?:[^/]+\.libs|\.dylibs|\.libs)")
_LIBRARY = lazy_pattern(
    r"(?P<stem>[^/]+?)(?:-[0-9a-f]{6,40}){0,2}(?:[-.]\d[\d.]*)?\.(?P<end>so|dylib|dll)(?:\.\d+)*(?:\.dylib)?"
)
_EXTENSION = lazy_pattern(r"(?P<stem>[^/.]+)(?:\.(?:cpython-|cp\d|pypy|pp\d|graalpy|abi\d|_d)[^/]*)?\.(?P<end>so|pyd)")
_BYTECODE = lazy_pattern(r"(?P<stem>[^/]+?)\.(?:cpython|pypy|graalpy)-?\d+(?:\.opt-\d)?\.pyc")
_ASSET = lazy_pattern(
    r"(?P<body>[^/]+?)"
    r"(?P<end>(?:\.(?:chunk|min|bundle|module|worker|legacy|esm|async))*\.(?:js|mjs|cjs|css|map|woff2?|ttf|otf|eot|png|jpe?g"
    r"|gif|svg|webp|avif|ico|json|html|wasm|txt|gz|br)(?:\.(?:map|gz|br|LICENSE\.txt))*)"
)
_HEX_END = lazy_pattern(r"(?:^|[-._~])(?P<hash>(?=[a-f]*\d)(?:(?=\d*[a-f])[0-9a-f]{6,7}|[0-9a-f]{8,64}))$")
_HASH_LENGTHS = (8, 10, 16, 20, 21, 22, 27, 32)  # what bundlers make of base 64 and 62
_HASH = lazy_pattern(r"[0-9A-Za-z_-]+")
_UPPER_INSIDE = lazy_pattern(r"[a-z0-9_-][A-Z]")
_DIGIT = lazy_pattern(r"\d")
_VERSIONED = lazy_pattern(r"(?P<stem>.+?)-v?\d+(?:\.\d+)+[\w.+!-]*?(?P<end>(?:\.[A-Za-z]\w*)+)")
_BUILD_FOLDER = lazy_pattern(r"(?P<before>(?:^|.*/)_next/static/)[\w-]{21}(?=/)")
_SEPARATORS = lazy_pattern(r"[-_.]+")


@lru_cache(maxsize=65536)
def stable_path(path: str) -> str:
    """The path with ``*`` for what differs between two builds of the same file; the path itself where nothing does.

    Different files may have the same stable path: bundlers make many of one name.
    """
    if max(map(len, path.split("/"))) > _LENGTH_LIMIT:
        return path
    *folders, name = _BUILD_FOLDER.sub(r"\g<before>*", path).split("/")
    stable = [_stable_folder(folder) for folder in folders]
    in_libraries = bool(folders) and _LIBRARY_FOLDER.fullmatch(folders[-1]) is not None
    stable.append(_stable_name(name, in_libraries=in_libraries, at_top=not folders))
    return "/".join(stable)


def _stable_folder(folder: str) -> str:
    if folder.endswith((".dist-info", ".data", ".egg-info", ".egg", ".libs")) and (match := _INFO.fullmatch(folder)):
        return f"{_SEPARATORS.sub('_', match['name']).lower()}-*.{match['end']}"
    return folder


def _stable_name(name: str, *, in_libraries: bool, at_top: bool) -> str:
    if name.endswith((".pth", ".start")):
        match = _START_FILE.fullmatch(name)
        end = name.rpartition(".")[2]
        return f"{match['name']}-*{match['rest'] or ''}.{end}" if match else name
    if name.startswith("__editable___") and (match := _FINDER.fullmatch(name)):
        return f"{match['name']}_*_finder.py"
    if name.endswith(".egg-info") and at_top:
        return _stable_folder(name)
    if name.endswith(".pyc"):
        match = _BYTECODE.fullmatch(name)
        return f"{match['stem']}.*.pyc" if match else name
    if in_libraries or name.startswith("lib"):
        match = _LIBRARY.fullmatch(name)
        if match:
            return f"{match['stem']}*.{match['end']}"
    if name.endswith((".so", ".pyd")):
        match = _EXTENSION.fullmatch(name)
        return f"{match['stem']}.*.{match['end']}" if match else name
    return _stable_asset(name)


def _stable_asset(name: str) -> str:
    if match := _VERSIONED.fullmatch(name):
        return f"{match['stem']}-*{match['end']}"
    match = _ASSET.fullmatch(name)
    if match is None:
        return name
    body, end = match["body"], match["end"]
    if found := _HEX_END.search(body):
        return f"{body[: found.start('hash')]}*{end}"
    for length in _HASH_LENGTHS:
        stem, mark, tail = body[: -length - 1], body[-length - 1 : -length], body[-length:]
        if (
            mark
            and mark in "-._~"
            and stem
            and _HASH.fullmatch(tail)
            and (_UPPER_INSIDE.search(tail) or _DIGIT.search(tail))
        ):
            return f"{stem}{mark}*{end}"
    if len(body) in _HASH_LENGTHS and _HASH.fullmatch(body) and _UPPER_INSIDE.search(body) and _DIGIT.search(body):
        return f"*{end}"
    return name
