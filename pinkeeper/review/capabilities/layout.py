"""Which modules the files of a release are, once they are installed or while it is built."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.start_files import site_folder

__all__ = ["Layout", "is_package", "is_python", "sdist_layout", "wheel_layout"]

# Folders at the top of a source tree in which a build looks for no modules.
_NOT_BUILT = lazy_pattern(
    r"docs?|documentation|tests?|testing|unit_tests?|examples?|samples?|demos?|benchmarks?|htmlcov"
)
# These, and those that build backends do not take for packages (setuptools' automatic discovery).
_NOT_INSTALLED = lazy_pattern(
    rf"{_NOT_BUILT.pattern}|ci|bin|manpages|news|newsfragments|changelog|scripts|tools|utils?|python|build|exercises?"
    r"|tasks|fabfile|site_scons"
)
_SOURCE_FOLDERS = ("src", "lib", "python", "source")
_NOT_MODULES = frozenset({"setup", "conftest", "noxfile", "fabfile", "tasks", "hatch_build", "pdm_build"})
_PART = lazy_pattern(r"[^.\0]+")


class Layout(Struct, frozen=True, kw_only=True, eq=False):
    """The modules of a release.

    files: paths by the dotted name of the module, more than one where several could be meant. names: the other way
    round. installed: files that are modules for those who import the package, ``__main__.py`` apart. tops: what the
    names of modules begin with.
    """

    files: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, ...]]
    installed: frozenset[str]
    tops: frozenset[str]

    def absolute(self, path: str, target: str) -> tuple[str, ...]:
        """The absolute names that a dotted name in a file may have; leading dots are looked up from its package."""
        bare = target.lstrip(".")
        level = len(target) - len(bare)
        if not level:
            return (target,)
        found = []
        for name in self.names.get(path, ()):
            parts = name.split(".")
            keep = len(parts) - level + is_package(path)
            if keep > 0:
                found.append(".".join([*parts[:keep], bare] if bare else parts[:keep]))
        return tuple(found)

    def split(self, name: str) -> tuple[tuple[str, ...], str]:
        """The files of the longest prefix of an absolute name that is a module, and what is left of the name."""
        if len(name) > _NAME_LIMIT or name.partition(".")[0] not in self.tops:
            return (), name
        prefix, rest = name, ""
        while prefix:
            if files := self.files.get(prefix):
                return files, rest
            prefix, _, last = prefix.rpartition(".")
            rest = f"{last}.{rest}" if rest else last
        return (), name

    def packages(self, name: str) -> list[str]:
        """The files of a module and of the packages around it, which are imported before it."""
        if len(name) > _NAME_LIMIT:
            return []
        parts = name.split(".")
        return [path for end in range(1, len(parts) + 1) for path in self.files.get(".".join(parts[:end]), ())]


_NAME_LIMIT = 1_000  # characters; longer ones are no names of modules, and cutting them at each dot is slow


def is_python(path: str) -> bool:
    """Whether a file is a module in source form, by its name."""
    return path.endswith((".py", ".pyw"))


def is_package(path: str) -> bool:
    """Whether a file is the module of a package."""
    return path.rpartition("/")[2].startswith("__init__.")


def wheel_layout(paths: Collection[str], *, roots: Collection[str] = ()) -> Layout:
    """Of a wheel. roots: folders that its ``.pth`` files add to ``sys.path``, as in the archive."""
    named: list[tuple[str, str, bool]] = []
    for path in paths:
        if not is_python(path):
            continue
        if (place := site_folder(path)) is not None and (name := _name(place[1])):
            named.append((path, name, True))
        below = (path[len(root) + 1 :] for root in roots if path.startswith(f"{root}/"))
        named += ((path, name, True) for name in map(_name, below) if name)
    return _layout(named)


def sdist_layout(paths: Collection[str], *, roots: Collection[str] = (), build_roots: Collection[str] = ()) -> Layout:
    """Of a source tree, which does not say where its modules are: every place that is usual counts.

    roots: folders whose modules get installed, as settings say (``package-dir``). build_roots: folders that only a
    build looks at (``backend-path``).
    """
    named: list[tuple[str, str, bool]] = []
    packages = {path.rpartition("/")[0] for path in paths if is_python(path) and is_package(path)}
    sources = {root for root in _SOURCE_FOLDERS if root not in packages}
    for path in paths:
        if not is_python(path):
            continue
        folder, _, _ = path.rpartition("/")
        top = path.partition("/")[0]
        for root in dict.fromkeys(("", *sources, *roots, *build_roots, _outermost(folder, packages))):
            if root and not path.startswith(f"{root}/"):
                continue
            below = path[len(root) + 1 :] if root else path
            if not (name := _name(below)):
                continue
            is_declared = not root or root in sources or root in roots or root in build_roots
            head = name.partition(".")[0]
            if not is_declared and (_NOT_BUILT.fullmatch(top) or head in sys.stdlib_module_names):
                continue
            is_source = root in sources or root in roots
            is_loose = "/" not in below
            is_flat = not root and not _NOT_INSTALLED.fullmatch(top) and top not in sources
            is_installed = is_source or is_flat
            named.append((path, name, is_installed and not (is_loose and (head in _NOT_MODULES or is_package(path)))))
    return _layout(named)


def _outermost(folder: str, packages: Collection[str]) -> str:
    """The folder around the outermost package that a folder belongs to; the folder itself where it is no package."""
    while folder in packages:
        folder = folder.rpartition("/")[0]
    return folder


def _name(below: str) -> str:
    """The dotted name of a module by its path below a folder of ``sys.path``; empty where it can have none."""
    stem, _, _ = below.rpartition(".")
    parts = stem.split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts) if all(_PART.fullmatch(part) for part in parts) else ""


def _layout(named: Iterable[tuple[str, str, bool]]) -> Layout:
    files: defaultdict[str, set[str]] = defaultdict(set)
    names: defaultdict[str, set[str]] = defaultdict(set)
    installed = set()
    for path, name, is_installed in named:
        files[name].add(path)
        names[path].add(name)
        parts = name.split(".")
        if is_installed and parts[-1] != "__main__" and all(part.isidentifier() for part in parts):
            installed.add(path)
    return Layout(
        files={name: tuple(sorted(found)) for name, found in files.items()},
        names={path: tuple(sorted(found)) for path, found in names.items()},
        installed=frozenset(installed),
        tops=frozenset(name.partition(".")[0] for name in files),
    )
