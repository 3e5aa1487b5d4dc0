"""What a file of a release is for: by its place, its suffix and its first bytes.

Content comes before names, because names are free: an ELF file is native whatever it is called and wherever it lies.
What can be run keeps its kind in tests and documentation too; only Python files there are told apart, for they are
the one thing that everybody puts there.
"""

from __future__ import annotations

from posixpath import basename, splitext

from pinkeeper.model.comparison import FileKind
from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["HEAD_SIZE", "file_kind", "is_documentation_path", "is_test_path"]

HEAD_SIZE = 512
"""Bytes of a file that decide what kind it is."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NATIVE_MAGIC = (
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",  # Mach-O of 32 and 64 bits, in both byte orders
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"!<arch>\n",  # a static library
)
_FAT_OR_CLASS = b"\xca\xfe\xba\xbe"  # Mach-O for several machines, or a Java class
_FIRST_CLASS_VERSION = 45  # Java 1.1; no Mach-O is for that many machines
_DOS = b"MZ"
_BYTECODE_MAGIC = (b"\0asm", b"BC\xc0\xde", b"dex\n", b"\x1bLua")
_ARCHIVE_MAGIC = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"\xfd7zXZ\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x28\xb5\x2f\xfd",  # Zstandard
    b"MSCF",
    b"\x04\x22\x4d\x18",  # LZ4
    b"!<arch>\ndebian",
)
_BZIP2 = lazy_pattern(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")
_TAR_MAGIC, _TAR_AT = b"ustar", 257

_PYTHON_SUFFIXES = frozenset({".py", ".pyw", ".pyi"})
_BYTECODE_SUFFIXES = frozenset({".pyc", ".pyo", ".class", ".wasm", ".dex", ".luac", ".beam", ".elc"})
_NATIVE_SUFFIXES = frozenset({".so", ".dylib", ".dll", ".pyd", ".node", ".sys", ".ko", ".exe"})
_SCRIPT_SUFFIXES = _words("""
    .js .mjs .cjs .jsx .ts .mts .cts .tsx .sh .bash .zsh .fish .csh .ksh .command .ps1 .psm1 .psd1 .bat .cmd .vbs
    .vbe .jse .wsf .wsh .hta .scr .msi .scpt .applescript .pl .pm .rb .php .lua .tcl .awk .jar .war .pyz .pyzw
    .appimage .run .au3 .reg
""")
_ARCHIVE_SUFFIXES = _words("""
    .zip .whl .egg .tar .tgz .tbz .tbz2 .txz .gz .bz2 .xz .zst .7z .rar .cab .deb .rpm .apk .iso .dmg .vsix .xpi
    .nupkg .crate .gem .conda .lz4 .lzma .ear .aar
""")
_DOCUMENTATION_SUFFIXES = frozenset({".md", ".rst", ".markdown", ".adoc", ".mdx"})
_DOCUMENTATION_NAMES = lazy_pattern(
    r"(?:licen[cs]es?|copying|copyright|notice|authors|contributors|credits|thanks|readme|changelog|changes|history|news"
    r"|contributing|code_of_conduct|security|citation|todo|install|upgrading|releasing)(?:[-_.][a-z0-9_.-]*)?"
)
# Packed, but data: what programs other than unpackers read.
_PACKED_DATA = _words("""
    .npz .xlsx .xlsm .docx .pptx .odt .ods .odp .epub .pt .pth .ckpt .keras .3mf .kmz .ttf .otf .woff .woff2 .svgz
    .vsdx .dotx .xltx .sketch .mo .inv .rds .rdata .h5ad .nii .parquet .blend
""")
_PACKED_INNER = _words("""
    .csv .tsv .json .jsonl .ndjson .txt .xml .svg .nii .npy .css .html .map .js .mjs .wasm .md .log .dat .fits .pcap
    .sql .yaml .yml .geojson .ttf .otf .eot .ico .1 .2 .3 .4 .5 .6 .7 .8
""")
_COMPRESSED_SUFFIXES = frozenset({".gz", ".bz2", ".xz", ".zst"})

_BUILD_NAMES = _words("""
    setup.py setup.cfg pyproject.toml hatch_build.py pdm_build.py build.py _build.py build_backend.py
    _build_backend.py _custom_build.py manifest.in cmakelists.txt meson.build meson_options.txt meson.options
    cargo.toml cargo.lock build.rs conanfile.py conanfile.txt configure makefile build.zig wscript sconstruct
