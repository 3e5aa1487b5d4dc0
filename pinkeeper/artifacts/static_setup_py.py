"""Literal dependencies in ``setup.py``, which is parsed and never run."""

from __future__ import annotations

import ast

from pinkeeper.artifacts.declared import Declared, NotStatic, requirement_lines
from pinkeeper.artifacts.dependency import InvalidRequirement
from pinkeeper.artifacts.hostile_text import shown
from pinkeeper.artifacts.setup_script import NotLiteralError, SetupScript, parse_script

__all__ = ["declared_in_setup_py", "identity_in_setup_py"]

# Keywords of setuptools and distutils that have no say in dependencies, and those of plug-ins known to have none. Any
# other keyword belongs to a plug-in that may add dependencies, as `pbr` does, or replaces how they are read.
_HARMLESS_TEXT = """
    name version description long_description long_description_content_type author author_email maintainer
    maintainer_email url download_url project_urls packages py_modules scripts ext_modules ext_package classifiers
    license license_expression license_file license_files keywords platforms cmdclass data_files package_dir
    package_data exclude_package_data include_package_data setup_requires tests_require test_suite test_loader
    entry_points zip_safe namespace_packages obsoletes obsoletes_dist provides requires dependency_links
    eager_resources use_2to3 use_2to3_fixers use_2to3_exclude_fixers convert_2to3_doctests options libraries headers
    include_dirs contact contact_email
    use_scm_version cffi_modules rust_extensions use_incremental
"""
_HARMLESS = frozenset(_HARMLESS_TEXT.split())
_SIZE_LIMIT = 100_000

# What a literal of interest is: a text, a list or tuple of them, or a dict of these by text.
_Literal = str | list["_Literal"] | tuple["_Literal", ...] | dict[str, "_Literal"] | None


def declared_in_setup_py(content: bytes) -> Declared | NotStatic:
    """Read ``install_requires``, ``extras_require`` and ``python_requires`` where the script leaves no doubt of them.

    They must be literals, sums of literals, or names that stand for such and that nothing else in the script touches.
    An argument that is not given declares nothing.
    """
    try:
        script = SetupScript(parse_script(content))
        reader = _LiteralReader(script)
        values = _arguments(script, reader)
        script.refuse_other_uses(frozenset(reader.names))
        extras = values.get("extras_require")
        return Declared(
            dependencies=_requirements("install_requires", values.get("install_requires")),
            optional=None if extras is None else _extras(extras),
            requires_python=_text("python_requires", values.get("python_requires")),
        )
    except NotLiteralError as error:
        return NotStatic(reason=str(error))
    except InvalidRequirement as error:
        return NotStatic(reason=f"setup.py: {error}")
    except RecursionError:
        return NotStatic(reason="setup.py: an expression is too deeply nested")


def identity_in_setup_py(content: bytes) -> tuple[str | None, str | None] | NotStatic:
    """Read ``name`` and ``version`` under the same conditions; None for one that is not given."""
    try:
        script = SetupScript(parse_script(content))
        reader = _LiteralReader(script)
        given = {keyword.arg: keyword.value for keyword in script.call.keywords}
        if None in given:
            return NotStatic(reason="setup.py: setup() is given **arguments")
        name, version = (
            _text(field, reader.read(field, given[field])) if field in given else None for field in ("name", "version")
        )
        script.refuse_other_uses(frozenset(reader.names))
    except NotLiteralError as error:
        return NotStatic(reason=str(error))
    except RecursionError:
        return NotStatic(reason="setup.py: an expression is too deeply nested")
    return name, version


