"""What of a source tree runs when it is built or installed: what its settings name, and what tools look for."""

from __future__ import annotations

import configparser
import posixpath
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from msgspec import Struct

from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["BuildHooks", "build_files", "build_hooks"]

_SETTINGS_LIMIT = 1024 * 1024  # bytes; settings are not larger
_HATCH_DEFAULT = "hatch_build.py"
_LITERAL = (
    r"""^{name}[ \t]*(?::[^=\n]+)?=[ \t]*\(?[ \t]*(?:[rbuRBU]{{0,2}}(?:"[^"\n]*"|'[^'\n]*')|[\d.,() \t]+)"""
    r"""[ \t]*\)?[ \t]*(?:#.*)?\r?$"""
)
_MESON_RUNS = lazy_pattern(
    rb"\b(?:run_command|custom_target|find_program|add_(?:install|dist|postconf)_script|vcs_tag)\s*\("
)
_CMAKE_RUNS = lazy_pattern(
    rb"\b(?:execute_process|exec_program|add_custom_command|add_custom_target|ExternalProject_Add|FetchContent_\w+"
    rb"|CPMAddPackage|file\s*\(\s*DOWNLOAD)\b",
    re.IGNORECASE,
)
_PATH = lazy_pattern(rb"[\w./${}@-]++")
_CARGO_BUILD = lazy_pattern(r"""^[ \t]*build[ \t]*=[ \t]*["']([^"'\n]+)["']""", re.MULTILINE)


class BuildHooks(Struct, frozen=True, kw_only=True):
    """What runs when a source tree is built.

    files: why each file runs, by path. scripts: those of them that run as programs. called: dotted names that are
    given to the build to be called: commands, hooks. roots: folders whose modules get installed, as settings say.
    build_roots: folders that only the build imports from.
    """

    files: Mapping[str, str] = {}
    scripts: frozenset[str] = frozenset()
    called: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    build_roots: tuple[str, ...] = ()


def build_files(entries: Collection[str], read: Callable[[str], bytes]) -> Mapping[str, str]:
    """Why files of an sdist run when it is built, by their paths."""
    return build_hooks(entries, read).files


def build_hooks(entries: Collection[str], read: Callable[[str], bytes]) -> BuildHooks:
    """What of an sdist runs when it is built. entries: paths below its top folder. Broken settings say nothing.

    Covers setuptools, hatchling, poetry-core, pdm-backend, flit-core, scikit-build(-core) and CMake, meson-python,
    maturin and cargo, and backends in the tree (PEP 517). What a backend itself does is not looked at. A file that
    tools run by its name is taken to run whichever backend is set: somebody's tool will.
    """
    return _Reader(frozenset(entries), read).result()