""")
_START_MODULE = lazy_pattern(r"(?:site|user)customize(?:\.[^/]*|/__init__\.[^/]*)")
_START_SUFFIXES = (".pth", ".start")
_SCHEME = lazy_pattern(r"[^/]+\.data/[^/]+/")
_SITE = lazy_pattern(r"(?:.*/)?(?:site|dist)-packages/")
_INFO_FOLDER = lazy_pattern(r"(?:^|/)[^/]+\.(?:dist-info|egg-info)(?:/|$)")
_VERSIONED_LIBRARY = lazy_pattern(r"\.so(?:\.\d+)+$")
_SHEBANG = lazy_pattern(rb"(?:\xef\xbb\xbf)?#![ \t]*(?P<program>(?:/|python|env |[A-Za-z]:)[^\r\n]*)")
_PYTHON_PROGRAM = lazy_pattern(rb"(?:^|[/\\ ])(?:python|pypy)w?[0-9.]*(?:\.exe)?(?:\s|\"|$)")
_TEST_FILE = lazy_pattern(r"(?:test_[^/]*|[^/]*_tests?|conftest)\.pyi?")


def file_kind(path: str, head: bytes) -> FileKind:  # noqa: C901 - one decision after the other
    """The kind of the file at `path` of an archive that begins with `head`, its first `HEAD_SIZE` bytes.

    Compiled Python (``.pyc``) and other code for virtual machines is `FileKind.BYTECODE`: nobody can read it, but no
    loader of the operating system does either. A ``.pth`` file is a start-up hook where an interpreter would look for
    it, and anywhere else while it is text: model weights have the same suffix.
    """
    lowered = path.lower()
    name = basename(lowered)
    suffix = _suffix(name)
    if _is_startup(lowered, suffix, head):
        return FileKind.STARTUP
    if (kind := _kind_of_magic(head, name, suffix)) is not None:
        return kind
    if suffix in _BYTECODE_SUFFIXES:
        return FileKind.BYTECODE
    if suffix in _NATIVE_SUFFIXES or _VERSIONED_LIBRARY.search(name):
        return FileKind.NATIVE
    if "/" not in path and name in _BUILD_NAMES:
        return FileKind.BUILD
    shebang = _SHEBANG.match(head)
    is_python = suffix in _PYTHON_SUFFIXES
    if shebang and not is_python:
        is_python = _PYTHON_PROGRAM.search(shebang["program"]) is not None
        if not is_python:
            return FileKind.SCRIPT
    if is_python:
        if is_test_path(path):
            return FileKind.TEST
        return FileKind.DOCUMENTATION if is_documentation_path(path) else FileKind.PYTHON
    if suffix in _SCRIPT_SUFFIXES and not name.endswith((".d.ts", ".d.mts", ".d.cts")):
        return FileKind.SCRIPT
    return _kind_of_the_rest(path, name, suffix)


def is_test_path(path: str) -> bool:
    """Whether the path is one of tests: a ``tests`` folder anywhere, ``test`` at the top, a name as pytest has it.

    A package may have public modules named ``test`` and ``testing``, so those do not count further down.
    """
    parts = path.lower().split("/")
    return "tests" in parts[:-1] or (len(parts) > 1 and parts[0] == "test") or bool(_TEST_FILE.fullmatch(parts[-1]))


def is_documentation_path(path: str) -> bool:
    """Whether the path lies in a folder of documentation or examples at the top; a package's own may hold its code."""
    top, slash, _ = path.lower().partition("/")
    return bool(slash) and top in {"doc", "docs", "documentation", "examples", "example"}


def _suffix(name: str) -> str:
    """From the last dot on, also where nothing stands before it: interpreters take a file named ``.pth`` for a hook."""
    _, dot, end = name.rpartition(".")
    return dot + end if dot else ""


def _is_startup(path: str, suffix: str, head: bytes) -> bool:
    scheme = _SCHEME.match(path)
    place = path[scheme.end() :] if scheme else path
    if site := _SITE.match(place):
        place = place[site.end() :]
    if _START_MODULE.fullmatch(place):
        return not place.endswith(".pyi")
    if suffix not in _START_SUFFIXES:
        return False
    return "/" not in place or (suffix == ".pth" and b"\0" not in head and not head.startswith(b"PK\x03\x04"))


def _kind_of_magic(head: bytes, name: str, suffix: str) -> FileKind | None:
    """The kind that the first bytes show."""
    if head.startswith(_NATIVE_MAGIC):
        return FileKind.ARCHIVE if head.startswith(b"!<arch>\ndebian") else FileKind.NATIVE
    if head.startswith(_FAT_OR_CLASS):
        is_class = int.from_bytes(head[4:8], "big") & 0xFFFF >= _FIRST_CLASS_VERSION
        return FileKind.BYTECODE if is_class else FileKind.NATIVE
    # Two letters are not much: a text may begin with them, a program has zeros in its header.
    if head.startswith(_DOS) and b"\0" in head[:64]:
        return FileKind.NATIVE
    if head.startswith(_BYTECODE_MAGIC):
        return FileKind.BYTECODE
    is_packed = head.startswith(_ARCHIVE_MAGIC) or _BZIP2.match(head) is not None
    if is_packed or head[_TAR_AT : _TAR_AT + len(_TAR_MAGIC)] == _TAR_MAGIC:
        if suffix in _SCRIPT_SUFFIXES:
            return FileKind.SCRIPT  # .jar, .pyz
        return FileKind.DATA if suffix in _PACKED_DATA or _is_packed_data(name) else FileKind.ARCHIVE
    return None


def _is_packed_data(name: str) -> bool:
    """Whether it is one text, compressed: ``words.txt.gz``."""
    stem, suffix = splitext(name)
    return suffix in _COMPRESSED_SUFFIXES and splitext(stem)[1] in _PACKED_INNER


def _kind_of_the_rest(path: str, name: str, suffix: str) -> FileKind:
    """What is neither code nor told by its first bytes."""
    if _INFO_FOLDER.search(path.lower()) or path == "PKG-INFO":
        return FileKind.METADATA
    if suffix in _ARCHIVE_SUFFIXES:
        return FileKind.DATA if _is_packed_data(name) else FileKind.ARCHIVE
    if is_test_path(path):
        return FileKind.TEST
    if is_documentation_path(path) or suffix in _DOCUMENTATION_SUFFIXES or "docs" in path.lower().split("/")[:-1]:
        return FileKind.DOCUMENTATION
    if suffix in {"", ".txt", ".html", ".cff"} and _DOCUMENTATION_NAMES.fullmatch(name):
        return FileKind.DOCUMENTATION
    return FileKind.DATA