def _arguments(script: SetupScript, reader: _LiteralReader) -> dict[str, _Literal]:
    values: dict[str, _Literal] = {}
    if script.call.args:
        raise NotLiteralError("setup() is given positional arguments", script.call.args[0])
    for keyword in script.call.keywords:
        match keyword.arg:
            case None:
                raise NotLiteralError("setup() is given **arguments", keyword.value)
            case "install_requires" | "extras_require" | "python_requires" as argument:
                values[argument] = reader.read(argument, keyword.value)
            case argument if argument not in _HARMLESS:
                raise NotLiteralError(f"setup() is given {argument}, which may change dependencies", keyword.value)
    return values


class _LiteralReader:
    """Values of expressions. names: the uses of names that values came from."""

    def __init__(self, script: SetupScript) -> None:
        self.names: list[ast.Name] = []
        self._script = script
        self._known: dict[str, _Literal] = {}

    def read(self, argument: str, node: ast.expr) -> _Literal:
        """Raises `NotLiteralError`, which names the argument, for anything but a literal."""
        match node:
            case ast.Constant(value=None):
                return None
            case ast.Constant(value=str(text)):
                return text
            case ast.List(elts=items):
                return self._items(argument, items)
            case ast.Tuple(elts=items):
                return tuple(self._items(argument, items))
            case ast.Dict(keys=keys, values=values):
                return {
                    self._key(argument, key, node): self.read(argument, value)
                    for key, value in zip(keys, values, strict=True)
                }
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._sum(argument, node, self.read(argument, left), self.read(argument, right))
            case ast.Name():
                self.names.append(node)
                if node.id not in self._known:
                    self._known[node.id] = self.read(argument, self._script.assignment(node))
                return self._known[node.id]
            case _:
                raise NotLiteralError(f"{argument} is not a literal: {_kind(node)}", node)

    def _items(self, argument: str, items: list[ast.expr]) -> list[_Literal]:
        values: list[_Literal] = []
        for item in items:
            if not isinstance(item, ast.Starred):
                values.append(self.read(argument, item))
                continue
            starred = self.read(argument, item.value)
            if not isinstance(starred, list | tuple) or len(values) + len(starred) > _SIZE_LIMIT:
                raise NotLiteralError(f"{argument} unpacks something that is not a short list", item)
            values.extend(starred)
        return values

    def _key(self, argument: str, key: ast.expr | None, node: ast.Dict) -> str:
        text = self.read(argument, key) if key is not None else None
        if not isinstance(text, str):
            raise NotLiteralError(f"{argument} has a key that is not a text", key or node)
        return text

    def _sum(self, argument: str, node: ast.BinOp, left: _Literal, right: _Literal) -> _Literal:
        result: _Literal
        match left, right:
            case (str(), str()) | (list(), list()) | (tuple(), tuple()):
                result = left + right  # type: ignore[operator]
            case _:
                raise NotLiteralError(f"{argument} is a sum of different kinds", node)
        if len(result) > _SIZE_LIMIT:
            raise NotLiteralError(f"{argument} is too long", node)
        return result


def _kind(node: ast.expr) -> str:
    match node:
        case ast.Call(func=function):
            return f"a call of {shown(ast.unparse(function), 40)}"
        case ast.IfExp():
            return "a conditional expression"
        case ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
            return "a comprehension"
        case ast.JoinedStr():
            return "an f-string"
        case _:
            return f"a {type(node).__name__} expression"


def _requirements(what: str, value: _Literal) -> tuple[str, ...] | None:
    match value:
        case None:
            return None
        case str(text):
            return tuple(requirement_lines(text))
        case list(items) | tuple(items) if all(isinstance(item, str) for item in items):
            return tuple(line for item in items for line in requirement_lines(str(item)))
    raise NotLiteralError(f"{what} is neither a text nor a list of texts")


def _extras(value: _Literal) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise NotLiteralError("extras_require is not a dict")
    return {extra: _requirements(f"the extra {shown(extra)}", texts) or () for extra, texts in value.items()}


def _text(what: str, value: _Literal) -> str | None:
    if not isinstance(value, str | None):
        raise NotLiteralError(f"{what} is not a text")
    return value.strip() or None if value is not None else None