class _Reader:
    """Gathers what runs."""

    def __init__(self, entries: frozenset[str], read: Callable[[str], bytes]) -> None:
        self._entries = entries
        self._read = read
        self._files: dict[str, str] = {}
        self._scripts: set[str] = set()
        self._called: list[str] = []
        self._roots: list[str] = []
        self._build_roots: list[str] = []

    def result(self) -> BuildHooks:
        pyproject = self._toml("pyproject.toml")
        setup_cfg = self._ini("setup.cfg")
        self._package_roots(pyproject, setup_cfg)
        if "setup.py" in self._entries:
            self._add("setup.py", "setup.py runs when it is built", is_script=True)
        self._backend(_table(pyproject, "build-system"))
        tool = _table(pyproject, "tool")
        self._setuptools(_table(tool, "setuptools"), setup_cfg)
        self._hatch(_table(tool, "hatch"))
        self._hatch(self._toml("hatch.toml"))
        self._poetry(_table(tool, "poetry"))
        self._pdm(_table(tool, "pdm"))
        self._flit(pyproject)
        self._scikit_build(_table(tool, "scikit-build"))
        self._compiled()
        return BuildHooks(
            files=dict(sorted(self._files.items())),
            scripts=frozenset(self._scripts),
            called=tuple(dict.fromkeys(self._called)),
            roots=tuple(dict.fromkeys(self._roots)),
            build_roots=tuple(dict.fromkeys(self._build_roots)),
        )

    def _add(self, path: object, reason: str, *, is_script: bool = False) -> None:
        """A file that settings name by its path."""
        if not isinstance(path, str):
            return
        path = posixpath.normpath(path.replace("\\", "/")).removeprefix("/")
        if path in self._entries:
            self._files.setdefault(path, reason)
            if is_script:
                self._scripts.add(path)

    def _add_module(self, name: object, reason: str) -> None:
        """A module that settings name, or one in which a name is."""
        if not isinstance(name, str):
            return
        parts = name.partition(":")[0].strip().split(".")[:50]
        roots = dict.fromkeys(("", *self._build_roots, *self._roots, "src", "lib"))
        for end in range(len(parts), 0, -1):
            stems = [posixpath.join(root, *parts[:end]) for root in roots]
            found = [path for stem in stems for path in (f"{stem}.py", f"{stem}/__init__.py") if path in self._entries]
            if found:
                self._files.update((path, reason) for path in found if path not in self._files)
                return

    def _package_roots(self, pyproject: Mapping[str, Any], setup_cfg: configparser.RawConfigParser) -> None:
        """Where settings say that packages lie."""
        tool = _table(pyproject, "tool")
        found = [*_table(_table(tool, "setuptools"), "package-dir").values()]
        found += [line.partition("=")[2] for line in _option(setup_cfg, "options", "package_dir").splitlines()]
        where = _table(_table(_table(tool, "setuptools"), "packages"), "find").get("where")
        found += where if isinstance(where, list) else []
        found += _option(setup_cfg, "options.packages.find", "where").splitlines()
        found.append(_table(tool, "maturin").get("python-source"))
        found.append(_table(_table(tool, "pdm"), "build").get("package-dir"))
        packages = _table(tool, "poetry").get("packages")
        found += [each.get("from") for each in packages if isinstance(each, dict)] if isinstance(packages, list) else []
        for folder in found:
            if isinstance(folder, str) and (normal := posixpath.normpath(folder.strip() or ".")) != ".":
                self._roots.append(normal)

    def _backend(self, table: Mapping[str, Any]) -> None:
        paths = table.get("backend-path")
        for folder in paths if isinstance(paths, list) else []:
            if isinstance(folder, str) and (normal := posixpath.normpath(folder or ".")) != ".":
                self._build_roots.append(normal)
        if isinstance(paths, list):
            self._add_module(
                backend := table.get("build-backend"), "it is the build backend, in the source tree itself"
            )
            if isinstance(backend, str):
                self._called.append(backend.replace(":", "."))

    def _setuptools(self, table: Mapping[str, Any], setup_cfg: configparser.RawConfigParser) -> None:
        for value in _table(table, "dynamic").values():
            if isinstance(value, dict):
                self._attribute(value.get("attr"))
        for section in ("metadata", "options"):
            for _, value in _options(setup_cfg, section):
                if value.startswith("attr:"):
                    self._attribute(value.removeprefix("attr:").strip())
        commands = [*_table(table, "cmdclass").values()]
        commands += [line.partition("=")[2] for line in _option(setup_cfg, "options", "cmdclass").splitlines()]
        for option in ("setup_hooks", "setup-hooks"):
            commands += _option(setup_cfg, "global", option).split()
        for command in commands:
            if isinstance(command, str) and (name := command.strip()):
                self._called.append(name.replace(":", "."))
                self._add_module(name, "it has a command of the build")

    def _attribute(self, name: object) -> None:
        """``attr: pkg.name``: the module is imported unless the value can be read without."""
        if not isinstance(name, str):
            return
        module, _, attribute = name.strip().rpartition(".")
        before = set(self._files)
        self._add_module(module, "it is imported for a value of the metadata")
        found = set(self._files) - before
        for path in found:
            if self._is_literal(path, attribute):
                del self._files[path]
            else:
                self._called.append(name.strip())

    def _is_literal(self, path: str, name: str) -> bool:
        content = self._content(path).decode("utf-8", "replace")
        return re.search(_LITERAL.format(name=re.escape(name)), content, re.MULTILINE) is not None

    def _hatch(self, table: Mapping[str, Any]) -> None:
        build = _table(table, "build")
        targets = _table(build, "targets")
        places = [build, *(_table(targets, name) for name in targets), _table(table, "metadata")]
        for place in places:
            hooks = _table(place, "hooks")
            if isinstance(hooks.get("custom"), dict):
                self._add(hooks["custom"].get("path", _HATCH_DEFAULT), "it is a hook of hatchling")
        if isinstance(targets.get("custom"), dict):
            self._add(targets["custom"].get("path", _HATCH_DEFAULT), "it is a builder of hatchling")
        version = _table(table, "version")
        if version.get("source") == "code":
            self._add(version.get("path"), "hatchling runs it for the version")
            folders = version.get("search-paths")
            self._build_roots += (
                [each for each in folders if isinstance(each, str)] if isinstance(folders, list) else []
            )

    def _poetry(self, table: Mapping[str, Any]) -> None:
        build = table.get("build")
        script = build.get("script") if isinstance(build, dict) else build
        self._add(script, "it is the build script of poetry-core", is_script=True)

    def _pdm(self, table: Mapping[str, Any]) -> None:
        build = _table(table, "build")
        self._add(build.get("custom-hook", "pdm_build.py"), "it is a hook of pdm-backend")
        self._add(build.get("setup-script"), "it is the setup script of pdm-backend")
        self._add(table.get("build"), "it is the setup script of pdm")
        for version in (_table(table, "version"), _table(build, "version")):
            if version.get("source") == "call" and isinstance(getter := version.get("getter"), str):
                self._called.append(getter.partition("(")[0].strip().replace(":", "."))
                self._add_module(getter, "pdm-backend calls it for the version")

    def _flit(self, pyproject: Mapping[str, Any]) -> None:
        """flit-core imports the module where it cannot read the version without."""
        backend = _table(pyproject, "build-system").get("build-backend")
        if not isinstance(backend, str) or not backend.startswith("flit"):
            return
        project = _table(pyproject, "project")
        dynamic = project.get("dynamic")
        tool = _table(_table(pyproject, "tool"), "flit")
        name = _table(tool, "module").get("name") or _table(tool, "metadata").get("module") or project.get("name")
        if isinstance(name, str) and (not project or (isinstance(dynamic, list) and "version" in dynamic)):
            self._attribute(f"{name.replace('-', '_')}.__version__")

    def _scikit_build(self, table: Mapping[str, Any]) -> None:
        for field in _table(table, "metadata").values():
            if isinstance(field, dict) and isinstance(folder := field.get("provider-path"), str):
                self._build_roots.append(posixpath.normpath(folder))
                self._add_module(field.get("provider"), "it is a metadata provider of scikit-build-core")

    def _compiled(self) -> None:
        """Build files of other languages that start programs, and the scripts of the tree that they start."""
        for path in sorted(self._entries):
            folder, _, name = path.rpartition("/")
            if name == "meson.build":
                self._runner(path, _MESON_RUNS, "meson starts programs that it names")
            elif name == "CMakeLists.txt" or name.endswith(".cmake"):
                self._runner(path, _CMAKE_RUNS, "CMake starts programs or fetches what it names")
            elif name == "Cargo.toml":
                declared = _CARGO_BUILD.search(self._content(path).decode("utf-8", "replace"))
                script = declared.group(1) if declared else "build.rs"
                self._add(posixpath.join(folder, script), "cargo compiles it and runs it before the crate")

    def _runner(self, path: str, pattern: re.Pattern[bytes], reason: str) -> None:
        content = self._content(path)
        if pattern.search(content) is None:
            return
        self._add(path, reason)
        folder = path.rpartition("/")[0]
        for match in _PATH.finditer(content):
            if not match.group().endswith((b".py", b".sh")):
                continue
            # Variables stand for folders that are not known; what follows them has to do.
            tail = re.split(r"[${}@]+", match.group().decode("utf-8", "replace"))[-1]
            for script in (posixpath.join(folder, tail.lstrip("/")), tail):
                self._add(script, f"{path} names it as a program", is_script=script.endswith(".py"))

    def _content(self, path: str) -> bytes:
        return self._read(path)[:_SETTINGS_LIMIT] if path in self._entries else b""

    def _toml(self, path: str) -> Mapping[str, Any]:
        content = self._content(path)
        try:
            return tomllib.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            return {}

    def _ini(self, path: str) -> configparser.RawConfigParser:
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(self._content(path).decode("utf-8-sig", "replace"))
        except (configparser.Error, ValueError):
            # What stood before the fault has been read.
            return parser
        return parser


def _table(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = table.get(key)
    return found if isinstance(found, dict) else {}


def _option(parser: configparser.RawConfigParser, section: str, option: str) -> str:
    try:
        return parser.get(section, option, fallback="") or ""
    except (configparser.Error, ValueError, TypeError, AttributeError):
        return ""


def _options(parser: configparser.RawConfigParser, section: str) -> Iterator[tuple[str, str]]:
    if parser.has_section(section):
        for option in parser.options(section):
            yield option, _option(parser, section, option).strip()
