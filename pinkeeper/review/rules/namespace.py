"""New top-level names, and shared ones taken: what is installed beside or around the package that it never had."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from packaging.utils import canonicalize_name

from pinkeeper.model.comparison import ChangeStatus, FileKind
from pinkeeper.model.finding import Severity
from pinkeeper.review.capabilities.grammar import parse
from pinkeeper.review.material import Material
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

# What is packed by mistake again and again, and harms nobody but by its name.
_STRAYS = frozenset(
    {"test", "tests", "testing", "doc", "docs", "example", "examples", "scripts", "tools", "benchmarks"}
)


_INIT = "/__init__.py"
_LARGEST = 2**20


def _look(material: Material) -> Iterable[Sighting]:
    if not material.old.main.entries:
        return  # of a package that was not there before every name is new
    yield from _new_names(material)
    yield from _taken(material)


def _new_names(material: Material) -> Iterator[Sighting]:
    added = [change for change in material.changes if change.status is ChangeStatus.ADDED and change.new_path]
    for change in material.fields:
        if change.field != "top-level name":
            continue
        for name in change.new:
            files = [each for each in added if _top(each.new_path or "") == name]
            has_code = any(each.kind in {FileKind.PYTHON, FileKind.NATIVE, FileKind.STARTUP} for each in files)
            # mypyc gives each build a companion with a hash in its name.
            stray = name in _STRAYS or name.endswith("__mypyc") or name.startswith(material.name.replace("-", "_"))
            yield Sighting(
                severity=Severity.HIGH if has_code and not stray else Severity.LOW,
                summary=f"the release installs a top-level name that it never had: {name}",
                path=files[0].new_path if files else None,
                subject=f"top-level {name}",
            )


def _taken(material: Material) -> Iterator[Sighting]:
    """Folders that were namespaces (PEP 420), open to other projects, and have an ``__init__.py`` now."""
    had = frozenset(map(_installed, material.old.main.entries))
    for change in material.changes:
        path = change.new_path
        if path is None or change.status not in {ChangeStatus.ADDED, ChangeStatus.RENAMED}:
            continue
        place = _installed(path)
        if not place.endswith(_INIT) or not _was_open(place.removesuffix(_INIT), had, own=material.name):
            continue
        folder = place.removesuffix(_INIT)
        yield Sighting(
            severity=Severity.HIGH if _acts(path, material) else Severity.MEDIUM,
            summary=f"{folder.replace('/', '.')} was a namespace that other projects share, and gets code of its own: "
            "whoever imports anything below it runs this file",
            path=path,
            subject=f"namespace {folder}",
        )


def _was_open(folder: str, had: frozenset[str], *, own: str) -> bool:
    """Whether a folder was a namespace, with packages below and nothing else; one named as the project is its own."""
    if canonicalize_name(folder.replace("/", "-")) == own:
        return False
    above = ["/".join(folder.split("/")[: depth + 1]) for depth in range(folder.count("/") + 1)]
    if any(f"{each}{_INIT}" in had for each in above):
        return False
    below = [path.removeprefix(f"{folder}/") for path in had if path.startswith(f"{folder}/")]
    return any(path.endswith(_INIT) for path in below) and not any(
        path.endswith(".py") and "/" not in path for path in below
    )


def _acts(path: str, material: Material) -> bool:
    """Whether a file does more than to say what it is and where the rest of its namespace lies."""
    if material.new.main.entries[path].size > _LARGEST:
        return True
    tree = parse(material.new.main.read(path)).tree
    return tree is None or not all(map(_is_idle, ast.iter_child_nodes(tree)))


def _is_idle(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Import(names=names):
            return all(alias.name in {"pkgutil", "pkg_resources"} for alias in names)
        case ast.ImportFrom(module="pkgutil" | "__future__"):
            return True
        case ast.Assign(value=ast.Constant() | ast.List(elts=[]) | ast.Tuple(elts=[])):
            return True
        case ast.Try(body=body, handlers=handlers, orelse=[], finalbody=[]):
            return all(map(_is_idle, [*body, *(each for handler in handlers for each in handler.body)]))
        case ast.Assign() | ast.Expr():
            return ast.unparse(node) in _DECLARATIONS
        case _:
            return isinstance(node, ast.Pass)


_DECLARATIONS = frozenset(
    {
        "__path__ = extend_path(__path__, __name__)",
        "__path__ = pkgutil.extend_path(__path__, __name__)",
        "__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
        "pkg_resources.declare_namespace(__name__)",
        "__import__('pkg_resources').declare_namespace(__name__)",
    }
)


def _top(path: str) -> str:
    return _installed(path).split("/")[0].partition(".")[0]


def _installed(path: str) -> str:
    """Where a file lies once it is installed, as far as modules go."""
    parts = path.split("/")
    if parts[0].endswith(".data") and len(parts) > 2:  # noqa: PLR2004 - the folder, the scheme, the name
        parts = parts[2:]
    return "/".join(parts)


RULE = Rule(
    id="namespace",
    severity=Severity.HIGH,
    title="a top-level name that the package never had, or a shared one that it takes",
    means=(
        "Everybody's import may find a module that nobody expects from this project. Names of tests, documentation and "
        "tools, packed by mistake, are told as context. A namespace that several projects share belongs to none: an "
        "__init__.py in it runs whenever anything of any of them is imported, and hides what others put there."
    ),
    attack="A second package in the wheel, imported by a start-up hook, beside an unchanged first one.",
    judge="Splitting a package or adding a companion is told in release notes.",
    look=_look,
)
